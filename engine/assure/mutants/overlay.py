"""An engine with one rule changed: everything else is matched by the index that was made for the policy as it is.

A decision is made of its engine's answers, so that this is the changed policy without compiling it. What is not asked
of an engine, the prices that would give a lower level, is left as it was; cases that speak of it are tried apart.
"""

from engine.core.facts import Row
from engine.core.interpret import judge
from engine.core.views import View
from engine.plan.groups import Group, IndexEngine
from engine.plan.tables.bits import Bits
from rules.ir import AllOf, Rule


class Overlay:
    """The index, and for one rule the interpreter's word on another condition; None never holds."""

    plain = False

    def __init__(self, rule: Rule, when: AllOf | None) -> None:
        """Change one rule, wherever it stands."""
        self._rule = rule
        self._when = when
        self._places: dict[Group, int | None] = {}
        self._index = IndexEngine()

    def match(self, group: Group, shared: Row, row: Row) -> tuple[Bits, Bits]:
        """Look the row up, and judge the changed rule."""
        fired, undetermined = self._index.match(group, shared, row)
        if group not in self._places:
            self._places[group] = next((n for n, rule in enumerate(group.rules) if rule is self._rule), None)
        place = self._places[group]
        if place is None:
            return fired, undetermined
        bit = 1 << place
        verdict = False if self._when is None else judge(self._when, View(group.subject, shared, row))
        fired, undetermined = fired & ~bit, undetermined & ~bit
        return (fired | bit, undetermined) if verdict else (fired, undetermined | bit * (verdict is None))

    def near(self, group: Group, shared: Row, row: Row) -> Bits:
        """Return near misses, which no decision hangs on."""
        return self._index.near(group, shared, row)

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Return how many conjuncts fail, which the shown obstacles hang on and no decision does."""
        return self._index.misses(group, shared, row)
