"""An allocation as text: the candidates with their scores, who is out and why, and the split."""

from collections.abc import Iterator

from engine.answers.allocation import CandidateTieStep, FallbackStep, PartyShare
from engine.answers.decisions import PartnerAllocationDecision
from engine.answers.elimination import CriterionStep
from engine.explain.words.decision_reader import (
    DecisionReader,
    day,
    missing,
    near_misses,
    notes,
    source,
    undetermined,
)
from engine.explain.words.layout import Row, Table
from engine.explain.words.numbers import figure, grouped, percent

MOST_CANDIDATES = 50


def partner_head(reader: DecisionReader, decision: PartnerAllocationDecision) -> str:
    """Return who is chosen, or the fallback."""
    return reader.joined(decision.result.chosen) or decision.result.fallback or ""


def partner_tables(reader: DecisionReader, decision: PartnerAllocationDecision) -> Iterator[Table]:
    """Yield the tables below the head."""
    yield _ranking(reader, decision)
    yield _excluded(reader, decision)
    why = reader.steps(CriterionStep, CandidateTieStep, FallbackStep)
    yield Table([Row(reader.say("label_why"), [step.text]) for step in why])
    yield missing(reader)
    yield undetermined(reader)
    yield near_misses(reader)
    yield _split(reader, decision)
    if decision.result.accept_by:
        until = reader.say("protected_until", until=day(decision.result.accept_by))
        yield Table([Row(reader.say("label_accept"), [until])])
    yield notes(reader)


def _ranking(reader: DecisionReader, decision: PartnerAllocationDecision) -> Table:
    ranking = decision.result.ranking
    rows = []
    for place, entry in enumerate(ranking[:MOST_CANDIDATES], start=1):
        parts = [f"{one.rule} {figure(one.score)}" for one in entry.contributions if one.score and one.score != "0"]
        score = reader.say("not_known") if entry.score is None else reader.say("score", score=figure(entry.score))
        mark = "*" if entry.partner in decision.result.chosen else ""
        rows.append(Row(f"{place}{mark}", [entry.partner, score, " + ".join(parts)]))
    return _shortened(reader, rows, len(ranking))


def _excluded(reader: DecisionReader, decision: PartnerAllocationDecision) -> Table:
    rules = {(rule.rule, rule.partner): rule for rule in reader.rules("fired", section="eligibility")}
    excluded = decision.result.excluded
    rows = []
    for entry in excluded[:MOST_CANDIDATES]:
        for reason in entry.reasons:
            rule = rules.get((reason.rule, entry.partner)) or rules.get((reason.rule, None))
            told = [reader.because_of(rule), source(rule)] if rule else [reason.rule]
            rows.append(Row(reader.say("label_out"), [entry.partner, reason.reason, *told]))
    return _shortened(reader, rows, len(excluded))


def _shortened(reader: DecisionReader, rows: list[Row], count: int) -> Table:
    if count > MOST_CANDIDATES:
        rows.append(Row("", [reader.say("more_rows", count=count - MOST_CANDIDATES)]))
    return Table(rows, right=frozenset({1}) if rows and len(rows[0].cells) == 3 else frozenset())


def _split(reader: DecisionReader, decision: PartnerAllocationDecision) -> Table:
    def row(share: PartyShare) -> Row:
        amount = [grouped(share.amount)] if share.amount is not None else []
        return Row(reader.say("label_split"), [share.party, percent(share.share), *amount])

    return Table([row(share) for share in decision.result.split or ()], right=frozenset({1, 2}))
