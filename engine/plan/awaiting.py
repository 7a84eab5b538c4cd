"""An engine for what may still come: of fields that are waited for, it is open whether they will be given.

`present` and `missing` are always determined, and so a decision that lacks a field goes by its absence. What remains
possible once the field is sent does not (docs/language.md section 3): there, such a test on a field that is waited for
is undetermined, in derived tables too. Only rules that have such a test are judged anew, the rest by the other engine.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from engine.core.facts import Facts, Row
from engine.core.interpret import Verdict, all_of, judge, negated
from engine.core.views import UNKNOWN, View, is_own
from engine.plan.groups import Engine, Group, Match, Stage
from engine.plan.tables.bits import Bits, positions
from rules.ir import AllOf, AnyOf, Condition, FieldTest, Missing, Not, Present


@dataclass(frozen=True, eq=False)
class Awaiting:
    """An engine that waits for some unknown fields, given or derived; for all of them where `awaited` is None."""

    engine: Engine
    awaited: frozenset[str] | None

    def judge(self, group: Group, shared: Row, row: Row, *, number: int | None = None, near: bool = False) -> Match:
        """Return what the other engine does, but for the rules that ask whether an awaited field is there."""
        match = self.engine.judge(group, shared, row, number=number, near=near)
        anew = 0
        for path, rules in group.presence().items():
            if self.waits_for(path) and path not in (row if is_own(path, group.subject) else shared):
                anew |= rules
        if not anew:
            return match
        view = View(group.subject, shared, row)
        fired, undetermined = match.fired & ~anew, match.undetermined & ~anew
        for n in positions(anew):
            verdict = self.verdict(group.rules[n].when, view)
            fired |= (verdict is True) << n
            undetermined |= (verdict is None) << n
        return match._replace(fired=fired, undetermined=undetermined)

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Return what the other engine does: nothing is waited for in what is said of a near miss."""
        return self.engine.misses(group, shared, row)

    def derive(self, stage: Stage, facts: Facts) -> None:
        """Add a stage's fields to the facts; tables are judged here where one asks whether a field is there."""
        if stage.asks_presence:
            stage.one_by_one(self, facts)
        else:
            self.engine.derive(stage, facts)

    def waits_for(self, path: str) -> bool:
        """Return whether a field may still come where it is unknown."""
        return self.awaited is None or path in self.awaited

    def verdict(self, condition: Condition, view: View) -> Verdict:
        """Return the truth of a condition; whether an awaited field is there is open."""
        match condition:
            case FieldTest(field, Present() | Missing()) if self.waits_for(field) and view[field] is UNKNOWN:
                return None
            case FieldTest():
                return judge(condition, view)
            case AllOf(parts):
                return all_of([self.verdict(part, view) for part in parts])
            case AnyOf(parts):
                return negated(all_of([negated(self.verdict(part, view)) for part in parts]))
            case Not(part):
                return negated(self.verdict(part, view))
            case _:
                assert_never(condition)


def awaited_with(roots: Iterable[str], inputs: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return fields with those that are derived from them; `inputs` has what each derived field reads."""
    found = set(roots)
    while more := {path for path, reads in inputs.items() if path not in found and not found.isdisjoint(reads)}:
        found |= more
    return frozenset(found)
