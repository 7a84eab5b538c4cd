"""One field's tests as a look-up: from the field's known value to the rules left standing, as bits.

Texts, terms and booleans are keys of a dictionary. Ordered values fall into slots, at the thresholds and between them:
a value becomes an integer that orders against every threshold as the value does, thresholds being even and whatever
lies strictly between two neighbours of the common scale odd. No rounding takes part.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

from engine.interpret import ACCEPTED
from engine.tables.bits import Bits
from rules import types
from rules.ir import Compare, Equals, NotOneOf, OneOf, Operator, Test, Within
from rules.points import point
from rules.walk import literals


@dataclass(frozen=True, slots=True)
class Keyed:
    """Bits by value; `other` for every value that no test names. None is a key."""

    table: Mapping[object, Bits]
    other: Bits

    def bits(self, value: object) -> Bits:
        """Return the rules that a known value leaves standing."""
        return self.table.get(value, self.other)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Bits by slot; `keys` holds each threshold's own integer and the one just past it, on the scale `scale`."""

    keys: Sequence[int]
    slots: Sequence[Bits]
    scale: int
    null: Bits

    def bits(self, value: Any) -> Bits:  # noqa: ANN401 - the column's tests say which values come
        """Return the rules that a known value leaves standing."""
        match value:
            case None:
                return self.null
            case (n, 0):
                return self.slots[0] if n < 0 else self.slots[-1]
            case (n, d):
                whole, rest = divmod(n * self.scale, d)
                return self.slots[bisect_right(self.keys, 2 * whole + (rest > 0))]
            case moment:
                return self.slots[bisect_right(self.keys, 2 * int(point(moment)))]


Lookup: TypeAlias = Keyed | Thresholds


@dataclass(frozen=True, slots=True)
class Column:
    """One field's part of the index.

    `look_up` maps a known value (None for null) to the rules that this field leaves standing; `unknown_holds` and
    `unknown_open` are the rules that hold, and those that hold or are undetermined, when the field is unknown.
    """

    path: str
    own: bool
    look_up: Lookup
    unknown_holds: Bits
    unknown_open: Bits


def look_up(tests: Sequence[tuple[Bits, Test]], *, given: Bits, null: Bits) -> Lookup:
    """Index the tests of one field, each with its rule's bit.

    `given` are the rules that any known value leaves standing, `null` those that null does.
    """
    ordered = any(_is_ordered(value) for _, test in tests for value in literals(test))
    return _thresholds(tests, given, null) if ordered else _keyed(tests, given, null)


def _is_ordered(value: types.Value) -> bool:
    return isinstance(value, Fraction | date | timedelta)


def _keyed(tests: Sequence[tuple[Bits, Test]], given: Bits, null: Bits) -> Keyed:
    wanted: dict[types.Value, Bits] = {}
    unwanted: dict[types.Value, Bits] = {}
    other = given
    for bit, test in tests:
        into = unwanted if isinstance(test, NotOneOf) else wanted
        if into is unwanted:
            other |= bit
        for value in literals(test):
            into[value] = into.get(value, 0) | bit
    named = [*wanted, *unwanted]
    table: dict[object, Bits] = {value: other & ~unwanted.get(value, 0) | wanted.get(value, 0) for value in named}
    table[None] = null
    return Keyed(table, other)


def _thresholds(tests: Sequence[tuple[Bits, Test]], given: Bits, null: Bits) -> Thresholds:
    scale = lcm(*(point(value).denominator for _, test in tests for value in literals(test)))

    def place(value: types.Value) -> int:
        found = point(value)
        return found.numerator * (scale // found.denominator)

    places = sorted({place(value) for _, test in tests for value in literals(test)})
    slot_of = {found: 2 * number + 1 for number, found in enumerate(places)}
    last = 2 * len(places)
    starts = [0] * (last + 2)
    for bit, test in tests:
        for first, final in _slots(test, lambda value: slot_of[place(value)], last):
            starts[first] ^= bit
            starts[final + 1] ^= bit
    standing = given
    slots = []
    for change in starts[: last + 1]:
        standing ^= change
        slots.append(standing)
    keys = [key for found in places for key in (2 * found, 2 * found + 1)]
    return Thresholds(keys, slots, scale, null)


def _slots(test: Test, slot: Callable[[types.Value], int], last: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of slots in which a test holds: odd slots are thresholds, even ones lie between them."""
    match test:
        case Equals(value):
            at = slot(value)
            yield at, at
        case OneOf(values):
            for at in {slot(value) for value in values}:
                yield at, at
        case NotOneOf(values):
            first = 0
            for at in sorted({slot(value) for value in values}):
                yield first, at - 1
                first = at + 1
            yield first, last
        case Compare(operator, value):
            at = slot(value)
            if -1 in ACCEPTED[operator]:
                yield 0, at if operator is Operator.AT_MOST else at - 1
            else:
                yield at if operator is Operator.AT_LEAST else at + 1, last
        case Within(low, low_closed, high, high_closed):
            first = 0 if low is None else slot(low) + (not low_closed)
            final = last if high is None else slot(high) - (not high_closed)
            if first <= final:
                yield first, final
