"""Requests with one field changed: where a field stands in a request, and how a value is written there."""

from collections.abc import Iterator, Mapping
from typing import assert_never, cast

from engine.assure.cases.case import Data
from engine.core.decision import Kind
from engine.core.values import Value
from engine.core.writing import rounded, write_value
from rules.types import Type

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
    """Return a value as a request gives it; what has more decimals than that, as a search finds, is rounded.

    >>> from rules.types import Scalar
    >>> as_data((1, 8), Scalar.RATE), as_data((449900, 100), Scalar.MONEY), as_data((1, 3), Scalar.NUMBER)
    ('12.5%', '4499.00', '0.333333333333')

    Raises:
        UnwritableError: it is out of a request's bounds.
    """
    given = write_value(rounded(value, kind) if isinstance(value, tuple) and value[1] else value, kind)
    return cast("Data", given)  # plain JSON is data too, without decimals in it
