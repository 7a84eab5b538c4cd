"""Approval levels as ranks, and which ranks remain possible while some rules are undetermined.

Rank 0 is `automatic`, rank 1 the lowest level of the ladder, and the rank above the top means that nobody may sign.
Each undetermined rule may fire or not, whatever the others do; the possible ranks are found exactly, rule by rule,
without going through every combination.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LevelChange:
    """What a rule's effects do to a rank: no lower than `at_least`, then `levels` higher."""

    at_least: int
    levels: int


NO_CHANGE = LevelChange(0, 0)


def changed(rank: int, changes: Iterable[LevelChange], *, top: int) -> int:
    """Return a rank after `at_least`, then `raise`, capped at the top; nobody stays nobody.

    >>> changed(1, [LevelChange(0, 1), LevelChange(2, 0)], top=6)
    3
    """
    if rank > top:
        return rank
    levels = 0
    for change in changes:
        rank = max(rank, change.at_least)
        levels += change.levels
    return min(top, rank + levels)


def possible(
    ranks: Iterable[int], certain: Iterable[LevelChange], open_: Iterable[LevelChange], *, top: int
) -> frozenset[int]:
    """Return the ranks that remain when each open change may apply or not.

    >>> sorted(possible([1], [], [LevelChange(3, 0), LevelChange(0, 1)], top=6))
    [1, 2, 3, 4]
    """
    floor, levels = 0, 0
    for change in certain:
        floor, levels = max(floor, change.at_least), levels + change.levels
    states = {(floor, min(levels, top))}
    for change in open_:
        states |= {(max(floor, change.at_least), min(levels + change.levels, top)) for floor, levels in states}
    return frozenset(
        rank if rank > top else min(top, max(rank, floor) + levels) for rank in ranks for floor, levels in states
    )


def highest(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    """Return the ranks that the highest of several independent ranks may have.

    >>> sorted(highest([frozenset({1, 4}), frozenset({2, 3})]))
    [2, 3, 4]
    """
    united: set[int] = set()
    floor = 0
    for ranks in sets:
        united |= ranks
        floor = max(floor, min(ranks))
    return frozenset(rank for rank in united if rank >= floor)
