"""Rules for some gates of an order only: one that misses just because the order stands at another is no near miss."""

from collections.abc import Iterable

from engine.core.facts import Row
from engine.plan.groups import Engine, Group, Match
from rules.ir import Condition, FieldTest

GATE = "order.gate"


class Gates:
    """For each group that has rules for some gates only, what they ask of the gate."""

    def __init__(self, groups: Iterable[Group]) -> None:
        """Take the groups whose near misses are wanted."""
        self._of = {
            group: group.only(_asks_gate)
            for group in groups
            if any(_asks_gate(part) for rule in group.rules for part in rule.when.parts)
        }

    def at_this(self, engine: Engine, match: Match, shared: Row) -> Match:
        """Return a match with those of its near misses that are for the order's own gate."""
        gates = self._of.get(match.group) if match.near else None
        if gates is None:
            return match
        return match._replace(near=match.near & engine.judge(gates, shared, match.row).fired)


def _asks_gate(part: Condition) -> bool:
    return isinstance(part, FieldTest) and part.field == GATE
