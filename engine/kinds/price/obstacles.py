"""What stands in the way of a level that no price up to list reaches: the tests that fail at list price."""

from engine.answers.price import Obstacle
from engine.core import figures
from engine.core.facts import Row
from engine.core.interpret import judge
from engine.core.parts import Shown
from engine.core.views import View
from engine.kinds.price.repricing import Repricing
from engine.plan.groups import Engine
from engine.plan.tables.bits import Bits, least
from rules.ir import Condition, FieldTest, Rule, Subject
from rules.traverse import condition_fields


class Obstacles:
    """The obstacles of one line."""

    def __init__(self, repricing: Repricing, engine: Engine, shared: Row, row: Row, *, candidates: Bits) -> None:
        """Take the facts as they would be at list price, and the rows of which the price is all that can fail."""
        self._repricing = repricing
        self._candidates = candidates
        self._misses = engine.misses(repricing.authority.group, shared, row)
        self._shared, self._row = shared, row
        self._told: dict[int, list[Obstacle]] = {}
        self._texts: dict[str, Shown] = {}

    def of(self, rank: int) -> list[Obstacle]:
        """Return the tests that fail in the nearest row of a level, or else of the highest level below it.

        Rows of which the price is all that fails come before rows for other goods or customers. Where a row holds, the
        rules that lift the level stand in the way: their tests are returned.
        """
        authority = self._repricing.authority
        below = authority.below[rank + 1]
        if not below:
            return []
        rows = below & ~authority.below[authority.ranks[below.bit_length() - 1]]
        nearest = least(rows & self._candidates or rows, self._misses)
        told = self._told.get(nearest)
        if told is None:
            told = self._told[nearest] = self._failing(nearest) or self._lifting()
        return told

    def _failing(self, n: int) -> list[Obstacle]:
        rule = self._repricing.authority.group.rules[n]
        return [
            self._described(rule, part, holds=False)
            for part, judge in self._repricing.parts(n)
            if judge(self._shared, self._row) is not True
        ]

    def _lifting(self) -> list[Obstacle]:
        view = View(Subject.LINE, self._shared, self._row)
        return [
            self._described(lever.rule, part, holds=True)
            for lever in self._repricing.levers
            if judge(lever.rule.when, view) is not False
            for part in lever.rule.when.parts
        ]

    def _described(self, rule: Rule, part: Condition, *, holds: bool) -> Obstacle:
        if not isinstance(part, FieldTest):
            return Obstacle(rule=rule.id, fields=sorted(set(condition_fields(part))), holds=holds)
        path = part.field
        if path not in self._texts:
            state = (self._row if path.startswith("line.") else self._shared).get(path)
            self._texts[path] = figures.text(state, self._repricing.fields[path].type)
        return Obstacle(rule=rule.id, field=path, test=part.written, actual=self._texts[path], holds=holds)
