"""Small policies, each line marked with what `check` finds there (`# ! D608`), and with nothing where it finds nothing.

Half of them are policies about which nothing is to be said: a false alarm is as much of a mistake as a silence.
"""

import re
from pathlib import Path

import pytest

from tests.analysis.analysed import program_and_findings, reproduces

POLICIES = sorted((Path(__file__).parent / "marked").glob("*.yaml"))
HEAD = "policy: marked\nversion: '1'\ncurrency: CNY\ntimezone: Asia/Shanghai\n"


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_what_is_marked_is_found_and_nothing_else(path: Path) -> None:
    text = HEAD + path.read_text(encoding="utf-8")
    program, analysis = program_and_findings(text)
    marked = [
        (number, code)
        for number, line in enumerate(text.splitlines(), 1)
        for code in re.findall(r"D\d{3}", line.partition("# !")[2])
    ]
    assert sorted((one.span.line, one.code) for one in analysis.findings) == sorted(marked)
    assert all(reproduces(program, one) for one in analysis.findings)
