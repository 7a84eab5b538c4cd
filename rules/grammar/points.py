"""Ordered values as points on a number line: days for dates, microseconds for moments and durations."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import assert_never

from rules import types

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def point(value: types.Value) -> Fraction:
    """Return an ordered value's place."""
    match value:
        case Fraction():
            return value
        case datetime():
            return Fraction((value - EPOCH) // MICROSECOND)
        case date():
            return Fraction(value.toordinal())
        case timedelta():
            return Fraction(value // MICROSECOND)
        case str() | bool() | frozenset():
            raise AssertionError(f"{value!r} has no order")
        case _:
            assert_never(value)
