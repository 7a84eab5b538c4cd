"""Typed values as the JSON of a request: the exact inverse of `engine/core/values.py`.

Whatever is written is read back before it is returned, so that a value either arrives as it is or is refused. Nothing
is rounded here: who has a value that no request can give, such as a third, says itself what may stand for it.
"""

from datetime import date, timedelta
from typing import assert_never

from engine.core.decision import Json
from engine.core.exact import Ratio, compare, has_places, scaled
from engine.core.figures import CENT_PLACES
from engine.core.values import DECIMAL_PLACES, PartialSet, Value, WrongValueError, reader_of_type
from rules.types import Scalar, Type

_UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1)))


class UnwritableError(ValueError):
    """A value that no request can give exactly."""


def write_value(value: Value, kind: Type, places: int = CENT_PLACES) -> Json:
    """Return a value as a request gives it: numbers as text with all their digits, whole numbers as JSON numbers.

    Money has at least so many `places`, the decimals of the currency's smallest amount.

    >>> write_value((1, 8), Scalar.RATE), write_value((4400, 1), Scalar.MONEY), write_value((12, 1), Scalar.INTEGER)
    ('12.5%', '4400.00', 12)

    Raises:
        UnwritableError: reading any JSON value under this type would give another one.
    """
    if value is None:
        return None
    written = _form(value, kind, places)
    try:
        back = reader_of_type(kind)(written)
    except WrongValueError as wrong:
        raise UnwritableError(f"{value!r} cannot be given as {kind}: it {wrong.message}") from wrong
    if not _same(back, value):
        raise UnwritableError(f"{value!r} cannot be given as {kind}")
    return written


def decimal(value: Ratio, *, least: int = 0) -> str:
    """Return a number's decimals, all that it has and at least so many.

    >>> decimal((21, 2)), decimal((5, 1), least=2), decimal((-1, 8))
    ('10.5', '5.00', '-0.125')

    Raises:
        UnwritableError: it has more of them than a request may give, or no end.
    """
    if not value[1] or not has_places(value, DECIMAL_PLACES):
        raise UnwritableError(f"{value!r} has more than {DECIMAL_PLACES} decimal places")
    digits = scaled(value, DECIMAL_PLACES)
    whole, part = divmod(abs(digits), 10**DECIMAL_PLACES)
    decimals = f"{part:0{DECIMAL_PLACES}}".rstrip("0").ljust(least, "0")
    return f"{'-' if digits < 0 else ''}{whole}{'.' if decimals else ''}{decimals}"


def rounded(value: Ratio, kind: Type) -> Ratio:
    """Return the nearest number with as many decimals as a request may give under a type."""
    places = 0 if kind is Scalar.INTEGER else DECIMAL_PLACES + 2 if kind is Scalar.RATE else DECIMAL_PLACES
    return scaled(value, places), 10**places


def _form(value: Value, kind: Type, places: int) -> Json:
    match value:
        case (int() as n, int() as d):
            return _number((n, d), kind, places)
        case frozenset():
            return [*sorted(value)]
        case date():
            return value.isoformat()
        case timedelta():
            return _duration(value)
        case bool() | str():
            return value
        case PartialSet() | None:
            raise UnwritableError(f"{value!r} is not given by requests")
        case _:
            assert_never(value)


def _number(value: Ratio, kind: Type, places: int) -> Json:
    n, d = value
    if d and (kind is Scalar.INTEGER or (kind is Scalar.NUMBER and n % d == 0)):
        return n // d
    if kind is Scalar.RATE:
        return f"{decimal((n * 100, d))}%"
    return decimal(value, least=places if kind is Scalar.MONEY else 0)


def _duration(value: timedelta) -> str:
    """Write a duration in the greatest unit of which it is a multiple."""
    for letter, unit in _UNITS:
        if not value % unit:
            return f"{value // unit}{letter}"
    raise UnwritableError(f"{value!r} has parts of a minute")


def _same(back: Value, value: Value) -> bool:
    if isinstance(back, tuple) and isinstance(value, tuple):
        return compare(back, value) == 0
    return type(back) is type(value) and back == value
