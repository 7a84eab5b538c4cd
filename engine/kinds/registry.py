"""The kinds of decision, each with its parts: whoever adds a kind adds it here, and nowhere else in the engine.

How a section is prepared, how a request is decided by it, and what sums a decision up and writes it out are each in
the kind's own package.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias, TypeVar

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


@dataclass(frozen=True, slots=True)
class KindParts:
    """What there is to a kind of decision.

    `prepare` returns None where the policy has no section for it. `summary` makes the sentence on a ruling; `head` and
    `tables` write a decision out: what stands beside the outcome, and the tables below.
    """

    prepare: Callable[[Policy], Prepared | None]
    summary: Callable[[RulingReader], str]
    head: Callable[[DecisionReader], str]
    tables: Callable[[DecisionReader], Iterator[Table]]


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


KINDS: Mapping[Kind, KindParts] = {
    Kind.PRICE_APPROVAL: KindParts(_deciding(price_plan, price.decide), price_summary, price_head, price_tables),
    Kind.SPECIAL_ORDER: KindParts(
        _deciding(special_order.plan, special_order.decide), order_summary, order_head, order_tables
    ),
    Kind.DEAL_REGISTRATION: KindParts(
        _deciding(registration.plan, registration.decide), claim_summary, claim_head, claim_tables
    ),
    Kind.PARTNER_ALLOCATION: KindParts(
        _deciding(allocation.plan, allocation.decide), partner_summary, partner_head, partner_tables
    ),
}
