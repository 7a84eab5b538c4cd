"""`special_orders`: controls on special bids and unusual orders (LANGUAGE.md section 6)."""

from dataclasses import replace

from rules.grammar import shape
from rules.grammar.scope import Scope
from rules.grammar.subjects import SALES
from rules.ir import IsKind, SpecialOrders
from rules.sections.acceptance import read_acceptances
from rules.sections.rule_lists import CONTROL_WORDS, RuleList, read_rules
from rules.text.nodes import Node

KINDS = RuleList("special_orders.kinds", SALES, (), id="kind")
CONTROLS = RuleList(
    "special_orders.controls",
    SALES,
    ("document", "approve", "deposit", "hold", "block", "audit", "expire"),
    words=CONTROL_WORDS,
)


def read_special_orders(node: Node, scope: Scope) -> SpecialOrders | None:
    """Return the section, as far as it can be read."""
    found = shape.fields_of(
        node, "`special_orders`", scope.report, required=("gates",), optional=("kinds", "controls", "accept")
    )
    if found is None:
        return None
    read_acceptances(found, "special_orders", scope)
    kinds = read_rules(found["kinds"].value, KINDS, scope) if "kinds" in found else ()
    return SpecialOrders(
        scope.gates,
        tuple(replace(kind, effects=(IsKind(kind.id),)) for kind in kinds),
        read_rules(found["controls"].value, CONTROLS, scope) if "controls" in found else (),
    )
