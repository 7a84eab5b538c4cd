"""What a domain finds: the outcome and its result as JSON values, and everything that a trace is made from."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from engine.core.decision import Json
from engine.plan.groups import Match


class Step(NamedTuple):
    """One step on the way from effects to the outcome; `words` makes a sentence of it.

    `data` holds JSON values under the trace's own keys, such as `line`, `claim`, `partner`, `rule` and `level`.
    """

    step: str
    data: Mapping[str, Json] = MappingProxyType({})


class Ruling(NamedTuple):
    """A domain's finding.

    `missing` names the fields, as rules name them, whose absence stands in the way (or that did not matter, when the
    outcome is not `needs_information`); their roots in the request are found from them. `basis` holds the settings of
    the policy without which the outcome could not be recomputed from the trace alone, such as the ladder.
    """

    outcome: str
    result: Mapping[str, Json]
    matches: tuple[Match, ...]
    steps: tuple[Step, ...]
    basis: Mapping[str, Json]
    missing: frozenset[str] = frozenset()
    possible: Mapping[str, Json] | None = None
