"""Values of a field that distinguish two tests, and values that a test lets through."""

from collections.abc import Iterator
from fractions import Fraction
from typing import assert_never

from engine.assure.mutants.units import steps
from engine.core.exact import ratio
from engine.core.interpret import judge_test
from engine.core.views import UNKNOWN, State, View
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
    Present,
    Test,
    Within,
)
from rules.types import Scalar, SetOf, Term, Type


def distinguishing(old: FieldTest, new: FieldTest, kind: Type, view: View) -> Iterator[State]:
    """Yield values of the field with which one of two tests holds and the other does not."""
    other_field = view[old.test.other] if isinstance(old.test, CompareField) else None
    for value in dict.fromkeys([*_near(old.test, kind, view), *_near(new.test, kind, view)]):
        found = [judge_test(test, value, other_field) for test in (old.test, new.test)]
        if found[0] is not found[1]:
            yield value


def passing(test: FieldTest, kind: Type, view: View, *, wanted: bool) -> Iterator[State]:
    """Yield values of the field with which a test holds, or does not."""
    other_field = view[test.test.other] if isinstance(test.test, CompareField) else None
    for value in dict.fromkeys(_near(test.test, kind, view)):
        if judge_test(test.test, value, other_field) is wanted:
            yield value


def _near(test: Test, kind: Type, view: View) -> Iterator[State]:
    """Yield values at and around everything that a test names, and null."""
    match test:
        case Equals(value) | Compare(_, value):
            yield from _around(value, kind)
        case OneOf(values) | NotOneOf(values):
            for value in values:
                yield from _around(value, kind)
            yield from _of_type(kind)
        case Within(low, _, high, _):
            for end in (low, high):
                if end is not None:
                    yield from _around(end, kind)
        case CompareField(_, other):
            limit = view[other]
            if isinstance(limit, tuple) and limit[1]:
                yield from _around(Fraction(*limit), kind)
            elif limit is not UNKNOWN and limit is not None:
                yield limit
                yield from _of_type(kind)
        case HasAny(values) | HasAll(values) | HasNone(values):
            for value in values:
                yield frozenset({value})
            yield from (frozenset(values), frozenset())
            if isinstance(kind, SetOf) and isinstance(kind.item, Term):
                yield from (frozenset({value}) for value in kind.item.values)
        case Present() | Missing():
            yield from _of_type(kind)
        case _:
            assert_never(test)
    yield None


def _around(value: types.Value, kind: Type) -> Iterator[State]:
    yield _state(value)
    near = [*steps(value, kind)]
    yield from map(_state, near)
    # One half of the smallest step lies between a limit and its neighbour, and a hundred steps lie well beyond.
    if isinstance(value, Fraction) and near and isinstance(near[1], Fraction):
        step = near[1] - value
        yield from (ratio(value + step * 100), ratio(value - step * 100))
    if isinstance(kind, Term):
        yield from kind.values
    elif kind is Scalar.BOOLEAN:
        yield from (True, False)


def _of_type(kind: Type) -> Iterator[State]:
    if isinstance(kind, Term):
        yield from kind.values
    elif kind is Scalar.BOOLEAN:
        yield from (True, False)
    elif kind is Scalar.TEXT:
        yield from ("X-1", "X-2")
    elif kind in (Scalar.INTEGER, Scalar.MONEY, Scalar.NUMBER, Scalar.RATE):
        yield from ((1, 1), (0, 1))


def _state(value: types.Value) -> State:
    return ratio(value) if isinstance(value, Fraction) else value
