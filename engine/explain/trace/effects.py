"""What a rule does, as JSON values: enough to recompute an outcome without the policy at hand."""

from math import gcd
from typing import assert_never

from engine.core import figures
from engine.core.decision import Json, Language
from engine.core.exact import has_places, ratio
from engine.core.interpret import plain
from engine.core.views import UNKNOWN, State
from engine.explain.trace.formulas import percent, template
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
    Score,
    Sign,
    Split,
)
from rules.types import Scalar

_EXACT_PLACES = 12


def as_json(effect: Effect, language: Language) -> dict[str, Json]:
    """Return an effect under its name in the policy language, its reason in the chosen language."""
    match effect:
        case Sign(level):
            return {"sign": level}
        case Reject(reason):
            return {"reject": reason.in_language(language)}
        case Hold(reason):
            return {"hold": reason.in_language(language)}
        case AtLeast(level):
            return {"at_least": level}
        case Raise(levels):
            return {"raise": levels}
        case Also(role):
            return {"also": role}
        case Notify(role):
            return {"notify": role}
        case Expire(after):
            return {"expire": str(after)}
        case IsKind(kind):
            return {"kind": kind}
        case Document(name):
            return {"document": name}
        case Approve(role):
            return {"approve": role}
        case Deposit(rate):
            return {"deposit": percent(ratio(rate))}
        case Block(reason):
            return {"block": reason.in_language(language)}
        case Audit(rate):
            return {"audit": percent(ratio(rate))}
        case Forfeit(reason):
            return {"forfeit": reason.in_language(language)}
        case Arbitrate(reason):
            return {"arbitrate": reason.in_language(language)}
        case Protect(window, extend):
            return {
                "protect": str(window),
                "extend": str(extend) if extend is not None else None,
            }
        case Exclude(reason):
            return {"exclude": reason.in_language(language)}
        case Score(points):
            return {"score": template(points).with_names()}
        case Split(shares):
            return {"split": {name: percent(ratio(share)) for name, share in shares}}
        case Assign(value):
            shown = figures.text(plain(value), Scalar.TEXT)
            return {"value": [*shown] if isinstance(shown, list) else shown}
        case _:
            assert_never(effect)


def points(value: State) -> dict[str, Json]:
    """Return a score's value: `points`, and `exact` as a fraction where the points are rounded."""
    if value is UNKNOWN or value is None:
        return {"points": None, "known": False} if value is UNKNOWN else {"points": None}
    assert type(value) is tuple
    shown: dict[str, Json] = {"points": figures.number(value)}
    if value[1] and not has_places(value, _EXACT_PLACES):
        shared = gcd(*value)
        shown["exact"] = f"{value[0] // shared}/{value[1] // shared}"
    return shown
