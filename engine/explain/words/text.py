"""A decision as text for people, made from the decision alone, also from a stored one.

The first line says what was decided and under which policy. Below it stand the lines, claims or candidates with what
they were judged by and where that is written, what nearly happened, what would change it, and what comes next.
"""

from collections.abc import Iterator, Mapping
from typing import assert_never

from engine.core.decision import Json, Language
from engine.explain.words.decision_reader import DecisionReader
from engine.explain.words.layout import Table, body, head
from engine.kinds.allocation.text import partner_head, partner_tables
from engine.kinds.answers import (
    DealRegistrationDecision,
    Decision,
    PartnerAllocationDecision,
    PriceApprovalDecision,
    SpecialOrderDecision,
    decision_from_json,
)
from engine.kinds.price.text import price_head, price_tables
from engine.kinds.registration.text import claim_head, claim_tables
from engine.kinds.special_order.text import order_head, order_tables


def as_text(decision: Decision | Mapping[str, Json], language: Language) -> str:
    """Return the decision as text, line by line, with a line end at its end.

    Args:
        decision: the decision, or its JSON; with a trace there is more to tell.
        language: of the words of this text; reasons and titles stand in the language that was decided in.
    """
    stored = decision_from_json(decision.to_json() if isinstance(decision, Decision) else decision)
    reader = DecisionReader(stored, language)
    subject, tables = _of_kind(reader)
    outcome = reader.outcome(stored.outcome).upper()
    lines = [head(f"{outcome}  {subject}".rstrip(), f"{stored.policy.name} {stored.policy.version}")]
    if not stored.trace:
        lines.append(f"  {stored.summary}")
    return "\n".join([*lines, *body(tables)]) + "\n"


def _of_kind(reader: DecisionReader) -> tuple[str, Iterator[Table]]:
    """Return what the first line is about, and the tables below it."""
    match reader.decision:
        case PriceApprovalDecision() as decision:
            return price_head(reader, decision), price_tables(reader, decision)
        case SpecialOrderDecision() as decision:
            return order_head(decision), order_tables(reader, decision)
        case DealRegistrationDecision() as decision:
            return claim_head(decision), claim_tables(reader, decision)
        case PartnerAllocationDecision() as decision:
            return partner_head(reader, decision), partner_tables(reader, decision)
        case _:
            assert_never(reader.decision)
