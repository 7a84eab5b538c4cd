"""The rows of the next lower level: what a line would have to meet to be signed below the level that it needs."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from weakref import WeakKeyDictionary

from engine.core.facts import Row
from engine.core.views import UNKNOWN, is_own
from engine.plan.groups import Engine, Group, Match
from engine.plan.tables.bits import Bits, lowest_bit, positions
from engine.plan.tables.conditions import Judge, compiled
from rules.ir import AllOf, CompareField, Condition, Field, FieldTest, Operator, Policy, Rule, Sign, Subject
from rules.traverse import condition_fields
from rules.types import ORDERED, Scalar, Term

SECTION = "price_approval.authority"
# So many rows are shown of a level that has many for such a line; where no row is made for it, so many of the level's
# others, to show what it may sign at all.
MOST_ROWS = 12
# So many sorts of lines are remembered with their rows of the next lower level.
REMEMBERED = 1_024


class Authority:
    """The authority table, by level; its rows stand lowest level first."""

    def __init__(self, group: Group, policy: Policy) -> None:
        """Rank the rows, and index what each row is made for: the tests that ask what a line is, not how much."""
        assert policy.price_approval is not None
        levels = policy.price_approval.levels
        self._ranks = [levels.index(_level(rule)) for rule in group.rules]
        self._of_rank: list[Bits] = [0] * len(levels)
        for number, rank in enumerate(self._ranks):
            self._of_rank[rank] |= 1 << number
        kept = [
            AllOf(tuple([part for part in rule.when.parts if is_unordered(part, policy.fields)]))
            for rule in group.rules
        ]
        made_for = [replace(rule, when=when) for rule, when in zip(group.rules, kept, strict=True)]
        self._made_for = Group.of(made_for, group.subject)
        self._group = group
        self._fields = policy.fields
        self._limits: dict[int, tuple[tuple[FieldTest, Judge], ...]] = {}
        self._asked = _asked(kept, policy.fields, group.subject)
        self._seen: dict[object, tuple[Bits, bool]] = {}

    def lower(self, match: Match) -> Bits:
        """Return the rows of every level below the one that a line needs."""
        if not match.fired:
            return -1
        below_lowest = (match.fired & -match.fired) - 1
        return below_lowest & ~self._of_rank[self._needed(match)]

    def next_lower(self, engine: Engine, shared: Row, match: Match) -> tuple[Bits, bool]:
        """Return the rows of the next lower level that has any, and whether they are made for such a line."""
        needed = self._needed(match) if match.fired else len(self._of_rank)
        if self._asked is None:
            return self._next_lower(engine, shared, match.row, needed)
        row = match.row
        key = (engine, needed, *[(row if own else shared).get(path, UNKNOWN) for path, own in self._asked])
        found = self._seen.get(key)
        if found is None:
            found = self._next_lower(engine, shared, row, needed)
            if len(self._seen) < REMEMBERED:
                self._seen[key] = found
        return found

    def _next_lower(self, engine: Engine, shared: Row, row: Row, needed: int) -> tuple[Bits, bool]:
        rows = next((rows for rows in reversed(self._of_rank[:needed]) if rows), 0)
        made_for = rows & engine.match(self._made_for, shared, row)[0]
        return first(made_for or rows, MOST_ROWS), bool(made_for)

    def limits(self, n: int) -> tuple[tuple[FieldTest, Judge], ...]:
        """Return the tests of a row that ask how much, with functions that judge them, made when first asked for."""
        found = self._limits.get(n)
        if found is None:
            parts = [part for part in self._group.rules[n].when.parts if isinstance(part, FieldTest)]
            found = self._limits[n] = tuple(
                [(part, compiled(part, self._group.subject)) for part in parts if not is_unordered(part, self._fields)]
            )
        return found

    def _needed(self, match: Match) -> int:
        return self._ranks[lowest_bit(match.fired)]


def _asked(
    conjuncts: Iterable[AllOf], fields: Mapping[str, Field], subject: Subject
) -> tuple[tuple[str, bool], ...] | None:
    """Return the fields that tests read, and whether they stand in the row; None if one of them takes many values."""
    paths = {path for one in conjuncts for path in condition_fields(one)}
    kinds = [fields[path].type if path in fields else None for path in paths]
    if not all(kind == Scalar.BOOLEAN or isinstance(kind, Term) for kind in kinds):
        return None
    return tuple([(path, is_own(path, subject)) for path in sorted(paths)])


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


def is_authority(group: Group) -> bool:
    """Return whether a group is the authority table."""
    return bool(group.rules) and group.rules[0].section == SECTION


_IN_USE: WeakKeyDictionary[Group, Authority] = WeakKeyDictionary()


def authority_of(group: Group, policy: Policy) -> Authority:
    """Return the authority table of a group, prepared once."""
    found = _IN_USE.get(group)
    if found is None:
        found = _IN_USE[group] = Authority(group, policy)
    return found


def is_unordered(part: Condition, fields: Mapping[str, Field]) -> bool:
    """Return whether a conjunct asks what something is: of a text, a term, a set or a boolean."""
    if not isinstance(part, FieldTest) or part.field not in fields or fields[part.field].type in ORDERED:
        return False  # `as_of` is no field of the policy, and ordered
    return not isinstance(part.test, CompareField) or part.test.operator in (Operator.EQUAL, Operator.NOT_EQUAL)


def _level(rule: Rule) -> str:
    (effect,) = rule.effects
    assert isinstance(effect, Sign)
    return effect.level
