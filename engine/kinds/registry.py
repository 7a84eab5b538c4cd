"""The kinds of decision, each with its parts: whoever adds a kind adds it here, and nowhere else in the engine.

How a section is prepared, how a request is decided by it, and what sums a decision up and writes it out are each in
the kind's own package.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias, TypeVar, assert_never

from engine.answers.allocation import AllocationResult
from engine.answers.decisions import (
    DealRegistrationDecision,
    PartnerAllocationDecision,
    PriceApprovalDecision,
    SpecialOrderDecision,
)
from engine.answers.price import PriceResult
from engine.answers.registration import RegistrationResult
from engine.answers.special_order import OrderResult
from engine.core.decision import Kind, Language
from engine.core.facts import Facts
from engine.explain.words.decision_reader import DecisionReader
from engine.explain.words.layout import Table
from engine.explain.words.ruling_reader import RulingReader
from engine.kinds.allocation import decide as allocation
from engine.kinds.allocation.summary import partner_summary
from engine.kinds.allocation.text import partner_head, partner_tables
from engine.kinds.price import decide as price
from engine.kinds.price.plan import plan as price_plan
from engine.kinds.price.summary import price_summary
from engine.kinds.price.text import price_head, price_tables
from engine.kinds.registration import decide as registration
from engine.kinds.registration.summary import claim_summary
from engine.kinds.registration.text import claim_head, claim_tables
from engine.kinds.special_order import decide as special_order
from engine.kinds.special_order.summary import order_summary
from engine.kinds.special_order.text import order_head, order_tables
from engine.plan.derive.derivations import Derivations
from engine.plan.groups import Engine
from engine.plan.ruling import Ruling
from rules.ir import Policy


class Decider(Protocol):
    """Decides the facts of a request, which get their derived fields.

    The language is that of titles and reasons; with `near`, the ruling's matches have their near misses.
    """

    def __call__(self, engine: Engine, facts: Facts, language: Language, *, near: bool) -> Ruling:
        """Decide."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One kind of decision under one policy: what it derives, and how it decides."""

    derivations: Derivations
    decide: Decider


class _Plan(Protocol):
    @property
    def derivations(self) -> Derivations: ...


_SomePlan = TypeVar("_SomePlan", bound=_Plan)
_Plan_contra = TypeVar("_Plan_contra", contravariant=True)


class _Decide(Protocol[_Plan_contra]):
    def __call__(
        self, plan: _Plan_contra, engine: Engine, facts: Facts, language: Language, *, near: bool
    ) -> Ruling: ...


_Prepare: TypeAlias = Callable[[Policy], Prepared | None]


def _deciding(plan: Callable[[Policy], _SomePlan | None], decide: _Decide[_SomePlan]) -> _Prepare:
    """Bind a domain's way of deciding to the plan that it makes of a policy."""

    def prepare(policy: Policy) -> Prepared | None:
        made = plan(policy)
        return None if made is None else Prepared(made.derivations, partial(decide, made))

    return prepare


# By kind, how a section is prepared; None where a policy has none.
PREPARE: Mapping[Kind, Callable[[Policy], Prepared | None]] = {
    Kind.PRICE_APPROVAL: _deciding(price_plan, price.decide),
    Kind.SPECIAL_ORDER: _deciding(special_order.plan, special_order.decide),
    Kind.DEAL_REGISTRATION: _deciding(registration.plan, registration.decide),
    Kind.PARTNER_ALLOCATION: _deciding(allocation.plan, allocation.decide),
}


def summary_of(reader: RulingReader) -> str:
    """Return the sentence on a ruling."""
    match reader.ruling.result:
        case PriceResult() as result:
            return price_summary(reader, result)
        case OrderResult() as result:
            return order_summary(reader, result)
        case RegistrationResult() as result:
            return claim_summary(reader, result)
        case AllocationResult() as result:
            return partner_summary(reader, result)
        case _:
            assert_never(reader.ruling.result)


def text_of(reader: DecisionReader) -> tuple[str, Iterator[Table]]:
    """Return what stands beside a decision's outcome, and the tables below it."""
    match reader.decision:
        case PriceApprovalDecision() as decision:
            return price_head(reader, decision), price_tables(reader, decision)
        case SpecialOrderDecision() as decision:
            return order_head(decision), order_tables(reader, decision)
        case DealRegistrationDecision() as decision:
            return claim_head(decision), claim_tables(reader, decision)
        case PartnerAllocationDecision() as decision:
            return partner_head(reader, decision), partner_tables(reader, decision)
        case _:
            assert_never(reader.decision)
