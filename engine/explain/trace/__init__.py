"""Traces: which facts, which rules, which tests with which values, what was decided from them, what nearly happened."""

from engine.explain.trace.building import Tracer

__all__ = ["Tracer"]
