"""`dealdesk test`: what it prints, what it writes, and how it ends."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from api.cli import run

Captured = pytest.CaptureFixture[str]


def dealdesk(folder: Path, *arguments: str) -> int:
    return run(["test", "--policy", str(folder / "policies.yaml"), *arguments])


def break_a_case(folder: Path) -> Path:
    path = folder / "tests" / "cases" / "limits.yaml"
    text = path.read_text("utf-8").replace("level: manager, fired: [A1]", "level: director, fired: [A0]")
    path.write_text(text, "utf-8")
    return path


def test_cases_are_found_beside_the_policy(folder: Path, capsys: Captured) -> None:
    assert dealdesk(folder) == 0
    assert capsys.readouterr().out.startswith("4 passed in ")


def test_a_failure_shows_what_was_expected_what_is_and_why(folder: Path, capsys: Captured) -> None:
    path = break_a_case(folder)
    assert dealdesk(folder) == 1
    out = capsys.readouterr().out
    assert f"{path}:7:11: FAILED ten percent is the manager's" in out
    assert "  level: expected director\n         actual   manager\n" in out
    assert "  fired: expected [A0]\n         actual   A0 is blocked\n" in out
    assert "(policies.yaml:29) is blocked: discount 10.00% > 2% (over by 8.00 points)" in out.replace(
        str(folder) + "/", ""
    )
    assert "REQUIRES APPROVAL  manager (Manager)" in out
    assert "1 failed, 3 passed" in out


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("{outcom: held}", "did you mean `outcome`?"),
        ("{fired: [A11]}", "A11: the policy has no such rule"),
        ("{not_fired: [A11]}", "A11: the policy has no such rule"),
        ("{not_fired: [A1]}", "A1 fired"),
        ("{fired: A1}", "write a list of rules"),
        ("{blocked: []}", "blocked: expected []"),
    ],
)
def test_an_expectation_that_means_nothing_fails(folder: Path, capsys: Captured, expect: str, told: str) -> None:
    path = folder / "tests" / "cases" / "limits.yaml"
    old = "{outcome: requires_approval, level: manager, fired: [A1], blocked: [A0, long-credit]}"
    path.write_text(path.read_text("utf-8").replace(old, expect), "utf-8")
    assert dealdesk(folder) == 1
    assert told in capsys.readouterr().out


def test_a_request_that_cannot_be_decided_fails_with_its_faults(folder: Path, capsys: Captured) -> None:
    path = folder / "tests" / "cases" / "limits.yaml"
    path.write_text(path.read_text("utf-8").replace("product_line: desktop", "product_line: desktp"), "utf-8")
    assert dealdesk(folder) == 1
    assert "/lines/0/product_line:" in capsys.readouterr().out


def test_words_choose_cases(folder: Path, capsys: Captured) -> None:
    break_a_case(folder)
    assert dealdesk(folder, "-k", "LETTER deep") == 0
    assert capsys.readouterr().out.startswith("1 passed")


def test_a_badly_written_file_is_told_with_its_place(folder: Path, capsys: Captured) -> None:
    (folder / "more.yaml").write_text("- {name: a, decide: nothing, expect: {a: 1}}\n", "utf-8")
    assert dealdesk(folder, str(folder / "more.yaml")) == 1
    assert "more.yaml:1:21: error[D104]" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["nowhere.yaml"], ["-k", "no such case"], ["--as-of", "soon"], ["--junit", "/nowhere/at/all/x.xml"]]
)
def test_wrong_usage_is_one_line(folder: Path, capsys: Captured, arguments: list[str]) -> None:
    if arguments[0] == "--junit":
        (folder / "file").write_text("", "utf-8")
        arguments = ["--junit", str(folder / "file" / "x.xml")]
    assert dealdesk(folder, *arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_case_can_bring_its_own_policy(folder: Path, capsys: Captured) -> None:
    text = """
- name: a policy in the case
  decide: price_approval
  policy: |
    policy: own
    version: "1"
    currency: CNY
    timezone: UTC
    price_approval:
      ladder: [{level: boss, title: Boss}]
      authority:
        columns: [id, level, line.discount]
        rows: [[ALL, boss, "-"]]
  given: {lines: [{quantity: 1, list_price: 10, net_price: 5}]}
  expect: {level: boss, fired: [ALL]}
- name: a policy that is not there
  decide: price_approval
  policy: nowhere.yaml
  expect: {outcome: held}
- name: a policy with a mistake
  decide: price_approval
  policy: |
    policy: own
    price: 1
  expect: {outcome: held}
"""
    (folder / "own.yaml").write_text(text, "utf-8")
    assert dealdesk(folder, str(folder / "own.yaml")) == 1
    out = capsys.readouterr().out
    assert "2 failed, 1 passed" in out
    assert "there is no file" in out
    assert "error[D102]" in out


def test_junit_has_a_suite_for_each_file(folder: Path, capsys: Captured) -> None:
    break_a_case(folder)
    assert dealdesk(folder, "--junit", str(folder / "out" / "junit.xml")) == 1
    capsys.readouterr()
    root = ET.parse(folder / "out" / "junit.xml").getroot()
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "0")
    (failure,) = suite.iter("failure")
    assert failure.get("message") == "level: expected director"
    assert "REQUIRES APPROVAL" in (failure.text or "")


def test_json_says_all_of_it(folder: Path, capsys: Captured) -> None:
    assert dealdesk(folder, "--format", "json", "--coverage", "--mutate", "--jobs", "1") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["passed"] == len(answer["cases"]) == 4
    assert answer["coverage"]["coverage"] == "60.0%"
    assert answer["mutation"]["score"].endswith("%")
    assert any(one["noticed_by"] for one in answer["mutation"]["mutants"])


def test_too_little_coverage_fails(folder: Path, capsys: Captured) -> None:
    assert dealdesk(folder, "--fail-under", "60") == 0
    assert dealdesk(folder, "--fail-under", "61") == 1
    assert "coverage is 60.0%, less than 61%" in capsys.readouterr().err


def test_too_low_a_score_fails(folder: Path, capsys: Captured) -> None:
    assert dealdesk(folder, "--min-score", "90", "--jobs", "2") == 1
    assert "the mutation score is " in capsys.readouterr().err


def test_the_page_is_whole_and_fetches_nothing(folder: Path, capsys: Captured) -> None:
    page = folder / "coverage.html"
    assert dealdesk(folder, "--html", str(page), "--mutate", "--jobs", "1") == 0
    capsys.readouterr()
    text = page.read_text("utf-8")
    for outside in ("<script", "http://", "https://", "@import", "url(", "<link", "<img"):
        assert outside not in text
    ids = set(_found(text, ' id="')) | set(_found(text, " id='"))
    links = set(_found(text, 'href="#'))
    assert links - ids == set()
    assert "60.0%" in text
    assert "ten percent is the manager&#x27;s" in text
    assert "a case that would notice" in text


def _found(text: str, before: str) -> list[str]:
    return [part.partition(before[-1] if before[-1] in "\"'" else '"')[0] for part in text.split(before)[1:]]
