"""The yardstick: rules judged one by one, as `interpret` reads the IR. Every other engine is held to this one."""

from typing import Final

from engine.core.facts import Facts, Row
from engine.core.interpret import judge, statuses
from engine.core.views import FactView, View
from engine.plan.groups import Group, Match, Stage
from engine.plan.tables.bits import Bits, planes
from rules.ir import Policy


class InterpreterEngine:
    """Judges rule by rule, and formulas operation by operation."""

    name: Final = "interpreter"

    def judge(self, group: Group, shared: Row, row: Row, *, number: int | None = None, near: bool = False) -> Match:
        """Judge every rule; for near misses every conjunct of every rule."""
        view = View(group.subject, shared, row)
        return Match(group, number, row, *judged(group, view), near_misses(group, view) if near else 0)

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Judge every conjunct of every rule."""
        view = View(group.subject, shared, row)
        return planes([sum(judge(part, view) is not True for part in rule.when.parts) for rule in group.rules])

    def prepare(self, _: Policy) -> None:
        """Do nothing: every policy will do."""

    def stop(self) -> None:
        """Do nothing: nothing was taken."""

    def derive(self, stage: Stage, facts: Facts) -> None:
        """Derive one field after the other."""
        stage.one_by_one(self, facts)


def judged(group: Group, view: FactView) -> tuple[Bits, Bits]:
    """Return the rules that fire and those that are undetermined."""
    verdicts = statuses(group.rules, view)
    return (
        sum(1 << number for number, verdict in enumerate(verdicts) if verdict is True),
        sum(1 << number for number, verdict in enumerate(verdicts) if verdict is None),
    )


def near_misses(group: Group, view: FactView) -> Bits:
    """Return the rules of which exactly one conjunct fails and all others hold."""
    near = 0
    for number, rule in enumerate(group.rules):
        verdicts = [judge(part, view) for part in rule.when.parts]
        if verdicts.count(False) == 1 and None not in verdicts:
            near |= 1 << number
    return near
