"""`dealdesk check`: every problem of a policy, for people, editors, code scanning and pull requests."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.commands.console import DONE, POLICY_HAS_ERRORS, drawings, opened, say, say_json
from api.commands.options import DEFAULT_POLICY, PolicyOption
from api.findings import diagnostic_json, stamp
from api.service import read_policy, source_path
from engine.decision import Json
from rules.diagnostics import Diagnostic
from rules.ir import Policy
from rules.load import Loaded

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="POLICY", help="Default: --policy.", show_default=False)
    ] = None,
    policy: PolicyOption = DEFAULT_POLICY,
    style: Annotated[
        Literal["text", "json", "sarif", "github"],
        typer.Option("--format", help="For people, programs, code scanning, or pull requests."),
    ] = "text",
) -> int:
    """Print every problem of a policy."""
    path = file or policy
    loaded = opened(path, read_policy)
    assert loaded is not None  # reading refuses no policy; it says what is wrong with it
    match style:
        case "json":
            say_json(as_json(path, loaded))
        case "sarif":
            say_json(as_sarif(path, loaded))
        case "github":
            say("\n".join([*(_annotation(path, one) for one in loaded.diagnostics), closing_line(path, loaded)]))
        case "text":
            drawn = drawings(loaded)
            say(f"{drawn}\n\n{closing_line(path, loaded)}" if drawn else closing_line(path, loaded))
    return POLICY_HAS_ERRORS if loaded.policy is None else DONE


def closing_line(path: Path, loaded: Loaded) -> str:
    """Return what was found, counted; for a policy without errors, which policy it is."""
    count = Counter(one.severity for one in loaded.diagnostics)
    found = ", ".join(f"{n} {kind}{'s' * (n > 1)}" for kind in ("error", "warning") if (n := count[kind]))
    about = "" if loaded.policy is None else f" ({_about(loaded.policy)})"
    return f"{path}: {found or 'no problems'}{about}"


def as_json(path: Path, loaded: Loaded) -> dict[str, Json]:
    """Return all findings, and which policy it is."""
    return {
        "file": str(path),
        "policy": stamp(loaded.policy) if loaded.policy else None,
        "diagnostics": [diagnostic_json(one) for one in loaded.diagnostics],
    }


def as_sarif(path: Path, loaded: Loaded) -> dict[str, Json]:
    """Return the findings as SARIF 2.1.0, which code scanning and editors read."""
    codes = sorted({one.code for one in loaded.diagnostics})
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "dealdesk", "rules": [{"id": code} for code in codes]}},
                "columnKind": "unicodeCodePoints",
                "results": [_sarif_result(path, one) for one in loaded.diagnostics],
            }
        ],
    }


def _sarif_result(path: Path, diagnostic: Diagnostic) -> Json:
    span = diagnostic.span
    region: Json = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    location: Json = {"artifactLocation": {"uri": _from_here(path, span.file)}, "region": region}
    return {
        "ruleId": diagnostic.code,
        "level": diagnostic.severity,
        "message": {"text": _with_hint(diagnostic)},
        "locations": [{"physicalLocation": location}],
    }


def _annotation(path: Path, diagnostic: Diagnostic) -> str:
    """Return a workflow command, which GitHub shows beside the line in a pull request."""
    span = diagnostic.span
    place = f"file={_property(_from_here(path, span.file))},line={span.line},col={span.column}"
    title = f"title={_property(diagnostic.code)}"
    return f"::{diagnostic.severity} {place},{title}::{_escaped(_with_hint(diagnostic))}"


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
