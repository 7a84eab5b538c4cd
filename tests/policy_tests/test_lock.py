"""The lock file: made by one command, the same for the same policy, and brief when an edit breaks it."""

import json
from pathlib import Path

import pytest

from api.cli import run
from api.desk.case_files import LOCK
from api.documents.lock_file import lock_file
from api.documents.locked_text import locked_text, rule_of
from engine.assure.cases.case import Case, Data
from engine.assure.cases.expect import Mismatch
from engine.assure.cases.reading import read_cases
from engine.assure.cases.running import Outcome
from engine.assure.mutants.making import mutants_of
from engine.assure.mutants.offers import Offer
from engine.core.decision import Kind
from rules.text.source import Span
from tests.case_files import locked_cases
from tests.deciding import SHIPPED, program_at, program_of
from tests.policy_tests.texts import POLICY

Captured = pytest.CaptureFixture[str]


def dealdesk(folder: Path, *arguments: str) -> int:
    return run(["test", "--policy", str(folder / "policies.yaml"), *arguments])


def lock(folder: Path) -> bytes:
    assert dealdesk(folder, "--mutate", "--lock", "--jobs", "1") == 0
    return (folder / "tests" / "cases" / LOCK).read_bytes()


def edit(folder: Path, before: str, after: str) -> None:
    path = folder / "policies.yaml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


def test_locking_again_changes_nothing(folder: Path, capsys: Captured) -> None:
    first = lock(folder)
    assert b"dealdesk test --mutate --lock" in first
    assert "cases locked in " in capsys.readouterr().out
    assert lock(folder) == first


def test_locked_cases_are_run_as_guards_and_counted_apart(folder: Path, capsys: Captured) -> None:
    locked = len(read_cases(lock(folder), LOCK).cases)
    capsys.readouterr()
    assert dealdesk(folder) == 0
    assert capsys.readouterr().out.startswith(f"4 passed; locked: {locked} passed in ")
    assert dealdesk(folder, "--mutate", "--min-score", "92", "--jobs", "1") == 0


def test_only_what_no_other_case_notices_is_locked(folder: Path) -> None:
    names = {case.name for case in read_cases(lock(folder), LOCK).cases}
    assert "A0: line.discount: <= 2%, not <= 1.99%" in names
    assert not {name for name in names if name.startswith("A1: line.discount: <= 10%, not <= 9.99%")}


def test_an_edit_is_a_line_for_each_rule_and_how_to_go_on(folder: Path, capsys: Captured) -> None:
    lock(folder)
    edit(folder, '"(30..60]"', '"(30..61]"')
    capsys.readouterr()
    assert dealdesk(folder) == 1
    out = capsys.readouterr().out
    lines = [row for row in out.split("\n") if " no longer hold" in row]
    (line,) = [row for row in lines if " of long-credit " in row]
    assert line.startswith(f"{folder / 'policies.yaml'}:33:")
    assert len(lines) <= 3
    assert "if the edit is meant: dealdesk test --mutate --lock\n" in out
    assert "FAILED" not in out
    assert "4 passed; locked: " in out


def test_rules_of_two_kinds_may_have_one_name() -> None:
    program = program_at(SHIPPED)
    cases = [case.test for case in locked_cases() if rule_of(case.test) == "not-authorised"]
    assert {case.kind for case in cases} == {Kind.DEAL_REGISTRATION, Kind.PARTNER_ALLOCATION}
    said = locked_text([Outcome(case, program, (Mismatch("outcome", "held", "x"),)) for case in cases], program.policy)
    places = [line.partition(": ")[0] for line in said.split("\n")[:-1]]
    assert len(places) == len(set(places)) == 2


def test_words_show_locked_cases_whole(folder: Path, capsys: Captured) -> None:
    lock(folder)
    edit(folder, '"(30..60]"', '"(30..61]"')
    capsys.readouterr()
    assert dealdesk(folder, "-k", "long-credit") == 1
    assert "FAILED long-credit: " in capsys.readouterr().out


def test_a_rule_that_is_gone_breaks_its_locked_cases_and_nothing_else(folder: Path, capsys: Captured) -> None:
    lock(folder)
    edit(folder, "{id: late-credit,", "{id: later-credit,")
    capsys.readouterr()
    dealdesk(folder)
    assert "error" not in capsys.readouterr().err
    assert lock(folder)
    assert dealdesk(folder) == 0


def test_a_broken_lock_file_is_made_anew(folder: Path) -> None:
    path = folder / "tests" / "cases" / LOCK
    path.write_text("cases: {", "utf-8")
    assert dealdesk(folder) == 1
    assert lock(folder).startswith(b"# Made by")


def test_nothing_is_locked_while_a_case_fails(folder: Path, capsys: Captured) -> None:
    edit(folder, '[A1, manager, "<= 10%"', '[A1, manager, "<= 9%"')
    assert dealdesk(folder, "--mutate", "--lock") == 1
    assert "nothing is locked: mend the cases that fail first" in capsys.readouterr().err
    assert not (folder / "tests" / "cases" / LOCK).exists()


@pytest.mark.parametrize("more", [["-k", "ten"], ["{cases}/limits.yaml"], ["{cases}", "{cases}/limits.yaml"]])
def test_all_cases_of_one_folder_are_locked_or_none(folder: Path, capsys: Captured, more: list[str]) -> None:
    cases = str(folder / "tests" / "cases")
    assert dealdesk(folder, "--lock", *(one.format(cases=cases) for one in more)) == 2
    assert "--lock takes all cases of one folder" in capsys.readouterr().err


def test_json_says_which_cases_are_locked(folder: Path, capsys: Captured) -> None:
    lock(folder)
    capsys.readouterr()
    assert dealdesk(folder, "--format", "json") == 0
    cases = json.loads(capsys.readouterr().out)["cases"]
    assert {one["file"].endswith(LOCK) for one in cases if one["locked"]} == {True}
    assert sum(not one["locked"] for one in cases) == 4


def test_every_request_and_expectation_comes_back_as_it_was() -> None:
    line: dict[str, Data] = {"product_line": "desktop", "quantity": 1}
    requests: list[dict[str, Data]] = [
        {"partner": None, "lines": [line], "as_of": "2026-11-21"},
        {"partner": {"id": "P-1"}, "lines": [{**line, "quantity": True}], "as_of": "2026-11-22"},
        {"partner": {}, "lines": [{**line, "quantity": "1", "sku": "a: [b]"}]},
        {"lines": [line, {"quantity": 2}], "labels": {"a b": "-"}},
        {"lines": [line, {"quantity": 3}], "labels": {"a b": "c"}},
        {"lines": [], "order": {"evidence": [], "approvals": ["a", "-"]}},
        {"deal": {"id": "-"}},
    ]
    expects: list[dict[str, Data]] = [
        {"outcome": "held", "fired": ["A1"]},
        {"level": None, "blocked": [], "lines": [{"line": 1}]},
        {"missing": ["deal.id"], "fired": ["A1", "A2"]},
        {"outcome": "held"},
        {"summary": 'It\'s held, "so"'},
        {"outcome": "-"},
        {"outcome": "held"},
    ]
    span = Span("offered", 1, 1, 1, 2)
    cases = [
        Case("offered", "the same name", Kind.PRICE_APPROVAL, None, request, expect, {}, span)
        for request, expect in zip(requests, expects, strict=True)
    ]
    mutant = next(mutants_of(program_of(POLICY)))
    text = lock_file([(Offer("", case, ""), [mutant]) for case in cases])
    found = read_cases(text.encode(), LOCK)
    assert not found.diagnostics
    back = {json.dumps([dict(case.request), dict(case.expect)], sort_keys=True) for case in found.cases}
    assert back == {
        json.dumps([request, expect], sort_keys=True) for request, expect in zip(requests, expects, strict=True)
    }
    assert len({case.name for case in found.cases}) == len(cases)
