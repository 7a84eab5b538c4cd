"""The command line: what it prints, and how it ends when something cannot be used."""

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.cli import run
from tests.deciding import SHIPPED
from tests.doors.conftest import POLICY, QUOTE, REQUESTS

BAD_POLICY = POLICY.read_text("utf-8").replace("line.discount", "line.discont").replace('"2026.1"', '""')


@pytest.fixture
def request_file(tmp_path: Path) -> str:
    path = tmp_path / "quote.json"
    path.write_text(json.dumps(QUOTE))
    return str(path)


@pytest.fixture
def bad_policy(tmp_path: Path) -> str:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD_POLICY, "utf-8")
    return str(path)


def decide(*arguments: str, policy: Path | str = POLICY) -> int:
    return run(["decide", *arguments, "--policy", str(policy)])


def start(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[bytes]":
    """Run the command line as a process of its own."""
    command = [sys.executable, "-m", "api", *arguments]
    return subprocess.run(command, stderr=subprocess.PIPE, timeout=60, check=False, **options)


# --- decide --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", REQUESTS)
def test_each_kind_is_decided(slug: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps(REQUESTS[slug]))
    assert decide(slug, str(path)) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["kind"] == slug.replace("-", "_")
    assert printed.err == ""


def test_the_text_is_for_people(request_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert decide("price-approval", request_file, "--format", "text") == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("REQUIRES APPROVAL")
    assert "doors 2026.1" in first


def test_the_text_can_be_chinese(request_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert decide("price-approval", request_file, "--format", "text", "--lang", "zh") == 0
    assert "经理" in capsys.readouterr().out


def test_standard_input_is_a_request(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(QUOTE).encode())))
    assert decide("price-approval", "-") == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "requires_approval"


def test_engines_agree(request_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    answers = []
    for engine in ("index", "interpreter"):
        assert decide("price-approval", request_file, "--engine", engine, "--explain", "all") == 0
        answers.append({**json.loads(capsys.readouterr().out), "id": None})
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("as_of", "moment"),
    [
        ("2026-11-25", "2026-11-25T00:00:00+08:00"),
        ("2026-11-25T10:30", "2026-11-25T10:30:00+08:00"),
        ("2026-11-25T10:30:00Z", "2026-11-25T18:30:00+08:00"),
    ],
)
def test_as_of_takes_the_place_of_the_request_s_own(
    request_file: str, as_of: str, moment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert decide("price-approval", request_file, "--as-of", as_of) == 0
    assert json.loads(capsys.readouterr().out)["as_of"] == moment


def test_explain_chooses_the_trace(request_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert decide("price-approval", request_file, "--explain", "none") == 0
    assert "trace" not in json.loads(capsys.readouterr().out)


def test_the_policy_can_come_from_the_environment(
    request_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEALDESK_POLICY", str(POLICY))
    assert run(["decide", "price-approval", request_file]) == 0
    assert json.loads(capsys.readouterr().out)["policy"]["name"] == "doors"


def test_a_policy_with_errors_decides_nothing(
    request_file: str, bad_policy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert decide("price-approval", request_file, policy=bad_policy) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[-1] == f"{bad_policy}: 2 errors"
    assert run(["check", bad_policy]) == 1
    drawn = capsys.readouterr().out  # all that is wrong; a check leaves a line free before its last
    assert printed.err == drawn.replace(f"\n\n{bad_policy}: 2 errors", f"\n{bad_policy}: 2 errors")


# --- check ---------------------------------------------------------------------------------------------------------


def test_a_good_policy_has_no_problems(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(POLICY)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"{POLICY}: 11 notes (doors 2026.1, sha256:")


def test_the_policy_to_check_can_be_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--policy", str(SHIPPED), "--as-of", "2026-11-21"]) == 0
    assert capsys.readouterr().out.startswith(f"{SHIPPED}: no problems, ")


def test_warnings_fail_a_strict_check_only(capsys: pytest.CaptureFixture[str]) -> None:
    trap = SHIPPED.parent / "tests" / "traps" / "01-whole-number-bands.yaml"
    assert run(["check", str(trap), "--as-of", "2026-11-21"]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[-1].startswith(f"{trap}: 2 warnings (")
    assert run(["check", str(trap), "--as-of", "2026-11-21", "--strict"]) == 1
    assert capsys.readouterr().out == shown
    assert run(["check", str(trap), "--as-of", "tomorrow"]) == 2


def test_a_finding_as_data_has_its_request_and_the_decision(capsys: pytest.CaptureFixture[str]) -> None:
    trap = SHIPPED.parent / "tests" / "traps" / "01-whole-number-bands.yaml"
    assert run(["check", str(trap), "--as-of", "2026-11-21", "--format", "json"]) == 0
    finding, _ = json.loads(capsys.readouterr().out)["diagnostics"]
    assert (finding["code"], finding["severity"], finding["witness"]["outcome"]) == ("D601", "warning", "rejected")
    assert finding["witness"]["fired"] == []
    assert run(["check", str(trap), "--as-of", "2026-11-21", "--format", "sarif"]) == 0
    (sarif,) = json.loads(capsys.readouterr().out)["runs"]
    assert [one["level"] for one in sarif["results"]] == ["warning", "warning"]
    assert sarif["results"][0]["properties"]["witness"]["request"] == finding["witness"]["request"]
    assert run(["check", str(trap), "--as-of", "2026-11-21", "--format", "github"]) == 0
    assert capsys.readouterr().out.startswith("::warning file=")


def test_every_problem_is_drawn(bad_policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", bad_policy]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines if "error[" in line] == [bad_policy] * 2
    assert "^" * len("line.discont") in lines[lines.index("  = did you mean `line.discount`?") - 1]
    assert lines[-1] == f"{bad_policy}: 2 errors"


def test_findings_as_json(bad_policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", bad_policy, "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["policy"] is None
    one = next(finding for finding in found["diagnostics"] if "discont" in finding["message"])
    line = BAD_POLICY.splitlines()[one["line"] - 1]
    assert line[one["column"] - 1 : one["end_column"] - 1] == "line.discont"


def test_findings_as_sarif(bad_policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", bad_policy, "--format", "sarif"]) == 1
    (sarif,) = json.loads(capsys.readouterr().out)["runs"]
    assert {rule["id"] for rule in sarif["tool"]["driver"]["rules"]} == {one["ruleId"] for one in sarif["results"]}
    place = sarif["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == bad_policy


def test_an_included_file_is_named_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "desk").mkdir()
    text = POLICY.read_text("utf-8").replace("currency: CNY", "currency: CNY\ninclude: [more.yaml]")
    (tmp_path / "desk" / "policy.yaml").write_text(text, "utf-8")
    (tmp_path / "desk" / "more.yaml").write_text("nonsense: 1\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["check", "desk/policy.yaml", "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("::error file=desk/more.yaml,line=1,col=1,")


def test_findings_as_annotations(bad_policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", bad_policy, "--format", "github"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.startswith(f"::error file={bad_policy},line=") for line in lines] == [True, True, False]


# --- schema, version, help -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["policy", *REQUESTS])
def test_schemas(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", what, "--policy", str(POLICY)]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == "dealdesk 0.1.0\n"


@pytest.mark.parametrize("command", [[], ["decide"], ["check"], ["serve"], ["schema"]])
def test_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "--help"]) == 0
    assert "Usage: dealdesk" in capsys.readouterr().out


# --- what cannot be used -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Missing command."),
        (["decid"], "No such command 'decid'."),
        (["decide"], "Missing argument 'KIND'."),
        (["decide", "price-approval"], "Missing argument 'REQUEST.json'."),
        (["decide", "price-aproval", "x"], "unknown kind `price-aproval`; did you mean `price-approval`?"),
        (["decide", "price-approval", "nowhere.json"], "nowhere.json: no such file or directory"),
        (["decide", "price-approval", "."], ".: is a directory"),
        (["decide", "price-approval", "a\0b"], "a\0b: embedded null byte"),
        (["check", "nowhere.yaml"], "nowhere.yaml: no such file or directory"),
        (["check", "."], ".: is a directory"),
        (["check", "x", "y"], "unexpected extra argument"),
        (["check", "--format", "xml"], "--format"),
        (["schema", "prices"], "unknown kind `prices`; one of: price-approval, special-order"),
        (["serve", "--port", "70000"], "--port"),
        (["serve", "--workers", "0"], "--workers"),
        (["serve", "--nonsense"], "No such option: --nonsense"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("dealdesk: ")
    assert says in line


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the text is empty"),
        (b"{", "at line 1 column 2"),
        (bytes(range(256)), "not UTF-8: byte 0x80 at line 2 column"),
        (b'{"lines": [{"net_price": NaN}]}', "/lines/0/net_price: NaN is not a JSON number"),
        (b"[]", "a request is a JSON object"),
        (b'{"lines": [{"net_pric": 1}]}', "/lines/0/net_pric: nothing has this name (did you mean `net_price`?)"),
        (b"[" * 100_000, "nest more than 32 deep"),
        (b" " * (4 * 1024 * 1024 + 1), "is larger than 4194304 bytes"),
    ],
)
def test_an_unusable_request_is_one_line(
    content: bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "request.json"
    path.write_bytes(content)
    assert decide("price-approval", str(path)) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith(f"dealdesk: {path}: ")
    assert says in line


def test_many_faults_are_still_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps({"lines": [{"quantity": 0}] * 50}))
    assert decide("price-approval", str(path)) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("; and 40 more")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"- a\n- b\n", b"a: b: c\n", b"\x00"])
def test_an_unreadable_policy_is_told_with_its_place(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "policies.yaml"
    path.write_bytes(content)
    assert run(["check", str(path)]) == 1
    assert "policies.yaml:" in capsys.readouterr().out


def test_a_wrong_setting_is_one_line(
    request_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEALDESK_MAX_LINES", "many")
    assert decide("price-approval", request_file) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("dealdesk: DEALDESK_MAX_LINES: ")


def test_as_of_must_be_a_time(request_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert decide("price-approval", request_file, "--as-of", "yesterday") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith('dealdesk: --as-of: not a date or time: "yesterday"')


def test_our_own_mistake_is_one_line_too(
    request_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by zero\nindeed")

    monkeypatch.setattr("api.desk.service.decide_case", broken)
    assert decide("price-approval", request_file) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("dealdesk: internal error: ZeroDivisionError: by zero indeed")


# --- as a process --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_output_that_cannot_be_written(request_file: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = start("decide", "price-approval", request_file, "--policy", str(POLICY), stdout=full)
    assert (done.returncode, done.stderr) == (2, b"dealdesk: standard output: no space left on device\n")


def test_an_output_that_nobody_reads(request_file: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = start("decide", "price-approval", request_file, "--policy", str(POLICY), stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (2, b"")


def test_a_closed_output(request_file: str) -> None:
    command = f'exec "{sys.executable}" -m api decide price-approval "{request_file}" --policy "{POLICY}" >&-'
    done = subprocess.run(["/bin/sh", "-c", command], stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (2, b"dealdesk: standard output is closed\n")


def test_a_closed_input() -> None:
    command = f'exec "{sys.executable}" -m api decide price-approval - --policy "{POLICY}" <&-'
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"dealdesk: standard input is closed\n"


def test_a_terminal_without_chinese(request_file: str) -> None:
    arguments = ("decide", "price-approval", request_file, "--policy", str(POLICY), "--format", "text", "--lang", "zh")
    done = start(*arguments, stdout=subprocess.PIPE, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()


def test_now_is_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps({**QUOTE, "as_of": None}))
    assert decide("price-approval", str(path)) == 0
    moment = datetime.fromisoformat(json.loads(capsys.readouterr().out)["as_of"])
    assert abs((moment - datetime.now(UTC)).total_seconds()) < 60
