"""The 13 traps that public policies fell into: each, written into a policy, is told with its place and an example."""

from pathlib import Path

import pytest

from api.desk.checked import checked, text_of
from engine.space import smt
from rules.load import load
from tests.analysis.analysed import TODAY
from tests.deciding import SHIPPED

FOLDER = Path(__file__).parent.parent / "traps"
TRAPS = sorted(FOLDER.glob("*.yaml"))
TOLD_BY = {
    "01": "D601",
    "02": "D603",
    "03": "D602",
    "04": "D603",
    "05": "D608",
    "06": "D605",
    "07": "D617",
    "08": "D606",
    "09": "D601",
    "10": "D616",
    "11": "D618",
    "12": "D301",
    "13": "D612",
}


def test_there_is_a_policy_for_each_of_the_thirteen() -> None:
    assert [path.stem[:2] for path in TRAPS] == sorted(TOLD_BY)


@pytest.mark.parametrize("path", TRAPS, ids=lambda path: path.stem)
def test_a_trap_is_told(path: Path, update_golden: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    found = checked(load(Path(path.name)), today=TODAY)
    assert TOLD_BY[path.stem[:2]] in {one.code for one in found.diagnostics}
    told = text_of(found) + "\n"
    expected = path.with_suffix(".txt")
    if update_golden:
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


def test_without_the_solver_the_same_is_found_or_said_to_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "AVAILABLE", False)
    monkeypatch.chdir(FOLDER)
    for path in TRAPS:
        found = {one.code for one in checked(load(Path(path.name)), today=TODAY).diagnostics}
        assert TOLD_BY[path.stem[:2]] in found
    entangled = load(FOLDER.parent / "diagnostics" / "D604-never-fires.yaml")
    told = [one for one in checked(entangled, today=TODAY).diagnostics if one.code == "D615"]
    assert [one.hint is not None and "dealdesk[proofs]" in one.hint for one in told] == [True]


def test_without_the_solver_one_line_says_so_and_no_acceptance_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "AVAILABLE", False)
    found = checked(load(SHIPPED), today=TODAY).diagnostics
    assert [(one.code, one.severity) for one in found] == [("D615", "note")]
