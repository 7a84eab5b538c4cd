"""Which rules a trace lists: what fired, what nearly did, or everything.

`near` answers what would have changed the decision: besides what fired and what is undetermined, the rules that failed
by exactly one test. Two kinds of them changed nothing and are left out: controls that miss only because the order stands
at another gate, and authority rows of a level that is not below the one that the line needs anyway. For authority the
rows of the next lower level are always shown, for this is what a line would have to meet to be signed there.
"""

from collections.abc import Callable
from dataclasses import replace

from engine.decision import Explain
from engine.facts import Row
from engine.index import Bits, positions
from engine.matching import Engine, Group, Match
from rules.ir import AllOf, CompareField, Condition, FieldTest, Operator, Policy, Rule, Sign
from rules.types import ORDERED, Type

AUTHORITY = "price_approval.authority"
GATE = "order.gate"
# When no row of the next lower level is made for such a line, this many of them show what the level may sign at all.
MOST_ROWS = 12


class Selection:
    """Selects among the rules of one group."""

    def __init__(self, group: Group, policy: Policy) -> None:
        """Prepare what telling near misses apart takes."""
        self._group = group
        self._everything = (1 << len(group.rules)) - 1
        by_gate = any(_tests_gate(part) for rule in group.rules for part in rule.when.parts)
        self._at_gate = _only(group, _tests_gate) if by_gate else None
        is_authority = group.rules[0].section == AUTHORITY
        self._authority = _Authority(group, policy) if is_authority else None

    def select(self, engine: Engine, shared: Row, match: Match, explain: Explain, *, undetermined: bool) -> Bits:
        """Return the rules to list; with `undetermined` also the undetermined ones that `fired` would leave out."""
        if explain == "all":
            return self._everything
        if explain == "fired":
            return match.fired | match.undetermined if undetermined else match.fired
        near = engine.near(self._group, shared, match.row)
        if near and self._at_gate is not None:
            near &= engine.match(self._at_gate, shared, match.row)[0]
        if self._authority is not None:
            near = self._authority.near(engine, shared, match, near)
        return match.fired | match.undetermined | near


class _Authority:
    """What a line's next lower level would ask for."""

    def __init__(self, group: Group, policy: Policy) -> None:
        """Rank the rows, which stand lowest level first."""
        assert policy.price_approval is not None
        levels = ["automatic", *[level.id for level in policy.price_approval.ladder]]
        self._ranks = [levels.index(_level(rule)) for rule in group.rules]
        self._of_rank: list[Bits] = [0] * len(levels)
        for number, rank in enumerate(self._ranks):
            self._of_rank[rank] |= 1 << number
        types = {path: field.type for path, field in policy.fields.items()}
        self._made_for = _only(group, lambda part: _is_unordered(part, types))

    def near(self, engine: Engine, shared: Row, match: Match, near: Bits) -> Bits:
        """Return the near misses below the line's level, and the rows of the next lower level."""
        lowest = (match.fired & -match.fired).bit_length() - 1
        needed = self._ranks[lowest] if match.fired else len(self._of_rank)
        below = next((rows for rows in reversed(self._of_rank[:needed]) if rows), 0)
        if not below:
            return 0
        made_for = below & engine.match(self._made_for, shared, match.row)[0]
        rows = made_for or sum(1 << number for number, _ in zip(positions(below), range(MOST_ROWS), strict=False))
        lower = (1 << lowest) - 1 if match.fired else -1
        return near & lower | rows


def _level(rule: Rule) -> str:
    (effect,) = rule.effects
    assert isinstance(effect, Sign)
    return effect.level


def _only(group: Group, keep: Callable[[Condition], bool]) -> Group:
    """Return the group with only some of its rules' conjuncts."""
    return Group.of(
        [replace(rule, when=AllOf(tuple([part for part in rule.when.parts if keep(part)]))) for rule in group.rules],
        group.subject,
    )


def _tests_gate(part: Condition) -> bool:
    return isinstance(part, FieldTest) and part.field == GATE


def _is_unordered(part: Condition, types: dict[str, Type]) -> bool:
    """Tell whether a conjunct asks what something is, not how much: it chooses the rows made for such a line."""
    if not isinstance(part, FieldTest) or types.get(part.field) in ORDERED:
        return False
    return not isinstance(part.test, CompareField) or part.test.operator in (Operator.EQUAL, Operator.NOT_EQUAL)
