"""Every example in a docstring is run."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from tests.deciding import ROOT

WITH_EXAMPLES = sorted(
    path.relative_to(ROOT)
    for package in ("rules", "engine", "api")
    for path in (ROOT / package).rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=str)
def test_examples_in_docstrings(path: Path) -> None:
    module = import_module(".".join(path.with_suffix("").parts))
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed
