"""The authority table, its rows lowest level first, and the rows of the next lower level.

Those are what a line would have to meet to be signed below the level that it needs: the trace shows them whatever they
miss, and the summary names what the nearest of them misses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.core.facts import Row
from engine.plan.groups import Engine, Group, Match
from engine.plan.ruling import Nearest
from engine.plan.tables.bits import Bits, lowest_bit, positions
from engine.plan.tables.conditions import Judge, compiled
from rules.ir import CompareField, Condition, Field, FieldTest, Operator
from rules.types import ORDERED

# So many rows are shown of a level that has many for such a line; where no row is made for it, so many of the level's
# others, to show what it may sign at all.
MOST_ROWS = 12


@dataclass(frozen=True, eq=False)
class Authority:
    """The authority table by level.

    `ranks` has the rank of each row's level, lowest first, and `below` for each rank, up to the one that nobody has,
    the rows of lower ranks. `made_for` has of each row only the tests that ask what a line is, not how much.
    """

    group: Group
    ranks: tuple[int, ...]
    below: tuple[Bits, ...]
    made_for: Group
    fields: Mapping[str, Field]
    limits: dict[int, tuple[tuple[FieldTest, Judge], ...]] = field(default_factory=dict)

    @staticmethod
    def of(
        group: Group, *, ranks: tuple[int, ...], below: tuple[Bits, ...], fields: Mapping[str, Field]
    ) -> "Authority":
        """Index what each row is made for."""
        return Authority(group, ranks, below, group.only(lambda part: is_unordered(part, fields)), fields)

    def rank(self, match: Match) -> int:
        """Return the rank of the lowest level that may sign a line; the one that nobody has if none may."""
        return self.ranks[lowest_bit(match.fired)] if match.fired else len(self.below) - 1

    def worth_showing(self, engine: Engine, match: Match, shared: Row) -> Match:
        """Return a match whose near misses are those of lower levels, and with them the next lower level's rows."""
        rows, _ = self._next_lower(engine, match, shared)
        return match._replace(near=last(match.near & self.below[self.rank(match)], MOST_ROWS) | rows)

    def nearest(self, engine: Engine, match: Match, shared: Row) -> Nearest | None:
        """Return the row of the next lower level that a line comes nearest to; None if no limit keeps it from that."""
        rows, made_for = self._next_lower(engine, match, shared)
        if not made_for:
            return Nearest(match, None, ())
        missed = [(n, self._missed(n, shared, match.row)) for n in positions(rows)]
        n, tests = min(missed, key=lambda one: len(one[1]))  # the first of several
        return Nearest(match, self.group.rules[n], tests) if tests else None

    def _next_lower(self, engine: Engine, match: Match, shared: Row) -> tuple[Bits, bool]:
        """Return the rows of the next lower level that has any, and whether they are made for such a line."""
        below = self.below[self.rank(match)]
        if not below:
            return 0, False
        rows = below & ~self.below[self.ranks[below.bit_length() - 1]]
        made_for = rows & engine.judge(self.made_for, shared, match.row).fired
        return first(made_for or rows, MOST_ROWS), bool(made_for)

    def _missed(self, n: int, shared: Row, row: Row) -> tuple[FieldTest, ...]:
        """Return the tests of a row that ask how much and that fail; their functions are made when first asked for."""
        limits = self.limits.get(n)
        if limits is None:
            parts = [part for part in self.group.rules[n].when.parts if isinstance(part, FieldTest)]
            limits = self.limits[n] = tuple(
                [(part, compiled(part, self.group.subject)) for part in parts if not is_unordered(part, self.fields)]
            )
        return tuple([part for part, judge in limits if judge(shared, row) is False])


def first(bits: Bits, most: int) -> Bits:
    """Return the lowest set bits, at most so many.

    >>> bin(first(0b101100, 2))
    '0b1100'
    """
    if bits.bit_count() <= most:
        return bits
    return sum(1 << number for number, _ in zip(positions(bits), range(most), strict=False))


def last(bits: Bits, most: int) -> Bits:
    """Return the highest set bits, at most so many.

    >>> bin(last(0b101100, 2))
    '0b101000'
    """
    if bits.bit_count() <= most:
        return bits
    kept = 0
    while bits and kept.bit_count() < most:
        highest = 1 << bits.bit_length() - 1
        kept |= highest
        bits ^= highest
    return kept


def is_unordered(part: Condition, fields: Mapping[str, Field]) -> bool:
    """Return whether a conjunct asks what something is: of a text, a term, a set or a boolean."""
    if not isinstance(part, FieldTest) or part.field not in fields or fields[part.field].type in ORDERED:
        return False  # `as_of` is no field of the policy, and ordered
    return not isinstance(part.test, CompareField) or part.test.operator in (Operator.EQUAL, Operator.NOT_EQUAL)
