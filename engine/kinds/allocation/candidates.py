"""Candidates after eligibility and scoring (docs/language.md section 8): what is certain, and what is left open.

A rule that names a partner speaks of that candidate; one that names only the deal, or a line, of all of them. A rule
that names lines gives its points for every line that it fires for. A formula whose value is null gives no points.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.core.exact import ZERO, Ratio, add
from engine.core.facts import Facts, Row
from engine.core.interpret import compute
from engine.core.views import UNKNOWN, State, View
from engine.kinds.elimination.doubts import Doubt, Inputs, fields_of, merged, undetermined, unknown_sources
from engine.plan.groups import Engine, Group, Match, match_rows
from engine.plan.tables.bits import positions
from rules.ir import Rule, Score, Subject
from rules.traverse import expression_fields

Numbered: TypeAlias = tuple[tuple[int, Row], ...]


@dataclass(frozen=True, slots=True)
class Excluding:
    """These candidates are out."""

    candidates: frozenset[int]

    def is_about(self, candidate: int) -> bool:
        """Return whether the candidate is one of them."""
        return candidate in self.candidates


@dataclass(frozen=True, slots=True)
class Scoring:
    """A rule's points for one candidate or, with None, for all; `line` is the line that it is judged for."""

    rule: str
    line: int | None
    candidate: int | None
    points: State

    def is_about(self, candidate: int) -> bool:
        """Return whether the candidate gets the points."""
        return self.candidate is None or self.candidate == candidate


@dataclass(frozen=True, eq=False)
class Candidates:
    """The candidates of a request in the order of their ids, in which all else counts them."""

    ids: tuple[str, ...]
    numbered: Numbered
    eligibility: tuple[Match, ...]
    excluded: frozenset[int]
    exclusions: tuple[Doubt[Excluding], ...]

    @property
    def eligible(self) -> tuple[int, ...]:
        """Return those who are not certainly out."""
        return tuple([candidate for candidate in range(len(self.ids)) if candidate not in self.excluded])

    def rules_of(self, candidate: int) -> list[Rule]:
        """Return the fired rules that are about a candidate, each once."""
        number = self.numbered[candidate][0]
        about = [
            match for match in self.eligibility if match.group.subject is not Subject.PARTNER or match.number == number
        ]
        fired = {match.group.rules[n].id: match.group.rules[n] for match in about for n in positions(match.fired)}
        return list(fired.values())


@dataclass(frozen=True, eq=False)
class Scores:
    """The points of every candidate by the rules that fire, and those that undetermined rules may add."""

    matches: tuple[Match, ...]
    points: tuple[tuple[Scoring, ...], ...]
    doubts: tuple[Doubt[Scoring], ...]
    unknown: tuple[frozenset[str], ...]  # fields that leave a candidate's points unknown
    by_candidate: Mapping[int | None, tuple[Doubt[Scoring], ...]]  # the doubts; those about all are under None

    def doubted(self, candidate: int) -> tuple[Doubt[Scoring], ...]:
        """Return the doubts about a candidate."""
        return (*self.by_candidate.get(None, ()), *self.by_candidate.get(candidate, ()))


def judge_candidates(
    engine: Engine, groups: Iterable[Group], facts: Facts, inputs: Inputs, *, near: bool
) -> Candidates:
    """Judge eligibility, candidate by candidate."""
    given = facts.candidates or []
    numbers = sorted(range(len(given)), key=lambda number: str(given[number]["partner.id"]))
    numbered = tuple([(number, given[number]) for number in numbers])
    matches = tuple([match for group in groups for match in match_rows(engine, group, facts, numbered, near=near)])
    place = {number: candidate for candidate, number in enumerate(numbers)}
    excluded = {candidate for match in matches if match.fired for candidate in _spoken_of(match, place)}
    doubts = [
        Doubt(Excluding(alive), fields_of(match, rule, facts.shared, inputs))
        for match, rule in undetermined(matches)
        if (alive := frozenset(_spoken_of(match, place)) - excluded)
    ]
    ids = tuple([str(row["partner.id"]) for _, row in numbered])
    return Candidates(ids, numbered, matches, frozenset(excluded), merged(doubts))


def _spoken_of(match: Match, place: dict[int, int]) -> Iterable[int]:
    if match.group.subject is Subject.PARTNER:
        assert match.number is not None
        return (place[match.number],)
    return range(len(place))


def judge_scores(
    engine: Engine, groups: Iterable[Group], facts: Facts, inputs: Inputs, *, candidates: Candidates, near: bool
) -> Scores:
    """Judge the score rules for those who are not certainly out."""
    eligible = [candidates.numbered[candidate] for candidate in candidates.eligible]
    place = {number: candidate for candidate, (number, _) in enumerate(candidates.numbered)}
    matches = tuple([match for group in groups for match in match_rows(engine, group, facts, eligible, near=near)])
    own: dict[int, list[Scoring]] = {candidate: [] for candidate in candidates.eligible}
    common: list[Scoring] = []
    unknown: dict[int | None, frozenset[str]] = {}
    for match in matches:
        for n in positions(match.fired):
            scoring, missing = _scoring(match, match.group.rules[n], facts, inputs, place)
            (common if scoring.candidate is None else own[scoring.candidate]).append(scoring)
            unknown[scoring.candidate] = unknown.get(scoring.candidate, frozenset()) | missing
    doubts = []
    for match, rule in undetermined(matches):
        scoring, missing = _scoring(match, rule, facts, inputs, place)
        if scoring.points is UNKNOWN or (isinstance(scoring.points, tuple) and scoring.points[0]):
            doubts.append(Doubt(scoring, fields_of(match, rule, facts.shared, inputs) | missing))
    everyone = range(len(candidates.ids))
    distinct = merged(doubts)
    by_candidate: dict[int | None, tuple[Doubt[Scoring], ...]] = {}
    for doubt in distinct:
        by_candidate[doubt.effect.candidate] = (*by_candidate.get(doubt.effect.candidate, ()), doubt)
    return Scores(
        matches=matches,
        points=tuple([(*common, *own.get(candidate, ())) for candidate in everyone]),
        doubts=distinct,
        unknown=tuple([unknown.get(None, frozenset()) | unknown.get(candidate, frozenset()) for candidate in everyone]),
        by_candidate=by_candidate,
    )


def _scoring(
    match: Match, rule: Rule, facts: Facts, inputs: Inputs, place: dict[int, int]
) -> tuple[Scoring, frozenset[str]]:
    """Return a rule's points, and the unknown fields that leave them unknown."""
    view = View(match.group.subject, facts.shared, match.row)
    formulas = [effect.points for effect in rule.effects if isinstance(effect, Score)]
    states = [compute(formula, view, facts.lines) for formula in formulas]
    points = total(states)
    read = [path for formula in formulas for path in expression_fields(formula)] if points is UNKNOWN else []
    is_line, is_partner = match.group.subject is Subject.LINE, match.group.subject is Subject.PARTNER
    scoring = Scoring(
        rule.id,
        match.number if is_line else None,
        place[match.number] if is_partner and match.number is not None else None,
        points,
    )
    return scoring, unknown_sources([path for path in read if view[path] is UNKNOWN], view, inputs)


def total(states: Sequence[State]) -> State:
    """Return the sum of what is not null; null if nothing else is there, unknown if any is."""
    if UNKNOWN in states:
        return UNKNOWN
    known = [state for state in states if isinstance(state, tuple)]
    result: Ratio | None = ZERO if known else None
    for state in known:
        result = add(result, state) if result is not None else None
    return result


def score_of(points: Iterable[Scoring]) -> State:
    """Return a score: what is null counts zero."""
    return total([ZERO, *[scoring.points for scoring in points]])
