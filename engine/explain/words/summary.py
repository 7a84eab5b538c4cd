"""One sentence on a decision: what was decided, and the fact that drove it.

A summary is made for every decision, also for those of which no trace is wanted. So it looks at what the ruling has,
and judges no more than one level's rows for one line.
"""

from collections.abc import Iterable
from typing import assert_never

from engine.core.decision import Language
from engine.core.facts import Facts
from engine.explain.words.ruling_reader import RulingReader
from engine.kinds.allocation.answer import AllocationResult
from engine.kinds.allocation.summary import partner_summary
from engine.kinds.price.answer import PriceResult
from engine.kinds.price.summary import price_summary
from engine.kinds.registration.answer import RegistrationResult
from engine.kinds.registration.summary import claim_summary
from engine.kinds.special_order.answer import OrderResult
from engine.kinds.special_order.summary import order_summary
from engine.plan.ruling import Ruling
from rules.ir import Policy


def summary(
    ruling: Ruling,
    policy: Policy,
    language: Language,
    *,
    facts: Facts | None = None,
    missing: Iterable[str] = (),
) -> str:
    """Return the sentence.

    Args:
        ruling: what was found.
        policy: whose titles and words are used.
        language: of the sentence.
        facts: the facts of the request; without them no limit is named.
        missing: the fields that a caller could add; without them, those that the rules name.
    """
    reader = RulingReader(ruling, policy, language, facts, tuple(missing))
    match ruling.result:
        case PriceResult() as result:
            return price_summary(reader, result)
        case OrderResult() as result:
            return order_summary(reader, result)
        case RegistrationResult() as result:
            return claim_summary(reader, result)
        case AllocationResult() as result:
            return partner_summary(reader, result)
        case _:
            assert_never(ruling.result)
