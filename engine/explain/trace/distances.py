"""How far a value is from passing a test: exact, in the field's own unit."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import assert_never

from engine.core import figures
from engine.core.exact import Ratio, has_places, scaled, subtract
from engine.core.interpret import order, plain
from engine.core.values import Value
from rules.ir import (
    Compare,
    CompareField,
    Equals,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    NotOneOf,
    OneOf,
    Operator,
    Present,
    Test,
    Within,
)
from rules.types import Scalar, Type

_PLACES = 4
_TWICE_SHOWN = 2 * 10**_PLACES
# A distance that is at least one when it is multiplied by this is shown as something, in whatever unit.
LEAST_SHOWN = _TWICE_SHOWN
_AS_USUAL: dict[Type, Callable[[Ratio], str]] = {Scalar.RATE: figures.rate, Scalar.MONEY: figures.amount}
_FINEST = 60
_SECOND = timedelta(seconds=1)


def short_by(test: Test, value: Value, other: Value, kind: Type) -> str | None:
    """Return how far a failing value is from the limit that it misses; None where a test has no distance."""
    limit = _limit(test, value, other)
    if value is None or limit is None:
        return None
    return _distance(value, limit, kind)


def _distance(left: Value, right: Value, kind: Type) -> str | None:
    """Return the distance of two ordered values; one that is not zero is never shown as zero."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        gap = subtract(left, right)
        return None if gap is None else gap_text((abs(gap[0]), gap[1]), kind)
    if isinstance(left, date | timedelta) and isinstance(right, date | timedelta):
        return _time(abs(left - right))  # type: ignore[operator,arg-type]  # one field's values have one type
    return None


def _limit(test: Test, value: Value, other: Value) -> Value:
    match test:
        case Compare(_, limit):
            return plain(limit)
        case CompareField(operator) if operator not in (Operator.EQUAL, Operator.NOT_EQUAL):
            return other
        case Within(low, _, high, _) if value is not None:
            if low is not None and order(value, plain(low)) <= 0:
                return plain(low)
            return None if high is None else plain(high)
        case Equals() | OneOf() | NotOneOf() | CompareField() | Within() | Present() | Missing():
            return None
        case HasAny() | HasAll() | HasNone():
            return None
        case _:
            assert_never(test)


def gap_text(gap: Ratio, kind: Type) -> str:
    """Write a distance in its type; with more decimals than usual where four would show none of it.

    >>> gap_text((4, 100), Scalar.RATE), gap_text((1, 10**9), Scalar.NUMBER)
    ('4.0000%', '0.0000000010')
    """
    top, bottom = gap
    if bottom == 0:
        return "∞"
    # A rate is shown in percent, of which four decimals are finer still: looked at closely where in doubt.
    if 0 < top * LEAST_SHOWN < bottom:
        shown = (top * 100, bottom) if kind is Scalar.RATE else gap
        if shown[0] * _TWICE_SHOWN < bottom and not has_places(shown, _PLACES):  # rounded, nothing would be left
            return _finely(shown) + ("%" if kind is Scalar.RATE else "")
    return _AS_USUAL.get(kind, figures.number)(gap)


def _finely(shown: Ratio) -> str:
    places = next(n for n in range(_PLACES, _FINEST) if scaled(shown, n))
    digits = str(scaled(shown, places + 1)).rjust(places + 2, "0")
    return f"{digits[: -places - 1]}.{digits[-places - 1 :]}"


def _time(gap: timedelta) -> str:
    """Write a distance in time: whole days, hours or minutes as durations are written, else seconds."""
    if gap % timedelta(minutes=1):
        return f"{gap / _SECOND:f}".rstrip("0").rstrip(".") + "s"
    return figures.duration(gap)
