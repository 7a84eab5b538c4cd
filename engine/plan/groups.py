"""Groups of rules, and the engines that match them: by index, or by the plain interpreter.

An engine tells for a list of rules and one view of the facts which rules fire, which are undetermined, and which were
near misses. That is all that engines differ in; what follows from a match is the domains' business.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from engine.core.facts import Facts, Row
from engine.core.interpret import judge
from engine.core.views import View
from engine.plan.tables.bits import Bits, planes
from engine.plan.tables.index import Index
from rules.ir import Rule, Subject


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


def groups_of(rules: Iterable[Rule]) -> tuple[Group, ...]:
    """Return the rules as one group a subject, the deal's first."""
    by_subject: dict[Subject, list[Rule]] = {subject: [] for subject in Subject}
    for rule in rules:
        by_subject[rule.subject].append(rule)
    return tuple(Group.of(found, subject) for subject, found in by_subject.items() if found)


class Match(NamedTuple):
    """What became of a group for one subject; `number` counts the subject's rows from 0, None for the deal.

    `near` are the rules of which exactly one conjunct fails and all others hold; None where nobody has looked yet.
    """

    group: Group
    number: int | None
    row: Row
    fired: Bits
    undetermined: Bits
    near: Bits | None = None


class Engine(Protocol):
    """How rules are matched; a plain engine also computes formulas one operation at a time."""

    @property
    def plain(self) -> bool:
        """Return whether formulas go through the interpreter."""

    def match(self, group: Group, shared: Row, row: Row) -> tuple[Bits, Bits]:
        """Return the rules that fire and those that are undetermined."""

    def near(self, group: Group, shared: Row, row: Row) -> Bits:
        """Return the rules of which exactly one conjunct fails and all others hold."""

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Return how many conjuncts of each rule do not hold, as binary digits, ones first (`tables.bits.planes`)."""


class IndexEngine:
    """Matches by the bits of each field's value."""

    plain = False

    def match(self, group: Group, shared: Row, row: Row) -> tuple[Bits, Bits]:
        """Look the row up."""
        return group.index.match(shared, row)

    def near(self, group: Group, shared: Row, row: Row) -> Bits:
        """Look the row up, counting each rule's failures up to two."""
        return group.index.near(shared, row)

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Look the row up, adding up each rule's failures."""
        return group.index.misses(shared, row)


class NearIndexEngine(IndexEngine):
    """Finds near misses along with each match, for decisions whose trace tells them: in one pass instead of two."""


class InterpreterEngine:
    """Matches rule by rule: the yardstick."""

    plain = True

    def match(self, group: Group, shared: Row, row: Row) -> tuple[Bits, Bits]:
        """Judge every rule."""
        view = View(group.subject, shared, row)
        verdicts = [judge(rule.when, view) for rule in group.rules]
        return (
            sum(1 << number for number, verdict in enumerate(verdicts) if verdict is True),
            sum(1 << number for number, verdict in enumerate(verdicts) if verdict is None),
        )

    def near(self, group: Group, shared: Row, row: Row) -> Bits:
        """Judge every conjunct of every rule."""
        view = View(group.subject, shared, row)
        near = 0
        for number, rule in enumerate(group.rules):
            verdicts = [judge(part, view) for part in rule.when.parts]
            if verdicts.count(False) == 1 and None not in verdicts:
                near |= 1 << number
        return near

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Judge every conjunct of every rule."""
        view = View(group.subject, shared, row)
        return planes([sum(judge(part, view) is not True for part in rule.when.parts) for rule in group.rules])


def match_all(engine: Engine, groups: Iterable[Group], facts: Facts) -> Iterator[Match]:
    """Match groups of the deal's or its lines' rules: for the deal once, for lines each.

    Where the request does not give lines at all, a line's rules are judged for one line of which nothing is known, so
    that what they might have said is not lost.
    """
    for group in groups:
        if group.subject is Subject.DEAL:
            yield match_one(engine, group, facts.shared, {}, None)
        else:
            lines = [{}] if facts.lines is None else facts.lines
            for number, row in enumerate(lines):
                yield match_one(engine, group, facts.shared, row, number)


def match_rows(engine: Engine, group: Group, facts: Facts, rows: Iterable[tuple[int, Row]]) -> Iterator[Match]:
    """Match one group in a registration or an allocation; `rows` are the numbered claims or candidates to judge."""
    if group.subject in (Subject.CLAIM, Subject.PARTNER):
        for number, row in rows:
            yield match_one(engine, group, facts.shared, row, number)
    else:
        yield from match_all(engine, (group,), facts)


def match_one(engine: Engine, group: Group, shared: Row, row: Row, number: int | None) -> Match:
    """Match one group for one subject."""
    if isinstance(engine, NearIndexEngine):
        return Match(group, number, row, *group.index.match_and_near(shared, row))
    return Match(group, number, row, *engine.match(group, shared, row))
