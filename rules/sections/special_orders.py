"""`special_orders`: controls on special bids and unusual orders (docs/language.md section 6)."""

from dataclasses import replace
from typing import Literal, TypeAlias

from rules.grammar.scope import Scope
from rules.grammar.subjects import SALES
from rules.ir import IsKind, SpecialOrders
from rules.sections.rule_lists import CONTROL_WORDS, RuleList, rules_under
from rules.sections.section import Kind, Section, decided
from rules.text.nodes import Node

KINDS = RuleList("special_orders.kinds", SALES, (), id="kind", gives="kind", describe="What makes an order special")
CONTROLS = RuleList(
    "special_orders.controls",
    SALES,
    ("document", "approve", "deposit", "hold", "block", "audit", "expire"),
    words=CONTROL_WORDS,
    who="order",
    describe="What a special order must fulfil",
)
OrderOutcome: TypeAlias = Literal["clear", "held", "blocked", "needs_information"]
OUTCOMES: tuple[OrderOutcome, ...] = decided(OrderOutcome)
SECTION = Section(
    kind=Kind.SPECIAL_ORDER,
    key="special_orders",
    describe="Controls on special bids and unusual orders",
    keys=("gates", "kinds", "controls"),
    required=("gates",),
    lists=(KINDS, CONTROLS),
    outcomes=OUTCOMES,
    rows="lines",
)


def read_special_orders(node: Node, scope: Scope) -> SpecialOrders | None:
    """Return the section, as far as it can be read."""
    found = SECTION.entries(node, scope)
    if found is None:
        return None
    kinds = rules_under(found, KINDS, scope)
    return SpecialOrders(
        scope.gates,
        tuple(replace(kind, effects=(IsKind(kind.id),)) for kind in kinds),
        rules_under(found, CONTROLS, scope),
    )
