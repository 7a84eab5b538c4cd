"""A decision table as an index: per tested field, each value maps to the rules left standing, as one integer's bits.

Bit i stands for rule i. Matching is one look-up and one AND per field, so a table of thousands of rows costs about what
one of twenty does. Two sets of bits run side by side: the rules that hold, and those that are still open because a
field they test is unknown (Kleene's logic, a bit a rule). A rule's tests of different fields fall into different
columns; what is not a plain test of one field (`any`, `not`, a second test of the same field) is judged only for the
rules that everything else has left standing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.facts import Row
from engine.interpret import judge_test
from engine.tables.bits import Bits
from engine.tables.columns import Column, look_up
from engine.tables.conditions import Judge
from engine.tables.conditions import compiled as compiled_condition
from engine.tables.unrolled import MatchColumns, compiled
from engine.views import OWN_OBJECTS, UNKNOWN
from rules.ir import (
    CompareField,
    Condition,
    FieldTest,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    Present,
    Rule,
    Subject,
    Test,
)


@dataclass(frozen=True, slots=True)
class Residue:
    """What columns cannot hold: a conjunct of some rules, judged where the rule still stands."""

    judge: Judge
    rules: Bits


class Index:
    """The index of one list of rules with one subject."""

    def __init__(self, rules: Sequence[Rule], subject: Subject) -> None:
        """Build the columns; the cost is about the number of tests times the width of the bits."""
        self._subject = subject
        self._all = (1 << len(rules)) - 1
        plain: dict[str, list[tuple[Bits, Test]]] = {}
        residue: dict[tuple[Condition, int], Bits] = {}
        for number, rule in enumerate(rules):
            taken: set[str] = set()
            said: Counter[Condition] = Counter()
            for part in rule.when.parts:
                if isinstance(part, FieldTest) and part.field not in taken and _fits_column(part.test):
                    taken.add(part.field)
                    plain.setdefault(part.field, []).append((1 << number, part.test))
                else:
                    # A conjunct that a rule says twice fails twice, as everywhere else: a near miss fails just once.
                    said[part] += 1
                    key = (part, said[part])
                    residue[key] = residue.get(key, 0) | 1 << number
        self._columns = tuple(self._column(path, tests) for path, tests in plain.items())
        self._match_columns: MatchColumns = compiled(self._columns, self._all)
        self._residues = tuple(
            Residue(compiled_condition(condition, subject), bits) for (condition, _), bits in residue.items()
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
        return holds, 0 if open_ is holds else open_ & ~holds

    def near(self, shared: Row, row: Row) -> Bits:
        """Return the rules of which exactly one conjunct fails and all others hold."""
        failed_once = failed_twice = undetermined = 0
        for holds, open_ in self._verdicts(shared, row):
            failed = self._all & ~open_
            failed_twice |= failed_once & failed
            failed_once |= failed
            undetermined |= open_ & ~holds
        return failed_once & ~failed_twice & ~undetermined

    def misses(self, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Return how many conjuncts of each rule do not hold, as binary digits, ones first (see `bits.planes`)."""
        planes: list[Bits] = []
        for holds, _ in self._verdicts(shared, row):
            carry = self._all & ~holds
            for number, plane in enumerate(planes):
                planes[number] = plane ^ carry
                carry &= plane
            if carry:
                planes.append(carry)
        return tuple(planes)

    def _verdicts(self, shared: Row, row: Row) -> Iterator[tuple[Bits, Bits]]:
        """Yield for every column and residue the rules that it lets hold, and those it leaves open."""
        for column in self._columns:
            value = (row if column.own else shared).get(column.path, UNKNOWN)
            if value is UNKNOWN:
                yield column.unknown_holds, column.unknown_open
            else:
                bits = column.look_up.bits(value)
                yield bits, bits
        for residue in self._residues:
            verdict = residue.judge(shared, row)
            without = self._all & ~residue.rules
            yield (self._all if verdict else without), (without if verdict is False else self._all)

    def _column(self, path: str, tests: list[tuple[Bits, Test]]) -> Column:
        untested = self._all & ~_union(bit for bit, _ in tests)
        null = untested | _union(bit for bit, test in tests if judge_test(test, None, None))
        holds = untested | _union(bit for bit, test in tests if judge_test(test, UNKNOWN, None))
        open_ = untested | _union(bit for bit, test in tests if judge_test(test, UNKNOWN, None) is not False)
        given = untested | _union(bit for bit, test in tests if isinstance(test, Present))
        valued = [(bit, test) for bit, test in tests if not isinstance(test, Present | Missing)]
        own = path.partition(".")[0] in OWN_OBJECTS[self._subject]
        return Column(path, own, look_up(valued, given=given, null=null), holds, open_)


def _fits_column(test: Test) -> bool:
    """Tell whether one known value decides the test by look-up."""
    return not isinstance(test, CompareField | HasAny | HasAll | HasNone)


def _union(bits: Iterable[Bits]) -> Bits:
    union = 0
    for one in bits:
        union |= one
    return union
