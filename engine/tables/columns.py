"""One field's tests as a look-up: from the field's known value to the rules left standing, as bits.

Texts, terms and booleans are keys of a dictionary. Ordered values fall into slots, at the thresholds and between them:
a value becomes an integer that orders against every threshold as the value does, thresholds being even and whatever
lies strictly between two neighbours of the common scale odd. No rounding takes part.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

from engine.interpret import ACCEPTED
from engine.tables.bits import Bits
from rules import types
from rules.ir import Compare, Equals, NotOneOf, OneOf, Operator, Test, Within

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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
                return self.slots[bisect_right(self.keys, 2 * int(_point(moment)))]


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
    ordered = any(_is_ordered(value) for _, test in tests for value in _literals(test))
    return _thresholds(tests, given, null) if ordered else _keyed(tests, given, null)


def _literals(test: Test) -> tuple[types.Value, ...]:
    match test:
        case Equals(value) | Compare(_, value):
            return (value,)
        case OneOf(values) | NotOneOf(values):
            return values
        case Within(low, _, high, _):
            return tuple(end for end in (low, high) if end is not None)
        case _:
            return ()


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
        for value in _literals(test):
            into[value] = into.get(value, 0) | bit
    named = [*wanted, *unwanted]
    table: dict[object, Bits] = {value: other & ~unwanted.get(value, 0) | wanted.get(value, 0) for value in named}
    table[None] = null
    return Keyed(table, other)


def _thresholds(tests: Sequence[tuple[Bits, Test]], given: Bits, null: Bits) -> Thresholds:
    literals = sorted({_point(value) for _, test in tests for value in _literals(test)})
    scale = lcm(*(point.denominator for point in literals))
    slot_of = {point: 2 * number + 1 for number, point in enumerate(literals)}
    last = 2 * len(literals)
    starts = [0] * (last + 2)
    for bit, test in tests:
        for first, final in _slots(test, slot_of, last):
            starts[first] ^= bit
            starts[final + 1] ^= bit
    standing = given
    slots = []
    for change in starts[: last + 1]:
        standing ^= change
        slots.append(standing)
    keys = [key for point in literals for key in (int(2 * scale * point), int(2 * scale * point) + 1)]
    return Thresholds(keys, slots, scale, null)


def _point(value: types.Value) -> Fraction:
    """Return an ordered value's place on the number line: days for dates, microseconds for times and durations."""
    match value:
        case Fraction():
            return value
        case datetime():
            return Fraction((value - _EPOCH) // _MICROSECOND)
        case date():
            return Fraction(value.toordinal())
        case timedelta():
            return Fraction(value // _MICROSECOND)
    raise AssertionError(f"{value!r} has no order")


def _slots(test: Test, slot_of: dict[Fraction, int], last: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of slots in which a test holds: odd slots are thresholds, even ones lie between them."""
    match test:
        case Equals(value):
            slot = slot_of[_point(value)]
            yield slot, slot
        case OneOf(values):
            for slot in {slot_of[_point(value)] for value in values}:
                yield slot, slot
        case NotOneOf(values):
            first = 0
            for slot in sorted({slot_of[_point(value)] for value in values}):
                yield first, slot - 1
                first = slot + 1
            yield first, last
        case Compare(operator, value):
            slot = slot_of[_point(value)]
            if -1 in ACCEPTED[operator]:
                yield 0, slot if operator is Operator.AT_MOST else slot - 1
            else:
                yield slot if operator is Operator.AT_LEAST else slot + 1, last
        case Within(low, low_closed, high, high_closed):
            first = 0 if low is None else slot_of[_point(low)] + (not low_closed)
            final = last if high is None else slot_of[_point(high)] - (not high_closed)
            if first <= final:
                yield first, final
