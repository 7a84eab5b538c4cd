"""One field's tests as a look-up: from the field's known value to the rules left standing, as bits.

Texts, terms and booleans are keys of a dictionary. Ordered values fall into slots, from one change of the rules to the
next: a value becomes an integer that orders against every threshold as the value does, thresholds being even and
whatever lies strictly between two neighbours of the common scale odd. No rounding takes part.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias, assert_never

from engine.core.interpret import judge_test
from engine.core.views import UNKNOWN, State
from engine.plan.tables.bits import Bits, bits_of
from rules import types
from rules.grammar.points import point
from rules.ir import (
    Compare,
    CompareField,
    Equals,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    NotOneOf,
    OneOf,
    Operator,
    Present,
    Test,
    Within,
)
from rules.traverse import literals


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
    """Bits by slot; `keys` has the places at which rules come or go, on twice the scale `scale`.

    A key 2t stands for reaching the threshold t, a key 2t + 1 for passing it.
    """

    keys: Sequence[int]
    slots: Sequence[Bits]
    scale: int
    null: Bits

    def bits(self, value: Any) -> Bits:  # noqa: ANN401 - the column's tests say which values come
        """Return the rules that a known value leaves standing."""
        if value.__class__ is tuple:
            n, d = value
            if d:
                # The floor of the scaled value and its ceiling: twice the whole number, one more where there is a rest.
                n *= self.scale
                return self.slots[bisect_right(self.keys, n // d - -n // d)]
            return self.slots[0] if n < 0 else self.slots[-1]
        return self.null if value is None else self.slots[bisect_right(self.keys, 2 * int(point(value)))]


Lookup: TypeAlias = Keyed | Thresholds
# Tests of one field by identity, each with the numbers of its rules: a policy's equal tests are mostly one object.
Tests: TypeAlias = dict[int, tuple[Test, list[int]]]


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


def column_of(path: str, tests: Tests, *, own: bool, every: Bits) -> Column:
    """Index one field's tests, each with its rules' numbers; `every` are the bits of all rules."""
    by_class: dict[type[Test], list[int]] = {}
    for test, rules in tests.values():
        by_class.setdefault(type(test), []).extend(rules)
    bits = {kind: bits_of(rules) for kind, rules in by_class.items()}
    examples = {type(test): test for test, _ in tests.values()}
    untested = every ^ _union(bits.values())

    def also(state: State, *verdicts: bool | None) -> Bits:
        # Without a value, a test's class alone decides.
        kinds = [kind for kind, test in examples.items() if judge_test(test, state, None) in verdicts]
        return untested | _union(bits[kind] for kind in kinds)

    valued = {key: found for key, found in tests.items() if not isinstance(found[0], Present | Missing)}
    return Column(
        path,
        own,
        look_up(valued, given=untested | bits.get(Present, 0), null=also(None, True)),
        unknown_holds=also(UNKNOWN, True),
        unknown_open=also(UNKNOWN, True, None),
    )


def _union(bits: Iterable[Bits]) -> Bits:
    union = 0
    for one in bits:
        union |= one
    return union


def look_up(tests: Tests, *, given: Bits, null: Bits) -> Lookup:
    """Index the tests of one field, each with its rules' numbers."""
    ordered = any(_is_ordered(value) for test, _ in tests.values() for value in literals(test))
    return _thresholds(tests, given, null) if ordered else _keyed(tests, given, null)


def _is_ordered(value: types.Value) -> bool:
    return isinstance(value, Fraction | date | timedelta)


def _keyed(tests: Tests, given: Bits, null: Bits) -> Keyed:
    wanted: dict[types.Value, list[int]] = {}
    unwanted: dict[types.Value, list[int]] = {}
    anything_else: list[int] = []
    for test, rules in tests.values():
        match test:
            case Equals() | OneOf() | Compare() | Within():
                into = wanted
            case NotOneOf():
                into = unwanted
                anything_else += rules
            case CompareField() | Present() | Missing() | HasAny() | HasAll() | HasNone():
                raise AssertionError(f"{test!r} names no values to look up")
            case _:
                assert_never(test)
        for value in literals(test):
            into.setdefault(value, []).extend(rules)
    other = given | bits_of(anything_else)
    table: dict[object, Bits] = {
        value: other ^ bits_of(unwanted.get(value, ())) | bits_of(wanted.get(value, ()))
        for value in (*wanted, *unwanted)
    }
    table[None] = null
    return Keyed(table, other)


def _thresholds(tests: Tests, given: Bits, null: Bits) -> Thresholds:
    scale = lcm(*{point(value).denominator for test, _ in tests.values() for value in literals(test)})

    def place(value: types.Value) -> int:
        n, d = point(value).as_integer_ratio()
        return n * (scale // d)

    at_once: list[int] = []
    changes: dict[int, list[int]] = {}
    for test, rules in tests.values():
        for first, past in _stretches(test, place):
            (at_once if first is None else changes.setdefault(first, [])).extend(rules)
            if past is not None:
                changes.setdefault(past, []).extend(rules)
    standing = given | bits_of(at_once)
    slots = [standing]
    keys = sorted(changes)
    for key in keys:
        standing ^= bits_of(changes[key])
        slots.append(standing)
    return Thresholds(keys, slots, scale, null)


def _stretches(test: Test, place: Callable[[types.Value], int]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the stretches in which a test holds: its first key and the first one past it, None for infinity."""
    match test:
        case Within(low, low_closed, high, high_closed):
            first = None if low is None else 2 * place(low) + (not low_closed)
            past = None if high is None else 2 * place(high) + high_closed
            if first is None or past is None or first < past:
                yield first, past
        case Compare(operator, value):
            at = 2 * place(value) + (operator in (Operator.AT_MOST, Operator.GREATER))
            yield (None, at) if operator in (Operator.LESS, Operator.AT_MOST) else (at, None)
        case Equals(value):
            yield 2 * place(value), 2 * place(value) + 1
        case OneOf(values):
            for at in {place(value) for value in values}:
                yield 2 * at, 2 * at + 1
        case NotOneOf(values):
            first = None
            for at in sorted({place(value) for value in values}):
                yield first, 2 * at
                first = 2 * at + 1
            yield first, None
        case CompareField() | Present() | Missing() | HasAny() | HasAll() | HasNone():
            raise AssertionError(f"{test!r} has no stretches")
        case _:
            assert_never(test)
