"""A policy made ready to decide: every table indexed, every derivation ordered, once. Immutable and thread-safe."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeAlias, TypeVar

from engine.core.decision import Kind, Language
from engine.core.facts import Facts, RequestReader
from engine.kinds.allocation import decide as partner_allocation
from engine.kinds.answers import PolicyStamp
from engine.kinds.price import decide as approval
from engine.kinds.price.plan import plan as price_plan
from engine.kinds.registration import decide as deal_registration
from engine.kinds.special_order import decide as special_orders
from engine.plan.derive.derivations import Derivations
from engine.plan.groups import Engine
from engine.plan.ruling import Ruling
from rules.collector import without_collector
from rules.ir import Policy


@dataclass(frozen=True, eq=False)
class Domain:
    """One kind of decision under one policy: what it derives, and how it decides the facts of a request."""

    derivations: Derivations
    decide: Callable[[Engine, Facts, Language], Ruling]


@dataclass(frozen=True, eq=False)
class Program:
    """A compiled policy; `domains` has the kinds for which the policy has a section."""

    policy: Policy
    stamp: PolicyStamp
    reader: RequestReader
    domains: Mapping[Kind, Domain]


@without_collector()
def compile_policy(policy: Policy) -> Program:
    """Index and order everything that deciding needs."""
    domains = {kind: make(policy) for kind, make in _DOMAINS.items()}
    return Program(
        policy=policy,
        stamp=PolicyStamp(policy.name, policy.version, policy.digest),
        reader=RequestReader(policy),
        domains={kind: domain for kind, domain in domains.items() if domain is not None},
    )


def recompile(program: Program, policy: Policy, kinds: Iterable[Kind]) -> Program:
    """Return the program of a policy with the same fields, for some kinds only: quick where many differ little."""
    made = {kind: _DOMAINS[kind](policy) for kind in kinds if kind in program.domains}
    domains = {kind: domain for kind, domain in made.items() if domain is not None}
    return replace(program, policy=policy, domains=domains)


class _Plan(Protocol):
    @property
    def derivations(self) -> Derivations: ...


_SomePlan = TypeVar("_SomePlan", bound=_Plan)
_MakeDomain: TypeAlias = Callable[[Policy], Domain | None]


def _domain(
    plan: Callable[[Policy], _SomePlan | None], decide: Callable[[_SomePlan, Engine, Facts, Language], Ruling]
) -> _MakeDomain:
    """Bind a domain's way of deciding to the plan that it makes of a policy."""

    def make(policy: Policy) -> Domain | None:
        made = plan(policy)
        return None if made is None else Domain(made.derivations, partial(decide, made))

    return make


_DOMAINS: dict[Kind, _MakeDomain] = {
    Kind.PRICE_APPROVAL: _domain(price_plan, approval.decide),
    Kind.SPECIAL_ORDER: _domain(special_orders.plan, special_orders.decide),
    Kind.DEAL_REGISTRATION: _domain(deal_registration.plan, deal_registration.decide),
    Kind.PARTNER_ALLOCATION: _domain(partner_allocation.plan, partner_allocation.decide),
}
