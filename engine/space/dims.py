"""Dimensions and their slots: values of a field which no rule distinguishes, as bits of one integer."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TypeAlias, assert_never

from rules import types
from rules.grammar.points import point
from rules.ir import (
    Compare,
    CompareField,
    Condition,
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
from rules.types import Type

Mask: TypeAlias = int
# By the number of a dimension the slots that are allowed in it; a dimension that is not there is free.
Box: TypeAlias = Mapping[int, Mask]

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
    """Values that no rule distinguishes: one value, or those strictly between two, or any other."""

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
    "line.price_gap": (-1, True, None, False),
    "line.quantity_gap": (-1, True, None, False),
    "deal.quantity": (0, False, None, False),
    "deal.line_count": (1, True, None, False),
    "deal.contenders": (0, True, None, False),
    "deal.claims_in": (0, True, None, False),
}


def pair_mask(dim: Dim, operator: Operator) -> Mask:
    """Return the slots of two compared fields in which a comparison holds."""
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
    if isinstance(test, Present):
        return dim.all & ~NULL
    if isinstance(test, Missing):
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
                case Operator.AT_LEAST:
                    return ones(here, last)
                case Operator.EQUAL | Operator.NOT_EQUAL:
                    raise AssertionError(f"{test!r} is not written so")
                case _:
                    assert_never(operator)
        case Within(low, low_closed, high, high_closed):
            first = 1 if low is None else slot(low) + (not low_closed)
            final = last if high is None else slot(high) - (not high_closed)
            return ones(first, final)
        case CompareField() | HasAny() | HasAll() | HasNone():
            raise AssertionError(f"{test!r} is no test of one field")
        case _:
            assert_never(test)


def ones(first: int, final: int) -> Mask:
    """Return the mask of the slots from `first` to `final`, both included.

    >>> bin(ones(1, 3))
    '0b1110'
    """
    return (1 << final + 1) - (1 << first) if first <= final else 0
