"""The space that rules divide: for each tested field the slots which no rule distinguishes.

A field of an order has a slot for each value that a rule names and one for each stretch between two of them; other
fields have one for each named value and one for any other; each has one for null. A set has a dimension for each member
that a rule asks for, two fields that are compared with each other have one of their own, and what has too many cases
is a dimension with the slots false and true. A condition becomes clauses: boxes of slots, any of which makes it true.

The dimensions are taken as independent of each other. The real space is a part of this one: what is true of all of
this space is true of the real one, and what is found somewhere here must still be shown to be possible.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import assert_never

from engine.space.dims import BOUNDS, NULL, Box, Dim, Form, Mask, Slot, mask_of, pair_mask
from engine.space.points import between, value_at
from rules import types
from rules.grammar.points import point
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
    Present,
    Test,
    Within,
)
from rules.traverse import literals, tests_of
from rules.types import ORDERED, Scalar, SetOf, Term

MOST_CLAUSES = 64


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
        low: int | Fraction | None
        high: int | Fraction | None
        low, low_closed, high, high_closed = BOUNDS.get(field.path, (None, False, None, False))
        if field.above is not None:
            low, low_closed = field.above, False
        if field.at_least is not None:
            low, low_closed = field.at_least, True
        if field.at_most is not None:
            high, high_closed = field.at_most, True
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
        """Return whether a field has a value strictly between two places."""
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
            case Scalar.TEXT:
                slots += [Slot(value=value) for value in sorted(named, key=repr)]
                slots.append(Slot(word="other"))
            case Scalar.MONEY | Scalar.RATE | Scalar.INTEGER | Scalar.NUMBER | SetOf():
                raise AssertionError(f"values of the type {field.type} are no keys")
            case Scalar.DATE | Scalar.TIMESTAMP | Scalar.DURATION:
                raise AssertionError(f"values of the type {field.type} are no keys")
            case _:
                assert_never(field.type)
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
                return self._one(dim, pair_mask(dim, operator), positive)
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
            case Present() | Missing() if isinstance(self.fields[path].type, SetOf):
                return self._one(self._given(path), 0b10 if isinstance(test, Present) else 0b01, positive)
            case Equals() | OneOf() | NotOneOf() | Compare() | Within() if isinstance(self.fields[path].type, SetOf):
                return self._one(self._opaque(whole), 0b10, positive)
            case Equals() | OneOf() | NotOneOf() | Compare() | Within() | Present() | Missing():
                dim = self.plain(path)
                return self._one(dim, mask_of(dim, test), positive)
            case _:
                assert_never(test)

    @staticmethod
    def _one(dim: Dim, mask: Mask, positive: bool) -> tuple[Box, ...]:
        chosen = (mask if positive else dim.all & ~mask) & dim.domain
        if chosen == dim.domain:
            return ({},)
        return ({dim.number: chosen},) if chosen else ()
