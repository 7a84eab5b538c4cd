"""The neighbours of a formula: a number by its last digit, an operator to its neighbour, `min` to `max`."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Literal, assert_never

from engine.assure.mutants.units import steps, written
from rules.ir import Aggregate, Arithmetic, Constant, Expression, Extreme, FieldValue

OTHER: dict[str, Literal["+", "-", "*", "/"]] = {"+": "-", "-": "+", "*": "/", "/": "*"}
EXTREME: dict[str, Literal["min", "max"]] = {"min": "max", "max": "min"}


def expressions(expression: Expression) -> Iterator[tuple[Expression, str]]:
    """Yield the formulas one small step away, each with its words."""
    match expression:
        case Constant(value, kind):
            for number in steps(value, kind):
                assert isinstance(number, Fraction)
                words = f"`{written(value, kind)}` becomes `{written(number, kind)}`"
                yield replace(expression, value=number), words
        case FieldValue():
            return
        case Aggregate(function, field):
            other_function: Literal["sum", "max"] = "max" if function == "sum" else "sum"
            yield replace(expression, function=other_function), f"`{function}({field})` becomes `{other_function}`"
        case Arithmetic(operator, left, right):
            yield replace(expression, operator=OTHER[operator]), f"`{operator}` becomes `{OTHER[operator]}`"
            is_sign = operator == "-" and isinstance(left, Constant) and not left.value
            for other, words in expressions(left) if not is_sign else ():
                yield replace(expression, left=other), words
            for other, words in expressions(right):
                yield replace(expression, right=other), words
        case Extreme(function, operands):
            yield replace(expression, function=EXTREME[function]), f"`{function}` becomes `{EXTREME[function]}`"
            for n, operand in enumerate(operands):
                for other, words in expressions(operand):
                    yield replace(expression, operands=(*operands[:n], other, *operands[n + 1 :])), words
        case _:
            assert_never(expression)
