"""Facts as small integers: durable-rules has binary floats and loose comparisons, and is given neither to judge.

A *gauge* reads one integer off the facts, its *slot*: where a value lies among the thresholds that the rules name,
which of the named texts it is, how two fields compare. That is exact integer arithmetic, done here. Null has a slot of
its own; an unknown field has none.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Protocol

from engine.core.interpret import judge_test, order
from engine.core.views import UNKNOWN, FactView
from rules.ir import FieldTest


class Gauge(Protocol):
    """Reads a slot off the facts."""

    @property
    def last(self) -> int:
        """Return the highest slot; the lowest is 0."""

    def slot(self, view: FactView) -> int | None:
        """Return the slot of the facts; None if what it reads is unknown."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where an ordered value lies: 0 is null, even slots are the thresholds, odd ones lie before, between, after."""

    field: str
    points: Sequence[Any]  # of one type, ascending

    @property
    def last(self) -> int:
        """Return the slot above every threshold."""
        return 2 * len(self.points) + 1

    def slot(self, view: FactView) -> int | None:
        """Return where the field's value lies."""
        value: Any = view[self.field]
        if value is UNKNOWN or value is None:
            return None if value is UNKNOWN else 0
        if isinstance(value, tuple):
            n, d = value
            if d == 0:  # an infinity
                return 1 if n < 0 else self.last
            value = Fraction(n, d)
        return self.slot_of(value)

    def slot_of(self, value: Any) -> int:  # noqa: ANN401 - of the thresholds' own type
        """Return where a value lies that is not null."""
        place = bisect_left(self.points, value)
        meets = place < len(self.points) and self.points[place] == value
        return 2 * place + (2 if meets else 1)


@dataclass(frozen=True, slots=True)
class Names:
    """Which of the named values a text, a term or a boolean is: 0 is null, the last slot is any other value."""

    field: str
    numbers: dict[Any, int]

    @property
    def last(self) -> int:
        """Return the slot of all values that no rule names."""
        return len(self.numbers) + 1

    def slot(self, view: FactView) -> int | None:
        """Return which value the field has."""
        value: Any = view[self.field]
        if value is UNKNOWN or value is None:
            return None if value is UNKNOWN else 0
        return self.slot_of(value)

    def slot_of(self, value: Any) -> int:  # noqa: ANN401 - whatever can be named
        """Return the slot of a value that is not null."""
        return self.numbers.get(value, self.last)


@dataclass(frozen=True, slots=True)
class Given:
    """Whether a field was given and is not null, which is always known."""

    field: str
    last: int = 1

    def slot(self, view: FactView) -> int:
        """Return 1 if it was."""
        value = view[self.field]
        return int(value is not UNKNOWN and value is not None)


@dataclass(frozen=True, slots=True)
class Against:
    """How a field compares with another: 0 below, 1 equal, 2 above or just different, 3 if either is null."""

    field: str
    other: str
    last: int = 3

    def slot(self, view: FactView) -> int | None:
        """Return how they compare."""
        left, right = view[self.field], view[self.other]
        if left is UNKNOWN or right is UNKNOWN:
            return None
        return 3 if left is None or right is None else order(left, right) + 1


@dataclass(frozen=True, slots=True)
class Passes:
    """Whether a field passes one test: of sets, and where a range would have too many gaps."""

    test: FieldTest
    last: int = 1

    def slot(self, view: FactView) -> int | None:
        """Return 1 if it passes; a set of which only some members are known may leave it open."""
        verdict = judge_test(self.test.test, view[self.test.field], None)
        return None if verdict is None else int(verdict)


def gauge_of(path: str, values: list[Any]) -> Thresholds | Names:
    """Return the gauge of a field, given the values that rules name of it; there is at least one."""
    if isinstance(values[0], Fraction | date | timedelta):
        return Thresholds(path, sorted(values))
    return Names(path, {value: number for number, value in enumerate(values, start=1)})
