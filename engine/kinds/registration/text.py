"""A deal registration as text: every claim with its place, and the criterion that lost it the deal."""

from collections.abc import Iterator

from engine.explain.words.decision_reader import (
    DecisionReader,
    Entry,
    day,
    missing,
    near_misses,
    notes,
    source,
    undetermined,
)
from engine.explain.words.layout import Row, Table
from engine.explain.words.numbers import figure


def claim_head(reader: DecisionReader) -> str:
    """Return the winner, or who is recommended."""
    return str(reader.result["winner"] or reader.result["recommended"] or "")


def claim_tables(reader: DecisionReader) -> Iterator[Table]:
    """Yield the tables below the head."""
    yield _ranking(reader)
    why = reader.steps("criterion", "tie", "priority", "contest", "held_winner", "recommendation_open")
    yield Table([Row(reader.say("label_why"), [step["text"]]) for step in why])
    yield missing(reader)
    yield undetermined(reader)
    yield near_misses(reader)
    until = reader.result["protected_until"]
    if until:
        text = reader.say("protected_until", until=day(until))
        if reader.result["extend"]:
            text = reader.say("extendable", until=text, extend=reader.result["extend"])
        yield Table([Row(reader.say("label_protected"), [text])])
    yield notes(reader, "missing_did_not_matter")


def _ranking(reader: DecisionReader) -> Table:
    settled = reader.decision["outcome"] != "needs_information"
    rules = {(rule["rule"], rule.get("claim")): rule for rule in reader.rules("fired", section="eligibility")}
    rows = []
    place = 0
    for entry in reader.result["ranking"]:
        place += entry["status"] != "rejected"
        label = str(place) if settled and entry["status"] != "rejected" else "-"
        notes = [_reason(reader, entry, one, rules) for one in entry["reasons"]]
        rows.append(Row(label, [entry["claim"], reader.say(f"status_{entry['status']}"), _why(reader, entry)], notes))
    return Table(rows)


def _why(reader: DecisionReader, entry: Entry) -> str:
    if entry["lost_to"] is None or not entry["values"]:
        return reader.say("tied") if entry["at"] == "tie" else ""
    own, winner = (_value(reader, entry["values"][key]) for key in ("own", "winner"))
    return reader.say("lost", claim=entry["lost_to"], at=entry["at"], own=own, winner=winner)


def _reason(reader: DecisionReader, entry: Entry, reason: Entry, rules: dict[tuple[str, object], Entry]) -> str:
    rule = rules.get((reason["rule"], entry["claim"])) or rules.get((reason["rule"], None))
    told = reader.say("of_rule", reason=reason["reason"], rule=reader.because_of(rule) if rule else reason["rule"])
    return f"{told}  {source(rule)}" if rule else told


def _value(reader: DecisionReader, value: object) -> str:
    if isinstance(value, bool):
        return reader.say("yes" if value else "no")
    return reader.say("nothing") if value is None else figure(str(value))
