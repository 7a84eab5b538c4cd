"""Summaries of deal registrations: who gets the deal, and by which criterion."""

from engine.answers.registration import ClaimTieStep, HeldWinnerStep, RankedClaim, RegistrationResult
from engine.core.parts import Shown
from engine.explain.words.numbers import figure
from engine.explain.words.ruling_reader import RulingReader
from rules.ir import Arbitrate


def claim_summary(reader: RulingReader, result: RegistrationResult) -> str:
    """Return the sentence on the claims."""
    match reader.ruling.outcome:
        case "awarded":
            return _awarded(reader, result)
        case "contested":
            return _contested(reader, result)
        case "needs_information":
            return reader.needs_information()
        case _:
            reasons = [_first_reason(reader, entry) for entry in result.ranking]
            shown = reader.joined([reason for reason in reasons if reason])
            return reader.say("no_claim", reasons=reader.say("in_brackets", shown) if shown else "")


def _awarded(reader: RulingReader, result: RegistrationResult) -> str:
    winner, criterion = result.winner, result.decided_by
    if criterion is None:
        return reader.say("only_claim", winner=winner)
    rival = next((entry for entry in result.ranking if entry.at == criterion), None)
    values = ""
    if rival is not None and rival.values is not None:
        own, first = _value(reader, rival.values.own), _value(reader, rival.values.winner)
        values = reader.say("against", winner=first, own=own, rival=rival.claim)
    return reader.say("awarded", winner=winner, criterion=criterion, values=values)


def _contested(reader: RulingReader, result: RegistrationResult) -> str:
    claim = result.recommended
    held = next(reader.steps(HeldWinnerStep), None)
    if held is not None:
        entry = next(entry for entry in result.ranking if entry.claim == held.claim)
        reasons = [reader.reason(one.reason, one.rule) for one in entry.reasons]
        return reader.say("winner_held", claim=held.claim, reasons=reader.joined(reasons))
    tie = next(reader.steps(ClaimTieStep), None)
    asked = [
        reader.say("of_rule", reason=effect.reason.in_language(reader.language), rule=rule.id)
        for rule, effect in reader.fired(Arbitrate)
        if isinstance(effect, Arbitrate)
    ]
    if asked and claim is not None:
        return reader.say("arbitrate_for", reasons=reader.joined([*dict.fromkeys(asked)]), claim=claim)
    if asked or tie is None:
        return reader.say("arbitrate", reasons=reader.joined([*dict.fromkeys(asked)]))
    return reader.say("tie", claims=reader.joined([*tie.claims]))


def _first_reason(reader: RulingReader, entry: RankedClaim) -> str | None:
    return reader.say("on_line", place=entry.claim, reason=entry.reasons[0].reason) if entry.reasons else None


def _value(reader: RulingReader, value: Shown) -> str:
    """Write a contender's value at a criterion."""
    if isinstance(value, bool):
        return reader.say("yes" if value else "no")
    return reader.say("nothing") if value is None else figure(str(value))
