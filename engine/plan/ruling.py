"""What a domain finds: the outcome with its result, and everything that a trace is made from."""

from collections.abc import Mapping
from typing import NamedTuple

from engine.core.decision import Json
from engine.kinds.answers import AnyStep, Outcome, Possible, Result
from engine.plan.groups import Match


class Ruling(NamedTuple):
    """A domain's finding.

    `missing` names the fields, as rules name them, whose absence stands in the way (or that did not matter, when the
    outcome is not `needs_information`); their roots in the request are found from them. `basis` holds the settings of
    the policy without which the outcome could not be recomputed from the trace alone, such as the ladder.
    """

    outcome: Outcome
    result: Result
    matches: tuple[Match, ...]
    steps: tuple[AnyStep, ...]
    basis: Mapping[str, Json]
    missing: frozenset[str] = frozenset()
    possible: Possible | None = None
