"""How a trace writes the values of a type: chosen once for each field, where `figures.text` asks every time."""

from collections.abc import Callable
from functools import partial
from typing import Any

from engine.core import figures
from engine.core.decision import Json
from rules.types import Scalar, Term, Type


def _general(value: Any) -> Json:  # noqa: ANN401 - a value that is no number: `figures` asks what it is
    text = figures.text(value, Scalar.TEXT, figures.CENT_PLACES)
    return list[Json](text) if isinstance(text, list) else text


_NUMBERS: dict[Type, Callable[[Any], Json]] = {
    Scalar.RATE: figures.rate,
    Scalar.MONEY: figures.cents,
    Scalar.INTEGER: figures.number,
    Scalar.NUMBER: figures.number,
}


def writer(kind: Type, places: int) -> Callable[[Any], Json] | None:
    """Return what writes the known values of a type, null aside; None where they are texts or booleans already.

    `places` are the decimals of the currency's smallest amount.
    """
    if kind is Scalar.MONEY and places != figures.CENT_PLACES:
        return partial(figures.amount, places=places)
    reads_as_it_is = isinstance(kind, Term) or kind in (Scalar.TEXT, Scalar.BOOLEAN)
    return None if reads_as_it_is else _NUMBERS.get(kind, _general)
