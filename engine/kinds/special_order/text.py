"""A special order as text: what is open, what is met, what blocks it."""

from collections.abc import Iterator

from engine.explain.words.decision_reader import (
    Entry,
    Page,
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


def order_head(page: Page) -> str:
    """Return the gate."""
    gate = page.basis.get("gate")
    return str(gate) if gate else ""


def order_tables(page: Page) -> Iterator[Table]:
    """Yield the tables below the head."""
    kinds = page.result["kinds"]
    yield Table([Row(page.say("label_kinds"), [page.joined(kinds)])] if kinds else [])
    yield reasoned(page, page.result["blocks"], "label_blocked", "control")
    yield _controls(page, "label_open", [one for one in page.result["controls"] if one["met"] is not True])
    yield _controls(page, "label_met", [one for one in page.result["controls"] if one["met"] is True])
    audit = [page.say("drawn", control=control) for control in page.result["audit"]]
    yield Table([Row(page.say("label_audit"), [one]) for one in audit])
    yield missing(page)
    yield undetermined(page)
    yield near_misses(page)
    if page.result["valid_until"]:
        until = page.say("protected_until", until=day(page.result["valid_until"]))
        yield Table([Row(page.say("label_valid"), [until])])
    yield notes(page, "missing_did_not_matter")


def _controls(page: Page, label: str, controls: list[Entry]) -> Table:
    by_id = {(rule["rule"], rule.get("line")): rule for rule in page.rules("fired", section="controls")}
    rows: dict[tuple[str, ...], Row] = {}
    for control in controls:
        rule = by_id.get((control["control"], control.get("line")))
        kind, what = next(iter(control["obligation"].items()))
        text = control["release"] or page.say(f"obligation_{kind}", what=what)
        told = [page.because_of(rule), source(rule)] if rule else [control["control"]]
        cells = (placed(page, control, str(text)), *told)
        rows[cells] = Row(page.say(label), cells)
    return Table([*rows.values()])
