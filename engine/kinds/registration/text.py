"""A deal registration as text: every claim with its place, and the criterion that lost it the deal."""

from collections.abc import Iterator

from engine.answers.decisions import DealRegistrationDecision
from engine.answers.elimination import CriterionStep
from engine.answers.registration import (
    ClaimTieStep,
    ContestStep,
    HeldWinnerStep,
    PriorityStep,
    RankedClaim,
    RecommendationOpenStep,
)
from engine.core.parts import RuleReason, Shown
from engine.core.traced import TracedRule
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
from engine.explain.words.lengths import length
from engine.explain.words.numbers import figure


def claim_head(decision: DealRegistrationDecision) -> str:
    """Return the winner, or who is recommended."""
    return decision.result.winner or decision.result.recommended or ""


def claim_tables(reader: DecisionReader, decision: DealRegistrationDecision) -> Iterator[Table]:
    """Yield the tables below the head."""
    yield _ranking(reader, decision)
    why = reader.steps(CriterionStep, ClaimTieStep, PriorityStep, ContestStep, HeldWinnerStep, RecommendationOpenStep)
    yield Table([Row(reader.say("label_why"), [step.text]) for step in why])
    yield missing(reader)
    yield undetermined(reader)
    yield near_misses(reader)
    result = decision.result
    if result.protected_until:
        text = reader.say("protected_until", until=day(result.protected_until))
        if result.extend:
            text = reader.say("extendable", until=text, extend=length(result.extend, reader.language))
        yield Table([Row(reader.say("label_protected"), [text])])
    yield notes(reader)


def _ranking(reader: DecisionReader, decision: DealRegistrationDecision) -> Table:
    settled = decision.outcome != "needs_information"
    rules = {(rule.rule, rule.claim): rule for rule in reader.rules("fired", section="eligibility")}
    rows = []
    place = 0
    for entry in decision.result.ranking:
        place += entry.status != "rejected"
        label = str(place) if settled and entry.status != "rejected" else "-"
        notes = [_reason(reader, entry, one, rules) for one in entry.reasons]
        rows.append(Row(label, [entry.claim, reader.say(f"status_{entry.status}"), _why(reader, entry)], notes))
    return Table(rows)


def _why(reader: DecisionReader, entry: RankedClaim) -> str:
    if entry.lost_to is None or not entry.values:
        return reader.say("tied") if entry.at == "tie" else ""
    own, winner = _value(reader, entry.values.own), _value(reader, entry.values.winner)
    return reader.say("lost", claim=entry.lost_to, at=entry.at, own=own, winner=winner)


def _reason(
    reader: DecisionReader, entry: RankedClaim, reason: RuleReason, rules: dict[tuple[str, str | None], TracedRule]
) -> str:
    rule = rules.get((reason.rule, entry.claim)) or rules.get((reason.rule, None))
    told = reader.say("of_rule", reason=reason.reason, rule=reader.because_of(rule) if rule else reason.rule)
    return f"{told}  {source(rule)}" if rule else told


def _value(reader: DecisionReader, value: Shown) -> str:
    if isinstance(value, bool):
        return reader.say("yes" if value else "no")
    return reader.say("nothing") if value is None else figure(str(value))
