"""An allocation as text: the candidates with their scores, who is out and why, and the split."""

from collections.abc import Iterator

from engine.explain.words.decision_reader import Entry, Page, day, missing, near_misses, notes, source, undetermined
from engine.explain.words.layout import Row, Table
from engine.explain.words.numbers import figure, grouped, percent

MOST_CANDIDATES = 50


def partner_head(page: Page) -> str:
    """Return who is chosen, or the fallback."""
    return page.joined([*page.result["chosen"]]) or str(page.result["fallback"] or "")


def partner_tables(page: Page) -> Iterator[Table]:
    """Yield the tables below the head."""
    yield _ranking(page)
    yield _excluded(page)
    why = page.steps("criterion", "tie", "fallback")
    yield Table([Row(page.say("label_why"), [step["text"]]) for step in why])
    yield missing(page)
    yield undetermined(page)
    yield near_misses(page)
    yield _split(page)
    if page.result["accept_by"]:
        until = page.say("protected_until", until=day(page.result["accept_by"]))
        yield Table([Row(page.say("label_accept"), [until])])
    yield notes(page, "missing_did_not_matter")


def _ranking(page: Page) -> Table:
    ranking = page.result["ranking"]
    rows = []
    for place, entry in enumerate(ranking[:MOST_CANDIDATES], start=1):
        parts = [
            f"{one['rule']} {figure(one['score'])}" for one in entry["contributions"] if one["score"] not in (None, "0")
        ]
        score = page.say("not_known") if entry["score"] is None else page.say("score", score=figure(entry["score"]))
        mark = "*" if entry["partner"] in page.result["chosen"] else ""
        rows.append(Row(f"{place}{mark}", [entry["partner"], score, " + ".join(parts)]))
    return _shortened(page, rows, len(ranking))


def _excluded(page: Page) -> Table:
    rules = {(rule["rule"], rule.get("partner")): rule for rule in page.rules("fired", section="eligibility")}
    excluded = page.result["excluded"]
    rows = []
    for entry in excluded[:MOST_CANDIDATES]:
        for reason in entry["reasons"]:
            rule = rules.get((reason["rule"], entry["partner"])) or rules.get((reason["rule"], None))
            told = [page.because_of(rule), source(rule)] if rule else [reason["rule"]]
            rows.append(Row(page.say("label_out"), [entry["partner"], reason["reason"], *told]))
    return _shortened(page, rows, len(excluded))


def _shortened(page: Page, rows: list[Row], count: int) -> Table:
    if count > MOST_CANDIDATES:
        rows.append(Row("", [page.say("more_rows", count=count - MOST_CANDIDATES)]))
    return Table(rows, right=frozenset({1}) if rows and len(rows[0].cells) == 3 else frozenset())


def _split(page: Page) -> Table:
    def row(share: Entry) -> Row:
        amount = [grouped(share["amount"])] if share["amount"] is not None else []
        return Row(page.say("label_split"), [share["party"], percent(share["share"]), *amount])

    return Table([row(share) for share in page.result["split"] or ()], right=frozenset({1, 2}))
