"""A price approval as text: each line with who grants it, what nearly did, and what would change it."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from engine.answers.decisions import PriceApprovalDecision
from engine.answers.price import Alternative, ApprovalStep, LineResult, Obstacle
from engine.core.traced import TracedRule, TracedTest
from engine.explain.words.decision_reader import (
    AUTHORITY,
    DecisionReader,
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
from engine.explain.words.lengths import length
from engine.explain.words.numbers import grouped, percent
from engine.explain.words.phrases import field_label
from engine.explain.words.tested import failure, failures, holding

OfLine = TypeVar("OfLine", TracedRule, Alternative)

MOST_LINES = 100
MOST_MISSES = 3
MOST_CHANGES = 3


def price_head(reader: DecisionReader, decision: PriceApprovalDecision) -> str:
    """Return the required level with its title."""
    level = decision.result.level
    if level is None:
        return ""
    titles = {one.role: one.title for step in decision.result.chain for one in step.approvers}
    return reader.say("head_title", level=level, title=titles[level]) if level in titles else level


def price_tables(reader: DecisionReader, decision: PriceApprovalDecision) -> Iterator[Table]:
    """Yield the tables below the head."""
    yield _lines(reader, decision)
    yield _totals(reader, decision)
    yield effects(reader, lambda then: then.also, "label_also")
    yield _level_changes(reader)
    yield reasoned(reader, [(one, one.rule) for one in decision.result.rejections], "label_rejected")
    yield reasoned(reader, [(one, one.rule) for one in decision.result.holds], "label_held")
    yield effects(reader, lambda then: then.notify, "label_notify")
    yield missing(reader)
    yield undetermined(reader)
    yield near_misses(reader)
    yield _chain(reader, decision)
    yield notes(reader)


def _lines(reader: DecisionReader, decision: PriceApprovalDecision) -> Table:
    lines = decision.result.lines
    told = _facts_by_line(reader)
    authority = _by_line(reader.rules("fired", "blocked", "undetermined", section=AUTHORITY))
    changes = _by_line(decision.result.alternatives)
    rows = []
    for line in lines[:MOST_LINES]:
        number = line.line
        rows.append(
            Row(
                reader.say("label_line", line=number),
                _cells(reader, decision, line, told.get(number, {}), authority.get(number, [])),
                _notes(reader, decision, line, authority.get(number, []), changes.get(number, [])),
            )
        )
    if len(lines) > MOST_LINES:
        rows.append(Row("", [reader.say("more_lines", count=len(lines) - MOST_LINES)]))
    return Table(rows, right=frozenset({1, 2, 3}))


def _by_line(entries: Sequence[OfLine]) -> dict[int, list[OfLine]]:
    found: dict[int, list[OfLine]] = {}
    for entry in entries:
        if entry.line is not None:
            found.setdefault(entry.line, []).append(entry)
    return found


def _facts_by_line(reader: DecisionReader) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for fact in reader.facts():
        if fact.line is not None and isinstance(fact.value, str):
            found.setdefault(fact.line, {})[fact.field] = fact.value
    return found


def _product(reader: DecisionReader, line: LineResult, facts: dict[str, str]) -> str:
    """Return what a line sells: its id, its product, and the lines that are parts of it."""
    parts = line.includes or ()
    phrase = "with_line" if len(parts) == 1 else "with_lines"
    included = reader.say(phrase, lines=reader.say("comma").join(map(str, parts))) if parts else ""
    words = [line.id, facts.get("line.product_line") or facts.get("line.sku"), included]
    return " ".join([word for word in words if word])


def _cells(
    reader: DecisionReader,
    decision: PriceApprovalDecision,
    line: LineResult,
    facts: dict[str, str],
    authority: list[TracedRule],
) -> list[str]:
    quantity, price = facts.get("line.quantity"), facts.get("line.net_price")
    amount = reader.say("times", quantity=grouped(quantity), price=grouped(price)) if quantity and price else ""
    granted = next((rule for rule in authority if rule.rule == line.granted_by), None)
    return [
        _product(reader, line, facts),
        amount,
        reader.say("off", discount=percent(line.discount)) if line.discount else "",
        reader.say("margin", margin=percent(line.margin)) if line.margin else "",
        line.level or reader.say("nobody" if decision.outcome == "rejected" else "not_known"),
        line.granted_by or "",
        source(granted) if granted else "",
    ]


def _notes(
    reader: DecisionReader,
    decision: PriceApprovalDecision,
    line: LineResult,
    authority: list[TracedRule],
    changes: list[Alternative],
) -> list[str]:
    """Return what stands in the way of a lower level, and what would change it, where someone has to sign."""
    levels = decision.trace.basis.levels if decision.trace else ()
    own = levels.index(decision.trace.basis.submitter) + 1 if decision.trace else 0
    if line.level in levels[:own]:
        return []
    return [*_misses(reader, decision, line, authority, levels), *_changes(reader, line, changes)]


def _misses(
    reader: DecisionReader,
    decision: PriceApprovalDecision,
    line: LineResult,
    authority: list[TracedRule],
    levels: Sequence[str],
) -> Iterator[str]:
    """Yield why the rows that come nearest do not cover the line."""
    granted = [rule for rule in authority if rule.rule == line.granted_by]
    rank = _rank(granted[0], levels) if granted else len(levels)
    blocked = [rule for rule in authority if rule.status == "blocked" and _rank(rule, levels) < rank]
    made_for = [
        rule for rule in blocked if all(test.short_by is not None for test in rule.tests if test.holds is False)
    ]
    shown = made_for or (blocked if decision.outcome == "rejected" else [])
    shown.sort(key=lambda rule: (len(failures(rule, reader.language)), -_rank(rule, levels)))
    for rule in shown[:MOST_MISSES]:
        yield reader.say("not_covered", rule=rule.rule, tests=reader.joined(failures(rule, reader.language)))


def _rank(rule: TracedRule, levels: Sequence[str]) -> int:
    level = rule.then[0].sign
    assert level is not None
    return levels.index(level)


def _changes(reader: DecisionReader, line: LineResult, changes: list[Alternative]) -> Iterator[str]:
    """Yield the prices at which lower levels could sign, the nearest level first; or that there is none."""
    nearest = [*reversed(changes)]
    priced = [(one, one.net_price, one.increase) for one in nearest if one.net_price and one.increase]
    for change, price, increase in priced[:MOST_CHANGES]:
        more = [f"+{grouped(increase)}"]
        more += [f"+{percent(change.increase_rate)}"] if change.increase_rate else []
        yield reader.say(
            "could_pass" if change.level == "automatic" else "could_sign",
            price=grouped(price),
            more=reader.joined(more),
            level=change.level,
        )
    if nearest and nearest[0].unknown is not None and line.level is not None:
        yield reader.say("could_not_tell", level=nearest[0].level, fields=reader.joined(nearest[0].unknown))
    if nearest and nearest[0].impossible is not None and line.level is not None and nearest[0].level != "automatic":
        failed = [_obstacle(reader, one) for one in nearest[0].impossible if not one.holds]
        said = [*dict.fromkeys(failed or _lifting(reader, nearest[0].impossible))][:MOST_MISSES]
        tests = reader.joined(said or [reader.say("no_row")])
        yield reader.say("could_not", level=nearest[0].level, tests=tests)


def _lifting(reader: DecisionReader, obstacles: Sequence[Obstacle]) -> list[str]:
    """Say of each rule that lifts the level why it is there, and what makes it fire."""
    rules: dict[str, list[Obstacle]] = {}
    for one in obstacles:
        rules.setdefault(one.rule, []).append(one)
    told = []
    for rule, parts in rules.items():
        because = parts[0].because
        name = rule if because is None else reader.say("of_rule", reason=because, rule=rule)
        tests = reader.joined([_obstacle(reader, part) for part in parts])
        told.append(reader.say("on_line", place=name, reason=tests))
    return told


def _obstacle(reader: DecisionReader, one: Obstacle) -> str:
    """Say what stands in the way: a test, or the fields of a group of them."""
    if one.field is None:
        return reader.joined([field_label(field, reader.language) for field in one.fields or ()])
    test = TracedTest(field=one.field, test=one.test, actual=one.actual, holds=one.holds)
    return (holding if one.holds else failure)(test, reader.language)


def _totals(reader: DecisionReader, decision: PriceApprovalDecision) -> Table:
    totals = decision.result.totals
    if len(decision.result.lines) < 2 or not (totals.net_total and totals.list_total and totals.discount):
        return Table([])
    margin = percent(totals.margin) if totals.margin else reader.say("not_known")
    text = reader.say(
        "totals",
        net=grouped(totals.net_total),
        list=grouped(totals.list_total),
        discount=percent(totals.discount),
        margin=margin,
    )
    return Table([Row(reader.say("label_total"), [text])])


def _level_changes(reader: DecisionReader) -> Table:
    """Return the rules that changed a level up."""
    rows = []
    for rule in reader.rules("fired"):
        for then in rule.then:
            if then.at_least is not None or then.raise_ is not None:
                what = (
                    reader.say("at_least_level", level=then.at_least)
                    if then.at_least is not None
                    else reader.say("levels_up", levels=then.raise_)
                )
                rows.append(
                    Row(reader.say("label_level"), [placed(reader, rule, what), reader.because_of(rule), source(rule)])
                )
    return Table(rows)


def _chain(reader: DecisionReader, decision: PriceApprovalDecision) -> Table:
    rows = []
    if decision.result.chain:
        steps = [f"{step.step} {_approvers(reader, step)}" for step in decision.result.chain]
        rows.append(Row(reader.say("label_steps"), ["   ".join(steps)]))
    if decision.result.valid_until:
        until = reader.say("protected_until", until=to_the_minute(decision.result.valid_until))
        rows.append(Row(reader.say("label_valid"), [until]))
    return Table(rows)


def _approvers(reader: DecisionReader, step: ApprovalStep) -> str:
    """Name a step's approvers; a time limit that they share stands once."""
    names = [one.role for one in step.approvers]
    limits = [length(one.respond_within, reader.language) if one.respond_within else None for one in step.approvers]
    if len(set(limits)) == 1:
        return " + ".join(names) + (f" ({limits[0]})" if limits[0] else "")
    return " + ".join([f"{name} ({limit})" if limit else name for name, limit in zip(names, limits, strict=True)])
