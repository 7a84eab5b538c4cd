"""The built-in fields (docs/fields.md): each described once, in the order of the language's guide.

Everything that must know a built-in field reads this table: the loader and the reader of requests (types and bounds),
the engine (what a field is computed from, and how), the request schema and the texts (what people call it), samples,
and docs/fields.md, which `pytest --update-golden` writes. A field that is added here with a `Function` needs that
function in `engine/plan/derive/built_in.py`; a test says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from rules.ir import Aggregate, Arithmetic, Constant, Expression, FieldValue
from rules.types import Scalar

MONEY, RATE, INTEGER, NUMBER = Scalar.MONEY, Scalar.RATE, Scalar.INTEGER, Scalar.NUMBER


@dataclass(frozen=True, slots=True)
class Margin:
    """A formula wherever something is paid; what is free has a margin of its own (see the engine's function)."""

    formula: Expression
    cost: str
    net: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the engine over these fields; `written` says what it does with them.

    `asks` are the fields that make it known where it has no inputs of its own.
    """

    inputs: tuple[str, ...]
    written: str
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfKinds:
    """Computed from the conditions of the policy's `special_orders.kinds`."""


@dataclass(frozen=True, slots=True)
class Found:
    """Found out while a kind of decision is decided, after so many stages of derivation.

    `by` is the list of the policy that says so; `asks` are the given fields that make it known.
    """

    stage: Literal[1, 2]
    by: str
    asks: tuple[str, ...] = ()


Source: TypeAlias = Expression | Margin | Function | OfKinds | Found


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A field that every policy has.

    `type` is a scalar's name, `<…>` the term of that name (plain text unless the policy declares it), `{…}` a set. `en`
    and `zh` are what people call the field. `source` says how the engine computes it; where there is none, requests
    give it. `at_least`, `above` and `at_most` bound what they may give (of a rate, 1 is 100%), and `default` is what
    holds where they do not. A `fixed` field is read by the engine itself, so that no policy may compute it in another
    way.
    """

    path: str
    type: str
    en: str
    zh: str
    source: Source | None = None
    at_least: int | None = None
    above: int | None = None
    at_most: int | None = None
    fixed: bool = False
    default: str | None = None


def _times(quantity: str, price: str) -> Expression:
    return Arithmetic("*", FieldValue(quantity, NUMBER), FieldValue(price, MONEY), MONEY)


def _sum(path: str, scalar: Scalar) -> Expression:
    """Return the sum over all lines."""
    return Aggregate("sum", path, scalar)


def _one_less(part: str, whole: str) -> Expression:
    """Return 100% - part / whole."""
    ratio = Arithmetic("/", FieldValue(part, MONEY), FieldValue(whole, MONEY), RATE)
    return Arithmetic("-", Constant(Fraction(1), RATE), ratio, RATE)


def _gap(now: str, before: str, scalar: Scalar) -> Expression:
    """Return now / before - 100%."""
    ratio = Arithmetic("/", FieldValue(now, scalar), FieldValue(before, scalar), RATE)
    return Arithmetic("-", ratio, Constant(Fraction(1), RATE), RATE)


def _margin(cost: str, net: str) -> Margin:
    return Margin(_one_less(cost, net), cost, net)


def _full_days_since(moment: str) -> Function:
    return Function((moment,), "full days from {} to as_of")


FIELDS: tuple[BuiltIn, ...] = (
    BuiltIn("deal.id", "text", "deal id", "商机编号", fixed=True),
    BuiltIn("deal.currency", "text", "currency", "币种", fixed=True),
    BuiltIn("deal.channel", "<channel>", "channel", "渠道"),
    BuiltIn("deal.type", "<deal_type>", "deal type", "交易类型"),
    BuiltIn("deal.source", "<deal_source>", "deal source", "商机来源"),
    BuiltIn("deal.product_line", "<product_line>", "product line", "产品线"),
    BuiltIn("deal.payment_days", "integer", "payment days", "账期天数", at_least=0),
    BuiltIn("deal.estimated_value", "money", "estimated value", "预计金额", at_least=0),
    BuiltIn("deal.split_base", "money", "amount to be split", "分成基数", at_least=0, fixed=True),
    BuiltIn("deal.bid_date", "date", "bid date", "投标日"),
    BuiltIn("deal.close_date", "date", "close date", "预计成交日"),
    BuiltIn("deal.list_total", "money", "list total of the deal", "整单目录价", _sum("line.list_total", MONEY)),
    BuiltIn("deal.net_total", "money", "net total of the deal", "整单成交额", _sum("line.net_total", MONEY)),
    BuiltIn("deal.cost_total", "money", "cost of the deal", "整单成本", _sum("line.cost_total", MONEY)),
    BuiltIn(
        "deal.discount", "rate", "discount of the deal", "整单折扣", _one_less("deal.net_total", "deal.list_total")
    ),
    BuiltIn("deal.margin", "rate", "margin of the deal", "整单毛利率", _margin("deal.cost_total", "deal.net_total")),
    BuiltIn("deal.quantity", "number", "units", "总数量", _sum("line.quantity", NUMBER)),
    BuiltIn(
        "deal.line_count", "integer", "number of lines", "行数", Function((), "count of lines", asks=("line.quantity",))
    ),
    BuiltIn("deal.special_kinds", "{<kind>}", "special kinds", "特单类别", OfKinds()),
    BuiltIn("deal.contenders", "integer", "contenders", "竞争方数", Found(2, "eligibility")),
    BuiltIn("deal.claims_in", "integer", "claims in the running", "参与竞争的报备数", Found(2, "eligibility")),
    BuiltIn("deal.decided_by", "text", "decided by", "决定规则", Found(2, "priority")),
    BuiltIn("customer.id", "text", "customer id", "客户编号", fixed=True),
    BuiltIn("customer.name", "text", "customer's name", "客户名称"),
    BuiltIn("customer.credit_code", "text", "unified social credit code", "统一社会信用代码"),
    BuiltIn("customer.class", "<customer_class>", "customer class", "客户类别"),
    BuiltIn("customer.industry", "<industry>", "industry", "行业"),
    BuiltIn("customer.region", "<region>", "customer's region", "客户区域"),
    BuiltIn("customer.coverage", "<coverage>", "coverage", "客户归属方式"),
    BuiltIn("customer.named", "boolean", "named account", "名单客户"),
    BuiltIn("customer.strategic", "boolean", "strategic account", "战略客户"),
    BuiltIn("partner.id", "text", "partner id", "伙伴编号"),
    BuiltIn("partner.name", "text", "partner's name", "伙伴名称"),
    BuiltIn("partner.tier", "<partner_tier>", "partner tier", "伙伴等级"),
    BuiltIn("partner.region", "<region>", "partner's region", "伙伴区域"),
    BuiltIn("partner.certifications", "{<certification>}", "certifications", "认证"),
    BuiltIn("partner.suspended", "boolean", "suspended", "暂停资格"),
    BuiltIn("partner.open_deals", "integer", "open deals", "在手商机数", at_least=0),
    BuiltIn("partner.capacity", "integer", "capacity", "容量", at_least=0),
    BuiltIn("partner.win_rate", "rate", "win rate", "赢单率", at_least=0, at_most=1),
    BuiltIn("partner.last_assigned_at", "timestamp", "last assigned at", "最近分配时间"),
    BuiltIn("partner.fairness_deficit", "number", "fairness deficit", "公平欠额"),
    BuiltIn("partner.score", "number", "score", "得分", Found(1, "score")),
    BuiltIn("registration.id", "text", "registration id", "报备编号", fixed=True),
    BuiltIn("registration.status", "<registration_status>", "registration", "报备状态"),
    BuiltIn("registration.partner_id", "text", "registered partner", "报备伙伴编号"),
    BuiltIn(
        "registration.same_partner",
        "boolean",
        "registered by this partner",
        "由该伙伴报备",
        Function(("registration.partner_id", "partner.id"), "{} = {}"),
    ),
    BuiltIn("submitter.id", "text", "submitter id", "提交人编号", fixed=True),
    BuiltIn("submitter.level", "<level>", "submitter's level", "提交人级别", fixed=True),
    BuiltIn("line.id", "text", "line id", "行编号", fixed=True),
    BuiltIn("line.included_in", "text", "included in", "所属行", fixed=True),
    BuiltIn("line.sku", "text", "product number", "物料编号"),
    BuiltIn("line.product_line", "<product_line>", "product line", "产品线"),
    BuiltIn("line.configuration", "<configuration>", "configuration", "配置"),
    BuiltIn("line.quantity", "number", "quantity", "数量", above=0),
    BuiltIn("line.list_price", "money", "list price", "目录价", above=0),
    BuiltIn("line.net_price", "money", "net price", "成交价", at_least=0),
    BuiltIn("line.unit_cost", "money", "unit cost", "单位成本", at_least=0),
    BuiltIn("line.floor_price", "money", "floor price", "底价", at_least=0),
    BuiltIn("line.approved_price", "money", "approved price", "批准价", at_least=0),
    BuiltIn("line.contract_price", "money", "contract price", "合同价", at_least=0),
    BuiltIn("line.approved_quantity", "integer", "approved quantity", "批准数量", at_least=0),
    BuiltIn("line.contract_quantity", "integer", "contract quantity", "合同数量", at_least=0),
    BuiltIn("line.target_margin", "rate", "target margin", "目标毛利率", at_most=1),
    BuiltIn(
        "line.list_total", "money", "list total of the line", "本行目录价", _times("line.quantity", "line.list_price")
    ),
    BuiltIn(
        "line.net_total", "money", "net total of the line", "本行成交额", _times("line.quantity", "line.net_price")
    ),
    BuiltIn("line.cost_total", "money", "cost of the line", "本行成本", _times("line.quantity", "line.unit_cost")),
    BuiltIn("line.discount", "rate", "discount", "折扣", _one_less("line.net_price", "line.list_price")),
    BuiltIn("line.margin", "rate", "margin", "毛利率", _margin("line.unit_cost", "line.net_price")),
    BuiltIn(
        "line.price_gap", "rate", "price gap", "合同价差", _gap("line.contract_price", "line.approved_price", MONEY)
    ),
    BuiltIn(
        "line.quantity_gap",
        "rate",
        "quantity gap",
        "合同量差",
        _gap("line.contract_quantity", "line.approved_quantity", INTEGER),
    ),
    BuiltIn("order.id", "text", "order id", "订单编号", fixed=True),
    BuiltIn("order.gate", "<gate>", "gate", "环节", fixed=True),
    BuiltIn("order.contract_mode", "<contract_mode>", "contract mode", "合同方式"),
    BuiltIn("order.evidence", "{<document>}", "evidence", "凭证", fixed=True),
    BuiltIn("order.approvals", "{<role>}", "approvals", "审批", fixed=True),
    BuiltIn("order.deposit", "rate", "deposit", "定金", at_least=0, at_most=1, fixed=True),
    BuiltIn("order.customer_matches", "boolean", "same customer", "客户一致"),
    BuiltIn("order.approved_at", "timestamp", "approved at", "审批时间"),
    BuiltIn(
        "order.days_since_approval",
        "integer",
        "days since approval",
        "距审批天数",
        _full_days_since("order.approved_at"),
    ),
    BuiltIn("claim.id", "text", "claim id", "报备编号", fixed=True),
    BuiltIn("claim.status", "<claim_status>", "claim status", "报备状态", fixed=True),
    BuiltIn("claim.registered_at", "timestamp", "registered at", "报备时间"),
    BuiltIn("claim.updated_at", "timestamp", "updated at", "最近更新时间"),
    BuiltIn("claim.protected_until", "timestamp", "protected until", "保护截止时间", fixed=True),
    BuiltIn("claim.estimated_value", "money", "estimated value", "预计金额", at_least=0),
    BuiltIn("claim.evidence", "{<document>}", "evidence", "凭证"),
    BuiltIn("claim.evidence_level", "integer", "evidence level", "凭证等级", at_least=0),
    BuiltIn("claim.owns_account", "boolean", "owns the account", "锁定该客户"),
    BuiltIn("claim.by", "<claimant>", "claimed by", "报备方", default="partner"),
    BuiltIn(
        "claim.lead_days",
        "integer",
        "days before the bid",
        "距投标天数",
        Function(("deal.bid_date", "claim.registered_at"), "days to {} from {}"),
    ),
    BuiltIn("claim.idle_days", "integer", "idle days", "未更新天数", _full_days_since("claim.updated_at")),
    BuiltIn("claim.age_days", "integer", "age in days", "报备天数", _full_days_since("claim.registered_at")),
    BuiltIn(
        "claim.protected",
        "boolean",
        "protected",
        "受保护",
        Found(1, "eligibility", asks=("claim.status", "claim.protected_until")),
    ),
    BuiltIn(
        "claim.queued_at",
        "timestamp",
        "in the queue since",
        "排队起始时间",
        Found(1, "eligibility", asks=("claim.registered_at", "claim.status", "claim.protected_until")),
    ),
)

# The same fields by what is asked about them.
BY_PATH: Mapping[str, BuiltIn] = {field.path: field for field in FIELDS}
FORMULAS: Mapping[str, Expression] = {one.path: one.source for one in FIELDS if isinstance(one.source, Expression)}
MARGINS: Mapping[str, Margin] = {one.path: one.source for one in FIELDS if isinstance(one.source, Margin)}
FUNCTIONS: Mapping[str, Function] = {one.path: one.source for one in FIELDS if isinstance(one.source, Function)}
FOUND: Mapping[str, Found] = {one.path: one.source for one in FIELDS if isinstance(one.source, Found)}
FUNCTION_INPUTS: Mapping[str, tuple[str, ...]] = {
    **{path: (margin.cost, margin.net) for path, margin in MARGINS.items()},
    **{path: function.inputs for path, function in FUNCTIONS.items()},
}
# What a caller gives so that fields become known which are no formula of others.
FOUND_FROM: Mapping[str, tuple[str, ...]] = {
    one.path: one.source.asks for one in FIELDS if isinstance(one.source, Found | Function) and one.source.asks
}
# Moments, with the days that are counted from each of them up to the decision.
DAYS_SINCE: Mapping[str, str] = {
    function.inputs[0]: path
    for path, function in FUNCTIONS.items()
    if len(function.inputs) == 1 and BY_PATH[function.inputs[0]].type == "timestamp"
}
