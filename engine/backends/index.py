"""The engine that serves: rules judged by the bits of each field's value, formulas compiled."""

from typing import Final

from engine.core.facts import Facts, Row
from engine.plan.groups import Group, Match, Stage
from engine.plan.tables.bits import Bits
from rules.ir import Policy


class IndexEngine:
    """Judges by a group's own index."""

    name: Final = "index"

    def judge(self, group: Group, shared: Row, row: Row, *, number: int | None = None, near: bool = False) -> Match:
        """Look the row up; near misses come with it, in the same pass."""
        if near:
            return Match(group, number, row, *group.index.match_and_near(shared, row))
        return Match(group, number, row, *group.index.match(shared, row))

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Look the row up, adding up each rule's failures."""
        return group.index.misses(shared, row)

    def prepare(self, _: Policy) -> None:
        """Do nothing: every policy will do."""

    def stop(self) -> None:
        """Do nothing: nothing was taken."""

    def derive(self, stage: Stage, facts: Facts) -> None:
        """Derive by compiled formulas and look-ups."""
        stage.by_index(facts)
