"""Exact values as JSON texts: amounts and rates as people write them, derived ratios to four decimals of a percent."""

from datetime import date, datetime, timedelta
from typing import assert_never

from engine.core.exact import Ratio
from engine.core.values import PartialSet, Value
from rules.types import Scalar, Type

_MOST_PLACES = 12
_POWERS = tuple([10**places for places in range(_MOST_PLACES + 1)])
_CENTS = tuple([f".{cents:02}" for cents in range(100)])
# What is left of a percentage after four decimals ends within the dozen if this times it divides evenly.
_EIGHT_MORE = 10**8


def amount(value: Ratio) -> str:
    """Return an amount: exact with two decimals or as many as it has, and rounded to four when it has no end.

    >>> amount((4400, 1)), amount((444, 100)), amount((-5, 1)), amount((1, 3)), amount((10005, 10000)), amount((1, 0))
    ('4400.00', '4.44', '-5.00', '0.3333', '1.0005', '∞')
    """
    n, d = value
    if n >= 0 and d:  # nearly all are whole cents
        if d == 1:
            return f"{n}.00"
        cents, rest = (n, 0) if d == 100 else divmod(n * 100, d)
        if not rest:
            return f"{cents // 100}{_CENTS[cents % 100]}"
    return _decimal(value, least=2, otherwise=4)


def number(value: Ratio) -> str:
    """Return a number with as many decimals as it has, and rounded to four when it has no end.

    >>> number((5, 1)), number((6, 2)), number((1, 4))
    ('5', '3', '0.25')
    """
    n, d = value
    return str(n) if d == 1 else _decimal(value, least=0, otherwise=4)


def rate(value: Ratio) -> str:
    """Return a rate in percent to four decimals; exact ones with as many as they need beyond that.

    >>> rate((2, 13)), rate((1, 4)), rate((-2, 13)), rate((1, 10**7)), rate((-1, 0)), rate((1, 0))
    ('15.3846%', '25.0000%', '-15.3846%', '0.00001%', '-∞', '∞')
    """
    n, d = value
    if not d:
        return "∞" if n > 0 else "-∞"
    digits, rest = divmod(abs(n) * 1_000_000, d)
    if rest:
        if rest * _EIGHT_MORE % d == 0:  # a number with an end is shown to it
            return _decimal((n * 100, d), least=4, otherwise=4) + "%"
        digits += 2 * rest >= d
    shown = str(digits).zfill(5)
    return f"{'-' if n < 0 and digits else ''}{shown[:-4]}.{shown[-4:]}%"


def text(value: Value, kind: Type) -> str | bool | list[str] | None:
    """Return a field's value as the trace shows it; `kind` is the field's type."""
    match value:
        case tuple():
            if kind is Scalar.RATE:
                return rate(value)
            return amount(value) if kind is Scalar.MONEY else number(value)
        case frozenset():
            return [*sorted(value)]
        case PartialSet(known, maybe):
            return [*sorted(known), *sorted(f"{one}?" for one in maybe)]
        case datetime():
            return value.isoformat()
        case date():
            return value.isoformat()
        case timedelta():
            return duration(value)
        case str() | bool() | None:
            return value
        case _:
            assert_never(value)


def duration(value: timedelta) -> str:
    """Return a duration in days if it is three whole days or more, else in hours or minutes, as people set them.

    >>> [duration(timedelta(hours=hours)) for hours in (24 * 30, 48, 36)]
    ['30d', '48h', '36h']
    """
    minutes = value // timedelta(minutes=1)
    if minutes % (24 * 60) == 0 and minutes >= 3 * 24 * 60:
        return f"{minutes // (24 * 60)}d"
    return f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"


def _decimal(value: Ratio, *, least: int, otherwise: int) -> str:
    """Return exact digits, at least so many places; what has more than a dozen is rounded half up to `otherwise`."""
    n, d = value
    if d == 0:
        return "∞" if n > 0 else "-∞"
    places = least
    digits, rest = divmod(abs(n) * _POWERS[places], d)
    if rest:
        places = _MOST_PLACES
        more, rest = divmod(rest * _POWERS[places - least], d)
        digits = digits * _POWERS[places - least] + more
        if rest:
            cut = _POWERS[places - otherwise]
            digits, places = (digits + cut // 2) // cut, otherwise
        else:
            while digits % 10 == 0:
                digits, places = digits // 10, places - 1
    sign = "-" if n < 0 and digits else ""
    if not places:
        return f"{sign}{digits}"
    shown = str(digits).zfill(places + 1)
    return f"{sign}{shown[:-places]}.{shown[-places:]}"
