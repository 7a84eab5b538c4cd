"""What a domain finds: the outcome with its result, and everything that a trace is made from."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from engine.answers.decisions import AnyStep, Outcome, Possible, Result
from engine.core.decision import Json
from engine.plan.groups import Match
from rules.ir import FieldTest, Rule


class Nearest(NamedTuple):
    """The rule that came nearest to leading elsewhere, as one subject was matched, and the tests of it that fail.

    `rule` is None, and nothing is missed, where no rule is made for such a subject.
    """

    match: Match
    rule: Rule | None
    missed: tuple[FieldTest, ...]


class Ruling(NamedTuple):
    """A domain's finding, and what its words need besides: nobody matches a rule again to explain it.

    `missing` names the fields, as rules name them, whose absence stands in the way (or that did not matter, when the
    outcome is not `needs_information`); their roots in the request are found from them. `basis` holds the settings of
    the policy without which the outcome could not be recomputed from the trace alone, such as the ladder: JSON values
    under the trace's own keys, written as in the steps. `possible` has the outcomes that remain under `outcomes`, in
    the order of the contract, and for a price their levels under `levels`, lowest first; None for any other outcome.

    `nearest` is what kept the subject that drove the outcome from a better one, where a rule came near; `asked_by` has
    for each role that joins the chain beside the ladder the id of the first rule that asks for it.
    """

    outcome: Outcome
    result: Result
    matches: tuple[Match, ...]
    steps: tuple[AnyStep, ...]
    basis: Mapping[str, Json]
    missing: frozenset[str] = frozenset()
    possible: Possible | None = None
    nearest: Nearest | None = None
    asked_by: Mapping[str, str] = MappingProxyType({})
