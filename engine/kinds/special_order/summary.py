"""Summaries of special orders: what an order still needs, or what stops it."""

from engine.answers.special_order import OrderResult
from engine.explain.words.ruling_reader import RulingReader


def order_summary(reader: RulingReader, result: OrderResult) -> str:
    """Return the sentence on an order at its gate."""
    gate = reader.ruling.basis.get("gate")
    at = reader.say("at_gate", gate=gate) if gate else ""
    match reader.ruling.outcome:
        case "blocked":
            reasons = [reader.reason(one.reason, one.control, one.line, one.line_id) for one in result.blocks]
            return reader.say("blocked", gate=at, reasons=reader.joined(reasons))
        case "needs_information":
            return reader.needs_information()
        case "held":
            open_ = [one for one in result.controls if one.met is not True]
            needed = dict.fromkeys([reader.say("of_rule", reason=one.release, rule=one.control) for one in open_])
            return reader.say("held", gate=at, reasons=reader.joined([*needed]))
        case _:
            return reader.say("clear", gate=at)
