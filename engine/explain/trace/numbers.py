"""How a trace writes the values of a type: chosen once for each field, where `figures.text` asks every time."""

from collections.abc import Callable
from typing import Any

from engine.core import figures
from engine.core.decision import Json
from rules.types import Scalar, Term, Type


def _general(value: Any) -> Json:  # noqa: ANN401 - a value that is no number: `figures` asks what it is
    text = figures.text(value, Scalar.TEXT)
    return list[Json](text) if isinstance(text, list) else text


_NUMBERS: dict[Type, Callable[[Any], Json]] = {
    Scalar.RATE: figures.rate,
    Scalar.MONEY: figures.amount,
    Scalar.INTEGER: figures.number,
    Scalar.NUMBER: figures.number,
}


def writer(kind: Type) -> Callable[[Any], Json] | None:
    """Return what writes the known values of a type, null aside; None where they are texts or booleans already."""
    reads_as_it_is = isinstance(kind, Term) or kind in (Scalar.TEXT, Scalar.BOOLEAN)
    return None if reads_as_it_is else _NUMBERS.get(kind, _general)
