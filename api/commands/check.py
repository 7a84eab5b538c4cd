"""`dealdesk check`: every problem of a policy, for people, editors, code scanning and pull requests."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, assert_never

import typer

from api.commands.console import DONE, POLICY_HAS_ERRORS, UnusableError, opened, say, say_json
from api.commands.options import DEFAULT_POLICY, PolicyOption
from api.desk.checked import Checked, checked, diagnostic_json, text_of
from api.desk.findings import stamp
from api.desk.service import read_policy, source_path
from engine.core.decision import Json
from engine.core.parts import to_json
from rules.ir import Policy
from rules.reports.codes import TITLES
from rules.reports.diagnostics import Diagnostic

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
NOTICE: Mapping[Literal["error", "warning", "note"], str] = {"error": "error", "warning": "warning", "note": "notice"}


def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="POLICY", help="Default: --policy.", show_default=False)
    ] = None,
    policy: PolicyOption = DEFAULT_POLICY,
    style: Annotated[
        Literal["text", "json", "sarif", "github"],
        typer.Option("--format", help="For people, programs, code scanning, or pull requests."),
    ] = "text",
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail the check too.")] = False,
    as_of: Annotated[
        str | None, typer.Option(help="Check as of this day; default: today.", metavar="DATE", show_default=False)
    ] = None,
) -> int:
    """Print every problem of a policy: what cannot be read, and what a careful reviewer would find."""
    path = file or policy
    loaded = opened(path, read_policy)
    assert loaded is not None  # reading refuses no policy; it says what is wrong with it
    found = checked(loaded, today=_day(as_of))
    match style:
        case "json":
            say_json(as_json(path, found))
        case "sarif":
            say_json(as_sarif(path, found))
        case "github":
            say("\n".join([*(_annotation(path, one) for one in found.diagnostics), closing_line(path, found)]))
        case "text":
            drawn = text_of(found)
            say(f"{drawn}\n\n{closing_line(path, found)}" if drawn else closing_line(path, found))
        case _:
            assert_never(style)
    failing = {"error", "warning"} if strict else {"error"}
    failed = any(one.severity in failing for one in found.diagnostics)
    return POLICY_HAS_ERRORS if failed or found.policy is None else DONE


def _day(written: str | None) -> date | None:
    try:
        return None if written is None else date.fromisoformat(written)
    except ValueError:
        raise UnusableError(f'--as-of: not a date: "{written}"; write 2026-11-21') from None


def closing_line(path: Path, found: Checked) -> str:
    """Return what was found, counted; for a policy without errors, which policy it is."""
    count = Counter(one.severity for one in found.diagnostics)
    counted = [f"{n} {kind}{'s' * (n > 1)}" for kind in NOTICE if (n := count[kind])]
    said = [*(counted or ["no problems"]), *([f"{found.accepted} accepted"] if found.accepted else [])]
    about = "" if found.policy is None else f" ({_about(found.policy)})"
    return f"{path}: {', '.join(said)}{about}"


def as_json(path: Path, found: Checked) -> dict[str, Json]:
    """Return all findings, and which policy it is."""
    return {
        "file": str(path),
        "policy": to_json(stamp(found.policy)) if found.policy else None,
        "diagnostics": [diagnostic_json(found, one) for one in found.diagnostics],
        "accepted": found.accepted,
    }


def as_sarif(path: Path, found: Checked) -> dict[str, Json]:
    """Return the findings as SARIF 2.1.0, which code scanning and editors read."""
    codes = sorted({one.code for one in found.diagnostics})
    rules: list[Json] = [{"id": code, "shortDescription": {"text": TITLES.get(code, code)}} for code in codes]
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "dealdesk", "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "results": [_sarif_result(path, found, one) for one in found.diagnostics],
            }
        ],
    }


def _sarif_result(path: Path, found: Checked, diagnostic: Diagnostic) -> Json:
    span = diagnostic.span
    region: Json = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    location: Json = {"artifactLocation": {"uri": _from_here(path, span.file)}, "region": region}
    result: dict[str, Json] = {
        "ruleId": diagnostic.code,
        "level": diagnostic.severity,
        "message": {"text": _with_hint(diagnostic)},
        "locations": [{"physicalLocation": location}],
    }
    witness = found.witness(diagnostic)
    return {**result, "properties": {"witness": witness}} if witness else result


def _annotation(path: Path, diagnostic: Diagnostic) -> str:
    """Return a workflow command, which GitHub shows beside the line in a pull request."""
    span = diagnostic.span
    place = f"file={_property(_from_here(path, span.file))},line={span.line},col={span.column}"
    title = f"title={_property(diagnostic.code)}"
    return f"::{NOTICE[diagnostic.severity]} {place},{title}::{_escaped(_with_hint(diagnostic))}"


def _from_here(path: Path, file: str) -> str:
    """Return a source's path as seen from where the command runs; code scanning wants slashes."""
    return source_path(path, file).as_posix()


def _with_hint(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.message}; {diagnostic.hint}" if diagnostic.hint else diagnostic.message


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _about(policy: Policy) -> str:
    return f"{policy.name} {policy.version}, {policy.digest[:19]}"
