"""How the built-in derived fields follow from the given ones (LANGUAGE.md section 10).

What a formula can say is a formula, in the same IR as the policy's own; the rest is computed by the engine's functions,
of which only the inputs stand here. Together they tell what depends on what.
"""

from fractions import Fraction

from rules.ir import Aggregate, Arithmetic, Constant, Expression, FieldValue
from rules.types import Scalar

MONEY, RATE, INTEGER = Scalar.MONEY, Scalar.RATE, Scalar.INTEGER


def _times(quantity: str, price: str) -> Expression:
    return Arithmetic("*", FieldValue(quantity, INTEGER), FieldValue(price, MONEY), MONEY)


def _one_less(part: str, whole: str) -> Expression:
    """Return 100% - part / whole."""
    ratio = Arithmetic("/", FieldValue(part, MONEY), FieldValue(whole, MONEY), RATE)
    return Arithmetic("-", Constant(Fraction(1), RATE), ratio, RATE)


def _gap(now: str, before: str, scalar: Scalar) -> Expression:
    """Return now / before - 100%."""
    ratio = Arithmetic("/", FieldValue(now, scalar), FieldValue(before, scalar), RATE)
    return Arithmetic("-", ratio, Constant(Fraction(1), RATE), RATE)


FORMULAS: dict[str, Expression] = {
    "line.list_total": _times("line.quantity", "line.list_price"),
    "line.net_total": _times("line.quantity", "line.net_price"),
    "line.cost_total": _times("line.quantity", "line.unit_cost"),
    "line.discount": _one_less("line.net_price", "line.list_price"),
    "line.price_gap": _gap("line.contract_price", "line.approved_price", MONEY),
    "line.quantity_gap": _gap("line.contract_quantity", "line.approved_quantity", INTEGER),
    "deal.list_total": Aggregate("sum", "line.list_total", MONEY),
    "deal.net_total": Aggregate("sum", "line.net_total", MONEY),
    "deal.cost_total": Aggregate("sum", "line.cost_total", MONEY),
    "deal.discount": _one_less("deal.net_total", "deal.list_total"),
    "deal.quantity": Aggregate("sum", "line.quantity", INTEGER),
}

# Margins are formulas wherever something is paid; what is free has a margin of its own (see the engine's function).
MARGINS: dict[str, Expression] = {
    "line.margin": _one_less("line.unit_cost", "line.net_price"),
    "deal.margin": _one_less("deal.cost_total", "deal.net_total"),
}

# Fields that the engine computes by a function of its own, and what each reads.
FUNCTION_INPUTS: dict[str, tuple[str, ...]] = {
    "line.margin": ("line.unit_cost", "line.net_price"),
    "deal.margin": ("deal.cost_total", "deal.net_total"),
    "deal.line_count": (),
    "registration.same_partner": ("registration.partner_id", "partner.id"),
    "order.days_since_approval": ("order.approved_at",),
    "claim.lead_days": ("deal.bid_date", "claim.registered_at"),
    "claim.idle_days": ("claim.updated_at",),
    "claim.age_days": ("claim.registered_at",),
}
