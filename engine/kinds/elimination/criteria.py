"""From criteria to places: every contender's value by every criterion, in the order of integers.

Numbers are compared exactly, as pairs; terms by the owner's order, earlier is better; a condition that holds is better
than one that does not. A tolerance is in the field's own unit, of days and moments a duration, and its bound is
still within.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cmp_to_key
from itertools import pairwise
from typing import assert_never

from engine.core import figures
from engine.core.decision import Json
from engine.core.exact import Ratio, compare, ratio, subtract
from engine.core.facts import Row
from engine.core.interpret import order
from engine.core.moments import Reckoning
from engine.core.values import PartialSet, Value
from engine.core.views import UNKNOWN, State, View
from engine.kinds.elimination.doubts import unknown_fields
from engine.kinds.elimination.ranking import Scale
from engine.plan.groups import Engine, Group
from rules.durations import Duration
from rules.ir import AllOf, Criterion, Policy, Preference, Rule, Subject
from rules.traverse import condition_fields
from rules.types import Scalar, Term, Type

_UNKNOWN_PLACE = -1


def _is_descending(preference: Preference) -> bool:
    """Return whether the largest value is the best."""
    match preference:
        case Preference.PREFER | Preference.HIGHEST | Preference.LATEST:
            return True
        case Preference.LOWEST | Preference.EARLIEST | Preference.BEST:
            return False
        case _:
            assert_never(preference)


@dataclass(frozen=True, eq=False)
class _Measure:
    """A criterion made ready: a condition as a group of one rule, or a field's type."""

    criterion: Criterion
    group: Group | None
    kind: Type


@dataclass(frozen=True, eq=False)
class Criteria:
    """Criteria made ready for contenders of one subject."""

    measures: tuple[_Measure, ...]
    subject: Subject
    reckoning: Reckoning
    places: int

    @staticmethod
    def of(criteria: Sequence[Criterion], subject: Subject, policy: Policy) -> "Criteria":
        """Index the conditions."""
        measures = tuple([_measure(criterion, subject, policy) for criterion in criteria])
        return Criteria(measures, subject, Reckoning.of(policy), policy.places)

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields that the criteria read, as often as they stand there."""
        found: list[str] = []
        for measure in self.measures:
            found += criterion_fields(measure.criterion)
        return tuple(found)

    def scales(self, engine: Engine, shared: Row, rows: Sequence[Row]) -> tuple[Scale, ...]:
        """Place the rows by every criterion."""
        return tuple([self._scale(measure, engine, shared, rows) for measure in self.measures])

    def basis(self) -> list[Json]:
        """Return the criteria as a trace's reader needs them to eliminate again."""
        return [_described(measure, self.places) for measure in self.measures]

    def _scale(self, measure: _Measure, engine: Engine, shared: Row, rows: Sequence[Row]) -> Scale:
        states: list[State]
        if measure.group:
            matches = [engine.judge(measure.group, shared, row) for row in rows]
            states = [UNKNOWN if match.undetermined else bool(match.fired) for match in matches]
        else:
            assert measure.criterion.field is not None
            states = [View(self.subject, shared, row)[measure.criterion.field] for row in rows]
        return scale_of(measure.criterion, measure.kind, states, self.reckoning, self.places)


def criterion_fields(criterion: Criterion) -> tuple[str, ...]:
    """Return the fields that a criterion reads."""
    if criterion.condition is not None:
        return tuple(condition_fields(criterion.condition))
    return (criterion.field,) if criterion.field is not None else ()


def _measure(criterion: Criterion, subject: Subject, policy: Policy) -> _Measure:
    if criterion.condition is None:
        assert criterion.field is not None
        return _Measure(criterion, None, policy.fields[criterion.field].type)
    condition = criterion.condition if isinstance(criterion.condition, AllOf) else AllOf((criterion.condition,))
    rule = Rule(criterion.id, "", subject, condition, (), criterion.because, criterion.span)
    return _Measure(criterion, Group.of((rule,), subject), Scalar.BOOLEAN)


def scale_of(
    criterion: Criterion, kind: Type, states: Sequence[State], reckoning: Reckoning, places_shown: int
) -> Scale:
    """Place the values of one criterion, and find how far its tolerance reaches."""
    keys = [_key(state, kind) for state in states]
    known = [key for key in keys if key is not UNKNOWN and key is not None]
    compared = sorted(known, key=cmp_to_key(_order), reverse=_is_descending(criterion.preference))
    steps: list[Value] = [*compared[:1]]
    place_of: dict[Value, int] = dict.fromkeys(steps, 0)
    for before, value in pairwise(compared):
        if _order(before, value):
            steps.append(value)
        place_of[value] = len(steps) - 1
    null = len(steps)
    places = [
        _UNKNOWN_PLACE if key is UNKNOWN else null if key is None else place_of[key]
        for key in keys
    ]  # fmt: skip
    unknown = frozenset([number for number, place in enumerate(places) if place == _UNKNOWN_PLACE])
    reach = (*_reach(steps, criterion, reckoning), null)
    return Scale(criterion, kind, tuple(states), tuple(places), reach, unknown, places_shown)


def _key(state: State, kind: Type) -> State:
    """Return what a value is ordered by: its own order, but of a term the place among its values."""
    if isinstance(state, PartialSet):
        return UNKNOWN
    return (kind.values.index(state), 1) if isinstance(kind, Term) and isinstance(state, str) else state


def _order(left: Value, right: Value) -> int:
    if isinstance(left, bool) and isinstance(right, bool):
        return int(left) - int(right)
    return order(left, right)


def _reach(steps: Sequence[Value], criterion: Criterion, reckoning: Reckoning) -> Iterator[int]:
    """Yield for each place the last one whose value is near enough; with no tolerance only the place itself."""
    within = criterion.within
    if isinstance(within, Duration):
        yield from reckoning.reaches([value for value in steps if isinstance(value, date)], within)
        return
    last = 0
    for place, best in enumerate(steps):
        last = max(last, place)
        while within is not None and last + 1 < len(steps) and _near(best, steps[last + 1], within):
            last += 1
        yield last


def _near(best: Value, value: Value, within: object) -> bool:
    """Return whether two values lie within a tolerance; the bound itself is within."""
    if isinstance(within, timedelta):
        return _distance(best, value) <= within
    assert isinstance(best, tuple)
    assert isinstance(value, tuple)
    difference = subtract(best, value)
    return difference is not None and compare(_absolute(difference), ratio(within)) <= 0  # type: ignore[arg-type]


def _absolute(value: Ratio) -> Ratio:
    return abs(value[0]), value[1]


def _distance(best: Value, value: Value) -> timedelta:
    assert isinstance(best, timedelta)
    assert isinstance(value, timedelta)
    return abs(best - value)


def _described(measure: _Measure, places: int) -> dict[str, Json]:
    criterion = measure.criterion
    described: dict[str, Json] = {"criterion": criterion.id, "preference": criterion.preference.value}
    if criterion.field is not None:
        described["field"] = criterion.field
    if criterion.within is not None:
        within = criterion.within
        match within:
            case Duration():
                described["within"] = str(within)
            case timedelta():
                described["within"] = figures.duration(within)
            case Fraction():
                described["within"] = str(figures.text(ratio(within), measure.kind, places))
            case _:
                assert_never(within)
    if criterion.preference is Preference.BEST and isinstance(measure.kind, Term):
        described["order"] = list(measure.kind.values)
    return described


def unknown_of(scale: Scale, row: Row, shared: Row, subject: Subject) -> Iterator[str]:
    """Yield the fields because of which a row's value is unknown."""
    criterion = scale.criterion
    if criterion.condition is None:
        return iter(criterion_fields(criterion))
    return unknown_fields(criterion.condition, View(subject, shared, row))
