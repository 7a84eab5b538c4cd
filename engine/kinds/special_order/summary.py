"""Summaries of special orders: what an order still needs, or what stops it."""

from engine.explain.words.ruling_reader import RulingReader


def order_summary(reader: RulingReader) -> str:
    """Return the sentence on an order at its gate."""
    gate = reader.ruling.basis.get("gate")
    at = reader.say("at_gate", gate=gate) if gate else ""
    match reader.ruling.outcome:
        case "blocked":
            return reader.say("blocked", gate=at, reasons=reader.reasons(reader.entries("blocks"), "control"))
        case "needs_information":
            return reader.needs_information()
        case "held":
            open_ = [control for control in reader.entries("controls") if control["met"] is not True]
            needed = list(dict.fromkeys([_needed(reader, control) for control in open_]))
            return reader.say("held", gate=at, reasons=reader.joined(needed))
        case _:
            return reader.say("clear", gate=at)


def _needed(reader: RulingReader, control: object) -> str:
    assert isinstance(control, dict)
    return reader.say("of_rule", reason=control["release"], rule=control["control"])
