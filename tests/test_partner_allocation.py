"""What data cases cannot reach: every combination of unknowns, every order of the candidates, sums to the cent."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.decision import Kind
from engine.core.facts import Limits
from engine.core.parts import to_json
from engine.kinds.allocation.splitting import split_amount
from engine.plan.ruling import Ruling
from tests.deciding import NOW, Data, decided, program_of
from tests.forcing import ForcingEngine, every_way

POLICY = """
policy: allocation
version: "1"
currency: CNY
timezone: Asia/Shanghai
terms:
  partner_tier: [gold, silver]
  certification: [server]
facts:
  deal.bonus: {type: number}
  partner.grumpy: {type: boolean}
derive:
  - {field: partner.load, type: number, formula: partner.open_deals / partner.capacity}
  - field: partner.high
    type: boolean
    hit: first
    columns: [partner.score, value]
    rows: [["> 20", true], ["-", false]]
partner_allocation:
  eligibility:
    - {id: suspended, when: {partner.suspended: true}, then: {exclude: Suspended}}
    - id: no-certificate
      when: {deal.product_line: server, partner.certifications: "has none [server]"}
      then: {exclude: Not certified}
    - {id: overloaded, when: {partner.load: "> 2"}, then: {exclude: Overloaded}}
    - {id: closed, when: {customer.coverage: direct_only}, then: {exclude: Direct only}}
  score:
    - {id: gold, when: {partner.tier: gold}, then: {score: 10}}
    - {id: near, when: {partner.region: "= customer.region"}, then: {score: 3}}
    - {id: headroom, then: {score: "12 * (1 - partner.open_deals / partner.capacity)"}}
    - {id: bonus, when: {deal.bonus: present}, then: {score: deal.bonus}}
    - {id: grumpy, when: {partner.grumpy: true}, then: {score: -30}}
  choose:
    take: TAKE
    by:
      - {id: high, prefer: {partner.high: true}}
      - {id: score, highest: score, within: 3}
      - {id: behind-share, highest: partner.fairness_deficit}
  accept_within: 48h
  fallback: inside_sales
"""
ABSENT = "absent"
OF_PARTNER: dict[str, list[Data]] = {
    "suspended": [True, False, False, ABSENT],
    "certifications": [["server"], ["server"], [], None, ABSENT],
    "tier": ["gold", "silver", None, ABSENT],
    "region": ["N", "S", None, ABSENT],
    "open_deals": [0, 3, None, ABSENT],
    "capacity": [0, 6, 7, None, ABSENT],
    "fairness_deficit": [0, 1, None, ABSENT],
    "grumpy": [True, False, ABSENT],
}
OF_DEAL: dict[str, list[Data]] = {"product_line": ["server", "desktop", ABSENT], "bonus": [5, None]}
OF_CUSTOMER: dict[str, list[Data]] = {"coverage": ["direct_only", "open", "open", ABSENT], "region": ["N", ABSENT]}


def objects(fields: Mapping[str, list[Data]], *, mostly_known: bool) -> st.SearchStrategy[dict[str, Data]]:
    """Objects with any values; if mostly known, then what is not given is rare."""
    values = {
        name: st.sampled_from([*[one for one in some if one != ABSENT] * (8 if mostly_known else 1), *some[-1:]])
        for name, some in fields.items()
    }
    return st.fixed_dictionaries(values).map(
        lambda made: {name: value for name, value in made.items() if value != ABSENT}
    )


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Data]:
    mostly = draw(st.sampled_from([True, True, True, False]))
    candidates = [
        {"id": f"P{n}", **draw(objects(OF_PARTNER, mostly_known=mostly))} for n in range(draw(st.integers(0, 3)))
    ]
    return {
        "deal": draw(objects(OF_DEAL, mostly_known=mostly)),
        "customer": draw(objects(OF_CUSTOMER, mostly_known=mostly)),
        "candidates": candidates,
    }


def policy(take: int) -> str:
    return POLICY.replace("TAKE", str(take))


def decision_on(request: dict[str, Data], take: int = 1) -> dict[str, Data]:
    return decided(program_of(policy(take)), "partner_allocation", request)


def ruled(request: dict[str, Data], take: int, engine: ForcingEngine) -> Ruling:
    program = program_of(policy(take))
    facts = program.reader.read(request, Kind.PARTNER_ALLOCATION, now=NOW, limits=Limits())
    facts.shared["as_of"] = facts.today
    return program.domains[Kind.PARTNER_ALLOCATION].decide(engine, facts, "en", near=False)


def binding(outcome: str, result: Mapping[str, Data]) -> Data:
    return outcome, frozenset(result["chosen"])


@settings(max_examples=200, deadline=None)
@given(requests(), st.integers(1, 2))
def test_a_decision_stands_just_if_every_combination_of_undetermined_rules_gives_it(
    request_: dict[str, Data], take: int
) -> None:
    found = decision_on(request_, take)
    rulings = list(every_way(lambda engine: ruled(request_, take, engine)))
    ways = {binding(ruling.outcome, to_json(ruling.result)) for ruling in rulings}
    outcomes = {ruling.outcome for ruling in rulings}
    if len(ways) == 1 and outcomes != {"needs_information"}:
        assert binding(found["outcome"], found["result"]) == ways.pop()
    else:
        assert found["outcome"] == "needs_information"
        assert found["missing"]
        remaining = {one for ruling in rulings if ruling.possible for one in ruling.possible.outcomes}
        remaining |= outcomes - {"needs_information"}
        assert found["possible"]["outcomes"] == [one for one in ("allocated", "fallback") if one in remaining]


@settings(max_examples=200, deadline=None)
@given(requests(), st.integers(1, 2), st.randoms(use_true_random=False))
def test_what_was_decided_without_a_fact_is_decided_with_it_too(
    request_: dict[str, Data], take: int, random: Data
) -> None:
    found = decision_on(request_, take)

    def filled(given_: dict[str, Data], fields: Mapping[str, list[Data]]) -> dict[str, Data]:
        choices = {name: random.choice([one for one in some if one != ABSENT]) for name, some in fields.items()}
        return {**choices, **given_}

    for _ in range(5):
        complete = {
            "deal": filled(request_["deal"], OF_DEAL),
            "customer": filled(request_["customer"], OF_CUSTOMER),
            "candidates": [filled(candidate, OF_PARTNER) for candidate in request_["candidates"]],
        }
        resolved = decision_on(complete, take)
        assert resolved["outcome"] != "needs_information"
        if found["outcome"] == "needs_information":
            assert resolved["outcome"] in found["possible"]["outcomes"]
        else:
            assert binding(resolved["outcome"], resolved["result"]) == binding(found["outcome"], found["result"])


@settings(max_examples=100, deadline=None)
@given(requests(), st.integers(1, 2))
def test_the_order_of_the_candidates_changes_nothing(request_: dict[str, Data], take: int) -> None:
    found = decision_on(request_, take)
    for candidates in permutations(request_["candidates"]):
        other = decision_on({**request_, "candidates": list(candidates)}, take)
        assert {key: other[key] for key in ("outcome", "summary", "result", "missing")} == {
            key: found[key] for key in ("outcome", "summary", "result", "missing")
        }
        assert other["trace"]["steps"] == found["trace"]["steps"]


def candidate(name: str, **fields: Data) -> dict[str, Data]:
    known = {
        "suspended": False,
        "certifications": ["server"],
        "tier": "silver",
        "region": "N",
        "open_deals": 0,
        "capacity": 6,
        "fairness_deficit": 0,
        "grumpy": False,
    }
    return {"id": name, **{key: value for key, value in {**known, **fields}.items() if value != ABSENT}}


def request_with(*candidates: dict[str, Data]) -> dict[str, Data]:
    return {
        "deal": {"product_line": "server", "bonus": None},
        "customer": {"coverage": "open", "region": "N"},
        "candidates": list(candidates),
    }


def test_twelve_doubts_that_change_nothing_do_not_get_in_the_way() -> None:
    doubtful = [candidate(f"P{n}", grumpy=ABSENT) for n in range(12)]
    found = decision_on(request_with(candidate("A"), *doubtful))
    assert (found["outcome"], found["result"]["chosen"]) == ("allocated", ["A"])


def test_thirteen_are_too_many_to_tell() -> None:
    doubtful = [candidate(f"P{n}", grumpy=ABSENT) for n in range(13)]
    found = decision_on(request_with(candidate("A"), *doubtful))
    assert found["outcome"] == "needs_information"
    assert found["missing"] == ["partner.grumpy"]
    assert found["possible"] == {"outcomes": ["allocated"]}


def test_however_much_is_unknown_of_those_who_could_not_win_is_no_matter() -> None:
    doubtful = [candidate(f"P{n}", suspended=ABSENT, grumpy=ABSENT, open_deals=6) for n in range(100)]
    found = decision_on(request_with(candidate("A", tier="gold"), *doubtful))
    assert (found["outcome"], found["result"]["chosen"]) == ("allocated", ["A"])


def test_an_operand_that_is_not_given_is_what_is_missing_and_not_the_other_one() -> None:
    found = decision_on(request_with(candidate("A"), candidate("B", open_deals=ABSENT)))
    assert found["outcome"] == "needs_information"
    undetermined = [rule["rule"] for rule in found["trace"]["rules"] if rule["status"] == "undetermined"]
    assert undetermined == ["overloaded"]
    assert found["missing"] == ["partner.open_deals"]


def test_a_formula_that_is_null_gives_no_points_and_the_trace_says_so() -> None:
    found = decision_on(request_with(candidate("A", capacity=0), candidate("B", open_deals=6)))
    assert [entry["score"] for entry in found["result"]["ranking"]] == ["3", "3"]
    assert found["result"]["ranking"][0]["contributions"][-1] == {"rule": "headroom", "score": None}
    steps = {step["step"]: step for step in found["trace"]["steps"]}
    assert steps["scores"]["nothing"] == {"A": ["headroom"]}
    assert steps["tie"]["partners"] == ["A", "B"]
    assert found["result"]["chosen"] == ["A"]


# --- splitting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "shares", "parts"),
    [
        ((1000101, 100), [40, 20, 20, 12, 8], [400041, 200020, 200020, 120012, 80008]),
        ((1, 100), [50, 50], [1, 0]),
        ((-1, 100), [50, 50], [-1, 0]),
        ((0, 1), [60, 40], [0, 0]),
        ((5, 1000), [100], [1]),  # half a cent is a cent
    ],
)
def test_the_last_cents_go_to_the_largest_remainders(
    base: tuple[int, int], shares: list[int], parts: list[int]
) -> None:
    found = split_amount(base, [Fraction(share, 100) for share in shares])
    assert found == [(part, 100) for part in parts]


@given(st.integers(-(10**17), 10**17), st.lists(st.integers(1, 1000), min_size=1, max_size=8))
def test_a_split_adds_up_and_no_part_is_a_cent_off(cents: int, weights: list[int]) -> None:
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    parts = [n for n, _ in split_amount((cents, 100), shares)]
    assert sum(parts) == cents
    assert all(abs(part - cents * share) < 1 for part, share in zip(parts, shares, strict=True))
