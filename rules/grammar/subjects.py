"""What a rule is judged for, and which fields each list of rules may name (docs/language.md section 4).

Each list of rules stands at a `Place`, which says what may be tested there. A field that the policy derives is judged
by what it is derived from, however many tables lie between.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from rules.ir import Subject
from rules.reports.report import Report
from rules.text.source import Span
from rules.vocabulary import AS_OF

Objection: TypeAlias = tuple[str, str, str | None]  # code, message and hint

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


_CONTEST = dict.fromkeys(
    ("deal.contenders", "deal.claims_in", "deal.decided_by"), "known only in `deal_registration.contest`"
)
_SCORE = {"partner.score": "known only in `partner_allocation.choose.by`"}
_PROTECTED = dict.fromkeys(("claim.protected", "claim.queued_at"), "known only after eligibility")
_LATER = {**_CONTEST, **_SCORE}

SALES = Place("prices and special orders", COMMON | {"partner", "line", "order"}, OF_LINES, _LATER)

_CLAIMS = COMMON | {"line", "claim", "partner"}
CLAIM_ELIGIBILITY = Place("the eligibility of claims", _CLAIMS, OF_CLAIMS, {**_LATER, **_PROTECTED})
PRIORITY = Place("the priority of claims", _CLAIMS - {"line"}, OF_CLAIMS, _LATER)
CONTEST = Place("a contest of claims", _CLAIMS, OF_CLAIMS, _SCORE)
PROTECTION = Place("the protection of claims", _CLAIMS, OF_CLAIMS, _LATER)

CANDIDATES = Place("an allocation", COMMON | {"line", "partner"}, OF_PARTNERS, _LATER)
CHOICE = Place("the choice of partners", COMMON | {"partner"}, OF_PARTNERS, _CONTEST)

# What the policy's derived fields of an object may be computed from. Everything but lines, claims and candidates is
# there once for a deal; a deal's partner is one, and `check` sees to it that it is not asked for where there are many.
_ONCE = Place("a field that is the same for all lines", COMMON | {"partner", "order"}, {})
DERIVED = {
    "line": Place("a field of a line", COMMON | {"partner", "order", "line"}, OF_LINES),
    "claim": Place("a field of a claim", COMMON | {"partner", "claim"}, OF_CLAIMS),
    "partner": Place("a field of a partner", COMMON | {"partner"}, OF_PARTNERS),
    **dict.fromkeys(("deal", "customer", "registration", "submitter", "order"), _ONCE),
}


def check(uses: Iterable[Use], sources: Mapping[str, frozenset[str]], report: Report) -> None:
    """Report each use of a field where it is not known, or where it could mean several.

    `sources` are the fields that each derived field is computed from directly.
    """
    seen: dict[tuple[int, str], Objection | None] = {}
    for use in uses:
        if use.path == AS_OF.path:
            continue
        key = (id(use.place), use.path)
        if key not in seen:
            seen[key] = _objection(use.path, use.place, sources)
        objection = seen[key]
        if objection:
            code, message, hint = objection
            report.error(code, message, use.span, hint=hint)


def _objection(path: str, place: Place, sources: Mapping[str, frozenset[str]]) -> Objection | None:
    """Return what speaks against a field at a place."""
    own = _object(path)
    if own not in place.objects:
        objects = ", ".join(f"`{name}`" for name in sorted(place.objects))
        hint = f"use fields of {objects}"
        if own == "line" and place is _ONCE:
            hint = "a deal has many lines; a field of the deal may have `sum`, `min` or `max` of them in a formula"
        return "D403", f"`{path}` cannot be used in {place.about}", hint
    for reached in reach(path, sources):
        via = "" if reached == path else f", which is derived from `{reached}`,"
        if reached in place.unknown_here:
            return "D405", f"`{path}`{via} is not known here", f"`{reached}` is {place.unknown_here[reached]}"
        # A field of the deal may be an aggregate of lines, which is the deal's again.
        if _object(reached) not in place.objects | {"line"}:
            return "D403", f"`{path}`{via} cannot be used in {place.about}", None
        several = _asks_for_one_of_several(reached, place, sources)
        if several:
            hint = f"derive a field of `{_object(several)}` instead"
            return "D403", f"`{reached}` is derived from `{several}`, of which there are several here", hint
    return None


def _asks_for_one_of_several(path: str, place: Place, sources: Mapping[str, frozenset[str]]) -> str | None:
    """Return the partner's field that a field of the deal or of a line needs where a deal has several partners."""
    if place.subjects.get(_object(path), Subject.LINE) is not Subject.LINE:
        return None
    needed = sorted(sources.get(path, ()))
    return next((one for one in needed if place.subjects.get(_object(one), Subject.LINE) is not Subject.LINE), None)


def reach(path: str, sources: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return a field and all that it is derived from, however far; the nearest first, in a fixed order."""
    found = {path: None}
    waiting = [path]
    while waiting:
        for source in sorted(sources.get(waiting.pop(0), ())):
            if source not in found:
                found[source] = None
                waiting.append(source)
    return tuple(found)


def _object(path: str) -> str:
    return path.partition(".")[0]
