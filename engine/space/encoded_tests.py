"""Tests and boxes as the solver sees them, with null as the language has it."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Protocol, assert_never

from engine.plan.tables.bits import positions
from engine.space.dims import Box, Dim, Form, Slot
from engine.space.division import Space
from engine.space.smt import Term3, UnfitError, Var, compared, real, z3
from rules import types
from rules.ir import (
    Compare,
    CompareField,
    Condition,
    Equals,
    Field,
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
from rules.types import Scalar, SetOf, Type


class Knows(Protocol):
    """Whatever knows each field's variable."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """Return the fields by path."""

    def field(self, path: str, line: int = 0) -> Var:
        """Return a field's variable."""

    def literal(self, value: types.Value) -> Term3:
        """Return a value of the policy."""

    def condition(self, condition: Condition, line: int = 0) -> Term3:
        """Return whether a condition is true."""


def test_holds(encoding: Knows, path: str, test: Test, line: int) -> Term3:
    """Return whether a field passes a test."""
    var = encoding.field(path, line)
    known = z3.Not(var.null)
    match test:
        case Present():
            return known
        case Missing():
            return var.null
        case HasAny(values):
            return z3.And(known, z3.Or([var.value.has(one) for one in values]))
        case HasAll(values):
            return z3.And(known, *[var.value.has(one) for one in values])
        case HasNone(values):
            return z3.Or(var.null, z3.Not(z3.Or([var.value.has(one) for one in values])))
        case Equals(value):
            return z3.And(known, var.value == encoding.literal(value))
        case OneOf(values):
            return z3.And(known, z3.Or([var.value == encoding.literal(value) for value in values]))
        case NotOneOf(values):
            return z3.Or(var.null, z3.And([var.value != encoding.literal(value) for value in values]))
        case Compare(operator, value):
            return z3.And(known, compared(operator, var.value, encoding.literal(value)))
        case Within(low, low_closed, high, high_closed):
            ends = [known]
            if low is not None:
                ends.append(
                    compared(Operator.AT_LEAST if low_closed else Operator.GREATER, var.value, encoding.literal(low))
                )
            if high is not None:
                ends.append(
                    compared(Operator.AT_MOST if high_closed else Operator.LESS, var.value, encoding.literal(high))
                )
            return z3.And(ends)
        case CompareField(operator, other):
            right = encoding.field(other, line)
            both = z3.And(known, z3.Not(right.null))
            if isinstance(encoding.fields[path].type, SetOf):
                raise UnfitError
            holds = compared(operator, var.value, right.value)
            return z3.Or(z3.Not(both), holds) if operator is Operator.NOT_EQUAL else z3.And(both, holds)
        case _:
            assert_never(test)


def in_box(encoding: Knows, space: Space, box: Box, line: int) -> Term3:
    """Return whether the fields lie in a box."""
    return z3.And([_in_slots(encoding, space.dims[number], mask, line) for number, mask in sorted(box.items())])


def _in_slots(encoding: Knows, dim: Dim, mask: int, line: int) -> Term3:
    if mask & dim.domain == dim.domain:
        return z3.BoolVal(True)
    if dim.form is Form.CONDITION:
        assert dim.condition is not None
        holds = encoding.condition(dim.condition, line)
        return holds if mask & 0b10 else z3.Not(holds)
    var = encoding.field(dim.path, line)
    null = var.null
    if dim.form is Form.PAIR:
        null = z3.Or(null, encoding.field(dim.other, line).null)
    return z3.Or([_in_slot(encoding, dim, var, null, slot, line) for slot in positions(mask)])


def _in_slot(  # noqa: PLR0917 - what the caller has looked up already
    encoding: Knows, dim: Dim, var: Var, null: Term3, number: int, line: int
) -> Term3:
    slot: Slot = dim.slots[number]
    if number == 0:
        return null
    known = z3.Not(null)
    match dim.form:
        case Form.GIVEN:
            return known
        case Form.MEMBER:
            assert isinstance(slot.value, str)
            inside = var.value.has(slot.value)
            return z3.And(known, inside if slot.word == "in" else z3.Not(inside))
        case Form.PAIR:
            right = encoding.field(dim.other, line).value
            sign = {"<": Operator.LESS, "=": Operator.EQUAL, ">": Operator.GREATER, "≠": Operator.NOT_EQUAL}
            return z3.And(known, compared(sign[slot.word], var.value, right))
        case Form.ORDERED | Form.KEYED:
            pass  # by its value, below
        case Form.CONDITION:
            raise AssertionError("a condition has no value")
        case _:
            assert_never(dim.form)
    if slot.word == "other":
        named = [one.value for one in dim.slots if one.value is not None]
        return z3.And(known, *[var.value != encoding.literal(value) for value in named])
    if slot.value is not None:
        return z3.And(known, var.value == encoding.literal(slot.value))
    ends = [known]
    if slot.low is not None:
        ends.append(var.value > _place(slot.low, dim.type))
    if slot.high is not None:
        ends.append(var.value < _place(slot.high, dim.type))
    return z3.And(ends)


def _place(place: Fraction, type_: Type) -> Term3:
    return real(place / 10**6 if type_ in (Scalar.TIMESTAMP, Scalar.DURATION) else place)
