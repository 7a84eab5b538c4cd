"""The space that rules divide: for each tested field the slots between which no rule can tell a difference.

A field of an order has a slot for each value that a rule names and one for each stretch between two of them; other
fields have one for each named value and one for any other; each has one for null. A set has a dimension for each member
that a rule asks for, two fields that are compared with each other have one of their own, and what has too many cases
is a dimension with the slots false and true. A condition becomes clauses: boxes of slots, any of which makes it true.

The dimensions are taken as independent of each other. The real space is a part of this one: what is true of all of
this space is true of the real one, and what is found somewhere here must still be shown to be possible.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TypeAlias, assert_never

from engine.analysis.points import between, point, value_at
from rules import types
from rules.ir import (
    AllOf,
    AnyOf,
    Compare,
    CompareField,
    Condition,
    Equals,
    Field,
    FieldTest,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    Not,
    NotOneOf,
    OneOf,
    Operator,
    Present,
    Test,
    Within,
)
from rules.types import ORDERED, Scalar, SetOf, Term, Type

Mask: TypeAlias = int
# By the number of a dimension the slots that are allowed in it; a dimension that is not there is free.
Box: TypeAlias = Mapping[int, Mask]

MOST_CLAUSES = 64
NULL: Mask = 1


class Form(Enum):
    """What a dimension stands for."""

    ORDERED = "ordered"
    KEYED = "keyed"
    MEMBER = "member"
    GIVEN = "given"
    PAIR = "pair"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class Slot:
    """Values that no rule tells apart: one value, or those strictly between two, or any other."""

    value: types.Value | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    word: str = ""


@dataclass(frozen=True, eq=False)
class Dim:
    """A dimension; slot 0 is null, except where it is a condition's `false`."""

    number: int
    form: Form
    path: str
    type: Type
    slots: tuple[Slot, ...]
    domain: Mask
    other: str = ""
    condition: Condition | None = None
    places: tuple[Fraction, ...] = ()

    @property
    def given(self) -> Mask:
        """Return the slots that are not null."""
        return self.domain if self.form is Form.CONDITION else self.domain & ~NULL

    @property
    def all(self) -> Mask:
        """Return all slots, possible or not."""
        return (1 << len(self.slots)) - 1


# What the derived fields of the language can be, whatever the request: low end and high end, each with its closedness.
BOUNDS: Mapping[str, tuple[int | None, bool, int | None, bool]] = {
    "line.list_total": (0, False, None, False),
    "line.net_total": (0, True, None, False),
    "line.cost_total": (0, True, None, False),
    "deal.list_total": (0, False, None, False),
    "deal.net_total": (0, True, None, False),
    "deal.cost_total": (0, True, None, False),
    "line.discount": (None, False, 1, True),
    "deal.discount": (None, False, 1, True),
    "line.margin": (None, False, 1, True),
    "deal.margin": (None, False, 1, True),
    "deal.quantity": (1, True, None, False),
    "deal.line_count": (1, True, None, False),
    "deal.contenders": (0, True, None, False),
}


def tests_of(condition: Condition) -> Iterable[FieldTest]:
    """Yield the tests of a condition."""
    match condition:
        case FieldTest():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from tests_of(part)
        case Not(part):
            yield from tests_of(part)
        case _:
            assert_never(condition)


def literals(test: Test) -> tuple[types.Value, ...]:
    """Return the values that a test names."""
    match test:
        case Equals(value) | Compare(_, value):
            return (value,)
        case OneOf(values) | NotOneOf(values):
            return values
        case Within(low, _, high, _):
            return tuple(end for end in (low, high) if end is not None)
        case _:
            return ()


class Space:
    """The dimensions of some conditions."""

    def __init__(self, fields: Mapping[str, Field], conditions: Sequence[Condition]) -> None:
        """Find the slots of every field that the conditions test."""
        self.fields = fields
        self.dims: list[Dim] = []
        self._by_key: dict[object, Dim] = {}
        self._named: dict[str, set[types.Value]] = {}
        self._memo: dict[tuple[Condition, bool], tuple[Box, ...] | None] = {}
        for condition in conditions:
            for test in tests_of(condition):
                if not isinstance(fields[test.field].type, SetOf):
                    self._named.setdefault(test.field, set()).update(literals(test.test))

    # --- dimensions ------------------------------------------------------------------------------------------------

    def plain(self, path: str) -> Dim:
        """Return the dimension of a field that is no set."""
        found = self._by_key.get(path)
        if found is None:
            field = self.fields[path]
            named = self._named.get(path, set())
            found = self._ordered(field, named) if field.type in ORDERED else self._keyed(field, named)
            self._by_key[path] = found
        return found

    def _add(self, key: object, dim: Dim) -> Dim:
        self._by_key[key] = dim
        self.dims.append(dim)
        return dim

    def _ordered(self, field: Field, named: set[types.Value]) -> Dim:
        places = sorted({point(value) for value in named})
        slots = [Slot(word="null")]
        domain = NULL
        low: Fraction | None = None
        for place in [*places, None]:
            slots.append(Slot(low=low, high=place))
            if self._possible(field, low, place):
                domain |= 1 << (len(slots) - 1)
            if place is not None:
                slots.append(Slot(value=value_at(place, field.type)))
                if self._allows(field, place) and (field.type is not Scalar.INTEGER or place.denominator == 1):
                    domain |= 1 << (len(slots) - 1)
            low = place
        return self._add(
            field.path,
            Dim(len(self.dims), Form.ORDERED, field.path, field.type, tuple(slots), domain, places=tuple(places)),
        )

    @staticmethod
    def bounds(field: Field) -> tuple[Fraction | None, bool, Fraction | None, bool]:
        """Return between which values a field lies."""
        low, low_closed, high, high_closed = BOUNDS.get(field.path, (None, False, None, False))
        if field.above is not None:
            low, low_closed = field.above, False
        if field.at_least is not None:
            low, low_closed = field.at_least, True
        return (
            None if low is None else Fraction(low),
            low_closed,
            None if high is None else Fraction(high),
            high_closed,
        )

    def _allows(self, field: Field, place: Fraction) -> bool:
        low, low_closed, high, high_closed = self.bounds(field)
        return (low is None or place > low or (low_closed and place == low)) and (
            high is None or place < high or (high_closed and place == high)
        )

    def _possible(self, field: Field, low: Fraction | None, high: Fraction | None) -> bool:
        """Tell whether a field has a value strictly between two places."""
        least, least_closed, most, most_closed = self.bounds(field)
        if least is not None and (low is None or low < least):
            if least_closed and (high is None or least < high) and (most is None or least <= most):
                return True
            low = least
        if most is not None and (high is None or high > most):
            if most_closed and (low is None or most > low):
                return True
            high = most
        if low is not None and high is not None and low >= high:
            return False
        return between(low, high, field.type) is not None

    def _keyed(self, field: Field, named: set[types.Value]) -> Dim:
        slots = [Slot(word="null")]
        match field.type:
            case Term(_, values):
                slots += [Slot(value=value) for value in values]
            case Scalar.BOOLEAN:
                slots += [Slot(value=True), Slot(value=False)]
            case _:
                slots += [Slot(value=value) for value in sorted(named, key=repr)]
                slots.append(Slot(word="other"))
        dim = Dim(len(self.dims), Form.KEYED, field.path, field.type, tuple(slots), (1 << len(slots)) - 1)
        return self._add(field.path, dim)

    def member(self, path: str, value: str) -> Dim:
        """Return the dimension of a set's member."""
        key = (path, value)
        slots = (Slot(word="null"), Slot(word="in", value=value), Slot(word="out", value=value))
        return self._by_key.get(key) or self._add(
            key, Dim(len(self.dims), Form.MEMBER, path, self.fields[path].type, slots, 0b111)
        )

    def _given(self, path: str) -> Dim:
        key = (path, Present)
        slots = (Slot(word="null"), Slot(word="given"))
        return self._by_key.get(key) or self._add(
            key, Dim(len(self.dims), Form.GIVEN, path, self.fields[path].type, slots, 0b11)
        )

    def _pair(self, path: str, other: str) -> Dim:
        key = (path, CompareField, other)
        found = self._by_key.get(key)
        if found is None:
            type_ = self.fields[path].type
            words = ("null", "<", "=", ">") if type_ in ORDERED else ("null", "=", "≠")
            slots = tuple(Slot(word=word) for word in words)
            dim = Dim(len(self.dims), Form.PAIR, path, type_, slots, (1 << len(slots)) - 1, other=other)
            found = self._add(key, dim)
        return found

    def _opaque(self, condition: Condition) -> Dim:
        slots = (Slot(word="false"), Slot(word="true"))
        path = next(iter(tests_of(condition))).field
        dim = Dim(len(self.dims), Form.CONDITION, path, Scalar.BOOLEAN, slots, 0b11, condition=condition)
        return self._by_key.get(condition) or self._add(condition, dim)

    # --- conditions as clauses -------------------------------------------------------------------------------------

    def clauses(self, condition: Condition) -> tuple[Box, ...]:
        """Return the boxes in any of which a condition is true; none if it never is."""
        found = self._dnf(condition, positive=True)
        return ({self._opaque(condition).number: 0b10},) if found is None else found

    def _dnf(self, condition: Condition, *, positive: bool) -> tuple[Box, ...] | None:
        """Return the clauses of a condition or of its negation; None if there are too many."""
        key = (condition, positive)
        if key not in self._memo:
            self._memo[key] = self._make(condition, positive=positive)
        return self._memo[key]

    def _make(self, condition: Condition, *, positive: bool) -> tuple[Box, ...] | None:
        match condition:
            case FieldTest(path, test):
                return self._of_test(condition, path, test, positive=positive)
            case Not(part):
                return self._dnf(part, positive=not positive)
            case AllOf(parts):
                return self._both(parts, positive) if positive else self._either(parts, positive)
            case AnyOf(parts):
                return self._either(parts, positive) if positive else self._both(parts, positive)
            case _:
                assert_never(condition)

    def _parts(self, parts: Sequence[Condition], positive: bool) -> Iterable[tuple[Box, ...]]:
        for part in parts:
            found = self._dnf(part, positive=positive)
            yield ({self._opaque(part).number: 0b10 if positive else 0b01},) if found is None else found

    def _either(self, parts: Sequence[Condition], positive: bool) -> tuple[Box, ...] | None:
        found = tuple(clause for clauses in self._parts(parts, positive) for clause in clauses)
        return found if len(found) <= MOST_CLAUSES else None

    def _both(self, parts: Sequence[Condition], positive: bool) -> tuple[Box, ...] | None:
        result: list[Box] = [{}]
        for clauses in self._parts(parts, positive):
            met = [self.meet(left, right) for left in result for right in clauses]
            result = [box for box in met if box is not None]
            if len(result) > MOST_CLAUSES:
                return None
        return tuple(result)

    def meet(self, left: Box, right: Box) -> Box | None:
        """Return what two boxes share; None if that is nothing possible."""
        both = dict(left)
        for number, mask in right.items():
            shared = both.get(number, self.dims[number].domain) & mask
            if not shared & self.dims[number].domain:
                return None
            both[number] = shared
        return both

    def _of_test(self, whole: FieldTest, path: str, test: Test, *, positive: bool) -> tuple[Box, ...]:
        match test:
            case CompareField(operator, other):
                dim = self._pair(path, other)
                return self._one(dim, _pair_mask(dim, operator), positive)
            case HasAny(values) | HasNone(values):
                within = positive == isinstance(test, HasAny)
                members = [self.member(path, value) for value in values]
                if within:
                    return tuple({dim.number: 0b010} for dim in members)
                return ({dim.number: 0b101 for dim in members},)
            case HasAll(values):
                members = [self.member(path, value) for value in values]
                if positive:
                    return ({dim.number: 0b010 for dim in members},)
                return tuple({dim.number: 0b101} for dim in members)
        if isinstance(self.fields[path].type, SetOf):
            if isinstance(test, Present | Missing):
                return self._one(self._given(path), 0b10 if isinstance(test, Present) else 0b01, positive)
            return self._one(self._opaque(whole), 0b10, positive)
        dim = self.plain(path)
        return self._one(dim, mask_of(dim, test), positive)

    @staticmethod
    def _one(dim: Dim, mask: Mask, positive: bool) -> tuple[Box, ...]:
        chosen = (mask if positive else dim.all & ~mask) & dim.domain
        if chosen == dim.domain:
            return ({},)
        return ({dim.number: chosen},) if chosen else ()


def _pair_mask(dim: Dim, operator: Operator) -> Mask:
    words = {
        Operator.EQUAL: "=",
        Operator.NOT_EQUAL: ("null", "<", ">", "≠"),
        Operator.LESS: "<",
        Operator.AT_MOST: ("<", "="),
        Operator.GREATER: ">",
        Operator.AT_LEAST: ("=", ">"),
    }[operator]
    return sum(1 << n for n, slot in enumerate(dim.slots) if slot.word in words)


def mask_of(dim: Dim, test: Test) -> Mask:
    """Return the slots in which a test of one field holds."""
    match test:
        case Present():
            return dim.all & ~NULL
        case Missing():
            return NULL
    if dim.form is Form.KEYED:
        named = sum(1 << n for n, slot in enumerate(dim.slots) if n and not slot.word and slot.value in literals(test))
        return dim.all & ~named if isinstance(test, NotOneOf) else named
    at = {place: 2 * n + 2 for n, place in enumerate(dim.places)} if len(dim.places) < 32 else None

    def slot(value: types.Value) -> int:
        place = point(value)
        return at[place] if at is not None else 2 * bisect_left(dim.places, place) + 2

    last = len(dim.slots) - 1
    match test:
        case Equals() | OneOf():
            return sum({1 << slot(value) for value in literals(test)})
        case NotOneOf(values):
            return dim.all & ~sum({1 << slot(value) for value in values})
        case Compare(operator, value):
            here = slot(value)
            match operator:
                case Operator.LESS:
                    return ones(1, here - 1)
                case Operator.AT_MOST:
                    return ones(1, here)
                case Operator.GREATER:
                    return ones(here + 1, last)
                case _:
                    return ones(here, last)
        case Within(low, low_closed, high, high_closed):
            first = 1 if low is None else slot(low) + (not low_closed)
            final = last if high is None else slot(high) - (not high_closed)
            return ones(first, final)
    raise AssertionError(f"{test!r} is no test of one field")


def ones(first: int, final: int) -> Mask:
    """Return the mask of the slots from `first` to `final`, both included.

    >>> bin(ones(1, 3))
    '0b1110'
    """
    return (1 << final + 1) - (1 << first) if first <= final else 0
