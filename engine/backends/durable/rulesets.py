"""Rules as durable-rules rulesets, within the subset in which durable-rules is right (docs/decisions/0501).

- A rule is a conjunction over one fact: comparisons of its integer properties with integers. Alternatives are rules of
  their own that bear the same mark.
- A ruleset has at most 31 of them and a catch-all rule, which every fact meets.

Each gauge is two properties of the fact, `p` and `q`, and a test that holds from slot a to slot b asks `p >= a` and
`q <= b`. A fact is asserted twice where something in it is unknown. Known slots are p = q both times. An unknown one is
first as far outside as can be (p below, q above everything: no test holds), then as far inside (p above, q below: every
test holds). What fires the first time holds for certain; what fires only the second time is undetermined. So the rules
themselves, not the code around them, are judged in Kleene's logic.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeAlias

from engine.backends.durable.alternatives import MOST_TESTS, Alternative, alternatives
from engine.backends.durable.bounds import Bounds, Gauges
from engine.backends.durable.gauges import Gauge
from engine.core.views import FactView
from rules.ir import Condition
from rules.traverse import tests_of

MOST_RULES = 31
CATCH_ALL = "catch-all"

Json: TypeAlias = "int | str | list[Json] | dict[str, Json]"


@dataclass(frozen=True, slots=True)
class Rulesets:
    """A list of conditions, compiled: `text` is for the worker, under `key`; `gauges` make its facts."""

    key: str
    text: str
    gauges: tuple[Gauge, ...]

    def slots(self, view: FactView) -> list[int | None]:
        """Return the facts as durable-rules gets them."""
        return [gauge.slot(view) for gauge in self.gauges]


@dataclass(slots=True)
class _Ruleset:
    """One ruleset in the making: its rules, and which gauge each pair of properties stands for."""

    rules: dict[str, Json] = field(default_factory=dict)
    pairs: dict[int, int] = field(default_factory=dict)

    def takes(self, bounds: Sequence[Bounds]) -> bool:
        """Return whether there is room for one more rule."""
        gauges = self.pairs.keys() | {one.gauge for one in bounds}
        return len(self.rules) < MOST_RULES and len(gauges) <= MOST_TESTS

    def add(self, name: str, bounds: Sequence[Bounds]) -> None:
        """Add a rule."""
        tests: list[Json] = [test for one in bounds for test in self._tests(one)]
        self.rules[name] = _rule({"$and": tests} if tests else _ANY_FACT)

    def _tests(self, bounds: Bounds) -> Iterable[Json]:
        pair = self.pairs.setdefault(bounds.gauge, len(self.pairs))
        yield {"$gte": {f"p{pair}": bounds.first}}
        yield {"$lte": {f"q{pair}": bounds.last}}
        for gap in bounds.gaps:
            yield {"$neq": {f"p{pair}": gap}}

    def to_json(self) -> Json:
        """Return what the worker loads."""
        return {"gauges": list(self.pairs), "rules": {**self.rules, CATCH_ALL: _rule(_ANY_FACT)}}


# Every fact has it.
_ANY_FACT: Json = {"fact": 1}


def _rule(condition: Json) -> Json:
    return {"all": [{"m": condition}]}


def compile_conditions(conditions: Sequence[Condition]) -> Rulesets:
    """Compile conditions; a rule's mark is the place of its condition.

    Raises:
        TooManyError: a condition has more alternatives, or tests, than the engine takes.
    """
    gauges = Gauges(test for condition in conditions for test in tests_of(condition))
    made: list[_Ruleset] = []
    for mark, condition in enumerate(conditions):
        for number, alternative in enumerate(alternatives(condition)):
            bounds = _bounds(gauges, alternative)
            if not made or not made[-1].takes(bounds):
                made.append(_Ruleset())
            made[-1].add(f"{mark}_{number}", bounds)
    text = json.dumps([ruleset.to_json() for ruleset in made], separators=(",", ":"))
    return Rulesets(sha256(text.encode()).hexdigest(), text, tuple(gauges.all))


def _bounds(gauges: Gauges, alternative: Alternative) -> list[Bounds]:
    return list(dict.fromkeys(gauges.bounds(test, holds=holds) for test, holds in alternative))
