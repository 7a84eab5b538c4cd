"""Elimination by criteria (docs/language.md section 7): who is first among claims or candidates, how the rest follow.

Each criterion has given every contender a place: 0 is best, equal values share a place, null comes last. How far
`within` reaches is known for each place too, so that eliminating compares small integers, whatever the values are. A
tolerance counts from the best value that is still in, never from neighbour to neighbour, so no order of the input
changes who stays.

Contenders are numbers of rows; callers pass them sorted by id, and every answer keeps that order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.core import figures
from engine.core.parts import Shown
from engine.core.views import UNKNOWN, State
from rules.ir import Criterion
from rules.types import Type


@dataclass(frozen=True, eq=False)
class Scale:
    """One criterion's places for all contenders; `reach[p]` is the last place near enough to place p."""

    criterion: Criterion
    kind: Type
    states: tuple[State, ...]
    places: tuple[int, ...]
    reach: tuple[int, ...]
    unknown: frozenset[int]
    places_shown: int

    @property
    def separates(self) -> bool:
        """Return whether the criterion could ever distinguish two of the contenders."""
        return len(set(self.places)) > 1 or bool(self.unknown)

    def unknown_among(self, rows: Sequence[int]) -> list[int]:
        """Return those of which nothing is known here."""
        return [row for row in rows if row in self.unknown] if self.unknown else []

    def best(self, rows: Sequence[int]) -> int:
        """Return the first of those with the best value."""
        return min(rows, key=self.places.__getitem__)

    def keep(self, rows: Sequence[int]) -> list[int]:
        """Return those that the criterion leaves in; the value of each must be known."""
        places = self.places
        limit = self.reach[min(map(places.__getitem__, rows))]
        return [row for row in rows if places[row] <= limit]

    def text(self, row: int) -> Shown:
        """Return a contender's value as the trace shows it; null for null and for unknown."""
        state = self.states[row]
        return figures.text(None if state is UNKNOWN else state, self.kind, self.places_shown)


@dataclass(frozen=True, slots=True)
class Round:
    """One criterion applied to those still in; `kept` is None where a value that counts is unknown."""

    scale: Scale
    rows: list[int]
    kept: list[int] | None


def rounds(scales: Sequence[Scale], rows: list[int]) -> Iterator[Round]:
    """Yield the rounds of one elimination, until one contender is left, a value is unknown or the criteria end."""
    for scale in scales:
        if len(rows) < 2:
            return
        if scale.unknown and not scale.unknown.isdisjoint(rows):
            yield Round(scale, rows, None)
            return
        kept = scale.keep(rows)
        yield Round(scale, rows, kept)
        rows = kept


def last_in(scales: Sequence[Scale], rows: list[int]) -> list[int]:
    """Return those left when an elimination ends: one, or several that are tied or cannot be distinguished."""
    for step in rounds(scales, rows):
        rows = step.rows if step.kept is None else step.kept
    return rows


def ranked(scales: Sequence[Scale], rows: Sequence[int]) -> Iterator[list[int]]:
    """Yield the contenders best first, those that are tied together: the same elimination on the rest, again and again.

    A value that is unknown leaves those that are in tied (docs/language.md section 7.2).
    """
    useful = [scale for scale in scales if scale.separates]
    rest = list(rows)
    while rest:
        left = last_in(useful, rest)
        yield left
        gone = frozenset(left)
        rest = [row for row in rest if row not in gone]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first so many contenders, and how they were found: `eliminations` has one list of rounds for each place.

    `stuck` is the round at which a value is unknown that could change who is chosen; then nobody else is.
    """

    chosen: tuple[int, ...]
    eliminations: tuple[tuple[Round, ...], ...]
    ties: tuple[tuple[int, tuple[int, ...]], ...]  # the elimination's number from 0, and those tied beyond the places
    stuck: Round | None

    @property
    def cost(self) -> int:
        """Return how many contenders were looked at."""
        return sum(len(step.rows) for steps in self.eliminations for step in steps) + 1


def choose(scales: Sequence[Scale], rows: Sequence[int], take: int) -> Choice:
    """Choose the first `take`; of those tied for the last places the first in the order of the rows.

    An unknown value does not matter where all who are left get a place, or all who are in do and only equal values have
    brought them so far: then they come before the rest, whatever the value is.
    """
    chosen: list[int] = []
    eliminations: list[tuple[Round, ...]] = []
    ties: list[tuple[int, tuple[int, ...]]] = []
    rest = list(rows)
    while rest and len(chosen) < take:
        places = take - len(chosen)
        if len(rest) <= places:
            chosen += [row for tied in ranked(scales, rest) for row in tied]
            break
        steps = tuple(rounds(scales, rest))
        eliminations.append(steps)
        last = steps[-1] if steps else None
        left = rest if last is None else last.rows if last.kept is None else last.kept
        if last is not None and last.kept is None:
            near = any(step.scale.criterion.within is not None for step in steps[:-1])
            if near or len(left) > places:
                return Choice(tuple(chosen), tuple(eliminations), tuple(ties), last)
        if len(left) > places:
            ties.append((len(eliminations) - 1, tuple(left)))
        chosen += left[:places]
        gone = frozenset(left)
        rest = [row for row in rest if row not in gone]
    return Choice(tuple(chosen), tuple(eliminations), tuple(ties), None)
