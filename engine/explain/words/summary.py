"""One sentence on a decision: what was decided, and the fact that drove it.

A summary is made for every decision, also for those of which no trace is wanted. So it looks at what the ruling has,
and judges no more than one level's rows for one line.
"""

from collections.abc import Callable, Iterable

from engine.core.decision import Kind, Language
from engine.core.facts import Facts
from engine.explain.words.ruling_reader import RulingReader
from engine.kinds.allocation.summary import partner_summary
from engine.kinds.price.summary import price_summary
from engine.kinds.registration.summary import claim_summary
from engine.kinds.special_order.summary import order_summary
from engine.plan.ruling import Ruling
from rules.ir import Policy

SUMMARIES: dict[Kind, Callable[[RulingReader], str]] = {
    Kind.PRICE_APPROVAL: price_summary,
    Kind.SPECIAL_ORDER: order_summary,
    Kind.DEAL_REGISTRATION: claim_summary,
    Kind.PARTNER_ALLOCATION: partner_summary,
}


def summary(
    kind: Kind,
    ruling: Ruling,
    policy: Policy,
    language: Language,
    *,
    facts: Facts | None = None,
    missing: Iterable[str] = (),
) -> str:
    """Return the sentence.

    Args:
        kind: what was decided.
        ruling: what was found.
        policy: whose titles and words are used.
        language: of the sentence.
        facts: the facts of the request; without them no limit is named.
        missing: the fields that a caller could add; without them, those that the rules name.
    """
    return SUMMARIES[kind](RulingReader(ruling, policy, language, facts, tuple(missing)))
