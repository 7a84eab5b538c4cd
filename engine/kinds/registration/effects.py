"""The effects that a registration knows.

A contest is on wherever one of its rules fires, and protection looks for its own effect: an effect that was added to
one of these lists, and to nothing here, would be taken for another or for nothing.
"""

from typing import assert_never

from rules.ir import (
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
    Protect,
    Raise,
    Reject,
    Rule,
    Score,
    Sign,
    Split,
)


def known(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the rules; one with an effect that is not known here stops the start."""
    for rule in rules:
        for effect in rule.effects:
            _check(effect)
    return rules


def _check(effect: Effect) -> None:
    match effect:
        case Reject() | Forfeit() | Hold() | Arbitrate() | Protect():
            pass
        case (
            Sign()
            | AtLeast()
            | Raise()
            | Also()
            | Notify()
            | Expire()
            | IsKind()
            | Document()
            | Approve()
            | Deposit()
            | Block()
            | Audit()
            | Exclude()
            | Score()
            | Split()
            | Assign()
        ):
            raise AssertionError(f"the loader lets no rule of a registration say {effect!r}")
        case _:
            assert_never(effect)
