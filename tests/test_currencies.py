"""The smallest amount is the currency's own: what is named, split and shown has its decimals, and no others."""

from decimal import Decimal
from random import Random

import pytest

from engine.core.decision import Kind, RefusedError
from engine.space.random_requests import SampleRequests
from rules.currencies import CODES, places_of
from rules.load import load_text
from tests.deciding import BACKENDS, Data, compiled, decided, program_of

POLICY = """
policy: paid
version: "1"
currency: %s
timezone: Asia/Tokyo
price_approval:
  ladder:
    - {level: rep, title: Rep}
    - {level: head, title: Head}
  authority:
    columns: [id, level, line.discount, deal.net_total]
    rows:
      - [A, rep, "<= 7%%", "-"]
      - [B, head, "-", "<= 1_000_000"]
partner_allocation:
  choose: {take: 1, by: [{id: room, highest: partner.open_deals}]}
  split:
    columns: [deal.source, split]
    rows: [["-", {partner: 80%%, region: 10%%, headquarters: 10%%}]]
"""
LINE = {"quantity": 1, "list_price": "1001", "net_price": "900"}


@pytest.mark.parametrize(
    ("currency", "price", "increase", "total"),
    [
        ("CNY", "930.93", "30.93", "900.00"),
        ("JPY", "931", "31", "900"),
        ("KWD", "930.930", "30.930", "900.000"),
        ("UYW", "930.9300", "30.9300", "900.0000"),
    ],
)
@pytest.mark.parametrize("engine", BACKENDS)
def test_a_named_price_is_one_that_can_be_paid(
    currency: str, price: str, increase: str, total: str, engine: Data
) -> None:
    program = program_of(POLICY % currency)
    decision = decided(program, "price_approval", {"lines": [LINE]}, engine=engine)
    (found,) = [one for one in decision["result"]["alternatives"] if one["level"] == "rep"]
    assert (found["net_price"], found["increase"]) == (price, increase)
    assert decision["result"]["totals"]["net_total"] == total
    facts = {fact["field"]: fact["value"] for fact in decision["trace"]["facts"]}
    assert facts["line.net_price"] == total


@pytest.mark.parametrize("currency", ["CNY", "JPY", "KWD", "CLF"])
def test_no_smallest_amount_less_would_do(currency: str) -> None:
    program, rng = program_of(POLICY % currency), Random(currency)
    cent = Decimal(1).scaleb(-places_of(currency))
    for _ in range(20):
        line = {**LINE, "list_price": str(rng.randrange(950, 1_100)), "net_price": str(rng.randrange(700, 850))}
        decision = decided(program, "price_approval", {"lines": [line]}, explain="none")
        price = Decimal(next(one["net_price"] for one in decision["result"]["alternatives"] if one["level"] == "rep"))
        assert price % cent == 0
        for tried, level in ((price, "rep"), (price - cent, "head")):
            again = decided(program, "price_approval", {"lines": [{**line, "net_price": str(tried)}]}, explain="none")
            assert again["result"]["level"] == level


@pytest.mark.parametrize(
    ("currency", "base", "amounts"),
    [
        ("CNY", "10001.01", ["8000.81", "1000.10", "1000.10"]),
        ("JPY", "1", ["1", "0", "0"]),
        ("JPY", "10007", ["8005", "1001", "1001"]),
        ("KWD", "0.012", ["0.010", "0.001", "0.001"]),
    ],
)
def test_a_split_pays_whole_amounts(currency: str, base: str, amounts: list[str]) -> None:
    request = {"deal": {"split_base": base}, "candidates": [{"id": "P", "open_deals": 1}]}
    decision = decided(program_of(POLICY % currency), "partner_allocation", request)
    assert [one["amount"] for one in decision["result"]["split"]] == amounts
    (step,) = [one for one in decision["trace"]["steps"] if one["step"] == "split"]
    assert list(step["amounts"].values()) == amounts
    assert sum(Decimal(one) for one in amounts) == Decimal(base) == Decimal(step["base"])


@pytest.mark.parametrize(("currency", "base"), [("CNY", "10001.015"), ("JPY", "0.4"), ("KWD", "1.0005")])
def test_a_base_that_cannot_be_paid_is_refused(currency: str, base: str) -> None:
    request = {"deal": {"split_base": base}, "candidates": [{"id": "P", "open_deals": 1}]}
    with pytest.raises(RefusedError) as refused:
        decided(program_of(POLICY % currency), "partner_allocation", request)
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code) == ("/deal/split_base", "cents")
    assert currency in fault.message


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_samples_give_amounts_that_can_be_paid(currency: str) -> None:
    program = program_of(POLICY % currency)
    samples = SampleRequests(program.policy, 1)
    for _ in range(50):
        request: Data = samples.make(Kind.PRICE_APPROVAL)
        for line in request["lines"]:
            for name in ("net_price", "list_price", "unit_cost"):
                if line.get(name) is not None:
                    assert len(line[name].partition(".")[2]) == places_of(currency)


def test_a_code_that_is_no_currency_is_refused() -> None:
    for code in ("XXX", "EUX", "DEM"):
        (wrong,) = load_text(POLICY % code).diagnostics
        assert (wrong.code, wrong.message) == ("D310", f"`{code}` is no currency of ISO 4217")


def test_every_currency_is_known() -> None:
    assert len(CODES) > 150
    assert {"CNY", "USD", "EUR", "GBP", "HKD", "JPY", "TWD", "INR", "BRL", "ZAR"} <= CODES
    for code in ("JPY", "KWD", "CLF", "CNY"):
        assert compiled(load_text(POLICY % code)).policy.currency == code
