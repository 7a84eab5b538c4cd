"""Loading: what becomes of a policy's parts, and what is told about those that cannot be."""

import gc
from dataclasses import fields
from datetime import date
from fractions import Fraction

import pytest

from rules.durations import Duration
from rules.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Arithmetic,
    Assign,
    Compare,
    CompareField,
    Constant,
    DerivedFormula,
    Equals,
    FieldTest,
    HasAny,
    IsKind,
    Missing,
    Not,
    NotOneOf,
    OneOf,
    Operator,
    Origin,
    Policy,
    Preference,
    Protect,
    Rule,
    Score,
    Sign,
    Split,
    Subject,
    Within,
)
from rules.load import load, load_text
from rules.text.encoding import LIMIT
from rules.types import Scalar, SetOf, Term
from tests.small_policies import HEAD, LANGUAGE, SHIPPED, codes, good

REGISTRATION = "deal_registration:\n  priority: [{id: first-come, earliest: claim.registered_at}]\n"


@pytest.fixture(scope="module")
def language() -> Policy:
    loaded = load_text(LANGUAGE)
    assert loaded.policy is not None, [diagnostic.headline for diagnostic in loaded.diagnostics]
    return loaded.policy


def rule(policy: Policy, name: str) -> Rule:
    sections = (policy.price_approval, policy.special_orders, policy.deal_registration, policy.partner_allocation)
    parts = [getattr(section, part.name) for section in sections if section for part in fields(section)]
    (found,) = [row for part in parts if isinstance(part, tuple) for row in part if getattr(row, "id", None) == name]
    assert isinstance(found, Rule)
    return found


def conjuncts(found: Rule) -> list[tuple[str, object, str]]:
    return [(part.field, part.test, part.written) for part in found.when.parts if isinstance(part, FieldTest)]


def test_the_shipped_policy_has_no_mistake() -> None:
    loaded = load(SHIPPED)
    assert loaded.diagnostics == ()
    assert loaded.policy is not None


def test_a_head_is_enough() -> None:
    policy = good("")
    assert (policy.name, policy.version, policy.currency, policy.timezone) == ("example", "1", "CNY", "Asia/Shanghai")
    assert policy.price_approval is None


def test_a_row_is_a_rule_at_its_place(language: Policy) -> None:
    assert language.price_approval is not None
    first, *_, last = language.price_approval.authority
    assert (first.id, first.section, first.subject) == ("AM-1", "price_approval.authority", Subject.LINE)
    assert first.effects == (Sign("automatic"),)
    assert conjuncts(first)[0] == ("line.discount", Compare(Operator.AT_MOST, Fraction(1, 50)), "<= 2%")
    assert LANGUAGE.split("\n")[first.span.line - 1].strip().startswith("- [AM-1")
    assert last.id == "price_approval.authority#4"
    assert conjuncts(last)[0] == ("line.product_line", NotOneOf(("server",)), "not [server]")


def test_dates_come_before_the_written_tests(language: Policy) -> None:
    found = rule(language, "year-end")
    dates, any_of, level, rating = found.when.parts
    assert isinstance(dates, FieldTest)
    assert (dates.field, dates.written) == ("as_of", "from 2026-12-01 through 2026-12-31")
    assert dates.test == Within(date(2026, 12, 1), low_closed=True, high=date(2026, 12, 31), high_closed=True)
    assert isinstance(any_of, AnyOf)
    both, unlike = any_of.parts
    assert isinstance(both, AllOf)
    assert isinstance(unlike, Not)
    assert isinstance(unlike.part, FieldTest)
    assert unlike.part.test == CompareField(Operator.LESS, "line.floor_price")
    assert [part.test for part in (level, rating) if isinstance(part, FieldTest)] == [
        NotOneOf(("automatic",)),
        Missing(),
    ]
    assert found.subject is Subject.LINE


def test_a_control_is_for_its_gates_and_kinds(language: Policy) -> None:
    assert conjuncts(rule(language, "customer-letter")) == [
        ("order.gate", OneOf(("order", "shipment")), "[order, shipment]"),
        ("deal.special_kinds", HasAny(("no_contract",)), "has no_contract"),
    ]
    assert conjuncts(rule(language, "sample-audit"))[1][2] == "has any [below_floor, no_contract]"
    assert rule(language, "below_floor").effects == (IsKind("below_floor"),)
    assert rule(language, "price-drift").subject is Subject.LINE
    assert rule(language, "authenticity").subject is Subject.DEAL


def test_claims_and_candidates_are_judged_one_by_one(language: Policy) -> None:
    assert rule(language, "late").subject is Subject.CLAIM
    assert rule(language, "suspended").subject is Subject.CLAIM
    assert rule(language, "house-account").subject is Subject.DEAL
    assert rule(language, "full").subject is Subject.PARTNER
    headroom = rule(language, "headroom")
    assert headroom.subject is Subject.PARTNER
    assert isinstance(headroom.effects[0], Score)
    assert headroom.effects[0].points.type is Scalar.NUMBER


def test_criteria(language: Policy) -> None:
    assert language.deal_registration is not None
    assert language.partner_allocation is not None
    incumbent, *_, first_come = language.deal_registration.priority
    assert incumbent.preference is Preference.PREFER
    assert incumbent.condition == AllOf((FieldTest("claim.protected", Equals(value=True), "", incumbent.span),))
    assert (first_come.field, first_come.within) == ("claim.registered_at", Duration(minutes=24 * 60))
    score = language.partner_allocation.by[0]
    assert (score.field, score.within) == ("partner.score", Fraction(3))


def test_windows_and_shares(language: Policy) -> None:
    assert language.deal_registration is not None
    assert language.partner_allocation is not None
    assert [row.effects for row in language.deal_registration.protection] == [
        (Protect(Duration(days=60), Duration(days=30)),),
        (Protect(Duration(days=90), None),),
    ]
    assert language.partner_allocation.split[0].effects == (
        Split((("partner", Fraction(4, 5)), ("region", Fraction(1, 5)))),
    )


def test_fields(language: Policy) -> None:
    known = language.fields
    assert known["line.target_margin"].origin is Origin.DERIVED
    assert known["deal.margin_alert"].default == "green"
    assert known["deal.margin_alert"].type == Term("margin_alert", ("green", "amber", "red"))
    assert known["customer.interests"].default == frozenset({"desktop", "server"})
    assert known["order.approvals"].type == SetOf(
        Term(
            "role",
            (
                "account_manager",
                "district_manager",
                "regional_director",
                "business_head",
                "finance_controller",
                "market_order",
            ),
        )
    )
    assert known["submitter.level"].type == Term(
        "level", ("automatic", "account_manager", "district_manager", "regional_director", "business_head")
    )
    assert [role.id for role in language.roles][-2:] == ["finance_controller", "market_order"]


def test_derived_fields_stand_after_what_they_need(language: Policy) -> None:
    order = [derivation.field for derivation in language.derive]
    assert order.index("line.target_margin") < order.index("line.margin_gap") < order.index("deal.worst_gap")
    by_field = {derivation.field: derivation for derivation in language.derive}
    worst = by_field["deal.worst_gap"]
    assert isinstance(worst, DerivedFormula)
    assert worst.expression == Aggregate("min", "line.margin_gap", Scalar.RATE)
    assert worst.written == "min(line.margin_gap)"
    weighted = by_field["deal.weighted"]
    assert isinstance(weighted, DerivedFormula)
    assert isinstance(weighted.expression, Arithmetic)
    assert weighted.expression.right == Constant(Fraction(2), Scalar.INTEGER)
    preferred = by_field["customer.preferred"]
    assert not isinstance(preferred, DerivedFormula)
    assert preferred.rows[0].effects == (Assign(frozenset({"gold", "platinum"})),)
    assert preferred.rows[0].section == "derive.customer.preferred"


def test_rules_may_stand_in_a_table() -> None:
    policy = good(
        f"""{REGISTRATION}
  eligibility:
    columns: [id, claim.idle_days, reject, hold, because, from]
    rows:
      - [late, "> 30", Idle, "-", Too long, 2026-01-01]
      - ["-", "> 10", "-", Ask, "-", "-"]
"""
    )
    assert policy.deal_registration is not None
    late, ask = policy.deal_registration.eligibility
    assert late.because is not None
    assert [part.field for part in late.when.parts if isinstance(part, FieldTest)] == ["as_of", "claim.idle_days"]
    assert ask.id == "deal_registration.eligibility#2"
    assert ask.because is None


def test_sections_may_stand_in_any_order() -> None:
    head, *sections = LANGUAGE.split("\n\n")
    assert load_text("\n\n".join([head, *reversed(sections)])).policy is not None


def test_all_mistakes_are_told_at_once_and_in_order() -> None:
    text = LANGUAGE
    for good_words, bad_words in (
        ("line.discount, line.margin", "line.discont, line.margin"),
        ('"<= 1_000_000"', '"<= 1,000,000"'),
        ("also: finance_controller", "also: finance"),
        ("order.contract_mode: no_contract", "order.contract_mode: none"),
        ("best: partner.tier", "highest: partner.tier"),
        ("region: 25%, headquarters", "region: 26%, headquarters"),
    ):
        assert good_words in text
        text = text.replace(good_words, bad_words, 1)
    loaded = load_text(text)
    assert loaded.policy is None
    assert codes(loaded) == ["D101", "D301", "D105", "D104", "D411", "D409"]
    places = [(diagnostic.span.line, diagnostic.span.column) for diagnostic in loaded.diagnostics]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("declaration", "code"),
    [
        ("terms:\n  partner_tier: gold\n", "D110"),
        ("terms: {partner_tier: [gold, gold]}\n", "D108"),
        ("terms: []\n", "D110"),
        ("facts: {claim.stage: {type: sort}}\n", "D106"),
        ("facts: [claim.stage]\n", "D110"),
        ("derive: [{field: claim.stage, type: rate}]\n", "D103"),
        ("derive: [{field: claim.stage, type: rte, formula: 1%}]\n", "D106"),
        ("derive: {claim.stage: 1%}\n", "D110"),
    ],
)
def test_a_mistake_in_a_declaration_is_not_told_again_at_each_use(declaration: str, code: str) -> None:
    uses = (
        "deal_registration:\n  priority: [{id: tier, best: partner.tier}, {id: stage, highest: claim.stage}]\n"
        "  eligibility: [{id: a, when: {partner.tier: gold, claim.stage: present}, then: {hold: Wait}}]\n"
    )
    if "tier" in declaration or declaration.startswith("terms"):
        uses = uses.replace(", {id: stage, highest: claim.stage}", "").replace(", claim.stage: present", "")
    else:
        uses = uses.replace("{id: tier, best: partner.tier}, ", "")
    found = codes(load_text(HEAD + declaration + uses))
    assert set(found) == {code}


def test_a_policy_that_is_no_file_includes_nothing() -> None:
    loaded = load_text(f"{HEAD}include: [other.yaml]\n")
    assert codes(loaded) == ["D224"]
    assert loaded.diagnostics[0].span.line == 5


def test_a_policy_of_more_than_8_mib_is_refused() -> None:
    loaded = load_text(HEAD + "#" * LIMIT)
    assert codes(loaded) == ["D202"]


def test_many_mistakes_are_told_up_to_a_bound() -> None:
    rules = "".join(f"    - {{id: r{n}, when: {{claim.led_days{n}: 1}}, then: {{hold: Wait}}}}\n" for n in range(2000))
    loaded = load_text(f"{HEAD}{REGISTRATION}  eligibility:\n{rules}")
    assert loaded.policy is None
    assert len(loaded.diagnostics) == 500


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("derive: [{type: rate, formula: 1%}]\n", ["D103"]),
        ("derive: [{field: deal.x, type: rate, hit: first, formula: 1%}]\n", ["D102"]),
        ("derive: [{field: line.x, type: rate, formula: claim.age_days / 2}]\n", ["D502"]),
        ("derive: [{field: line.x, type: number, formula: claim.age_days / 2}]\n", ["D403"]),
        ("facts: {deal.a: {type: rate}}\nderive: [{field: deal.a, type: rate, formula: 1%}]\n", ["D504"]),
        ("derive: [{field: line.target_margin, type: money, formula: line.net_price}]\n", ["D504"]),
        ("derive: [{field: deal.x, type: rate, formula: 1%}, {field: deal.x, type: rate, formula: 2%}]\n", ["D108"]),
        ("derive: [{field: deal.x, type: rate, hit: first, columns: [], rows: [[a], [b, c]]}]\n", ["D312"]),
        ("derive: [{field: deal.x, type: rate, hit: first, columns: [value], rows: [[], []]}]\n", ["D401"]),
        ("terms: {gate: [order]}\n", ["D109"]),
        ("terms: {claimant: [partner]}\n", ["D109"]),
        ("roles: {automatic: {title: Nobody}}\n", ["D109"]),
        ("special_orders: {gates: [order], kinds: [{kind: a, when: {deal.special_kinds: has a}}]}\n", ["D503"]),
        (
            (
                "special_orders: {gates: [order], kinds: [{kind: a, when: {deal.x: present}}]}\n"
                "derive:\n"
                "  - {field: deal.x, type: rate, hit: max, columns: [deal.special_kinds, value], rows: [[has a, 1%]]}"
            ),
            ["D503"],
        ),
        (
            (
                "partner_allocation:\n  choose: {by: []}\n"
                "  eligibility: [{id: a, when: {partner.score: 1}, then: {exclude: x}}]\n"
            ),
            ["D405"],
        ),
        (
            "derive: [{field: deal.x, type: number, formula: deal.contenders / 2}]\n"
            + REGISTRATION
            + "  eligibility: [{id: a, when: {deal.x: 1}, then: {hold: Wait}}]\n",
            ["D405"],
        ),
        (
            "derive: [{field: deal.x, type: number, formula: partner.capacity / 2}]\n"
            + REGISTRATION
            + "  eligibility: [{id: a, when: {deal.x: 1}, then: {hold: Wait}}]\n",
            ["D403"],
        ),
        (
            (
                "partner_allocation:\n  choose: {take: 2, by: []}\n"
                "  split: {columns: [partner.suspended, split], rows: [[true, {partner: 100%}]]}\n"
            ),
            ["D404"],
        ),
    ],
)
def test_what_does_not_go_together_is_told(text: str, found: list[str]) -> None:
    assert codes(load_text(HEAD + text)) == found


def test_a_field_of_the_deal_may_need_the_partner_where_there_is_one() -> None:
    good(
        "derive: [{field: deal.x, type: number, formula: partner.capacity / 2}]\n"
        "special_orders: {gates: [order], controls: [{id: a, when: {deal.x: 1}, then: {hold: Wait}}]}\n"
    )


def test_columns_that_fit_no_row_are_told_once() -> None:
    rows = "".join(f'      - ["> {number}", 60d, 30d]\n' for number in range(5))
    text = f"{REGISTRATION}  protection:\n    columns: [claim.estimated_value, protect]\n    rows:\n{rows}"
    loaded = load_text(HEAD + text)
    assert codes(loaded) == ["D401"]
    assert loaded.diagnostics[0].span.line == 8


def test_a_colon_without_a_blank_gets_a_hint() -> None:
    (_, unknown) = load_text(f"{HEAD}roles: {{a: {{title:Deal desk}}}}\nterms: []\n").diagnostics[::-1]
    assert unknown.hint == "put a blank after the colon: `title: Deal desk`"


def test_lists_of_other_sections_use_a_deals_aggregates() -> None:
    good(
        'derive: [{field: deal.x, type: rate, formula: "max(line.discount)"}]\n'
        + REGISTRATION
        + '  eligibility: [{id: a, when: {deal.x: "> 40%"}, then: {hold: Wait}}]\n'
    )


def test_the_collector_is_left_as_it_was() -> None:
    assert gc.isenabled()
    load_text("policy: empty")
    assert gc.isenabled()
    assert not gc.get_freeze_count()
    gc.disable()
    try:
        load_text("policy: empty")
        assert not gc.isenabled()
    finally:
        gc.enable()
    gc.freeze()
    try:
        load_text("policy: empty")
        assert gc.get_freeze_count()  # what somebody else froze
    finally:
        gc.unfreeze()
