"""Which rules a trace lists: what fired, what nearly did, or everything.

`near` answers what would have changed the decision: besides what fired and what is undetermined, the rules that failed
by exactly one test. Two kinds of them would have changed nothing and are left out: controls that miss only because the
order stands at another gate, and authority rows of a level not below the one that the line needs anyway. The rows of
the next lower level are always shown, for they are what a line would have to meet to be signed there.
"""

from collections.abc import Callable
from dataclasses import replace

from engine.core.decision import Explain
from engine.core.facts import Row
from engine.kinds.price.authority import MOST_ROWS, authority_of, is_authority, last
from engine.plan.groups import Engine, Group, Match
from engine.plan.tables.bits import Bits
from rules.ir import AllOf, Condition, FieldTest, Policy

GATE = "order.gate"


class Selection:
    """Selects among the rules of one group."""

    def __init__(self, group: Group, policy: Policy) -> None:
        """Prepare what telling near misses apart takes."""
        self._group = group
        self._everything = (1 << len(group.rules)) - 1
        by_gate = any(_tests_gate(part) for rule in group.rules for part in rule.when.parts)
        self._at_gate = _only(group, _tests_gate) if by_gate else None
        self._authority = authority_of(group, policy) if is_authority(group) else None

    def select(self, engine: Engine, shared: Row, match: Match, explain: Explain, *, undetermined: bool) -> Bits:
        """Return the rules to list; with `undetermined`, also the undetermined ones that `fired` would leave out."""
        if explain == "all":
            return self._everything
        if explain == "fired":
            return match.fired | match.undetermined if undetermined else match.fired
        near = engine.near(self._group, shared, match.row) if match.near is None else match.near
        if near and self._at_gate is not None:
            near &= engine.match(self._at_gate, shared, match.row)[0]
        if self._authority is not None:
            rows, _ = self._authority.next_lower(engine, shared, match)
            near = last(near & self._authority.lower(match), MOST_ROWS) | rows
        return match.fired | match.undetermined | near


def _only(group: Group, keep: Callable[[Condition], bool]) -> Group:
    """Return the group with only some of its rules' conjuncts."""
    return Group.of(
        [replace(rule, when=AllOf(tuple([part for part in rule.when.parts if keep(part)]))) for rule in group.rules],
        group.subject,
    )


def _tests_gate(part: Condition) -> bool:
    return isinstance(part, FieldTest) and part.field == GATE
