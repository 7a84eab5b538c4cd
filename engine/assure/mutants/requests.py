"""Requests with one field changed: where a field stands in a request, and how a value is written there."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import assert_never

from engine.assure.cases.case import Data
from engine.core.decision import Kind
from engine.core.exact import has_places, scaled
from engine.core.figures import duration
from engine.core.values import PartialSet, Value
from rules.grammar.shape import percent
from rules.types import Scalar, Type

PLACES = 12
# A place in a request: keys of objects and numbers of rows.
Place = tuple[str | int, ...]


def places_of(path: str, kind: Kind, request: Mapping[str, Data], row: int | None) -> Iterator[Place]:
    """Yield where a given field stands: in the row that is meant, else in every row that there is."""
    head, _, name = path.partition(".")
    if head == "line":
        yield from (("lines", n, name) for n in _rows(request.get("lines"), row))
    elif head == "claim":
        yield from (("claims", n, name) for n in _rows(request.get("claims"), row))
    elif head == "partner":
        match kind:
            case Kind.DEAL_REGISTRATION:
                yield from (("claims", n, "partner", name) for n in _rows(request.get("claims"), row))
            case Kind.PARTNER_ALLOCATION:
                yield from (("candidates", n, name) for n in _rows(request.get("candidates"), row))
            case Kind.PRICE_APPROVAL | Kind.SPECIAL_ORDER:
                yield (head, name)
            case _:
                assert_never(kind)
    elif head != "as_of":
        yield (head, name)
    else:
        yield ("as_of",)


def _rows(rows: Data, row: int | None) -> list[int]:
    count = len(rows) if isinstance(rows, list) else 0
    numbers = [*range(count)]
    return numbers if row is None or row >= count else [row, *numbers[:row], *numbers[row + 1 :]]


def changed(request: Data, place: Place, value: Data) -> Data:
    """Return the request with another value at a place; objects on the way are made where there are none."""
    if not place:
        return value
    key, rest = place[0], place[1:]
    if isinstance(key, int):
        assert isinstance(request, list)
        return [changed(one, rest, value) if n == key else one for n, one in enumerate(request)]
    inside = request if isinstance(request, dict) else {}
    return {**inside, key: changed(inside.get(key), rest, value)}


def as_data(value: Value, kind: Type) -> Data:
    """Return a value as a request gives it: numbers as exact text, with at most so many places as a field takes.

    >>> as_data((1, 8), Scalar.RATE), as_data((449900, 100), Scalar.MONEY)
    ('12.5%', '4499.00')
    """
    match value:
        case (int() as n, int() as d):
            return _number(n, d, kind)
        case frozenset():
            return [*sorted(value)]
        case datetime():
            return value.isoformat()
        case date():
            return value.isoformat()
        case timedelta():
            return duration(value)
        case bool() | str() | None:
            return value
        case PartialSet():
            raise AssertionError(f"{value!r} is not given")
        case _:
            assert_never(value)


def _number(n: int, d: int, kind: Type) -> Data:
    if kind is Scalar.INTEGER:
        return n // d
    if kind is Scalar.RATE:
        digits = scaled((n * 100, d), PLACES)
        return percent(Fraction(digits, 10**PLACES * 100))
    least = 2 if kind is Scalar.MONEY else 0
    places = next((p for p in range(least, PLACES) if has_places((n, d), p)), PLACES)
    digits = scaled((n, d), places)
    whole, part = divmod(abs(digits), 10**places)
    return f"{'-' if digits < 0 else ''}{whole}{f'.{part:0{places}}' if places else ''}"
