"""Summaries of deal registrations: who gets the deal, and by which criterion."""

from collections.abc import Mapping

from engine.core.decision import Json
from engine.explain.words.numbers import figure
from engine.explain.words.ruling_reader import RulingReader
from rules.ir import Arbitrate


def claim_summary(reader: RulingReader) -> str:
    """Return the sentence on the claims."""
    match reader.ruling.outcome:
        case "awarded":
            return _awarded(reader)
        case "contested":
            return _contested(reader)
        case "needs_information":
            return reader.needs_information()
        case _:
            reasons = [_first_reason(reader, entry) for entry in reader.entries("ranking")]
            shown = reader.joined([reason for reason in reasons if reason])
            return reader.say("no_claim", reasons=reader.say("in_brackets", shown) if shown else "")


def _awarded(reader: RulingReader) -> str:
    winner, criterion = reader.ruling.result["winner"], reader.ruling.result["decided_by"]
    if criterion is None:
        return reader.say("only_claim", winner=winner)
    rival = next((entry for entry in reader.entries("ranking") if entry["at"] == criterion), None)
    values = ""
    if rival is not None and isinstance(rival["values"], dict):
        own, first = _value(reader, rival["values"]["own"]), _value(reader, rival["values"]["winner"])
        values = reader.say("against", winner=first, own=own, rival=rival["claim"])
    return reader.say("awarded", winner=winner, criterion=criterion, values=values)


def _contested(reader: RulingReader) -> str:
    claim = reader.ruling.result["recommended"]
    held = next(reader.steps("held_winner"), None)
    if held is not None:
        entry = next(entry for entry in reader.entries("ranking") if entry["claim"] == held["claim"])
        reasons = entry["reasons"]
        assert isinstance(reasons, list)
        shown = reader.reasons([reason for reason in reasons if isinstance(reason, dict)])
        return reader.say("winner_held", claim=held["claim"], reasons=shown)
    tie = next(reader.steps("tie"), None)
    asked = [
        reader.say("of_rule", reason=effect.reason.in_language(reader.language), rule=rule.id)
        for rule, effect in reader.fired(Arbitrate)
        if isinstance(effect, Arbitrate)
    ]
    if asked and claim is not None:
        return reader.say("arbitrate_for", reasons=reader.joined([*dict.fromkeys(asked)]), claim=claim)
    if asked or tie is None:
        return reader.say("arbitrate", reasons=reader.joined([*dict.fromkeys(asked)]))
    tied = tie["claims"]
    return reader.say("tie", claims=reader.joined([str(one) for one in tied] if isinstance(tied, list) else []))


def _first_reason(reader: RulingReader, entry: Mapping[str, Json]) -> str | None:
    reasons = entry["reasons"]
    if not isinstance(reasons, list) or not reasons or not isinstance(reasons[0], dict):
        return None
    return reader.say("on_line", place=entry["claim"], reason=reasons[0]["reason"])


def _value(reader: RulingReader, value: Json) -> str:
    """Write a contender's value at a criterion."""
    if isinstance(value, bool):
        return reader.say("yes" if value else "no")
    return reader.say("nothing") if value is None else figure(str(value))
