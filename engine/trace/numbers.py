"""Numbers as a trace writes them: what `engine.figures` says, by a shorter way for the many that are plain.

A trace writes hundreds of numbers, nearly all of them finite, not negative, and with two decimals or without an end.
Whatever else comes goes to `figures`.
"""

from collections.abc import Callable
from typing import Any

from engine import figures
from engine.decision import Json
from engine.exact import Ratio
from rules.types import Scalar, Term, Type

_CENTS = tuple([f".{cents:02}" for cents in range(100)])
# What is left after four decimals ends within the twelve that `figures` looks for if this times it divides evenly.
_EIGHT_MORE = 10**8


def amount(value: Ratio) -> str:
    """Return an amount, as `figures.amount` does.

    >>> amount((444, 100)), amount((5, 1)), amount((-5, 1)), amount((1, 3)), amount((1, 0))
    ('4.44', '5.00', '-5.00', '0.3333', '∞')
    """
    n, d = value
    if n >= 0 and d:
        if d == 1:
            return f"{n}.00"
        cents, rest = (n, 0) if d == 100 else divmod(n * 100, d)
        if not rest:
            return f"{cents // 100}{_CENTS[cents % 100]}"
    return figures.amount(value)


def number(value: Ratio) -> str:
    """Return a number, as `figures.number` does.

    >>> number((5, 1)), number((6, 2)), number((1, 4))
    ('5', '3', '0.25')
    """
    n, d = value
    return str(n) if d == 1 else figures.number(value)


def rate(value: Ratio) -> str:
    """Return a rate, as `figures.rate` does.

    >>> rate((2, 13)), rate((1, 4)), rate((-2, 13)), rate((1, 10**7)), rate((1, 0))
    ('15.3846%', '25.0000%', '-15.3846%', '0.00001%', '∞')
    """
    n, d = value
    if not d:
        return figures.rate(value)
    digits, rest = divmod(abs(n) * 1_000_000, d)
    if rest:
        if rest * _EIGHT_MORE % d == 0:  # a number with an end is shown to it
            return figures.rate(value)
        digits += 2 * rest >= d
    text = str(digits) if digits > 9_999 else f"{digits:05}"
    return f"{'-' if n < 0 and digits else ''}{text[:-4]}.{text[-4:]}%"


def _general(value: Any) -> Json:  # noqa: ANN401 - a value that is no number: `figures` asks what it is
    text = figures.text(value, Scalar.TEXT)
    return list[Json](text) if isinstance(text, list) else text


_NUMBERS: dict[Type, Callable[[Any], Json]] = {
    Scalar.RATE: rate,
    Scalar.MONEY: amount,
    Scalar.INTEGER: number,
    Scalar.NUMBER: number,
}


def writer(kind: Type) -> Callable[[Any], Json] | None:
    """Return what writes the known values of a type, null aside; None where they are texts or booleans already."""
    reads_as_it_is = isinstance(kind, Term) or kind in (Scalar.TEXT, Scalar.BOOLEAN)
    return None if reads_as_it_is else _NUMBERS.get(kind, _general)
