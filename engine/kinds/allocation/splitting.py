"""Whole cents by largest remainder: shares of an amount that add up to it exactly, whatever the shares are.

A cent stands for the currency's smallest amount.
"""

from collections.abc import Sequence
from fractions import Fraction

from engine.core.exact import Ratio, scaled


def split_amount(base: Ratio, shares: Sequence[Fraction], places: int) -> list[Ratio]:
    """Return the parts of an amount, in the order of the shares, which add up to 1.

    Each part is rounded down to the cent; the cents that are left go to the largest remainders, of equal ones to those
    that stand earlier. An amount below zero is split like its opposite. The base is a whole number of cents: any other
    is refused when the request is read.

    >>> split_amount((100, 1), [Fraction(1, 3)] * 3, 2), split_amount((100, 1), [Fraction(1, 3)] * 3, 0)
    ([(3334, 100), (3333, 100), (3333, 100)], [(34, 1), (33, 1), (33, 1)])
    """
    cents = scaled(base, places)
    sign = -1 if cents < 0 else 1
    exact = [abs(cents) * share for share in shares]
    parts = [int(part) for part in exact]
    left = abs(cents) - sum(parts)
    by_remainder = sorted(range(len(shares)), key=lambda number: (parts[number] - exact[number], number))
    for number in by_remainder[:left]:
        parts[number] += 1
    return [(sign * part, 10**places) for part in parts]
