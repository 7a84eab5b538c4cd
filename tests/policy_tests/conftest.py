"""A small policy with cases, in a folder of its own."""

from pathlib import Path

import pytest

from tests.policy_tests.texts import CASES, POLICY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the policy, and its cases where they are looked for."""
    (tmp_path / "policies.yaml").write_text(POLICY, "utf-8")
    (tmp_path / "tests" / "cases").mkdir(parents=True)
    (tmp_path / "tests" / "cases" / "limits.yaml").write_text(CASES, "utf-8")
    return tmp_path
