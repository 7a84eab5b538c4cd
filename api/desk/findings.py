"""A policy's findings as data, for every door."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from engine.answers.decisions import PolicyStamp
from engine.core.decision import Json
from engine.core.parts import Part, to_json
from rules.ir import Policy
from rules.reports.diagnostics import Diagnostic

File = Annotated[str, Meta(description="The policy file, as it was given, or as it is included.")]
Line = Annotated[int, Meta(ge=0, description="The line in the file, from 1.")]
Column = Annotated[int, Meta(ge=0, description="The column in the line, from 1.")]
Message = Annotated[str, Meta(description="In words, for people.")]


class RelatedPlace(Part, frozen=True):
    """Another place that a finding is about."""

    message: Message
    file: File
    line: Line
    column: Column


class Finding(Part, frozen=True):
    """A finding about a policy, at its place."""

    severity: Annotated[Literal["error", "warning", "note"], Meta(description="A policy with an error is not served.")]
    code: Annotated[str, Meta(description="Which finding it is: `D101`.")]
    message: Message
    hint: Annotated[str | None, Meta(description="How to mend it, or null.")]
    file: File
    line: Line
    column: Column
    end_line: Line
    end_column: Column
    related: Annotated[Sequence[RelatedPlace], Meta(description="Other places that it is about.")]
    drawing: Annotated[str, Meta(description="The place in the file, drawn for people.")] | None = None


def finding_of(diagnostic: Diagnostic, drawing: str | None = None) -> Finding:
    """Return a finding, with its drawing where one is wanted."""
    span = diagnostic.span
    return Finding(
        severity=diagnostic.severity,
        code=diagnostic.code,
        message=diagnostic.message,
        hint=diagnostic.hint,
        file=span.file,
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        related=[RelatedPlace(note, place.file, place.line, place.column) for place, note in diagnostic.related],
        drawing=drawing,
    )


def diagnostic_json(diagnostic: Diagnostic) -> dict[str, Json]:
    """Return a finding as data."""
    return to_json(finding_of(diagnostic))


def stamp(policy: Policy) -> PolicyStamp:
    """Return which policy it is."""
    return PolicyStamp(policy.name, policy.version, policy.digest)
