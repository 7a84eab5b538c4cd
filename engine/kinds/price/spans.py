"""Sets of whole numbers as disjoint stretches, ascending: at which prices a condition holds."""

from collections.abc import Iterable
from typing import TypeAlias

Spans: TypeAlias = tuple[tuple[int, int], ...]


def union(left: Spans, right: Spans) -> Spans:
    """Return the numbers in either; neighbours grow together.

    >>> union(((1, 3), (9, 9)), ((4, 5),))
    ((1, 5), (9, 9))
    """
    return joined(sorted((*left, *right)))


def joined(stretches: Iterable[tuple[int, int]]) -> Spans:
    """Join stretches that are sorted by their first number and may overlap or touch."""
    result: list[tuple[int, int]] = []
    for first, last in stretches:
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], last))
        else:
            result.append((first, last))
    return tuple(result)


def intersection(left: Spans, right: Spans) -> Spans:
    """Return the numbers in both.

    >>> intersection(((1, 5), (8, 9)), ((4, 8),))
    ((4, 5), (8, 8))
    """
    return tuple((max(a, c), min(b, d)) for a, b in left for c, d in right if max(a, c) <= min(b, d))


def complement(spans: Spans, low: int, high: int) -> Spans:
    """Return the numbers from `low` to `high` that are in none of the stretches.

    >>> complement(((3, 4),), 1, 6)
    ((1, 2), (5, 6))
    """
    result = []
    for first, last in spans:
        if low < first:
            result.append((low, first - 1))
        low = last + 1
    if low <= high:
        result.append((low, high))
    return tuple(result)


def contains(spans: Spans, number: int) -> bool:
    """Return whether a number is in one of the stretches."""
    return any(first <= number <= last for first, last in spans)
