"""A policy's findings as data, for every door."""

from engine.core.decision import Json
from rules.ir import Policy
from rules.reports.diagnostics import Diagnostic


def diagnostic_json(diagnostic: Diagnostic) -> dict[str, Json]:
    """Return a finding as data."""
    span = diagnostic.span
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "related": [
            {"message": note, "file": place.file, "line": place.line, "column": place.column}
            for place, note in diagnostic.related
        ],
    }


def stamp(policy: Policy) -> dict[str, Json]:
    """Return which policy it is."""
    return {"name": policy.name, "version": policy.version, "digest": policy.digest}
