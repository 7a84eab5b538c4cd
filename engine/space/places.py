"""Where the engine's own values lie in a space: the slot of a field's value, and whether facts lie in a box."""

from bisect import bisect_left
from fractions import Fraction
from typing import assert_never

from engine.core.interpret import judge, order
from engine.core.values import Value
from engine.core.views import UNKNOWN, View
from engine.space.dims import Box, Dim, Form
from engine.space.division import Space
from rules.grammar.points import point
from rules.types import ORDERED


def lies_in(space: Space, box: Box, view: View) -> bool:
    """Return whether what the engine knows lies in a box; what it does not know lies nowhere."""
    slots = ((mask, slot_of(space.dims[number], view)) for number, mask in box.items())
    return all(slot >= 0 and mask >> slot & 1 for mask, slot in slots)


def slot_of(dim: Dim, view: View) -> int:
    """Return the number of the slot that a field's value lies in; -1 if it is unknown."""
    if dim.form is Form.CONDITION:
        assert dim.condition is not None
        verdict = judge(dim.condition, view)
        return -1 if verdict is None else int(verdict)
    value = view[dim.path]
    if value is UNKNOWN:
        return -1
    if dim.form is Form.PAIR:
        other = view[dim.other]
        return -1 if other is UNKNOWN else _relation(dim, value, other)
    if value is None:
        return 0
    match dim.form:
        case Form.GIVEN:
            return 1
        case Form.MEMBER:
            if not isinstance(value, frozenset):
                return -1
            return 1 if dim.slots[1].value in value else 2
        case Form.ORDERED:
            return _stretch(dim, value)
        case Form.KEYED:
            named = (n for n, slot in enumerate(dim.slots) if n and not slot.word and plain_equal(slot.value, value))
            return next(named, len(dim.slots) - 1 if dim.slots[-1].word == "other" else -1)
        case _:
            assert_never(dim.form)


def plain_equal(literal: object, value: Value) -> bool:
    """Return whether a literal that has no order is a value."""
    return type(literal) is type(value) and literal == value


def _relation(dim: Dim, value: Value, other: Value) -> int:
    if value is None or other is None:
        return 0
    sign = order(value, other)
    if dim.type in ORDERED:
        return 2 + sign
    return 1 if sign == 0 else 2


def _stretch(dim: Dim, value: Value) -> int:
    if isinstance(value, tuple):
        n, d = value
        if d == 0:
            return 1 if n < 0 else len(dim.slots) - 1
        place = Fraction(n, d)
    else:
        assert not isinstance(value, str | bool | frozenset)
        place = point(value)  # type: ignore[arg-type]
    below = bisect_left(dim.places, place)
    exact = below < len(dim.places) and dim.places[below] == place
    return 2 * below + (2 if exact else 1)
