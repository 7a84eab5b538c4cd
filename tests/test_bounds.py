"""Numbers that make no sense are refused before a rule can take them for good news (docs/language.md, 1 and 10)."""

import re
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.decimal_patterns import at_least, at_most
from engine.core.decision import Kind, RefusedError
from engine.core.facts import Limits, RequestReader
from engine.core.request_schema import definitions
from engine.space.random_requests import SampleRequests
from rules.ir import Field, Policy
from rules.load import load_text
from rules.types import NUMERIC, Scalar
from tests.analysis.analysed import program_and_findings
from tests.deciding import NOW, SHIPPED, program_at
from tests.random_requests import Requests
from tests.small_policies import HEAD, codes, good

# Below zero these mean something: nothing is hidden by a number of any size, for less is never better.
MAY_BE_NEGATIVE = {
    "customer.median_discount_12m": "a discount on a price above list",
    "customer.quarter_margin_gap": "a margin below its target",
    "deal.last_approved_discount": "a discount on a price above list",
    "deal.last_approved_margin": "sold below cost",
    "line.replaced_margin": "sold below cost",
    "line.target_margin": "meant to be sold below cost",
    "order.delivery_after_expiry": "delivered before the expiry",
    "partner.fairness_deficit": "a partner who has more than the promised share",
    "partner.free_credit": "a credit line that is overdrawn",
}
BOUNDED = """
facts:
  deal.credit: {type: money, default: 0, min: 0}
  deal.share: {type: rate, min: -12.5%, max: 100%}
  deal.seats: {type: integer, min: 1, max: 500}
  deal.weight: {type: number, max: 0.5}
price_approval:
  ladder: [{level: rep}, {level: manager}]
  authority:
    columns: [id, level, line.discount, deal.share, deal.seats, deal.weight]
    rows:
      - [R, rep, "<= 10%", "<= 50%", "<= 100", "<= 0.25"]
      - [M, manager, "-", "-", "-", "-"]
"""


def numeric(policy: Policy) -> list[Field]:
    return [field for field in policy.fields.values() if field.givable and field.type in NUMERIC]


def place_of(field: Field, value: object) -> tuple[dict[str, Any], str]:
    """Return a request that gives a field, and where it stands in it."""
    if field.object == "line":
        return {"lines": [{field.name: value}]}, f"/lines/0/{field.name}"
    if field.object == "claim":
        return {"lines": [{}], "claims": [{"id": "1", field.name: value}]}, f"/claims/0/{field.name}"
    return {"lines": [{}], field.object: {field.name: value}}, f"/{field.object}/{field.name}"


def refused(policy: Policy, field: Field, value: object) -> str | None:
    """Return a refusal's message and hint; None if the value is taken."""
    request, pointer = place_of(field, value)
    try:
        RequestReader(policy).read(request, Kind.PRICE_APPROVAL, now=NOW, limits=Limits())
    except RefusedError as found:
        (fault,) = found.faults
        assert (fault.pointer, fault.code) == (pointer, "out_of_range")
        return f"{fault.message}; {fault.hint}"
    return None


@pytest.mark.parametrize("field", numeric(program_at(SHIPPED).policy), ids=lambda field: field.path)
def test_every_number_of_the_shipped_policy_is_bounded_or_has_a_reason_not_to_be(field: Field) -> None:
    policy = program_at(SHIPPED).policy
    below = "-90%" if field.type is Scalar.RATE else "-9000000"
    if field.at_least is not None and field.at_least < 0:
        below = "-101%"
    message = refused(policy, field, below)
    assert (message is None) == (field.path in MAY_BE_NEGATIVE)
    if field.at_most is not None:
        above = "101%" if field.type is Scalar.RATE else str(int(field.at_most) + 1)
        assert refused(policy, field, above) is not None


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("credit", "-500000", '`deal.credit` must be at least 0; write "500000" if the sign is a slip'),
        ("share", 15, '`deal.share` must be at most 100%; write "15%" if that is meant: as a JSON number, 1 is 100%'),
        ("share", "-13%", '`deal.share` must be at least -12.5%; write "13%" if the sign is a slip'),
        ("share", "-130%", "`deal.share` must be at least -12.5%; write -12.5% to 100%"),
        ("seats", 0, "`deal.seats` must be at least 1; write 1 to 500"),
        ("seats", "501", "`deal.seats` must be at most 500; write 1 to 500"),
        ("weight", Decimal("0.500000000001"), "`deal.weight` must be at most 0.5; write at most 0.5"),
    ],
)
def test_a_request_outside_is_refused_with_the_bound_and_a_hint(name: str, value: object, message: str) -> None:
    policy = good(BOUNDED)
    assert refused(policy, policy.fields[f"deal.{name}"], value) == message
    offers = re.findall(r'"([^"]*)"', message.partition("; ")[2])
    for offer in offers:
        assert refused(policy, policy.fields[f"deal.{name}"], offer) is None


@pytest.mark.parametrize("name", ["credit", "share", "seats", "weight"])
def test_the_bounds_themselves_are_taken(name: str) -> None:
    policy = good(BOUNDED)
    field = policy.fields[f"deal.{name}"]
    ends = [end for end in (field.at_least, field.at_most) if end is not None]
    assert ends
    for end in ends:
        written = f"{float(end * 100)}%" if field.type is Scalar.RATE else str(end if end % 1 else int(end))
        assert refused(policy, field, "0.5" if end == Fraction(1, 2) else written) is None


@pytest.mark.parametrize(
    "fact",
    [
        "{type: money, min: 1, max: 0}",
        "{type: money, default: -1, min: 0}",
        "{type: rate, default: 101%, max: 100%}",
        "{type: boolean, min: 0}",
        "{type: date, max: 2026-12-31}",
    ],
)
def test_bounds_that_contradict_are_shown_at_their_place(fact: str) -> None:
    (found,) = load_text(f"{HEAD}facts:\n  deal.x: {fact}\n").diagnostics
    assert found.code == "D410"
    assert found.span.line == 6


@pytest.mark.parametrize(("bound", "code"), [("5", "D3"), ("five", "D3"), ("'100 percent'", "D3")])
def test_a_bound_is_written_like_any_value_of_the_type(bound: str, code: str) -> None:
    loaded = load_text(f"{HEAD}facts:\n  deal.x: {{type: rate, max: {bound}}}\n")
    assert codes(loaded)[0].startswith(code)


def test_bounds_are_part_of_what_a_policy_means() -> None:
    free, bounded, other = (
        good(f"facts: {{deal.x: {{type: rate{more}}}}}") for more in ("", ", max: 100%", ", max: 99%")
    )
    assert len({free.digest, bounded.digest, other.digest}) == 3


def test_a_test_outside_the_bounds_never_holds() -> None:
    rules = """  rules:
    - {id: below, when: {deal.credit: "< 0"}, then: {reject: No}}
    - {id: above, when: {deal.share: "> 100%"}, then: {reject: No}}
    - {id: unpaid, when: {deal.payment_days: "< 0"}, then: {reject: No}}
    - {id: within, when: {deal.share: "< -10%"}, then: {reject: No}}
"""
    _, analysis = program_and_findings(HEAD + BOUNDED.lstrip("\n") + rules)
    never = {rule for finding in analysis.findings if finding.code == "D604" for rule in finding.rules}
    assert never == {"below", "above", "unpaid"}


@pytest.mark.parametrize("seed", range(3))
def test_random_requests_keep_to_the_bounds(seed: int) -> None:
    policy = good(BOUNDED)
    reader, samples, others = RequestReader(policy), SampleRequests(policy, seed), Requests(policy)
    for number in range(100):
        for one in (samples.make(Kind.PRICE_APPROVAL), others.make(Random(number), Kind.PRICE_APPROVAL)):
            reader.read(one, Kind.PRICE_APPROVAL, now=NOW, limits=Limits())


def test_the_schema_says_the_bounds() -> None:
    schemas = definitions(good(BOUNDED), "#/", limits=Limits())
    share, seats = schemas["rate_at_least_-12.5_percent_at_most_100_percent"], schemas["integer_at_least_1_at_most_500"]
    assert isinstance(share, dict)
    assert isinstance(seats, dict)
    assert (share["minimum"], share["maximum"]) == (-0.125, 1)
    assert (seats["minimum"], seats["maximum"]) == (1, 500)


NUMBERS = st.decimals(-2000, 2000, places=3).map(str) | st.from_regex(
    r"-?0{0,2}[0-9]{1,3}(\.[0-9]{1,3})?", fullmatch=True
)


@given(NUMBERS, st.decimals(-1500, 1500, places=2).map(Fraction) | st.integers(-1100, 1100).map(Fraction))
def test_a_pattern_takes_what_is_within_the_bound(text: str, bound: Fraction) -> None:
    value = Fraction(text)
    assert bool(re.fullmatch(at_most(bound), text, re.ASCII)) == (value <= bound)
    assert bool(re.fullmatch(at_least(bound), text, re.ASCII)) == (value >= bound)
