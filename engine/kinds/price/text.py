"""A price approval as text: each line with who grants it, what nearly did, and what would change it."""

from collections.abc import Iterator

from engine.explain.words.decision_reader import (
    AUTHORITY,
    Entry,
    Page,
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


def price_head(page: Page) -> str:
    """Return the required level with its title."""
    level = page.result["level"]
    if level is None:
        return ""
    titles = {one["role"]: one["title"] for step in page.result["chain"] for one in step["approvers"]}
    return page.say("head_title", level=level, title=titles[level]) if level in titles else str(level)


def price_tables(page: Page) -> Iterator[Table]:
    """Yield the tables below the head."""
    yield _lines(page)
    yield _totals(page)
    yield effects(page, "also", "label_also")
    yield _pushes(page)
    yield reasoned(page, page.result["rejections"], "label_rejected")
    yield reasoned(page, page.result["holds"], "label_held")
    yield effects(page, "notify", "label_notify")
    yield missing(page)
    yield undetermined(page)
    yield near_misses(page)
    yield _chain(page)
    yield notes(page, "missing_did_not_matter")


def _lines(page: Page) -> Table:
    lines = page.result["lines"]
    told = _facts_by_line(page)
    authority = _by_line(page.rules("fired", "blocked", "undetermined", section=AUTHORITY))
    changes = _by_line(page.result["alternatives"])
    rows = []
    for line in lines[:MOST_LINES]:
        number = line["line"]
        rows.append(
            Row(
                page.say("label_line", line=number),
                _cells(page, line, told.get(number, {}), authority.get(number, [])),
                _notes(page, line, authority.get(number, []), changes.get(number, [])),
            )
        )
    if len(lines) > MOST_LINES:
        rows.append(Row("", [page.say("more_lines", count=len(lines) - MOST_LINES)]))
    return Table(rows, right=frozenset({1, 2, 3}))


def _by_line(entries: list[Entry]) -> dict[int, list[Entry]]:
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry["line"], []).append(entry)
    return found


def _facts_by_line(page: Page) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for fact in page.facts():
        if "line" in fact and isinstance(fact["value"], str):
            found.setdefault(fact["line"], {})[fact["field"]] = fact["value"]
    return found


def _cells(page: Page, line: Entry, facts: dict[str, str], authority: list[Entry]) -> list[str]:
    quantity, price = facts.get("line.quantity"), facts.get("line.net_price")
    amount = page.say("times", quantity=grouped(quantity), price=grouped(price)) if quantity and price else ""
    discount, margin = line["discount"], line["margin"]
    granted = next((rule for rule in authority if rule["rule"] == line["granted_by"]), None)
    return [
        facts.get("line.product_line") or facts.get("line.sku") or "",
        amount,
        page.say("off", discount=percent(discount)) if discount else "",
        page.say("margin", margin=percent(margin)) if margin else "",
        line["level"] or page.say("nobody" if page.decision["outcome"] == "rejected" else "not_known"),
        line["granted_by"] or "",
        source(granted) if granted else "",
    ]


def _notes(page: Page, line: Entry, authority: list[Entry], changes: list[Entry]) -> list[str]:
    """Return what stands in the way of a lower level, and what would change it, where someone has to sign."""
    levels, submitter = page.basis.get("levels", []), page.basis.get("submitter")
    if submitter in levels and line["level"] in levels[: levels.index(submitter) + 1]:
        return []
    return [*_misses(page, line, authority), *_changes(page, line, changes)]


def _misses(page: Page, line: Entry, authority: list[Entry]) -> Iterator[str]:
    """Yield why the rows that come nearest do not cover the line."""
    levels = page.basis.get("levels", [])
    granted = [rule for rule in authority if rule["rule"] == line["granted_by"]]
    rank = _rank(granted[0], levels) if granted else len(levels)
    blocked = [rule for rule in authority if rule["status"] == "blocked" and _rank(rule, levels) < rank]
    made_for = [rule for rule in blocked if all("short_by" in test for test in rule["tests"] if test["holds"] is False)]
    shown = made_for or (blocked if page.decision["outcome"] == "rejected" else [])
    shown.sort(key=lambda rule: (len(failures(rule, page.language)), -_rank(rule, levels)))
    for rule in shown[:MOST_MISSES]:
        yield page.say("not_covered", rule=rule["rule"], tests=page.joined(failures(rule, page.language)))


def _rank(rule: Entry, levels: list[str]) -> int:
    return levels.index(rule["then"][0]["sign"])


def _changes(page: Page, line: Entry, changes: list[Entry]) -> Iterator[str]:
    """Yield the prices at which lower levels could sign, the nearest level first; or that there is none."""
    nearest = [*reversed(changes)]
    for change in [one for one in nearest if "net_price" in one][:MOST_CHANGES]:
        more = [f"+{grouped(change['increase'])}"]
        more += [f"+{percent(change['increase_rate'])}"] if change["increase_rate"] else []
        yield page.say(
            "could_pass" if change["level"] == "automatic" else "could_sign",
            price=grouped(change["net_price"]),
            more=page.joined(more),
            level=change["level"],
        )
    if nearest and "impossible" in nearest[0] and line["level"] is not None and nearest[0]["level"] != "automatic":
        failed = [failure(test, page.language) for test in nearest[0]["impossible"] if not test["holds"]]
        tests = page.joined([*dict.fromkeys(failed)][:MOST_MISSES])
        yield page.say("could_not", level=nearest[0]["level"], tests=tests)


def _totals(page: Page) -> Table:
    totals = page.result["totals"]
    if len(page.result["lines"]) < 2 or not (totals["net_total"] and totals["list_total"] and totals["discount"]):
        return Table([])
    margin = percent(totals["margin"]) if totals["margin"] else page.say("not_known")
    text = page.say(
        "totals",
        net=grouped(totals["net_total"]),
        list=grouped(totals["list_total"]),
        discount=percent(totals["discount"]),
        margin=margin,
    )
    return Table([Row(page.say("label_total"), [text])])


def _pushes(page: Page) -> Table:
    """Return the rules that pushed a level up."""
    rows = []
    for rule in page.rules("fired"):
        for then in rule["then"]:
            if "at_least" in then or "raise" in then:
                what = (
                    page.say("at_least_level", level=then["at_least"])
                    if "at_least" in then
                    else page.say("levels_up", levels=then["raise"])
                )
                rows.append(
                    Row(page.say("label_level"), [placed(page, rule, what), page.because_of(rule), source(rule)])
                )
    return Table(rows)


def _chain(page: Page) -> Table:
    rows = []
    if page.result["chain"]:
        steps = [f"{step['step']} {_approvers(step)}" for step in page.result["chain"]]
        rows.append(Row(page.say("label_steps"), ["   ".join(steps)]))
    if page.result["valid_until"]:
        until = page.say("protected_until", until=to_the_minute(page.result["valid_until"]))
        rows.append(Row(page.say("label_valid"), [until]))
    return Table(rows)


def _approvers(step: Entry) -> str:
    """Name a step's approvers; a time limit that they share stands once."""
    names = [one["role"] for one in step["approvers"]]
    limits = [one["respond_within"] for one in step["approvers"]]
    if len(set(limits)) == 1:
        return " + ".join(names) + (f" ({limits[0]})" if limits[0] else "")
    return " + ".join([f"{name} ({limit})" if limit else name for name, limit in zip(names, limits, strict=True)])
