"""Where a hint says exactly what to write, writing it gives a policy that loads, and in which the finding is gone."""

from pathlib import Path

import pytest

from engine.assure.check.edits import edited
from engine.assure.check.findings import Finding
from rules.load import load_text
from tests.analysis.analysed import program_and_findings
from tests.analysis.test_marked import HEAD

TESTS = Path(__file__).parent.parent
TEXTS = {
    **{
        path.stem: HEAD + path.read_text(encoding="utf-8")
        for path in sorted((TESTS / "analysis/marked").glob("*.yaml"))
    },
    **{path.stem: path.read_text(encoding="utf-8") for path in sorted((TESTS / "diagnostics").glob("D6*.yaml"))},
    **{
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted((TESTS / "traps").glob("*.yaml"))
        if "12-" not in path.stem
    },
}
# The codes whose hints say what to write; the others leave a choice to the owner.
EXACT = {"D601", "D602", "D612", "D620", "D621"}


def advised(text: str) -> list[Finding]:
    return [finding for finding in program_and_findings(text)[1].findings if finding.edits]


def identity(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.section, finding.rules, finding.message


@pytest.mark.parametrize("name", TEXTS)
def test_a_hint_that_is_followed_loads_and_mends(name: str) -> None:
    text = TEXTS[name]
    for finding in advised(text):
        (changed,) = edited({finding.span.file: text}, finding.edits).values()
        loaded = load_text(changed)
        assert loaded.policy is not None, (finding, [one.headline for one in loaded.diagnostics])
        _, after = program_and_findings(changed)
        assert identity(finding) not in {identity(one) for one in after.findings}, finding
        same = {one.code for one in after.findings if one.rules and one.rules == finding.rules}
        assert finding.code not in same, finding


def test_each_of_them_is_followed_somewhere() -> None:
    assert {finding.code for text in TEXTS.values() for finding in advised(text)} == EXACT
