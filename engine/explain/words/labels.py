"""What people call the built-in fields: English, Chinese. A field that is not here goes by its name.

The names stand with the fields, in `rules/built_in.py`.
"""

from rules.built_in import FIELDS
from rules.vocabulary import AS_OF

# Fields that texts still call by their paths in Chinese, and by the last part of it in English.
NOT_YET_NAMED = frozenset(
    {
        "deal.id",
        "deal.currency",
        "deal.split_base",
        "deal.close_date",
        "deal.line_count",
        "customer.id",
        "customer.name",
        "customer.credit_code",
        "customer.named",
        "customer.strategic",
        "partner.id",
        "partner.name",
        "partner.last_assigned_at",
        "partner.fairness_deficit",
        "partner.score",
        "registration.id",
        "registration.partner_id",
        "submitter.id",
        "submitter.level",
        "line.sku",
        "line.approved_price",
        "line.contract_price",
        "line.approved_quantity",
        "line.contract_quantity",
        "line.list_total",
        "line.cost_total",
        "order.id",
        "order.approved_at",
        "claim.id",
        "claim.registered_at",
        "claim.updated_at",
        "claim.protected_until",
        "claim.by",
    }
)

LABELS: dict[str, tuple[str, str]] = {
    AS_OF.path: ("date", "日期"),
    **{field.path: (field.en, field.zh) for field in FIELDS if field.path not in NOT_YET_NAMED},
}
