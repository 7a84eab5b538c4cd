"""A decision table as an index: per tested field, each value maps to the rules left standing, as one integer's bits.

Bit i stands for rule i. Matching is one look-up and one AND per field, so a table of thousands of rows costs about what
one of twenty does. Two sets of bits run side by side: the rules that hold, and those that are still open because a
field they test is unknown (Kleene's logic, a bit a rule). A rule's tests of different fields fall into different
columns; what is not a plain test of one field (`any`, `not`, a second test of the same field) is judged only for the
rules that everything else has left standing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from engine.core.facts import Row
from engine.core.views import UNKNOWN, is_own
from engine.plan.tables.bits import Bits, bits_of
from engine.plan.tables.columns import Column, Tests, column_of
from engine.plan.tables.conditions import Judge, compiled
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

    def __init__(
        self, rules: Sequence[Rule], subject: Subject, *, known: Mapping[str, Column] = MappingProxyType({})
    ) -> None:
        """Build the columns; the cost is about the number of tests, and of changes times the width of the bits.

        `known` has columns by field that are taken as they are, where a rule tests that field at all: those of an index
        of the same rules with more conjuncts.
        """
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
        self.columns: dict[str, Column] = {
            path: known.get(path) or column_of(path, tests, own=is_own(path, subject), every=self._all)
            for path, tests in plain.items()
        }
        # What the loops below read of each column, and nothing else: they run for every line of a request.
        self._look_ups = tuple(
            [
                (one.path, one.own, one.look_up.bits, one.unknown_holds, one.unknown_open)
                for one in self.columns.values()
            ]
        )
        self._residues = tuple(
            Residue(compiled(condition, subject), bits_of(numbers)) for (condition, _), numbers in residue.items()
        )

    def match(self, shared: Row, row: Row) -> tuple[Bits, Bits]:
        """Return the rules that fire and those that are undetermined."""
        # As long as every field is known, the rules that are open are those that hold: the second set stays None.
        holds, open_ = self._all, None
        for path, own, look_up, unknown_holds, unknown_open in self._look_ups:
            value = (row if own else shared).get(path, UNKNOWN)
            if value is UNKNOWN:
                open_ = (holds if open_ is None else open_) & unknown_open
                holds &= unknown_holds
            else:
                bits = look_up(value)
                holds &= bits
                if open_ is not None:
                    open_ &= bits
            if not holds and not open_:
                return 0, 0
        if open_ is None:
            open_ = holds
        for residue in self._residues:
            if residue.rules & open_:
                verdict = residue.judge(shared, row)
                if verdict is not True:
                    holds &= ~residue.rules
                if verdict is False:
                    open_ &= ~residue.rules
        return holds, open_ ^ holds

    def match_and_near(self, shared: Row, row: Row) -> tuple[Bits, Bits, Bits]:
        """Return what `match` does, and the rules of which exactly one conjunct fails and all others hold."""
        # `near` has the rules of which at most one conjunct fails so far: those that hold are among them.
        holds, open_, near = self._all, None, self._all
        for path, own, look_up, unknown_holds, unknown_open in self._look_ups:
            value = (row if own else shared).get(path, UNKNOWN)
            if value is UNKNOWN:
                open_ = (holds if open_ is None else open_) & unknown_open
                near = near & unknown_holds | holds & ~unknown_open
                holds &= unknown_holds
            else:
                bits = look_up(value)
                # Of the rules that fail here stay those that held till now; those that go on holding are among them.
                near = near & bits | holds
                holds &= bits
                if open_ is not None:
                    open_ &= bits
        if open_ is None:
            open_ = holds
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
        return holds, open_ ^ holds, near ^ holds

    def misses(self, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Return how many conjuncts of each rule do not hold, as binary digits, ones first (see `bits.planes`)."""
        planes: list[Bits] = []
        for path, own, look_up, unknown_holds, _ in self._look_ups:
            value = (row if own else shared).get(path, UNKNOWN)
            _count(planes, self._all ^ (unknown_holds if value is UNKNOWN else look_up(value)))
        for residue in self._residues:
            if not residue.judge(shared, row):
                _count(planes, residue.rules)
        return tuple(planes)


def _count(planes: list[Bits], carry: Bits) -> None:
    """Add one to the numbers of some rules."""
    for number, plane in enumerate(planes):
        planes[number] = plane ^ carry
        carry &= plane
    if carry:
        planes.append(carry)
