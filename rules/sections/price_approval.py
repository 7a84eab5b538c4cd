"""`price_approval`: who must approve this price (LANGUAGE.md section 5)."""

from collections.abc import Mapping
from typing import Literal

from rules.grammar import shape
from rules.grammar.scope import Scope
from rules.grammar.subjects import SALES
from rules.ir import PriceApproval, Role, Subject
from rules.sections.acceptance import read_acceptances
from rules.sections.rule_lists import RuleList, read_rules
from rules.text.nodes import Node

AUTHORITY = RuleList("price_approval.authority", SALES, ("level",), subject=Subject.LINE)
RULES = RuleList("price_approval.rules", SALES, ("reject", "hold", "at_least", "raise", "also", "notify", "expire"))
CHAINS: Mapping[str, Literal["stepwise", "direct"]] = {"stepwise": "stepwise", "direct": "direct"}


def read_price_approval(node: Node, ladder: tuple[Role, ...], scope: Scope) -> PriceApproval | None:
    """Return the section, as far as it can be read."""
    found = shape.fields_of(
        node,
        "`price_approval`",
        scope.report,
        required=("ladder", "authority"),
        optional=("rules", "chain", "validity", "accept"),
    )
    if found is None:
        return None
    read_acceptances(found, "price_approval", scope)
    authority, rules = found.get("authority"), found.get("rules")
    chain, validity = found.get("chain"), found.get("validity")
    way = shape.one_of(chain.value, tuple(CHAINS), "`chain`", scope.report) if chain else None
    return PriceApproval(
        ladder,
        read_rules(authority.value, AUTHORITY, scope) if authority else (),
        read_rules(rules.value, RULES, scope) if rules else (),
        CHAINS[way or "stepwise"],
        shape.duration(validity.value, "`validity`", scope.report) if validity else None,
    )
