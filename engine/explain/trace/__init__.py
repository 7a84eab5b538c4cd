"""Traces: which facts, which rules, which tests with which values, what was decided from them, what nearly happened."""

from engine.explain.trace.building import build_trace

__all__ = ["build_trace"]
