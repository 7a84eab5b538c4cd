"""What the analysis finds: a code, a place, a sentence in business words, and a request that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.space.rule_space import Shown
from rules.reports.diagnostics import Diagnostic
from rules.text.source import Span

Severity = Literal["warning", "note"]

# Notes say what an owner may want to know; they are nothing that has to be changed.
SEVERITIES: Mapping[str, Severity] = {"D611": "note", "D613": "note", "D615": "note", "D619": "note"}


@dataclass(frozen=True, slots=True)
class Edit:
    """What a hint advises, as a change of the policy's text: these words instead of those at a place."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; `section` and `rules` say where an acceptance for it may stand.

    `shown` is None where no request can show it: a rule that never fires, a name that nothing uses. Where two requests
    show it together, `beside` is the one that `shown` is compared with. `edits` follow the hint, where it says exactly
    what to write.
    """

    code: str
    message: str
    span: Span
    section: str
    rules: tuple[str, ...] = ()
    hint: str | None = None
    related: tuple[tuple[Span, str], ...] = field(default=())
    shown: Shown | None = None
    beside: Shown | None = None
    edits: tuple[Edit, ...] = ()
    severity: Severity | None = None

    @property
    def diagnostic(self) -> Diagnostic:
        """Return the finding as every door shows what is wrong with a policy."""
        severity = self.severity or SEVERITIES.get(self.code, "warning")
        return Diagnostic(self.code, self.message, self.span, self.hint, severity, self.related)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A question that the analysis could not answer, and what would help."""

    section: str
    question: str
    span: Span
