"""`price_approval`: who must approve this price (docs/language.md section 5)."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from rules.grammar import settings, shape
from rules.grammar.scope import Scope
from rules.grammar.subjects import SALES
from rules.ir import PriceApproval, Role, Subject
from rules.sections.rule_lists import RuleList, rules_under
from rules.sections.section import Kind, Section, decided
from rules.text.nodes import Node

AUTHORITY = RuleList(
    "price_approval.authority",
    SALES,
    ("level",),
    subject=Subject.LINE,
    use="authority",
    who="line",
    gives="level",
    describe="What each level may sign",
)
RULES = RuleList(
    "price_approval.rules",
    SALES,
    ("reject", "hold", "at_least", "raise", "also", "notify", "expire"),
    describe="What else follows from a price",
)
PriceOutcome: TypeAlias = Literal["auto_approved", "requires_approval", "held", "rejected", "needs_information"]
OUTCOMES: tuple[PriceOutcome, ...] = decided(PriceOutcome)
SECTION = Section(
    kind=Kind.PRICE_APPROVAL,
    key="price_approval",
    describe="Who must approve a price",
    keys=("ladder", "authority", "rules", "chain", "validity"),
    required=("ladder", "authority"),
    lists=(AUTHORITY, RULES),
    outcomes=OUTCOMES,
    rows="lines",
)
CHAINS: Mapping[str, Literal["stepwise", "direct"]] = {"stepwise": "stepwise", "direct": "direct"}


def read_price_approval(node: Node, ladder: tuple[Role, ...], scope: Scope) -> PriceApproval | None:
    """Return the section, as far as it can be read."""
    found = SECTION.entries(node, scope)
    if found is None:
        return None
    chain, validity = found.get("chain"), found.get("validity")
    way = shape.one_of(chain.value, tuple(CHAINS), "`chain`", scope.report) if chain else None
    return PriceApproval(
        ladder,
        rules_under(found, AUTHORITY, scope),
        rules_under(found, RULES, scope),
        CHAINS[way or "stepwise"],
        settings.duration(validity.value, "`validity`", scope) if validity else None,
    )
