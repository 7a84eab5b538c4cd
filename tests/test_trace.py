"""Traces: what they list, and what each key says; that the outcome follows from them is `test_sufficiency`'s."""

from fractions import Fraction
from typing import get_args

import pytest

from engine.explain.trace.effects import as_json
from engine.explain.words.effects import SENTENCES, effect_text
from rules import ir
from rules.durations import Duration
from rules.ir import Effect
from rules.types import Scalar
from tests.deciding import Data, as_text, decided, program_of
from tests.golden_cases import CASES, DRIFT, LEAD, ORDER, QUOTE, candidate, line, policy, quote

PRICE = "price_approval"


def price(request: Data = QUOTE, explain: Data = "near", **options: Data) -> Data:
    return decided(policy(), PRICE, request, explain=explain, **options)


def rules(decision: Data, name: str, number: int | None = None) -> list[Data]:
    listed = [rule for rule in decision["trace"]["rules"] if rule["rule"] == name]
    return [rule for rule in listed if number is None or rule.get("line") == number]


def fact(decision: Data, field: str, number: int | None = None) -> Data:
    (found,) = [one for one in decision["trace"]["facts"] if one["field"] == field and one.get("line") == number]
    return found


# --- how much is told ----------------------------------------------------------------------------------------------


def test_no_trace_is_made_where_none_is_wanted() -> None:
    assert "trace" not in price(explain="none")


def test_fired_lists_what_fired() -> None:
    assert {rule["status"] for rule in price(explain="fired")["trace"]["rules"]} == {"fired"}


def test_near_adds_the_rows_of_the_next_lower_level_and_what_failed_by_one_test() -> None:
    decision = price()
    blocked = {(rule["rule"], rule.get("line")) for rule in decision["trace"]["rules"] if rule["status"] == "blocked"}
    assert ("DM-1", 2) in blocked  # the next lower level's row for such a line
    assert ("DM-2", 2) not in blocked  # the same level's, but for servers
    assert ("AM-1", 1) in blocked
    assert ("contested", None) in blocked  # one test, which fails
    assert ("slow-and-thin", 1) not in blocked  # fails twice


def test_near_leaves_out_what_would_have_changed_nothing() -> None:
    listed = {rule["rule"] for rule in price(quote(customer={"class": "D"}))["trace"]["rules"]}
    assert "DM-2" not in listed  # for another customer class this level could sign, as it does already
    audit = decided(policy(), "special_order", ORDER, explain="near")
    assert "sample" not in {rule["rule"] for rule in audit["trace"]["rules"]}  # another gate's control


def test_all_lists_every_rule_for_every_line() -> None:
    section = policy().policy.price_approval
    assert section is not None
    by_line = [rule for rule in section.rules if rule.subject is ir.Subject.LINE]
    once = len(section.rules) - len(by_line)
    expected = once + len(QUOTE["lines"]) * (len(by_line) + len(section.authority))
    assert len(price(explain="all")["trace"]["rules"]) == expected


def test_undetermined_rules_are_listed_when_they_matter() -> None:
    request = CASES["price-asks"][1]
    (rule,) = rules(price(request, explain="fired"), "DM-2")
    assert rule["status"] == "undetermined"
    assert {"field": "customer.class", "test": "R", "actual": None, "holds": None, "known": False} in rule["tests"]


def test_only_words_depend_on_the_language() -> None:
    english, chinese = (price(explain="all", language=language)["trace"] for language in ("en", "zh"))
    for one, other in zip(english["rules"], chinese["rules"], strict=True):
        for key in ("effects", "then", "because"):
            one.pop(key)
            other.pop(key)
        assert one == other
    assert english["facts"] == chinese["facts"]


@pytest.mark.parametrize("name", CASES)
def test_engines_tell_the_same(name: str) -> None:
    kind, request = CASES[name]
    for explain in ("fired", "near", "all"):
        by_index = decided(policy(), kind, request, explain=explain, engine="index")
        plainly = decided(policy(), kind, request, explain=explain, engine="interpreter")
        assert as_text(by_index) == as_text(plainly)


# --- rules ---------------------------------------------------------------------------------------------------------


def test_a_rule_stands_with_its_tests_values_distance_and_place() -> None:
    (rule,) = rules(price(), "DM-1", 2)
    text = (policy().policy.sources[0].text).split("\n")
    assert "[DM-1," in text[rule["source"]["line"] - 1]
    assert rule["section"] == "price_approval.authority"
    assert rule["effects"] == ["district_manager may sign"]
    assert rule["then"] == [{"sign": "district_manager"}]
    assert rule["because"] is None
    assert rule["tests"][1] == {
        "field": "line.discount",
        "test": "<= 18%",
        "actual": "22.0000%",
        "holds": False,
        "short_by": "4.0000%",
    }


def test_a_test_against_another_field_shows_its_value() -> None:
    (rule,) = rules(price(explain="all"), "cheap-or-free", 1)
    (test,) = rule["tests"]
    assert test["any"][0] == {
        "field": "line.net_price",
        "test": "< line.floor_price",
        "actual": "4940.00",
        "holds": False,
        "limit": "4500.00",
        "short_by": "440.00",
    }
    assert [part["holds"] for part in test["any"][1]["all"]] == [False, False]
    assert test["holds"] is False


def test_not_shows_what_must_not_hold() -> None:
    (rule,) = rules(price(explain="all"), "big")
    test = rule["tests"][1]
    assert test["not"] == [{"field": "customer.class", "test": "R", "actual": "R", "holds": True}]
    assert test["holds"] is False


def test_a_strict_test_at_its_limit_is_short_by_nothing() -> None:
    (rule,) = rules(price(quote(deal={"payment_days": 60}), explain="all"), "long-credit")
    assert rule["tests"][0]["short_by"] == "0"


@pytest.mark.parametrize(
    ("net_price", "short_by"),
    [("4674.999999", "0.000000018%"), ("4509.99", "0.0002%"), ("4455.00", "1.0000%")],
)
def test_a_distance_that_is_there_is_never_shown_as_zero(net_price: str, short_by: str) -> None:
    limit = "<= 15%" if net_price == "4674.999999" else "<= 18%"
    text = policy().policy.sources[0].text.replace('"<= 18%"', f'"{limit}"')
    decision = decided(program_of(text), PRICE, quote(lines=[line("notebook", net_price)]), explain="all")
    assert rules(decision, "DM-1")[0]["tests"][1]["short_by"] == short_by


def test_a_score_is_told_with_its_points_exactly() -> None:
    decision = decided(policy(), "partner_allocation", LEAD, explain="fired")
    (headroom,) = [rule for rule in rules(decision, "headroom") if rule["partner"] == "P-1"]
    assert headroom["then"] == [
        {"score": "15 * (1 - partner.open_deals / partner.capacity)", "points": "8.3333", "exact": "25/3"}
    ]
    assert headroom["effects"] == ["15 * (1 - partner.open_deals / partner.capacity) = 8.3333 points"]


def test_claims_and_partners_are_named() -> None:
    kind, request = CASES["claims-awarded"]
    decision = decided(policy(), kind, request, explain="fired")
    assert [rule["claim"] for rule in rules(decision, "late")] == ["C-3"]
    lead = decided(policy(), "partner_allocation", LEAD, explain="fired")
    assert [rule["partner"] for rule in rules(lead, "full")] == ["P-5"]


SAMPLES: dict[str, Effect] = {
    "Raise": ir.Raise(1),
    "Expire": ir.Expire(Duration(days=30)),
    "Deposit": ir.Deposit(Fraction(3, 10)),
    "Audit": ir.Audit(Fraction(1, 10)),
    "Protect": ir.Protect(Duration(days=60), None),
    "Score": ir.Score(ir.Constant(Fraction(1, 4), Scalar.NUMBER)),
    "Split": ir.Split((("partner", Fraction(1)),)),
    "Assign": ir.Assign("red"),
}


@pytest.mark.parametrize("effect", get_args(Effect), ids=lambda effect: effect.__name__)
def test_every_effect_has_a_name_and_sentences(effect: Data) -> None:
    text = ir.Text((("en", "why"), ("zh", "为何")))
    takes_text = effect.__dataclass_fields__.keys() == {"reason"}
    told = as_json(SAMPLES.get(effect.__name__) or effect(text if takes_text else "name"), "zh")
    assert next(iter(told)) in SENTENCES
    assert ("为何" in told.values()) is takes_text
    assert effect_text(told, "en") != effect_text(told, "zh")


# --- facts ---------------------------------------------------------------------------------------------------------


def test_facts_tell_where_they_came_from() -> None:
    decision = price(explain="all")
    told = {
        ("deal.payment_days", None): ("75", "request"),
        ("deal.margin_alert", None): ("green", "default"),
        ("deal.net_total", None): ("1502800.00", "sum of 2 lines"),
        ("deal.concession", None): ("1.0000%", "rows derive.deal.concession#1, derive.deal.concession#2"),
        ("deal.average_price", None): ("4696.25", "1502800.00 / 320"),
        ("line.net_total", 1): ("988000.00", "200 * 4940.00"),
        ("line.discount", 2): ("22.0000%", "1 - 4290.00 / 5500.00"),
        ("line.margin", 2): ("6.7599%", "1 - 4000.00 / 4290.00"),
        ("line.effective_discount", 2): ("23.0000%", "22.0000% + 1.0000%"),
        ("line.target_margin", 2): ("15.0000%", "row derive.line.target_margin#3"),
    }
    for (field, number), (value, came_from) in told.items():
        place = {} if number is None else {"line": number}
        assert fact(decision, field, number) == {"field": field, **place, "value": value, "from": came_from}


def test_a_default_that_the_request_gives_comes_from_the_request() -> None:
    decision = price(quote(deal={"margin_alert": "green"}))
    assert fact(decision, "deal.margin_alert")["from"] == "request"


def test_what_is_not_known_says_so() -> None:
    decision = price(quote(customer={}, lines=[{key: v for key, v in QUOTE["lines"][0].items() if key != "unit_cost"}]))
    assert fact(decision, "line.unit_cost", 1) == {
        "field": "line.unit_cost",
        "line": 1,
        "value": None,
        "known": False,
        "from": "not given",
    }
    assert fact(decision, "line.margin", 1)["from"] == "1 - ? / 4940.00"
    assert fact(decision, "registration.status") == {"field": "registration.status", "value": None, "from": "request"}


def test_every_field_of_a_listed_test_is_a_fact_and_so_is_what_it_comes_from() -> None:
    for kind, request in CASES.values():
        decision = decided(policy(), kind, request, explain="near")
        facts = {
            (one["field"], one.get("line"), one.get("claim"), one.get("partner")) for one in decision["trace"]["facts"]
        }
        by_field = {field for field, *_ in facts}
        for rule in decision["trace"]["rules"]:
            own = (rule.get("line"), rule.get("claim"), rule.get("partner"))
            for test in plain_tests(rule["tests"]):
                assert (test["field"], *own) in facts or (test["field"], None, None, None) in facts
                if "limit" in test:
                    assert test["test"].split()[1] in by_field


def plain_tests(tests: list[Data]) -> list[Data]:
    found = []
    for test in tests:
        inner = [part for word in ("any", "all", "not") for part in test.get(word, ())]
        found += plain_tests(inner) if inner else [test]
    return found


def test_facts_stand_in_the_vocabularys_order_shared_ones_first() -> None:
    order = ["as_of", *policy().policy.fields]
    listed = price(explain="all")["trace"]["facts"]
    keys = [(one.get("line", 0), order.index(one["field"])) for one in listed]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))


def test_a_trace_grows_with_its_lines_and_not_faster() -> None:
    few, many = (price(quote(lines=QUOTE["lines"] * times))["trace"] for times in (5, 50))
    per_line = [rule for rule in few["rules"] if "line" in rule]
    assert len([rule for rule in many["rules"] if "line" in rule]) == 10 * len(per_line)
    assert len(many["facts"]) < 10 * len(few["facts"])


def test_what_nobody_gave_is_told_of_no_line() -> None:
    lead = decided(policy(), "partner_allocation", {**LEAD, "candidates": [candidate("1")]}, explain="all")
    assert not [one for one in lead["trace"]["facts"] if "line" in one]


def test_steps_have_a_sentence_each() -> None:
    for kind, request in (*CASES.values(), ("special_order", {**ORDER, "lines": DRIFT})):
        for step in decided(policy(), kind, request)["trace"]["steps"]:
            assert step["text"], step
