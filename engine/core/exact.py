"""Exact numbers as pairs of integers: `(n, d)` means n / d.

Every number in a decision is such a pair, from the request's own digits to the reply. A pair need not be in lowest
terms, which makes arithmetic a few integer products, several times faster than `fractions.Fraction`. `d` is never
negative. `d` = 0 stands for an infinity with the sign of n: a free line that has a cost has the margin `(-1, 0)`, below
every limit. `0 / 0` has no value: where it would arise the result is None, as for a division by zero.
"""

from fractions import Fraction
from typing import TypeAlias

Ratio: TypeAlias = tuple[int, int]

ZERO: Ratio = (0, 1)
BELOW_ALL: Ratio = (-1, 0)


def ratio(number: Fraction | int) -> Ratio:
    """Return a number of the IR as a pair."""
    return number.as_integer_ratio()


def add(left: Ratio, right: Ratio) -> Ratio | None:
    """Return the sum; None for infinities that cancel."""
    n, d = left
    m, e = right
    if d == e and d:
        return n + m, d
    if d and e and d % e == 0:  # as powers of ten do: long sums stay on one denominator
        return n + m * (d // e), d
    if d and e and e % d == 0:
        return n * (e // d) + m, e
    if not d and not e:
        return left if (n > 0) == (m > 0) else None
    return n * e + m * d, d * e


def subtract(left: Ratio, right: Ratio) -> Ratio | None:
    """Return the difference; None for infinities that cancel."""
    return add(left, (-right[0], right[1]))


def multiply(left: Ratio, right: Ratio) -> Ratio | None:
    """Return the product; None for zero times infinity."""
    top, bottom = left[0] * right[0], left[1] * right[1]
    return (top, bottom) if top or bottom else None


def divide(left: Ratio, right: Ratio) -> Ratio | None:
    """Return the quotient; None for a division by zero and for infinity by infinity."""
    n, d = left
    m, e = right
    if m == 0 or (d == 0 and e == 0):
        return None
    return (n * e, d * m) if m > 0 else (-n * e, -d * m)


def compare(left: Ratio, right: Ratio) -> int:
    """Return -1, 0 or 1 as left is below, equal to or above right.

    >>> compare((1, 2), (2, 4)), compare((-1, 0), (-5, 1)), compare((-3, 0), (-1, 0))
    (0, -1, 0)
    """
    n, d = left
    m, e = right
    if not d and not e:  # of two infinities the signs tell
        n, m = (n > 0) - (n < 0), (m > 0) - (m < 0)
        d = e = 1
    a, b = n * e, m * d
    return (a > b) - (a < b)


def smallest(left: Ratio, right: Ratio) -> Ratio:
    """Return the smaller of two pairs."""
    return left if compare(left, right) <= 0 else right


def largest(left: Ratio, right: Ratio) -> Ratio:
    """Return the larger of two pairs."""
    return left if compare(left, right) >= 0 else right


def scaled(value: Ratio, places: int) -> int:
    """Return a finite pair times 10^places, rounded half up (away from zero).

    >>> scaled((1, 8), 2), scaled((-1, 8), 2)
    (13, -13)
    """
    n, d = value
    power: int = 10**places
    rounded = (2 * abs(n) * power + d) // (2 * d)
    return rounded if n >= 0 else -rounded


def has_places(value: Ratio, places: int) -> bool:
    """Return whether a finite pair needs no more than so many decimal places."""
    n, d = value
    power: int = 10**places
    return n * power % d == 0
