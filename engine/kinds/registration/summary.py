"""Summaries of deal registrations: who gets the deal, and by which criterion."""

from collections.abc import Mapping

from engine.core.decision import Json
from engine.explain.words.numbers import figure
from engine.explain.words.ruling_reader import Told
from rules.ir import Arbitrate


def claim_summary(told: Told) -> str:
    """Return the sentence on the claims."""
    match told.ruling.outcome:
        case "awarded":
            return _awarded(told)
        case "contested":
            return _contested(told)
        case "needs_information":
            return told.needs_information()
        case _:
            reasons = [_first_reason(told, entry) for entry in told.entries("ranking")]
            shown = told.joined([reason for reason in reasons if reason])
            return told.say("no_claim", reasons=told.say("in_brackets", shown) if shown else "")


def _awarded(told: Told) -> str:
    winner, criterion = told.ruling.result["winner"], told.ruling.result["decided_by"]
    if criterion is None:
        return told.say("only_claim", winner=winner)
    rival = next((entry for entry in told.entries("ranking") if entry["at"] == criterion), None)
    values = ""
    if rival is not None and isinstance(rival["values"], dict):
        own, first = _value(told, rival["values"]["own"]), _value(told, rival["values"]["winner"])
        values = told.say("against", winner=first, own=own, rival=rival["claim"])
    return told.say("awarded", winner=winner, criterion=criterion, values=values)


def _contested(told: Told) -> str:
    claim = told.ruling.result["recommended"]
    held = next(told.steps("held_winner"), None)
    if held is not None:
        entry = next(entry for entry in told.entries("ranking") if entry["claim"] == held["claim"])
        reasons = entry["reasons"]
        assert isinstance(reasons, list)
        shown = told.reasons([reason for reason in reasons if isinstance(reason, dict)])
        return told.say("winner_held", claim=held["claim"], reasons=shown)
    tie = next(told.steps("tie"), None)
    asked = [
        told.say("of_rule", reason=effect.reason.in_language(told.language), rule=rule.id)
        for rule, effect in told.fired(Arbitrate)
        if isinstance(effect, Arbitrate)
    ]
    if asked and claim is not None:
        return told.say("arbitrate_for", reasons=told.joined([*dict.fromkeys(asked)]), claim=claim)
    if asked or tie is None:
        return told.say("arbitrate", reasons=told.joined([*dict.fromkeys(asked)]))
    tied = tie["claims"]
    return told.say("tie", claims=told.joined([str(one) for one in tied] if isinstance(tied, list) else []))


def _first_reason(told: Told, entry: Mapping[str, Json]) -> str | None:
    reasons = entry["reasons"]
    if not isinstance(reasons, list) or not reasons or not isinstance(reasons[0], dict):
        return None
    return told.say("on_line", place=entry["claim"], reason=reasons[0]["reason"])


def _value(told: Told, value: Json) -> str:
    """Write a contender's value at a criterion."""
    if isinstance(value, bool):
        return told.say("yes" if value else "no")
    return told.say("nothing") if value is None else figure(str(value))
