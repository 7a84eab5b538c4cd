"""Deciding once for every way in which undetermined rules could go: slow, and independent of how the engine does it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from engine.backends.interpreter import InterpreterEngine
from engine.core.facts import Facts, Row
from engine.plan.groups import Group, Match, Stage
from engine.plan.tables.bits import Bits, positions

Answer = TypeVar("Answer")
_Instance = tuple[str, str, object]


@dataclass
class ForcingEngine:
    """Answers for undetermined rules as it is told, and notes each that it has not been told about yet.

    A criterion's condition is no rule of the policy, so it is left undetermined.
    """

    told: dict[_Instance, bool]
    asked: list[_Instance] = field(default_factory=list)
    _inner: InterpreterEngine = field(default_factory=InterpreterEngine)

    def judge(self, group: Group, shared: Row, row: Row, *, number: int | None = None, near: bool = False) -> Match:
        match = self._inner.judge(group, shared, row, number=number, near=near)
        if not group.rules[0].section:
            return match
        fired = match.fired
        for place in positions(match.undetermined):
            rule = group.rules[place]
            subject = row.get("claim.id") or row.get("partner.id") or row.get("line.sku")
            instance = (rule.section, rule.id, subject)
            if instance not in self.told:
                self.told[instance] = False
                self.asked.append(instance)
            fired |= self.told[instance] << place
        return match._replace(fired=fired, undetermined=0)

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        return self._inner.misses(group, shared, row)

    def derive(self, stage: Stage, facts: Facts) -> None:
        stage.one_by_one(self, facts)


def every_way(decide: Callable[[ForcingEngine], Answer]) -> Iterator[Answer]:
    """Yield what is decided in each combination of the undetermined rules firing or not."""
    waiting: list[dict[_Instance, bool]] = [{}]
    while waiting:
        told = waiting.pop()
        engine = ForcingEngine(dict(told))
        yield decide(engine)
        for number, instance in enumerate(engine.asked):
            before = dict.fromkeys(engine.asked[:number], False)
            waiting.append({**told, **before, instance: True})
