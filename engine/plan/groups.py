"""Groups of rules, and what an engine is: whoever says for one view of the facts which rules of a group fire.

That is all that engines differ in, and how they compute formulas; what follows from a match is the domains' business.
The engines themselves are in `engine/backends`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from engine.core.facts import Facts, Row
from engine.plan.tables.bits import Bits
from engine.plan.tables.index import Index
from rules.ir import AllOf, Condition, Rule, Subject


@dataclass(frozen=True, eq=False)
class Group:
    """Rules that are judged together, for the same subject; bit i of a match is rule i."""

    rules: tuple[Rule, ...]
    subject: Subject
    index: Index

    @staticmethod
    def of(rules: Sequence[Rule], subject: Subject) -> "Group":
        """Index the rules."""
        return Group(tuple(rules), subject, Index(rules, subject))

    def only(self, keep: Callable[[Condition], bool]) -> "Group":
        """Return the same rules with only some of their conjuncts; what is left of a large index is not built again.

        `keep` treats all tests of one field that stand in columns alike: it looks at the field, and not at the test.
        """
        rules = [
            replace(rule, when=AllOf(tuple([part for part in rule.when.parts if keep(part)]))) for rule in self.rules
        ]
        return Group(tuple(rules), self.subject, Index(rules, self.subject, known=self.index.columns))


def groups_of(rules: Iterable[Rule]) -> tuple[Group, ...]:
    """Return the rules as one group a subject, the deal's first."""
    by_subject: dict[Subject, list[Rule]] = {subject: [] for subject in Subject}
    for rule in rules:
        by_subject[rule.subject].append(rule)
    return tuple(Group.of(found, subject) for subject, found in by_subject.items() if found)


class Match(NamedTuple):
    """What became of a group for one subject.

    `number` counts the subject's rows from 0 as the request gives them; None for the deal. `fired`, `undetermined` and
    `near` are bits, bit i for the group's rule i; the first two have no bit in common. `near` are the rules of which
    exactly one conjunct fails and all others hold, less those that a domain knows would have changed nothing; 0 where
    nobody asked for them.
    """

    group: Group
    number: int | None
    row: Row
    fired: Bits
    undetermined: Bits
    near: Bits = 0


class Stage(Protocol):
    """Derived fields that become known together, and the two ways to compute them, which give the same."""

    def by_index(self, facts: Facts) -> None:
        """Add the fields to the facts: formulas compiled, tables looked up in their own index."""

    def one_by_one(self, engine: "Engine", facts: Facts) -> None:
        """Add the fields to the facts: formulas through the plain interpreter, tables as the engine judges them."""


class Engine(Protocol):
    """How rules are judged."""

    def judge(self, group: Group, shared: Row, row: Row, *, number: int | None = None, near: bool = False) -> Match:
        """Return the rules that fire and those that are undetermined, and the near misses where asked for."""

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Return how many conjuncts of each rule do not hold, as binary digits, ones first (`tables.bits.planes`).

        Apart from `judge`, for to count takes a look at every conjunct of every rule, and hardly anybody asks.
        """

    def derive(self, stage: Stage, facts: Facts) -> None:
        """Add a stage's fields to the facts, in one of its ways."""


def match_all(engine: Engine, groups: Iterable[Group], facts: Facts, *, near: bool = False) -> Iterator[Match]:
    """Match groups of the deal's or its lines' rules: for the deal once, for lines each.

    Where the request does not give lines at all, a line's rules are judged for one line of which nothing is known, so
    that what they might have said is not lost.
    """
    for group in groups:
        if group.subject is Subject.DEAL:
            yield engine.judge(group, facts.shared, {}, near=near)
        else:
            lines = [{}] if facts.lines is None else facts.lines
            for number, row in enumerate(lines):
                yield engine.judge(group, facts.shared, row, number=number, near=near)


def match_rows(
    engine: Engine, group: Group, facts: Facts, rows: Iterable[tuple[int, Row]], *, near: bool = False
) -> Iterator[Match]:
    """Match one group in a registration or an allocation; `rows` are the numbered claims or candidates to judge."""
    if group.subject in (Subject.CLAIM, Subject.PARTNER):
        for number, row in rows:
            yield engine.judge(group, facts.shared, row, number=number, near=near)
    else:
        yield from match_all(engine, (group,), facts, near=near)
