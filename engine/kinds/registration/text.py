"""A deal registration as text: every claim with its place, and the criterion that lost it the deal."""

from collections.abc import Iterator

from engine.explain.words.decision_reader import Entry, Page, day, missing, near_misses, notes, source, undetermined
from engine.explain.words.layout import Row, Table
from engine.explain.words.numbers import figure


def claim_head(page: Page) -> str:
    """Return the winner, or who is recommended."""
    return str(page.result["winner"] or page.result["recommended"] or "")


def claim_tables(page: Page) -> Iterator[Table]:
    """Yield the tables below the head."""
    yield _ranking(page)
    why = page.steps("criterion", "tie", "priority", "contest", "held_winner", "recommendation_open")
    yield Table([Row(page.say("label_why"), [step["text"]]) for step in why])
    yield missing(page)
    yield undetermined(page)
    yield near_misses(page)
    until = page.result["protected_until"]
    if until:
        text = page.say("protected_until", until=day(until))
        if page.result["extend"]:
            text = page.say("extendable", until=text, extend=page.result["extend"])
        yield Table([Row(page.say("label_protected"), [text])])
    yield notes(page, "missing_did_not_matter")


def _ranking(page: Page) -> Table:
    settled = page.decision["outcome"] != "needs_information"
    rules = {(rule["rule"], rule.get("claim")): rule for rule in page.rules("fired", section="eligibility")}
    rows = []
    place = 0
    for entry in page.result["ranking"]:
        place += entry["status"] != "rejected"
        label = str(place) if settled and entry["status"] != "rejected" else "-"
        notes = [_reason(page, entry, one, rules) for one in entry["reasons"]]
        rows.append(Row(label, [entry["claim"], page.say(f"status_{entry['status']}"), _why(page, entry)], notes))
    return Table(rows)


def _why(page: Page, entry: Entry) -> str:
    if entry["lost_to"] is None or not entry["values"]:
        return page.say("tied") if entry["at"] == "tie" else ""
    own, winner = (_value(page, entry["values"][key]) for key in ("own", "winner"))
    return page.say("lost", claim=entry["lost_to"], at=entry["at"], own=own, winner=winner)


def _reason(page: Page, entry: Entry, reason: Entry, rules: dict[tuple[str, object], Entry]) -> str:
    rule = rules.get((reason["rule"], entry["claim"])) or rules.get((reason["rule"], None))
    told = page.say("of_rule", reason=reason["reason"], rule=page.because_of(rule) if rule else reason["rule"])
    return f"{told}  {source(rule)}" if rule else told


def _value(page: Page, value: object) -> str:
    if isinstance(value, bool):
        return page.say("yes" if value else "no")
    return page.say("nothing") if value is None else figure(str(value))
