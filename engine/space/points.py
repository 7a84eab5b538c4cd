"""Ordered values as points on a number line, and simple values between two points."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import assert_never

from rules import types
from rules.grammar.points import EPOCH, MICROSECOND
from rules.types import Scalar, SetOf, Term, Type

_DISCRETE = frozenset({Scalar.INTEGER, Scalar.DATE, Scalar.TIMESTAMP, Scalar.DURATION})

# A day, a moment and a time for which nobody has set a bound.
_USUAL: dict[Type, Fraction] = {
    Scalar.DATE: Fraction(date(2026, 11, 21).toordinal()),
    Scalar.TIMESTAMP: Fraction((datetime(2026, 11, 20, 1, tzinfo=UTC) - EPOCH) // MICROSECOND),
    Scalar.DURATION: Fraction(timedelta(days=30) // MICROSECOND),
}


def value_at(place: Fraction, type_: Type) -> types.Value:
    """Return the value of a type at a place."""
    match type_:
        case Scalar.DATE:
            return date.fromordinal(int(place))
        case Scalar.TIMESTAMP:
            return EPOCH + int(place) * MICROSECOND
        case Scalar.DURATION:
            return int(place) * MICROSECOND
        case Scalar.MONEY | Scalar.RATE | Scalar.INTEGER | Scalar.NUMBER:
            return place
        case Scalar.BOOLEAN | Scalar.TEXT | Term() | SetOf():  # these have no order to lie in
            return place
        case _:
            assert_never(type_)


def between(low: Fraction | None, high: Fraction | None, type_: Type) -> Fraction | None:
    """Return a simple point strictly between two others; None if a type has none there.

    >>> between(Fraction(10), Fraction(11), Scalar.RATE), between(Fraction(10), Fraction(11), Scalar.INTEGER)
    (Fraction(21, 2), None)
    """
    if type_ in _DISCRETE:
        return _whole_between(low, high, type_)
    if low is None or high is None:
        step = Fraction(1, 100) if type_ is Scalar.RATE else Fraction(1)
        return Fraction(0) if low is None and high is None else low + step if low is not None else _below(high, step)
    middle = (low + high) / 2
    unit = Fraction(10**12)
    for _ in range(27):
        unit /= 10
        rounded = Fraction(round(middle / unit)) * unit
        if low < rounded < high:
            return rounded
    return middle


def _below(high: Fraction | None, step: Fraction) -> Fraction:
    assert high is not None
    return high - step


def _whole_between(low: Fraction | None, high: Fraction | None, type_: Type) -> Fraction | None:
    if low is None and high is None:
        return _USUAL.get(type_, Fraction(0))
    if low is None:
        assert high is not None
        return Fraction(-(-high.numerator // high.denominator) - 1)
    found = Fraction(low.numerator // low.denominator + 1)
    return found if high is None or found < high else None
