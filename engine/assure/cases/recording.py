"""An engine that remembers every question it was asked, with the facts as they were at that moment.

The rules are judged by the plain interpreter, so that what coverage and mutants say is held to the yardstick. A
decision is made of the answers alone, so that a changed rule can only matter where it changes one of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.backends.index import IndexEngine
from engine.backends.interpreter import judged
from engine.core.facts import Facts, Row
from engine.core.interpret import Verdict
from engine.core.views import UNKNOWN, State, is_own
from engine.plan.groups import Group, Match, Stage
from engine.plan.tables.bits import Bits
from rules.ir import Subject
from rules.traverse import rule_fields


class Snapshot(dict[str, State]):
    """The fields that some rules read, as they were; one that is not there is unknown."""

    def __missing__(self, path: str) -> State:
        """Return what is not known."""
        return UNKNOWN


@dataclass(frozen=True, slots=True)
class Question:
    """A group of rules asked for one subject; `real` distinguishes the request's own facts from what-if ones."""

    group: Group
    snapshot: Snapshot
    fired: Bits
    undetermined: Bits
    shared: Row
    row: Row

    def verdict(self, number: int) -> Verdict:
        """Return what became of one rule."""
        return True if self.fired >> number & 1 else None if self.undetermined >> number & 1 else False

    def is_real(self, shared: Row, rows: frozenset[int]) -> bool:
        """Return whether the question was about the request itself, and not about another price or outcome."""
        return self.shared is shared and (self.group.subject is Subject.DEAL or id(self.row) in rows)


class Recorder:
    """Judges rule by rule, as the interpreter does, and remembers."""

    def __init__(self) -> None:
        """Start with nothing asked."""
        self.questions: list[Question] = []
        self._paths: dict[Group, tuple[tuple[str, bool], ...]] = {}
        self._index = IndexEngine()

    def judge(self, group: Group, shared: Row, row: Row, *, number: int | None = None, near: bool = False) -> Match:
        """Judge every rule; near misses, which no decision hangs on, by the index."""
        snapshot = self._snapshot(group, shared, row)
        fired, undetermined = judged(group, snapshot)
        self.questions.append(Question(group, snapshot, fired, undetermined, shared, row))
        nearly = self._index.judge(group, shared, row, near=True).near if near else 0
        return Match(group, number, row, fired, undetermined, nearly)

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Return how many conjuncts fail, which the shown obstacles hang on and no decision does."""
        return self._index.misses(group, shared, row)

    def derive(self, stage: Stage, facts: Facts) -> None:
        """Derive field by field, asking for the tables."""
        stage.one_by_one(self, facts)

    def _snapshot(self, group: Group, shared: Row, row: Row) -> Snapshot:
        paths = self._paths.get(group)
        if paths is None:
            read = sorted({path for rule in group.rules for path in rule_fields(rule)})
            paths = self._paths[group] = tuple([(path, is_own(path, group.subject)) for path in read])
        return Snapshot(_known(paths, shared, row))


def _known(
    paths: tuple[tuple[str, bool], ...], shared: Mapping[str, State], row: Mapping[str, State]
) -> Iterator[tuple[str, State]]:
    for path, own in paths:
        values = row if own else shared
        if path in values:
            yield path, values[path]
