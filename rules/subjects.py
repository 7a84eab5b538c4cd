"""What a rule is judged for, and which fields each list of rules may name (end of LANGUAGE.md section 4, section 10).

A list of rules is known by its section's name. `PLACES` says what may be tested there; a field that the policy derives
is judged by what it is derived from, however many tables lie between.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rules.ir import Subject
from rules.source import Span

COMMON = frozenset({"deal", "customer", "registration", "submitter"})
OF_CLAIMS = {"line": Subject.LINE, "claim": Subject.CLAIM, "partner": Subject.CLAIM}
OF_PARTNERS = {"line": Subject.LINE, "partner": Subject.PARTNER}
OF_LINES = {"line": Subject.LINE}


@dataclass(frozen=True, slots=True)
class Place:
    """What a list of rules is about, the objects that it may test, and fields that are known only elsewhere."""

    about: str
    objects: frozenset[str]
    subjects: Mapping[str, Subject]
    unknown_here: Mapping[str, str] = field(default_factory=dict)

    def subject(self, paths: Iterable[str]) -> Subject:
        """Return what a rule that names these fields is judged for."""
        found = {self.subjects.get(path.partition(".")[0], Subject.DEAL) for path in paths} - {Subject.DEAL}
        return min(found, key=list(Subject).index, default=Subject.DEAL)

    def mixed(self, paths: Iterable[str]) -> tuple[str, str] | None:
        """Return two fields that cannot be judged together, if there are any."""
        first: dict[Subject, str] = {}
        for path in paths:
            subject = self.subjects.get(path.partition(".")[0])
            if subject:
                first.setdefault(subject, path)
        one, other, *_ = (*first.values(), "", "")
        return (one, other) if other else None


@dataclass(frozen=True, slots=True)
class Use:
    """A field that is named at a place."""

    path: str
    span: Span
    place: Place


CONTEST = {
    "deal.contenders": "known only in `contest`",
    "deal.decided_by": "known only in `contest`",
}
SCORE = {"partner.score": "known only in `choose.by`"}
PROTECTED = {"claim.protected": "known only after eligibility"}

SALES = Place("a price", COMMON | {"partner", "line", "order"}, OF_LINES, {**CONTEST, **SCORE})
CLAIMS = Place("a registration", COMMON | {"partner", "line", "claim"}, OF_CLAIMS, {**CONTEST, **SCORE})
CANDIDATES = Place("an allocation", COMMON | {"partner", "line"}, OF_PARTNERS, {**CONTEST, **SCORE})
