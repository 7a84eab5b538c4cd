"""The neighbours of an effect: a level up or down, a unit more or less, the next role or document, hold for reject."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import assert_never

from engine.assure.mutants.formulas import expressions
from engine.assure.mutants.units import next_of, steps, written
from rules.durations import beside
from rules.grammar.shape import percent
from rules.ir import (
    AUTOMATIC,
    Also,
    Approve,
    Arbitrate,
    Assign,
    AtLeast,
    Audit,
    Block,
    Deposit,
    Document,
    Effect,
    Exclude,
    Expire,
    Forfeit,
    Hold,
    IsKind,
    Notify,
    Policy,
    Protect,
    Raise,
    Reject,
    Score,
    Sign,
    Split,
)
from rules.types import Term, Type

UNIT = Fraction(1, 10_000)
CAN_HOLD = ("price_approval.rules", "deal_registration.eligibility")


def neighbours(effect: Effect, section: str, policy: Policy, kind: Type | None) -> Iterator[tuple[Effect, str]]:
    """Yield the effects one small step away, each with its words; `kind` is the type of what a table assigns."""
    match effect:
        case Sign(level):
            yield from ((Sign(other), f"`{level}` becomes `{other}`") for other in _beside(level, policy, lowest=True))
        case AtLeast(level):
            for other in _beside(level, policy, lowest=False):
                yield AtLeast(other), f"`at_least: {level}` becomes `{other}`"
        case Raise(levels):
            yield from ((Raise(n), f"`raise: {levels}` becomes `{n}`") for n in (levels - 1, levels + 1) if n)
        case Also(role) | Notify(role) | Approve(role):
            if following := _next_role(role, policy):
                yield type(effect)(following), f"`{type(effect).__name__.lower()}: {role}` becomes `{following}`"
        case Document(name):
            term = policy.terms.get("document")
            if following := next_of(name, Term("document", term)) if term else None:
                yield Document(following), f"`document: {name}` becomes `{following}`"
        case Deposit(rate) | Audit(rate):
            for more in (rate - UNIT, rate + UNIT):
                if 0 < more <= 1:
                    word = type(effect).__name__.lower()
                    yield type(effect)(more), f"`{word}: {percent(rate)}` becomes `{percent(more)}`"
        case Expire(after):
            for length in beside(after):
                yield Expire(length), f"`expire: {after}` becomes `{length}`"
        case Reject(reason) if section in CAN_HOLD:
            yield Hold(reason), "`reject` becomes `hold`"
        case Hold(reason) if section in CAN_HOLD:
            yield Reject(reason), "`hold` becomes `reject`"
        case Hold(reason):
            yield Block(reason), "`hold` becomes `block`"
        case Block(reason):
            yield Hold(reason), "`block` becomes `hold`"
        case Protect(window, extend):
            for length in beside(window):
                yield Protect(length, extend), f"`protect: {window}` becomes `{length}`"
            for length in beside(extend) if extend else ():
                yield Protect(window, length), f"`extend: {extend}` becomes `{length}`"
        case Score(points):
            yield from ((Score(other), words) for other, words in expressions(points))
        case Split(shares):
            yield from _of_shares(shares)
        case Assign():
            yield from _of_assigned(effect, kind)
        case Reject() | IsKind() | Forfeit() | Arbitrate() | Exclude():
            pass  # no other effect stands near
        case _:
            assert_never(effect)


def _of_assigned(effect: Assign, kind: Type | None) -> Iterator[tuple[Effect, str]]:
    value = effect.value
    if kind is None:
        return
    if isinstance(value, bool):
        yield Assign(not value), f"the value `{written(value, kind)}` becomes `{written(not value, kind)}`"
    elif isinstance(value, str):
        other = next_of(value, kind)
        if other is not None:
            yield Assign(other), f"the value `{value}` becomes `{other}`"
    else:
        for more in steps(value, kind):
            yield Assign(more), f"the value `{written(value, kind)}` becomes `{written(more, kind)}`"


def _beside(level: str, policy: Policy, *, lowest: bool) -> Iterator[str]:
    """Yield the level below and the one above."""
    levels = policy.price_approval.levels if policy.price_approval else (AUTOMATIC,)
    place = levels.index(level)
    if place > (0 if lowest else 1):
        yield levels[place - 1]
    if place + 1 < len(levels):
        yield levels[place + 1]


def _next_role(role: str, policy: Policy) -> str | None:
    """Return the role declared after one, round to the first."""
    roles = [one.id for one in policy.roles]
    return roles[(roles.index(role) + 1) % len(roles)] if role in roles and len(roles) > 1 else None


def _of_shares(shares: tuple[tuple[str, Fraction], ...]) -> Iterator[tuple[Effect, str]]:
    """Move the smallest share from each to the next, so that they still add up."""
    for n, (giver, share) in enumerate(shares):
        taker = shares[(n + 1) % len(shares)][0]
        if len(shares) > 1 and share > UNIT:
            moved = {giver: share - UNIT, taker: dict(shares)[taker] + UNIT}
            new = tuple((name, moved.get(name, part)) for name, part in shares)
            yield replace(Split(shares), shares=new), f"0.01% of the share goes from `{giver}` to `{taker}`"
