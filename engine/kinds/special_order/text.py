"""A special order as text: what is open, what is met, what blocks it."""

from collections.abc import Iterator

from engine.explain.words.decision_reader import (
    DecisionReader,
    Entry,
    day,
    missing,
    near_misses,
    notes,
    placed,
    reasoned,
    source,
    undetermined,
)
from engine.explain.words.layout import Row, Table


def order_head(reader: DecisionReader) -> str:
    """Return the gate."""
    gate = reader.basis.get("gate")
    return str(gate) if gate else ""


def order_tables(reader: DecisionReader) -> Iterator[Table]:
    """Yield the tables below the head."""
    kinds = reader.result["kinds"]
    yield Table([Row(reader.say("label_kinds"), [reader.joined(kinds)])] if kinds else [])
    yield reasoned(reader, reader.result["blocks"], "label_blocked", "control")
    yield _controls(reader, "label_open", [one for one in reader.result["controls"] if one["met"] is not True])
    yield _controls(reader, "label_met", [one for one in reader.result["controls"] if one["met"] is True])
    audit = [reader.say("drawn", control=control) for control in reader.result["audit"]]
    yield Table([Row(reader.say("label_audit"), [one]) for one in audit])
    yield missing(reader)
    yield undetermined(reader)
    yield near_misses(reader)
    if reader.result["valid_until"]:
        until = reader.say("protected_until", until=day(reader.result["valid_until"]))
        yield Table([Row(reader.say("label_valid"), [until])])
    yield notes(reader, "missing_did_not_matter")


def _controls(reader: DecisionReader, label: str, controls: list[Entry]) -> Table:
    by_id = {(rule["rule"], rule.get("line")): rule for rule in reader.rules("fired", section="controls")}
    rows: dict[tuple[str, ...], Row] = {}
    for control in controls:
        rule = by_id.get((control["control"], control.get("line")))
        kind, what = next(iter(control["obligation"].items()))
        text = control["release"] or reader.say(f"obligation_{kind}", what=what)
        told = [reader.because_of(rule), source(rule)] if rule else [control["control"]]
        cells = (placed(reader, control, str(text)), *told)
        rows[cells] = Row(reader.say(label), cells)
    return Table([*rows.values()])
