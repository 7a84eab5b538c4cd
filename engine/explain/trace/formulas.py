"""Formulas as text: with the names of their fields, as an owner wrote them, and with the values put in.

A formula becomes a template once; putting values in is then one `str.format`.
"""

from dataclasses import dataclass
from typing import assert_never

from engine.core import figures
from engine.core.exact import ratio
from rules.ir import Aggregate, Arithmetic, Constant, Expression, Extreme, FieldValue
from rules.types import Scalar

_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2}
_ATOM = 3


@dataclass(frozen=True, slots=True)
class Template:
    """A formula whose fields are left open: `parts` fill the braces of `text`, in order."""

    text: str
    parts: tuple[FieldValue | Aggregate, ...]

    def with_names(self) -> str:
        """Return the formula with the names of its fields."""
        return self.text.format(*[_name(part) for part in self.parts])


def template(expression: Expression, *, plain_rates: bool = False) -> Template:
    """Return a formula as a template; with `plain_rates` a rate in it is written as a number (`1`, not `100%`)."""
    parts: list[FieldValue | Aggregate] = []
    text, _ = _written(expression, parts, plain_rates=plain_rates)
    return Template(text, tuple(parts))


def _name(part: FieldValue | Aggregate) -> str:
    return part.field if isinstance(part, FieldValue) else f"{part.function}({part.field})"


def _written(expression: Expression, parts: list[FieldValue | Aggregate], *, plain_rates: bool) -> tuple[str, int]:
    """Return the text and how tightly its outermost operator binds."""
    match expression:
        case Constant(value, kind):
            as_rate = kind is Scalar.RATE and not plain_rates
            return (percent(ratio(value)) if as_rate else figures.number(ratio(value))), _ATOM
        case FieldValue() | Aggregate():
            parts.append(expression)
            return "{}", _ATOM
        case Arithmetic(operator, left, right):
            binds = _BINDS[operator]
            first, first_binds = _written(left, parts, plain_rates=plain_rates)
            second, second_binds = _written(right, parts, plain_rates=plain_rates)
            needs = binds + 1 if operator in "-/" else binds
            first = first if first_binds >= binds else f"({first})"
            second = second if second_binds >= needs else f"({second})"
            return f"{first} {operator} {second}", binds
        case Extreme(function, operands):
            inner = ", ".join([_written(operand, parts, plain_rates=plain_rates)[0] for operand in operands])
            return f"{function}({inner})", _ATOM
        case _:
            assert_never(expression)


def percent(value: tuple[int, int]) -> str:
    """Return a rate as an owner would write it.

    >>> percent((3, 10)), percent((1, 200))
    ('30%', '0.5%')
    """
    return figures.number((value[0] * 100, value[1])) + "%"
