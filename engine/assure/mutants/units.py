"""The smallest step of a value, and values as an owner writes them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction

from engine.core.exact import ratio
from engine.core.figures import CENT_PLACES, amount, duration, number
from rules.grammar.shape import percent
from rules.types import Scalar, SetOf, Term, Type, Value

UNITS: dict[Scalar, Fraction | timedelta] = {
    Scalar.MONEY: Fraction(1, 100),
    Scalar.RATE: Fraction(1, 10_000),
    Scalar.INTEGER: Fraction(1),
    Scalar.DATE: timedelta(days=1),
    Scalar.TIMESTAMP: timedelta(minutes=1),
    Scalar.DURATION: timedelta(minutes=1),
}


def unit_of(value: Value, kind: Type) -> Fraction | timedelta | None:
    """Return the smallest step from a value: of a plain number one in its last digit, and never more than it has.

    >>> unit_of(Fraction(5, 2), Scalar.NUMBER), unit_of(Fraction(20), Scalar.NUMBER)
    (Fraction(1, 10), Fraction(1, 1))
    """
    if not isinstance(kind, Scalar):
        return None
    unit = UNITS.get(kind)
    if kind is Scalar.NUMBER:
        unit = Fraction(1)
    if isinstance(unit, Fraction) and isinstance(value, Fraction) and kind is not Scalar.INTEGER:
        while value % unit and unit.denominator < 10**12:
            unit /= 10
    return unit


def steps(value: Value, kind: Type) -> Iterator[Value]:
    """Yield an ordered value's two neighbours, one smallest unit away."""
    unit = unit_of(value, kind)
    if isinstance(unit, Fraction):
        assert isinstance(value, Fraction)
        yield from (value - unit, value + unit)
    elif isinstance(unit, timedelta):
        assert isinstance(value, date | timedelta)
        before, after = value - unit, value + unit
        yield from (before, after)


def next_of(value: str, kind: Type) -> str | None:
    """Return the value after one of a term, round to the first; None for text."""
    if isinstance(kind, SetOf):
        kind = kind.item
    if not isinstance(kind, Term) or len(kind.values) < 2 or value not in kind.values:
        return None
    return kind.values[(kind.values.index(value) + 1) % len(kind.values)]


def written(value: Value, kind: Type) -> str:
    """Return a value as an owner writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        if kind is Scalar.RATE:
            return percent(value)
        return (
            amount(ratio(value), CENT_PLACES)
            if kind is Scalar.MONEY and value.denominator > 1
            else number(ratio(value))
        )
    if isinstance(value, timedelta):
        return duration(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return f"[{', '.join(sorted(value))}]"
    return value
