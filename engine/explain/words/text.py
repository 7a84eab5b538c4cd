"""A decision as text for people, made from the decision alone, also from a stored one.

The first line says what was decided and under which policy. Below it stand the lines, claims or candidates with what
they were judged by and where that is written, what nearly happened, what would change it, and what comes next.
"""

from collections.abc import Callable, Iterator, Mapping

from engine.core.decision import Decision, Json, Kind, Language
from engine.explain.words.decision_reader import Page
from engine.explain.words.layout import Table, body, head
from engine.kinds.allocation.text import partner_head, partner_tables
from engine.kinds.price.text import price_head, price_tables
from engine.kinds.registration.text import claim_head, claim_tables
from engine.kinds.special_order.text import order_head, order_tables

TEXTS: dict[Kind, tuple[Callable[[Page], str], Callable[[Page], Iterator[Table]]]] = {
    Kind.PRICE_APPROVAL: (price_head, price_tables),
    Kind.SPECIAL_ORDER: (order_head, order_tables),
    Kind.DEAL_REGISTRATION: (claim_head, claim_tables),
    Kind.PARTNER_ALLOCATION: (partner_head, partner_tables),
}


def as_text(decision: Decision | Mapping[str, Json], language: Language) -> str:
    """Return the decision as text, line by line, with a line end at its end.

    Args:
        decision: the decision, or its JSON; with a trace there is more to tell.
        language: of the words of this text; reasons and titles stand in the language that was decided in.
    """
    page = Page(decision.to_json() if isinstance(decision, Decision) else decision, language)
    subject, tables = TEXTS[Kind(page.decision["kind"])]
    outcome = page.outcome(page.decision["outcome"]).upper()
    policy = page.decision["policy"]
    lines = [head(f"{outcome}  {subject(page)}".rstrip(), f"{policy['name']} {policy['version']}")]
    if not page.decision.get("trace"):
        lines.append(f"  {page.decision['summary']}")
    return "\n".join([*lines, *body(tables(page))]) + "\n"
