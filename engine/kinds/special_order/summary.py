"""Summaries of special orders: what an order still needs, or what stops it."""

from engine.explain.words.ruling_reader import Told


def order_summary(told: Told) -> str:
    """Return the sentence on an order at its gate."""
    gate = told.ruling.basis.get("gate")
    at = told.say("at_gate", gate=gate) if gate else ""
    match told.ruling.outcome:
        case "blocked":
            return told.say("blocked", gate=at, reasons=told.reasons(told.entries("blocks"), "control"))
        case "needs_information":
            return told.needs_information()
        case "held":
            open_ = [control for control in told.entries("controls") if control["met"] is not True]
            needed = list(dict.fromkeys([_needed(told, control) for control in open_]))
            return told.say("held", gate=at, reasons=told.joined(needed))
        case _:
            return told.say("clear", gate=at)


def _needed(told: Told, control: object) -> str:
    assert isinstance(control, dict)
    return told.say("of_rule", reason=control["release"], rule=control["control"])
