"""Boxes in the words of the owner: `discount above 10% and below 11%, product line server`."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import assert_never

from engine.core.exact import ratio
from engine.core.writing import UnwritableError, decimal
from engine.plan.tables.bits import positions
from engine.space.boxes import runs
from engine.space.dims import NULL, Box, Dim, Form, Mask
from engine.space.division import Space
from engine.space.points import value_at
from rules import types
from rules.ir import AllOf, AnyOf, Condition, FieldTest, Not, Rule
from rules.types import Scalar, Type

LONGEST_LIST = 6


def described(space: Space, box: Box) -> str:
    """Return what all requests in a box have in common; the empty string for all requests."""
    parts = [(dim, box[dim.number]) for dim in space.dims if dim.number in box]
    found = (phrase(dim, mask) for dim, mask in sorted(parts, key=lambda part: part[0].form is Form.ORDERED))
    return ", ".join(one for one in found if one)


def label(path: str) -> str:
    """Return a field in words.

    >>> label("line.product_line"), label("deal.net_total")
    ('product line', 'deal net total')
    """
    owner, _, name = path.partition(".")
    words = name.replace("_", " ")
    return words if owner in ("line", "as_of") else f"{owner} {words}"


def phrase(dim: Dim, mask: Mask) -> str:
    """Return what a dimension's slots have in common; nothing if they are all that there are."""
    mask &= dim.domain
    if mask in (dim.domain, dim.given):
        return ""
    if mask == NULL and dim.form is not Form.CONDITION:
        return f"{label(dim.path)} missing"
    match dim.form:
        case Form.ORDERED:
            ends = [_stretch(dim, first, final) for first, final in runs(_closed(dim, mask))]
            name = "on a day" if dim.path == "as_of" else label(dim.path)
            missing = " or missing" if mask & NULL else ""
            return f"{name} {' or '.join(ends)}{missing}"
        case Form.KEYED:
            return f"{label(dim.path)} {_values(dim, mask)}"
        case Form.MEMBER:
            return f"{label(dim.path)} {'with' if mask & 0b010 else 'without'} {dim.slots[1].value}"
        case Form.GIVEN:
            return f"{label(dim.path)} given"
        case Form.PAIR:
            signs = [dim.slots[slot].word for slot in positions(mask) if slot]
            words = {"<": "below", "=": "equal to", ">": "above", "≠": "other than"}
            return f"{label(dim.path)} {' or '.join(words[sign] for sign in signs)} {label(dim.other)}"
        case Form.CONDITION:
            assert dim.condition is not None
            return f"{'' if mask & 0b10 else 'not: '}{condition_text(dim.condition)}"
        case _:
            assert_never(dim.form)


def _closed(dim: Dim, mask: Mask) -> Mask:
    """Return the slots with those between them that no value lies in, and without null."""
    found = mask & ~NULL
    impossible = dim.all & ~dim.domain & ~NULL
    for first, final in runs(impossible):
        if found >> first - 1 & 1 and found >> final + 1 & 1:
            found |= ((1 << final + 1) - 1) & ~((1 << first) - 1)
    return found


def _stretch(dim: Dim, first: int, final: int) -> str:
    """Return a stretch of slots; whole numbers that a type has alone are not told by what lies beside them."""
    low, high = dim.slots[first], dim.slots[final]
    if first == final and low.value is not None:
        return f"of {written(low.value, dim.type)}" if dim.path != "as_of" else f"{written(low.value, dim.type)}"
    words = []
    bottom = first == 1 or not dim.domain & ((1 << first) - 2)
    if low.value is not None:
        words.append(f"from {written(low.value, dim.type)}")
    elif (low.low is not None and not bottom) or low.low is not None:
        words.append(f"above {written(value_at(low.low, dim.type), dim.type)}")
    if high.value is not None:
        words.append(f"up to {written(high.value, dim.type)}")
    elif high.high is not None:
        words.append(f"below {written(value_at(high.high, dim.type), dim.type)}")
    return " and ".join(words) or "any"


def _values(dim: Dim, mask: Mask) -> str:
    named = [slot for slot in positions(mask) if slot and not dim.slots[slot].word]
    absent = [slot for slot in positions(dim.given & ~mask) if not dim.slots[slot].word]
    other = any(dim.slots[slot].word == "other" for slot in positions(mask))
    missing = " or missing" if mask & NULL else ""
    if absent and (other or len(absent) < len(named) - 1):
        return f"other than {listed((written(dim.slots[slot].value, dim.type) for slot in absent), 'and')}{missing}"
    return listed((written(dim.slots[slot].value, dim.type) for slot in named), "or") + missing


def listed(words: Iterable[str], joint: str) -> str:
    """Return a list in words, shortened.

    >>> listed(["a", "b", "c"], "or")
    'a, b or c'
    """
    found = list(words)
    if len(found) > LONGEST_LIST:
        return f"{', '.join(found[:LONGEST_LIST])} {joint} {len(found) - LONGEST_LIST} more"
    return f" {joint} ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else "".join(found)


def written(value: types.Value | None, type_: Type) -> str:
    """Return a value as an owner writes it."""
    match value:
        case None:
            return "missing"
        case bool():
            return "true" if value else "false"
        case Fraction():
            try:
                return f"{decimal(ratio(value * 100))}%" if type_ is Scalar.RATE else _grouped(decimal(ratio(value)))
            except UnwritableError:
                return str(value)
        case datetime():
            return value.isoformat()
        case date():
            return value.isoformat()
        case timedelta():
            minutes = value // timedelta(minutes=1)
            return f"{minutes // 1440}d" if minutes % 1440 == 0 else f"{minutes}m"
        case frozenset():
            return f"[{', '.join(sorted(value))}]"
        case str():
            return value
        case _:
            assert_never(value)


def _grouped(number: str) -> str:
    whole, point, decimals = number.partition(".")
    return f"{int(whole):,}".replace(",", "_") + point + decimals if whole not in ("-0", "") else number


def condition_text(condition: Condition) -> str:
    """Return a condition as it was written, on one line."""
    match condition:
        case FieldTest():
            return f"{condition.field} {condition.written}"
        case AllOf(parts):
            return " and ".join(condition_text(part) for part in parts) or "always"
        case AnyOf(parts):
            return f"({' or '.join(condition_text(part) for part in parts)})"
        case Not(part):
            return f"not ({condition_text(part)})"
        case _:
            assert_never(condition)


def named(rule: Rule) -> str:
    """Return a rule by its id, or a row without one by its place."""
    section, mark, number = rule.id.rpartition("#")
    return f"row {number}" if mark and section == rule.section else f"`{rule.id}`"
