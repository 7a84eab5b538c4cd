"""`dealdesk crosscheck`: what it asks, what it reports, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import run
from engine.assure.crosscheck import parting
from engine.backends.interpreter import InterpreterEngine
from engine.core.decision import Kind
from engine.core.facts import Row
from engine.plan.groups import Group, Match
from rules.traverse import rule_fields
from tests.doors.conftest import POLICY, QUOTE, REQUESTS

LINES = [json.dumps({"kind": kind, "request": request}) for kind, request in REQUESTS.items()]


def crosscheck(*arguments: str) -> int:
    return run(["crosscheck", *arguments, "--policy", str(POLICY), "--engine", "interpreter"])


def break_judge(monkeypatch: pytest.MonkeyPatch, wrong: Callable[[Match], Match]) -> None:
    """Let the interpreter's engine give wrong matches."""
    right = InterpreterEngine.judge

    def judge(
        self: InterpreterEngine, group: Group, shared: Row, row: Row, *, number: int | None = None, near: bool = False
    ) -> Match:
        return wrong(right(self, group, shared, row, number=number, near=near))

    monkeypatch.setattr(InterpreterEngine, "judge", judge)


@pytest.fixture
def lines(tmp_path: Path) -> str:
    path = tmp_path / "requests.jsonl"
    path.write_text("\n".join([*LINES, ""]), "utf-8")
    return str(path)


def test_engines_that_agree(lines: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert crosscheck(lines) == 0
    assert capsys.readouterr().out == "4 requests on index and interpreter: no difference\n"


def test_a_folder_of_requests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind, request in REQUESTS.items():
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "one.json").write_text(json.dumps(request), "utf-8")
        (tmp_path / kind / "one.decision.json").write_text("no request", "utf-8")
    assert crosscheck(str(tmp_path)) == 0
    assert capsys.readouterr().out.startswith("4 requests ")


def test_random_requests(capsys: pytest.CaptureFixture[str]) -> None:
    assert crosscheck("--random", "12", "--seed", "5") == 0
    assert crosscheck("--random", "1", "--kind", "special-order") == 0
    assert capsys.readouterr().out.splitlines() == [
        "12 requests on index and interpreter: no difference",
        "1 request on index and interpreter: no difference",
    ]


def test_what_both_refuse_is_no_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wrong.jsonl"
    path.write_text('{"lines": []}', "utf-8")
    assert crosscheck(str(path), "--kind", "price-approval") == 0
    assert capsys.readouterr().out == "1 request on index and interpreter (1 refused alike): no difference\n"


def test_a_difference_is_shown_with_both_traces(
    lines: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_judge(monkeypatch, lambda match: match._replace(fired=0, undetermined=0))
    assert crosscheck(lines) == 1
    out = capsys.readouterr().out
    assert f"{lines}:1 (price-approval) differs at /outcome with explain=near" in out
    assert "--- index\nREQUIRES APPROVAL" in out
    assert "--- interpreter\nREJECTED" in out
    assert out.splitlines()[-1].startswith("4 requests on index and interpreter: ")


def test_a_random_difference_can_be_decided_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_judge(monkeypatch, lambda match: match._replace(fired=0, undetermined=0))
    assert crosscheck("--random", "3", "--kind", "price-approval") == 1
    found = [line for line in capsys.readouterr().out.splitlines() if line.startswith('{"kind"')]
    again = tmp_path / "again.jsonl"
    again.write_text("\n".join(found), "utf-8")
    assert found
    assert crosscheck(str(again)) == 1


def test_a_near_miss_that_one_engine_does_not_find_is_a_difference(
    lines: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_judge(monkeypatch, lambda match: match._replace(near=1))
    assert crosscheck(lines) == 1
    assert "differs at /trace/" in capsys.readouterr().out


def test_what_the_summary_says_is_held_against_the_other_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The summary names the limit of a row that is made for the line; an engine that finds no such row is found out."""

    def without_what_rows_are_made_for(match: Match) -> Match:
        rules = match.group.rules
        asks_what_a_line_is = rules[0].section == "price_approval.authority" and not any(
            path in {"line.discount", "deal.payment_days"} for rule in rules for path in rule_fields(rule)
        )
        return match._replace(fired=0) if asks_what_a_line_is else match

    path = tmp_path / "quote.jsonl"
    path.write_text(json.dumps({"kind": "price-approval", "request": QUOTE}), "utf-8")
    assert crosscheck(str(path)) == 0
    break_judge(monkeypatch, without_what_rows_are_made_for)
    assert crosscheck(str(path)) == 1
    assert "differs at /summary with explain=near" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        (json.dumps(QUOTE), [], '{path}:1: of which kind? use --kind, or {"kind": …, "request": …}'),
        (
            '{"kind": "price", "request": {}}',
            [],
            f"{{path}}:1: unknown kind `price`; one of: {', '.join(kind.slug for kind in Kind)}",
        ),
        (
            "{",
            ["--kind", "price-approval"],
            "{path}:1: the request: not JSON: expecting property name enclosed in double quotes at line 1 column 2",
        ),
        ("", ["--random", "3"], "give requests, or --random, not both"),
    ],
)
def test_wrong_usage_is_one_line(
    content: str, arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_text(content, "utf-8")
    assert crosscheck(str(path), *arguments) == 2
    printed = capsys.readouterr()
    assert printed.err == f"dealdesk: {said.replace('{path}', str(path))}\n"
    assert printed.out == ""


def test_an_empty_folder_checks_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert crosscheck(str(tmp_path)) == 2
    assert capsys.readouterr().err == f"dealdesk: {tmp_path}: there is no .json file in it\n"


def test_values_part_where_they_differ() -> None:
    assert list(parting({"a": 1}, {"a": True})) == ["/a"]
    assert list(parting({"a": 1, "b": 2}, {"b": 2, "a": 1})) == [""]
    assert list(parting([1, 2], [1])) == ["/1"]
    assert list(parting({"a/b": {"c": 1}}, {"a/b": {"c": 2}})) == ["/a~1b/c"]
    assert list(parting({"a": [1]}, {"a": [1]})) == []
