"""A decision table as an index: per tested field, each value maps to the rules left standing, as one integer's bits.

Bit i stands for rule i. Matching is one look-up and one AND per field, so a table of thousands of rows costs about what
one of twenty does. Two sets of bits run side by side: the rules that hold, and those that are still open because a
field they test is unknown (Kleene's logic, a bit a rule). A rule's tests of different fields fall into different
columns; what is not a plain test of one field (`any`, `not`, a second test of the same field) is judged only for the
rules that everything else has left standing.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

from engine.exact import Ratio
from engine.facts import Row
from engine.interpret import ACCEPTED, judge, judge_test
from engine.views import OWN_OBJECTS, UNKNOWN, View
from rules import types
from rules.ir import (
    Compare,
    CompareField,
    Condition,
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
    Rule,
    Subject,
    Test,
    Within,
)

Bits: TypeAlias = int
# From a field's known value (None for null) to bits. The field's type, checked by the loader, says which values come.
Lookup: TypeAlias = Callable[[Any], Bits]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def positions(bits: Bits) -> Iterator[int]:
    """Yield the positions of the set bits, lowest first.

    >>> list(positions(0b1010))
    [1, 3]
    """
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


@dataclass(frozen=True, slots=True)
class Column:
    """One field's part of the index.

    `bits` maps a known value (None for null) to the rules that this field leaves standing; `unknown_holds` and
    `unknown_open` are the rules that hold, and those that hold or are undetermined, when the field is unknown.
    """

    path: str
    own: bool
    bits: Lookup
    unknown_holds: Bits
    unknown_open: Bits


@dataclass(frozen=True, slots=True)
class Residue:
    """What columns cannot hold: a conjunct of some rules, judged where the rule still stands."""

    condition: Condition
    rules: Bits


class Index:
    """The index of one list of rules with one subject."""

    def __init__(self, rules: Sequence[Rule], subject: Subject) -> None:
        """Build the columns; the cost is about the number of tests times the width of the bits."""
        self._subject = subject
        self._all = (1 << len(rules)) - 1
        plain: dict[str, list[tuple[Bits, Test]]] = {}
        residue: dict[tuple[Condition, int], Bits] = {}
        for number, rule in enumerate(rules):
            taken: set[str] = set()
            said: Counter[Condition] = Counter()
            for part in rule.when.parts:
                if isinstance(part, FieldTest) and part.field not in taken and _fits_column(part.test):
                    taken.add(part.field)
                    plain.setdefault(part.field, []).append((1 << number, part.test))
                else:
                    # A conjunct that a rule says twice fails twice, as everywhere else: a near miss fails just once.
                    said[part] += 1
                    key = (part, said[part])
                    residue[key] = residue.get(key, 0) | 1 << number
        self._columns = tuple(self._column(path, tests) for path, tests in plain.items())
        # What `match` needs of a column, ready to unpack: it runs for every line of every request.
        self._look_ups = tuple(
            (column.own, column.path, column.bits, column.unknown_holds, column.unknown_open)
            for column in self._columns
        )
        self._residues = tuple(Residue(condition, bits) for (condition, _), bits in residue.items())

    def match(self, shared: Row, row: Row) -> tuple[Bits, Bits]:
        """Return the rules that fire and those that are undetermined."""
        holds = open_ = self._all
        for own, path, find, unknown_holds, unknown_open in self._look_ups:
            value = (row if own else shared).get(path, UNKNOWN)
            if value is UNKNOWN:
                holds &= unknown_holds
                open_ &= unknown_open
            else:
                bits = find(value)
                holds &= bits
                open_ &= bits
            if not open_:
                return 0, 0
        if self._residues:
            view = View(self._subject, shared, row)
            for residue in self._residues:
                if residue.rules & open_:
                    verdict = judge(residue.condition, view)
                    if verdict is not True:
                        holds &= ~residue.rules
                    if verdict is False:
                        open_ &= ~residue.rules
        return holds, open_ & ~holds

    def near(self, shared: Row, row: Row) -> Bits:
        """Return the rules of which exactly one conjunct fails and all others hold."""
        failed_once = failed_twice = undetermined = 0
        for holds, open_ in self._verdicts(shared, row):
            failed = self._all & ~open_
            failed_twice |= failed_once & failed
            failed_once |= failed
            undetermined |= open_ & ~holds
        return failed_once & ~failed_twice & ~undetermined

    def _verdicts(self, shared: Row, row: Row) -> Iterator[tuple[Bits, Bits]]:
        """Yield for every column and residue the rules that it lets hold, and those it leaves open."""
        for column in self._columns:
            value = (row if column.own else shared).get(column.path, UNKNOWN)
            if value is UNKNOWN:
                yield column.unknown_holds, column.unknown_open
            else:
                bits = column.bits(value)
                yield bits, bits
        view = View(self._subject, shared, row)
        for residue in self._residues:
            verdict = judge(residue.condition, view)
            without = self._all & ~residue.rules
            yield (self._all if verdict else without), (without if verdict is False else self._all)

    def _column(self, path: str, tests: list[tuple[Bits, Test]]) -> Column:
        untested = self._all & ~_union(bit for bit, _ in tests)
        null = untested | _union(bit for bit, test in tests if judge_test(test, None, None))
        holds = untested | _union(bit for bit, test in tests if judge_test(test, UNKNOWN, None))
        open_ = untested | _union(bit for bit, test in tests if judge_test(test, UNKNOWN, None) is not False)
        given = untested | _union(bit for bit, test in tests if isinstance(test, Present))
        valued = [(bit, test) for bit, test in tests if not isinstance(test, Present | Missing)]
        ordered = any(_is_ordered(value) for _, test in valued for value in _literals(test))
        bits = _threshold_bits(valued, given, null) if ordered else _keyed_bits(valued, given, null)
        own = path.partition(".")[0] in OWN_OBJECTS[self._subject]
        return Column(path, own, bits, holds, open_)


def _fits_column(test: Test) -> bool:
    """Tell whether one known value decides the test by look-up."""
    return not isinstance(test, CompareField | HasAny | HasAll | HasNone)


def _union(bits: Iterable[Bits]) -> Bits:
    union = 0
    for one in bits:
        union |= one
    return union


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


def _keyed_bits(tests: Sequence[tuple[Bits, Test]], given: Bits, null: Bits) -> Lookup:
    """Index tests of texts, terms and booleans: a dictionary from the value."""
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
    find = table.get
    return lambda value: find(value, other)


def _threshold_bits(tests: Sequence[tuple[Bits, Test]], given: Bits, null: Bits) -> Lookup:
    """Index tests of ordered values: slots at and between the thresholds, found by bisection.

    A value becomes an integer that orders against every threshold as the value does: thresholds are even, and whatever
    lies strictly between two neighbours of the common scale is odd. No rounding takes part.
    """
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

    def bits_of_pair(value: Ratio | None) -> Bits:
        if value is None:
            return null
        n, d = value
        if d == 0:
            return slots[0] if n < 0 else slots[-1]
        whole, rest = divmod(n * scale, d)
        return slots[bisect_right(keys, 2 * whole + 1 if rest else 2 * whole)]

    def bits_of_moment(value: date | timedelta | None) -> Bits:
        return null if value is None else slots[bisect_right(keys, 2 * int(_point(value)))]

    numeric = any(isinstance(value, Fraction) for _, test in tests for value in _literals(test))
    return bits_of_pair if numeric else bits_of_moment


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
