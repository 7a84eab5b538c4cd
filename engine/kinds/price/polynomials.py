"""Polynomials with integer coefficients over the integers: where do they change sign?

A price is a whole number of cents, and every limit on discount, margin or total becomes a polynomial inequality in it.
The sign changes are found exactly, on the integers themselves: a polynomial is monotone between the sign changes of its
forward difference p(x + 1) - p(x), which is a polynomial of one degree less.
"""

from math import comb
from typing import TypeAlias

# Coefficients, lowest power first; no trailing zeros except for the zero polynomial `(0,)`.
Polynomial: TypeAlias = tuple[int, ...]


def trimmed(coefficients: list[int]) -> Polynomial:
    """Drop the leading zeros."""
    while len(coefficients) > 1 and coefficients[-1] == 0:
        coefficients.pop()
    return tuple(coefficients)


def plus(left: Polynomial, right: Polynomial, *, sign: int = 1) -> Polynomial:
    """Return left + sign * right."""
    if len(left) == len(right) == 2:  # by far the most frequent: a straight line
        slope = left[1] + sign * right[1]
        return (left[0] + sign * right[0], slope) if slope else (left[0] + sign * right[0],)
    size = max(len(left), len(right))
    padded = (*left, *[0] * (size - len(left)))
    other = (*right, *[0] * (size - len(right)))
    return trimmed([a + sign * b for a, b in zip(padded, other, strict=True)])


def times(left: Polynomial, right: Polynomial) -> Polynomial:
    """Return the product."""
    if len(left) == 1:
        return scaled(right, left[0])
    if len(right) == 1:
        return scaled(left, right[0])
    product = [0] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            product[i + j] += a * b
    return trimmed(product)


def scaled(polynomial: Polynomial, factor: int) -> Polynomial:
    """Return the polynomial times a number."""
    if factor == 1:
        return polynomial
    return tuple([factor * coefficient for coefficient in polynomial]) if factor else (0,)


def value_at(polynomial: Polynomial, x: int) -> int:
    """Return p(x)."""
    if len(polynomial) == 1:
        return polynomial[0]
    total = 0
    for coefficient in reversed(polynomial):
        total = total * x + coefficient
    return total


def sign_changes(polynomial: Polynomial, low: int, high: int) -> list[int]:
    """Return every x in (low, high] at which the sign (-1, 0 or 1) differs from the one at x - 1, ascending.

    >>> sign_changes((-6, 1, 1), -10, 10)  # (x + 3)(x - 2)
    [-3, -2, 2, 3]
    """
    if low >= high or len(polynomial) == 1:
        return []
    if len(polynomial) == 2:
        return _linear_changes(polynomial[0], polynomial[1], low, high)
    changes = []
    start = low
    # Past a change of the difference's sign the polynomial turns; the turn itself belongs to both stretches.
    for turn in [*sign_changes(_difference(polynomial), low, high - 1), high]:
        changes += _monotone_changes(polynomial, start, turn)
        start = turn
    return changes


def _linear_changes(constant: int, slope: int, low: int, high: int) -> list[int]:
    """Return the sign changes in (low, high] of a straight line: where it reaches zero, and just past that."""
    zero, rest = divmod(-constant, slope)
    return [x for x in ((zero + 1,) if rest else (zero, zero + 1)) if low < x <= high]


def _difference(polynomial: Polynomial) -> Polynomial:
    """Return p(x + 1) - p(x)."""
    size = len(polynomial) - 1
    return trimmed([sum(comb(k, j) * polynomial[k] for k in range(j + 1, size + 1)) for j in range(size)])


def _monotone_changes(polynomial: Polynomial, low: int, high: int) -> list[int]:
    """Return the sign changes in (low, high] of a polynomial that is monotone there: at most two."""
    changes = []
    here = _sign(value_at(polynomial, low))
    end = _sign(value_at(polynomial, high))
    while here != end:
        below, above = low, high
        while above - below > 1:
            middle = (below + above) // 2
            if _sign(value_at(polynomial, middle)) == here:
                below = middle
            else:
                above = middle
        changes.append(above)
        low, here = above, _sign(value_at(polynomial, above))
    return changes


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
