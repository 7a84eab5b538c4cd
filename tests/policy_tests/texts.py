"""A policy of a few rules of every kind, and cases that guard some of it; docs/testing-policies.md shows them too."""

from pathlib import Path

SMALL = Path(__file__).parent / "small"
POLICY = (SMALL / "policies.yaml").read_text("utf-8")
CASES = (SMALL / "tests" / "cases" / "limits.yaml").read_text("utf-8")
