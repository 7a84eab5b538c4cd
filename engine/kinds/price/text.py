"""A price approval as text: each line with who grants it, what nearly did, and what would change it."""

from collections.abc import Iterator

from engine.explain.words.decision_reader import (
    AUTHORITY,
    DecisionReader,
    Entry,
    effects,
    missing,
    near_misses,
    notes,
    placed,
    reasoned,
    source,
    undetermined,
)
from engine.explain.words.decision_reader import day as to_the_minute
from engine.explain.words.layout import Row, Table
from engine.explain.words.numbers import grouped, percent
from engine.explain.words.tested import failure, failures

MOST_LINES = 100
MOST_MISSES = 3
MOST_CHANGES = 3


def price_head(reader: DecisionReader) -> str:
    """Return the required level with its title."""
    level = reader.result["level"]
    if level is None:
        return ""
    titles = {one["role"]: one["title"] for step in reader.result["chain"] for one in step["approvers"]}
    return reader.say("head_title", level=level, title=titles[level]) if level in titles else str(level)


def price_tables(reader: DecisionReader) -> Iterator[Table]:
    """Yield the tables below the head."""
    yield _lines(reader)
    yield _totals(reader)
    yield effects(reader, "also", "label_also")
    yield _level_changes(reader)
    yield reasoned(reader, reader.result["rejections"], "label_rejected")
    yield reasoned(reader, reader.result["holds"], "label_held")
    yield effects(reader, "notify", "label_notify")
    yield missing(reader)
    yield undetermined(reader)
    yield near_misses(reader)
    yield _chain(reader)
    yield notes(reader, "missing_did_not_matter")


def _lines(reader: DecisionReader) -> Table:
    lines = reader.result["lines"]
    told = _facts_by_line(reader)
    authority = _by_line(reader.rules("fired", "blocked", "undetermined", section=AUTHORITY))
    changes = _by_line(reader.result["alternatives"])
    rows = []
    for line in lines[:MOST_LINES]:
        number = line["line"]
        rows.append(
            Row(
                reader.say("label_line", line=number),
                _cells(reader, line, told.get(number, {}), authority.get(number, [])),
                _notes(reader, line, authority.get(number, []), changes.get(number, [])),
            )
        )
    if len(lines) > MOST_LINES:
        rows.append(Row("", [reader.say("more_lines", count=len(lines) - MOST_LINES)]))
    return Table(rows, right=frozenset({1, 2, 3}))


def _by_line(entries: list[Entry]) -> dict[int, list[Entry]]:
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry["line"], []).append(entry)
    return found


def _facts_by_line(reader: DecisionReader) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for fact in reader.facts():
        if "line" in fact and isinstance(fact["value"], str):
            found.setdefault(fact["line"], {})[fact["field"]] = fact["value"]
    return found


def _cells(reader: DecisionReader, line: Entry, facts: dict[str, str], authority: list[Entry]) -> list[str]:
    quantity, price = facts.get("line.quantity"), facts.get("line.net_price")
    amount = reader.say("times", quantity=grouped(quantity), price=grouped(price)) if quantity and price else ""
    discount, margin = line["discount"], line["margin"]
    granted = next((rule for rule in authority if rule["rule"] == line["granted_by"]), None)
    return [
        facts.get("line.product_line") or facts.get("line.sku") or "",
        amount,
        reader.say("off", discount=percent(discount)) if discount else "",
        reader.say("margin", margin=percent(margin)) if margin else "",
        line["level"] or reader.say("nobody" if reader.decision["outcome"] == "rejected" else "not_known"),
        line["granted_by"] or "",
        source(granted) if granted else "",
    ]


def _notes(reader: DecisionReader, line: Entry, authority: list[Entry], changes: list[Entry]) -> list[str]:
    """Return what stands in the way of a lower level, and what would change it, where someone has to sign."""
    levels, submitter = reader.basis.get("levels", []), reader.basis.get("submitter")
    if submitter in levels and line["level"] in levels[: levels.index(submitter) + 1]:
        return []
    return [*_misses(reader, line, authority), *_changes(reader, line, changes)]


def _misses(reader: DecisionReader, line: Entry, authority: list[Entry]) -> Iterator[str]:
    """Yield why the rows that come nearest do not cover the line."""
    levels = reader.basis.get("levels", [])
    granted = [rule for rule in authority if rule["rule"] == line["granted_by"]]
    rank = _rank(granted[0], levels) if granted else len(levels)
    blocked = [rule for rule in authority if rule["status"] == "blocked" and _rank(rule, levels) < rank]
    made_for = [rule for rule in blocked if all("short_by" in test for test in rule["tests"] if test["holds"] is False)]
    shown = made_for or (blocked if reader.decision["outcome"] == "rejected" else [])
    shown.sort(key=lambda rule: (len(failures(rule, reader.language)), -_rank(rule, levels)))
    for rule in shown[:MOST_MISSES]:
        yield reader.say("not_covered", rule=rule["rule"], tests=reader.joined(failures(rule, reader.language)))


def _rank(rule: Entry, levels: list[str]) -> int:
    return levels.index(rule["then"][0]["sign"])


def _changes(reader: DecisionReader, line: Entry, changes: list[Entry]) -> Iterator[str]:
    """Yield the prices at which lower levels could sign, the nearest level first; or that there is none."""
    nearest = [*reversed(changes)]
    for change in [one for one in nearest if "net_price" in one][:MOST_CHANGES]:
        more = [f"+{grouped(change['increase'])}"]
        more += [f"+{percent(change['increase_rate'])}"] if change["increase_rate"] else []
        yield reader.say(
            "could_pass" if change["level"] == "automatic" else "could_sign",
            price=grouped(change["net_price"]),
            more=reader.joined(more),
            level=change["level"],
        )
    if nearest and "impossible" in nearest[0] and line["level"] is not None and nearest[0]["level"] != "automatic":
        failed = [failure(test, reader.language) for test in nearest[0]["impossible"] if not test["holds"]]
        tests = reader.joined([*dict.fromkeys(failed)][:MOST_MISSES])
        yield reader.say("could_not", level=nearest[0]["level"], tests=tests)


def _totals(reader: DecisionReader) -> Table:
    totals = reader.result["totals"]
    if len(reader.result["lines"]) < 2 or not (totals["net_total"] and totals["list_total"] and totals["discount"]):
        return Table([])
    margin = percent(totals["margin"]) if totals["margin"] else reader.say("not_known")
    text = reader.say(
        "totals",
        net=grouped(totals["net_total"]),
        list=grouped(totals["list_total"]),
        discount=percent(totals["discount"]),
        margin=margin,
    )
    return Table([Row(reader.say("label_total"), [text])])


def _level_changes(reader: DecisionReader) -> Table:
    """Return the rules that changed a level up."""
    rows = []
    for rule in reader.rules("fired"):
        for then in rule["then"]:
            if "at_least" in then or "raise" in then:
                what = (
                    reader.say("at_least_level", level=then["at_least"])
                    if "at_least" in then
                    else reader.say("levels_up", levels=then["raise"])
                )
                rows.append(
                    Row(reader.say("label_level"), [placed(reader, rule, what), reader.because_of(rule), source(rule)])
                )
    return Table(rows)


def _chain(reader: DecisionReader) -> Table:
    rows = []
    if reader.result["chain"]:
        steps = [f"{step['step']} {_approvers(step)}" for step in reader.result["chain"]]
        rows.append(Row(reader.say("label_steps"), ["   ".join(steps)]))
    if reader.result["valid_until"]:
        until = reader.say("protected_until", until=to_the_minute(reader.result["valid_until"]))
        rows.append(Row(reader.say("label_valid"), [until]))
    return Table(rows)


def _approvers(step: Entry) -> str:
    """Name a step's approvers; a time limit that they share stands once."""
    names = [one["role"] for one in step["approvers"]]
    limits = [one["respond_within"] for one in step["approvers"]]
    if len(set(limits)) == 1:
        return " + ".join(names) + (f" ({limits[0]})" if limits[0] else "")
    return " + ".join([f"{name} ({limit})" if limit else name for name, limit in zip(names, limits, strict=True)])
