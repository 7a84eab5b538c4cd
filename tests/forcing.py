"""Deciding once for every way in which undetermined rules could go: slow, and independent of how the engine does it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from engine.core.facts import Row
from engine.plan.groups import Group, InterpreterEngine
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
    plain: bool = True

    def match(self, group: Group, shared: Row, row: Row) -> tuple[Bits, Bits]:
        fired, undetermined = self._inner.match(group, shared, row)
        if not group.rules[0].section:
            return fired, undetermined
        for number in positions(undetermined):
            rule = group.rules[number]
            subject = row.get("claim.id") or row.get("partner.id") or row.get("line.sku")
            instance = (rule.section, rule.id, subject)
            if instance not in self.told:
                self.told[instance] = False
                self.asked.append(instance)
            fired |= self.told[instance] << number
        return fired, 0

    def near(self, group: Group, shared: Row, row: Row) -> Bits:
        return self._inner.near(group, shared, row)

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        return self._inner.misses(group, shared, row)


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
