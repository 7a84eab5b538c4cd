"""A special order as text: what is open, what is met, what blocks it."""

from collections.abc import Iterator

from engine.answers.decisions import SpecialOrderDecision
from engine.answers.special_order import ControlResult
from engine.explain.words.decision_reader import (
    DecisionReader,
    day,
    missing,
    near_misses,
    notes,
    on_line,
    reasoned,
    source,
    undetermined,
)
from engine.explain.words.layout import Row, Table
from engine.explain.words.numbers import brief


def order_head(decision: SpecialOrderDecision) -> str:
    """Return the gate."""
    return (decision.trace.basis.gate if decision.trace else None) or ""


def order_tables(reader: DecisionReader, decision: SpecialOrderDecision) -> Iterator[Table]:
    """Yield the tables below the head."""
    result = decision.result
    yield Table([Row(reader.say("label_kinds"), [reader.joined(result.kinds)])] if result.kinds else [])
    yield reasoned(reader, [(one, one.control) for one in result.blocks], "label_blocked")
    yield _controls(reader, "label_open", [one for one in result.controls if one.met is not True])
    yield _controls(reader, "label_met", [one for one in result.controls if one.met is True])
    audit = [reader.say("drawn", control=control) for control in result.audit]
    yield Table([Row(reader.say("label_audit"), [one]) for one in audit])
    yield missing(reader)
    yield undetermined(reader)
    yield near_misses(reader)
    if result.valid_until:
        until = reader.say("protected_until", until=day(result.valid_until))
        yield Table([Row(reader.say("label_valid"), [until])])
    yield notes(reader)


def _controls(reader: DecisionReader, label: str, controls: list[ControlResult]) -> Table:
    by_id = {(rule.rule, rule.line): rule for rule in reader.rules("fired", section="controls")}
    rows: dict[tuple[str, ...], Row] = {}
    for control in controls:
        rule = by_id.get((control.control, control.line))
        kind, what = control.obligation.asked
        text = control.release or reader.say(f"obligation_{kind}", what=brief(what) if kind == "deposit" else what)
        told = [reader.because_of(rule), source(rule)] if rule else [control.control]
        cells = (on_line(reader, control, text), *told)
        rows[cells] = Row(reader.say(label), cells)
    return Table([*rows.values()])
