"""An engine with one rule changed: everything else is matched by the index that was made for the policy as it is.

A decision is made of its engine's answers, so that this is the changed policy without compiling it. What is not asked
of an engine, the prices that would give a lower level, is left as it was; cases that speak of it are tried apart.
"""

from engine.backends.index import IndexEngine
from engine.core.facts import Facts, Row
from engine.core.interpret import judge
from engine.core.views import View
from engine.plan.groups import Group, Match, Stage
from engine.plan.tables.bits import Bits
from rules.ir import AllOf, Rule


class Overlay:
    """The index, and for one rule the interpreter's word on another condition; None never holds."""

    def __init__(self, rule: Rule, when: AllOf | None) -> None:
        """Change one rule, wherever it stands."""
        self._rule = rule
        self._when = when
        self._places: dict[Group, int | None] = {}
        self._index = IndexEngine()

    def judge(self, group: Group, shared: Row, row: Row, *, number: int | None = None, near: bool = False) -> Match:
        """Look the row up, and judge the changed rule; near misses are those of the policy as it is."""
        match = self._index.judge(group, shared, row, number=number, near=near)
        if group not in self._places:
            self._places[group] = next((n for n, rule in enumerate(group.rules) if rule is self._rule), None)
        place = self._places[group]
        if place is None:
            return match
        bit = 1 << place
        verdict = False if self._when is None else judge(self._when, View(group.subject, shared, row))
        fired, undetermined = match.fired & ~bit, match.undetermined & ~bit
        return match._replace(
            fired=fired | bit * (verdict is True), undetermined=undetermined | bit * (verdict is None)
        )

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Return how many conjuncts fail, which the shown obstacles hang on and no decision does."""
        return self._index.misses(group, shared, row)

    def derive(self, stage: Stage, facts: Facts) -> None:
        """Derive field by field, for the changed rule may be a table's."""
        stage.one_by_one(self, facts)
