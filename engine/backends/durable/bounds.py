"""Tests as ranges of slots, perhaps with a few gaps: all that a rule in durable-rules compares.

line.discount "<= 15%" among the limits 15% and 30%     null  <15%  15%  15-30%  30%  >30%
                                                           0     1    2       3    4     5      slots 1 to 2
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias, assert_never

from engine.backends.durable.gauges import Against, Gauge, Given, Names, Passes, Thresholds, gauge_of
from engine.core.interpret import ACCEPTED
from rules import types
from rules.ir import (
    Compare,
    CompareField,
    Equals,
    FieldTest,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    NotOneOf,
    OneOf,
    Operator,
    Present,
    Within,
)
from rules.traverse import literals

# A range with more gaps than this would be a long chain of comparisons; the test gets a gauge of its own instead.
MOST_GAPS = 6

# First and last slot of a stretch, ascending and apart from each other.
Runs: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """A test as durable-rules judges it: the gauge's slot lies in [first, last] and is none of the gaps."""

    gauge: int
    first: int
    last: int
    gaps: tuple[int, ...]


class Gauges:
    """The gauges of one list of rules, numbered as they come to be needed."""

    def __init__(self, tests: Iterable[FieldTest]) -> None:
        """Find for every field the values that all of the tests name."""
        named: dict[str, dict[types.Value, None]] = {}
        for test in tests:
            named.setdefault(test.field, {}).update(dict.fromkeys(literals(test.test)))
        self._of_field = {path: gauge_of(path, list(values)) for path, values in named.items() if values}
        self._numbers: dict[object, int] = {}
        self.all: list[Gauge] = []

    def bounds(self, test: FieldTest, *, holds: bool) -> Bounds:
        """Return where a test holds, or where it does not."""
        gauge, runs = self._placed(test)
        bounds = self._within(gauge, runs if holds else _complement(runs, gauge.last))
        if bounds is None:
            bounds = self._within(Passes(test), ((int(holds), int(holds)),))
        assert bounds is not None
        return bounds

    def _placed(self, test: FieldTest) -> tuple[Gauge, Runs]:
        """Return a test's gauge, and the slots in which it holds."""
        match test.test:
            case Present() | Missing():
                slot = int(isinstance(test.test, Present))
                return Given(test.field), ((slot, slot),)
            case CompareField(operator, other):
                slots = {sign + 1 for sign in ACCEPTED[operator]} | ({3} if operator is Operator.NOT_EQUAL else set())
                return Against(test.field, other), _joined((slot, slot) for slot in slots)
            case HasAny() | HasAll() | HasNone():
                return Passes(test), ((1, 1),)
            case Equals() | OneOf() | NotOneOf() | Compare() | Within():
                gauge = self._of_field[test.field]
                return gauge, _runs(test.test, gauge)
            case _:
                assert_never(test.test)

    def _within(self, gauge: Gauge, runs: Runs) -> Bounds | None:
        """Return slots as a range with gaps; None if it has too many."""
        assert runs, "every test holds somewhere and fails somewhere"
        between = [(before + 1, after) for (_, before), (after, _) in pairwise(runs)]
        if sum(end - start for start, end in between) > MOST_GAPS:
            return None
        gaps = tuple([slot for start, end in between for slot in range(start, end)])
        return Bounds(self._number(gauge), runs[0][0], runs[-1][1], gaps)

    def _number(self, gauge: Gauge) -> int:
        key: object = gauge.field if isinstance(gauge, Thresholds | Names) else gauge
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.all)
            self.all.append(gauge)
        return number


def _runs(test: Equals | OneOf | NotOneOf | Compare | Within, gauge: Thresholds | Names) -> Runs:
    """Return the slots in which a test of a field's value holds."""
    match test:
        case Equals(value):
            return ((gauge.slot_of(value), gauge.slot_of(value)),)
        case OneOf(values):
            return _joined((gauge.slot_of(value), gauge.slot_of(value)) for value in values)
        case NotOneOf(values):
            return _complement(_runs(OneOf(values), gauge), gauge.last)
        case Compare(operator, value):
            slot = gauge.slot_of(value)
            if -1 in ACCEPTED[operator]:
                return ((1, slot if operator is Operator.AT_MOST else slot - 1),)
            return ((slot if operator is Operator.AT_LEAST else slot + 1, gauge.last),)
        case Within(low, low_closed, high, high_closed):
            first = 1 if low is None else gauge.slot_of(low) + (not low_closed)
            last = gauge.last if high is None else gauge.slot_of(high) - (not high_closed)
            return ((first, last),)
        case _:
            assert_never(test)


def _joined(runs: Iterable[tuple[int, int]]) -> Runs:
    """Return runs in order, those that touch made one.

    >>> _joined([(4, 4), (1, 1), (2, 3)])
    ((1, 4),)
    """
    joined: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)


def _complement(runs: Runs, last: int) -> Runs:
    """Return the slots up to `last` that are in no run.

    >>> _complement(((1, 2), (4, 5)), 5)
    ((0, 0), (3, 3))
    """

    def between() -> Iterator[tuple[int, int]]:
        start = 0
        for first, final in (*runs, (last + 1, last + 1)):
            if start < first:
                yield start, first - 1
            start = final + 1

    return tuple(between())
