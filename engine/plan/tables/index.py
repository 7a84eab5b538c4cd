"""A decision table as an index: per tested field, each value maps to the rules left standing, as one integer's bits.

Bit i stands for rule i. Matching is one look-up and one AND per field, so a table of thousands of rows costs about what
one of twenty does. Two sets of bits run side by side: the rules that hold, and those that are still open because a
field they test is unknown (Kleene's logic, a bit a rule). A rule's tests of different fields fall into different
columns; what is not a plain test of one field (`any`, `not`, a second test of the same field) is judged only for the
rules that everything else has left standing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.core.facts import Row
from engine.core.views import is_own
from engine.plan.tables.bits import Bits, bits_of
from engine.plan.tables.columns import Tests
from engine.plan.tables.conditions import Judge, compiled
from engine.plan.tables.shared import column
from engine.plan.tables.unrolled import (
    MatchColumns,
    MissColumns,
    NearColumns,
    match_columns,
    miss_columns,
    near_columns,
)
from rules.ir import (
    Compare,
    Condition,
    Equals,
    FieldTest,
    Missing,
    NotOneOf,
    OneOf,
    Present,
    Rule,
    Subject,
    Test,
    Within,
)

# Tests that one known value decides by look-up. Any other is judged as a residue: slower, and right for every test. A
# column that does not know a test would never hold, and the rules that it guards never fire.
_IN_COLUMNS: frozenset[type[Test]] = frozenset({Equals, OneOf, NotOneOf, Compare, Within, Present, Missing})


@dataclass(frozen=True, slots=True)
class Residue:
    """What columns cannot hold: a conjunct of some rules, judged where the rule still stands."""

    judge: Judge
    rules: Bits


class Index:
    """The index of one list of rules with one subject."""

    def __init__(self, rules: Sequence[Rule], subject: Subject) -> None:
        """Build the columns; the cost is about the number of tests, and of changes times the width of the bits."""
        self._all = (1 << len(rules)) - 1
        plain: dict[str, Tests] = {}
        residue: dict[tuple[Condition, int], list[int]] = {}
        for number, rule in enumerate(rules):
            taken: set[str] = set()
            others: list[Condition] = []
            for part in rule.when.parts:
                if type(part) is FieldTest and part.field not in taken and type(part.test) in _IN_COLUMNS:
                    taken.add(part.field)
                    tests = plain.setdefault(part.field, {})
                    tests.setdefault(id(part.test), (part.test, []))[1].append(number)
                else:
                    others.append(part)
            if others:
                # A conjunct that a rule says twice fails twice, as everywhere else: a near miss fails just once.
                for part, times in Counter(others).items():
                    for time in range(times):
                        residue.setdefault((part, time), []).append(number)
        self._columns = tuple(
            column(path, tests, own=is_own(path, subject), every=self._all) for path, tests in plain.items()
        )
        self._match_columns: MatchColumns = match_columns(self._columns, self._all)
        # Most indexes are never asked for these.
        self._near_columns: NearColumns | None = None
        self._miss_columns: MissColumns | None = None
        self._residues = tuple(
            Residue(compiled(condition, subject), bits_of(numbers)) for (condition, _), numbers in residue.items()
        )

    def match(self, shared: Row, row: Row) -> tuple[Bits, Bits]:
        """Return the rules that fire and those that are undetermined."""
        holds, open_ = self._match_columns(shared, row)
        if self._residues and open_:
            for residue in self._residues:
                if residue.rules & open_:
                    verdict = residue.judge(shared, row)
                    if verdict is not True:
                        holds &= ~residue.rules
                    if verdict is False:
                        open_ &= ~residue.rules
        return holds, 0 if open_ is holds else open_ ^ holds

    def near(self, shared: Row, row: Row) -> Bits:
        """Return the rules of which exactly one conjunct fails and all others hold."""
        return self.match_and_near(shared, row)[2]

    def match_and_near(self, shared: Row, row: Row) -> tuple[Bits, Bits, Bits]:
        """Return what `match` and `near` return, looking every field up once."""
        if self._near_columns is None:
            self._near_columns = near_columns(self._columns, self._all)
        holds, open_, near = self._near_columns(shared, row)
        if self._residues and (open_ or near):
            for residue in self._residues:
                rules = residue.rules
                if rules & near or rules & open_:
                    verdict = residue.judge(shared, row)
                    if verdict is not True:
                        failed = holds & rules if verdict is False else 0
                        near = near & ~rules | failed
                        holds &= ~rules
                    if verdict is False:
                        open_ &= ~rules
        return holds, 0 if open_ is holds else open_ ^ holds, near ^ holds

    def misses(self, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Return how many conjuncts of each rule do not hold, as binary digits, ones first (see `bits.planes`)."""
        if self._miss_columns is None:
            self._miss_columns = miss_columns(self._columns, self._all)
        planes = [*self._miss_columns(shared, row)]
        for residue in self._residues:
            carry = 0 if residue.judge(shared, row) else residue.rules
            for number, plane in enumerate(planes):
                planes[number] = plane ^ carry
                carry &= plane
            if carry:
                planes.append(carry)
        return tuple(planes)
