"""Pairs of integers reckon as fractions do, infinities included, and are shown as people round."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from math import isnan
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import figures
from engine.core.exact import (
    Ratio,
    add,
    compare,
    divide,
    has_places,
    largest,
    multiply,
    ratio,
    scaled,
    smallest,
    subtract,
)
from engine.kinds.allocation.splitting import split_amount

SAME = settings(derandomize=True, max_examples=300, deadline=None)
BIG = 10**30
finite = st.tuples(st.integers(-BIG, BIG), st.integers(1, BIG))
small = st.tuples(st.integers(-30, 30), st.integers(1, 12))
any_ratio = finite | small | st.sampled_from([(1, 0), (-1, 0), (7, 0), (-3, 0), (0, 1), (0, 9)])
INFINITE = float("inf")


def value(pair: Ratio) -> Fraction | float:
    n, d = pair
    return Fraction(n, d) if d else INFINITE * n


def same(pair: Ratio | None, wanted: Fraction | float | None) -> bool:
    """Return whether a result is as wanted, and well formed; None is what has no value."""
    if pair is None or wanted is None:
        return pair is None and wanted is None
    return pair[1] >= 0 and value(pair) == wanted


Number: TypeAlias = Fraction | float


def reckoned(operation: Callable[[Number, Number], Number], left: Ratio, right: Ratio) -> Number | None:
    """Reckon with fractions; with infinities as floats do, which have no number for what has no value."""
    one, other = value(left), value(right)
    if not (isinstance(one, Fraction) and isinstance(other, Fraction)):
        one = one if isinstance(one, float) else float((one > 0) - (one < 0))
        other = other if isinstance(other, float) else float((other > 0) - (other < 0))
    try:
        found = operation(one, other)
    except ZeroDivisionError:
        return None
    return None if isnan(found) else found


@SAME
@given(any_ratio, any_ratio)
def test_operations_are_those_of_fractions(left: Ratio, right: Ratio) -> None:
    assert same(add(left, right), reckoned(lambda a, b: a + b, left, right))
    assert same(subtract(left, right), reckoned(lambda a, b: a - b, left, right))
    assert same(multiply(left, right), reckoned(lambda a, b: a * b, left, right))
    assert same(divide(left, right), reckoned(lambda a, b: a / b, left, right))


@SAME
@given(any_ratio, any_ratio)
def test_comparing_is_that_of_fractions(left: Ratio, right: Ratio) -> None:
    one, other = value(left), value(right)
    assert compare(left, right) == (one > other) - (one < other)
    assert value(smallest(left, right)) == min(one, other)
    assert value(largest(left, right)) == max(one, other)


@SAME
@given(finite | small, st.integers(0, 12))
def test_rounding_is_half_away_from_zero(pair: Ratio, places: int) -> None:
    with localcontext() as context:
        context.prec = 120
        exact = Decimal(pair[0]) / Decimal(pair[1])
        rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        assert scaled(pair, places) == int(rounded.scaleb(places))


@SAME
@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.integers(0, 12))
def test_places_are_those_that_are_needed(digits: int, decimals: int, places: int) -> None:
    needed = max(0, -int(Decimal(digits).scaleb(-decimals).normalize().as_tuple().exponent))
    assert has_places((digits, 10**decimals), places) == (places >= needed)


def test_a_fraction_becomes_a_pair() -> None:
    assert ratio(Fraction(-6, 4)) == (-3, 2)
    assert ratio(7) == (7, 1)


@pytest.mark.parametrize(
    ("show", "pair", "text"),
    [
        (figures.cents, (0, 1), "0.00"),
        (figures.cents, (-1, 2), "-0.50"),
        (figures.cents, (5, 1000), "0.005"),
        (figures.cents, (123456789012345, 1), "123456789012345.00"),
        (figures.cents, (2, 3), "0.6667"),
        (figures.cents, (-1, 30000), "0.0000"),
        (figures.cents, (1, 10**12), "0.000000000001"),
        (figures.number, (10, 4), "2.5"),
        (figures.number, (-3, 1), "-3"),
        (figures.number, (1, 3), "0.3333"),
        (figures.rate, (1, 8), "12.5000%"),
        (figures.rate, (1, 3), "33.3333%"),
        (figures.rate, (2, 3), "66.6667%"),
        (figures.rate, (-1, 4), "-25.0000%"),
        (figures.rate, (-5, 0), "-∞"),
        (figures.rate, (5, 0), "∞"),
        (figures.rate, (15000001, 10**8), "15.000001%"),
    ],
)
def test_figures_are_shown_as_people_write_them(show: Callable[[Ratio], str], pair: Ratio, text: str) -> None:
    assert show(pair) == text


@SAME
@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_an_amount_is_shown_exactly(digits: int, decimals: int) -> None:
    text = figures.cents((digits, 10**decimals))
    assert Fraction(text) == Fraction(digits, 10**decimals)
    assert len(text.partition(".")[2]) >= 2


@SAME
@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any))
def test_a_split_adds_up_and_is_off_by_less_than_a_cent(cents: int, weights: list[int]) -> None:
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    parts = [Fraction(*part) for part in split_amount((cents, 100), shares, 2)]
    assert sum(parts) == Fraction(cents, 100)
    assert all(
        abs(part - Fraction(cents, 100) * share) < Fraction(1, 100) for part, share in zip(parts, shares, strict=True)
    )
    assert all((part * 100).denominator == 1 for part in parts)


def test_the_pool_of_ten_thousand_and_one() -> None:
    """Of 10,001.01 the last cent goes to the largest remainder: logistics have 0.808 of one."""
    shares = [Fraction(part, 10_000) for part in (4_000, 2_000, 2_000, 1_200, 800)]
    parts = [figures.cents(part) for part in split_amount((1_000_101, 100), shares, 2)]
    assert sum(map(Decimal, parts)) == Decimal("10001.01")
    assert parts == ["4000.41", "2000.20", "2000.20", "1200.12", "800.08"]
