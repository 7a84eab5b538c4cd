"""What data cases cannot reach: every combination of what is unknown, every order of the claims, hostile sizes."""

from collections.abc import Mapping
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.decision import Kind, RefusedError
from engine.core.facts import Limits
from engine.core.parts import to_json
from engine.plan.ruling import Ruling
from tests.deciding import NOW, Data, decided, program_of
from tests.forcing import ForcingEngine, every_way

POLICY = """
policy: registration
version: "1"
currency: CNY
timezone: Asia/Shanghai
terms:
  partner_tier: [gold, silver]
  document: [notice, letter]
facts:
  deal.alarm: {type: boolean}
  claim.note: {type: boolean}
derive:
  - {field: claim.strong, type: number, hit: first, columns: [claim.protected, value], rows: [[true, 2], ["-", 1]]}
deal_registration:
  eligibility:
    - {id: suspended, when: {partner.suspended: true}, then: {reject: Suspended}}
    - {id: house, when: {customer.coverage: direct_only}, then: {reject: House account}}
    - {id: idle, when: {claim.idle_days: "> 30"}, then: {forfeit: Idle}}
    - {id: unverified, when: {claim.evidence: "has none [notice, letter]"}, then: {hold: Not verified}}
    - {id: both, when: {claim.note: true}, then: [{forfeit: Noted}, {hold: Noted}]}
  priority:
    - {id: incumbent, prefer: {claim.protected: true}}
    - {id: strong, highest: claim.strong}
    - {id: tier, best: partner.tier}
    - {id: level, highest: claim.evidence_level, within: 1}
    - {id: first, earliest: claim.queued_at, within: 24h}
  contest:
    - {id: alarm, when: {deal.alarm: true, deal.decided_by: [tier, level]}, then: {arbitrate: Alarm}}
    - {id: many, when: {deal.contenders: ">= 3", deal.estimated_value: "> 100"}, then: {arbitrate: Many}}
    - {id: low, when: {claim.evidence_level: "< 1"}, then: {arbitrate: Low}}
    - {id: lost, when: {claim.queued_at: missing, deal.claims_in: "> 99"}, then: {arbitrate: Lost}}
  protection:
    columns: [claim.estimated_value, protect, extend]
    rows:
      - ["< 1_000", 60d, 30d]
      - ["-", 90d, 45d]
"""
# What a field can be; `absent` stands for a field that is not given.
ABSENT = "absent"
OF_CLAIM: dict[str, list[Data]] = {
    "status": ["new", "protected", ABSENT],
    "protected_until": ["2027-01-01T00:00:00+08:00", "2026-11-21T09:00:00+08:00", None, ABSENT],
    "updated_at": ["2026-11-20T09:00:00+08:00", "2026-10-01T09:00:00+08:00", None, ABSENT],
    "evidence": [["notice"], [], None, ABSENT],
    "evidence_level": [0, 1, 3, None, ABSENT],
    "registered_at": ["2026-11-01T09:00:00+08:00", "2026-11-02T09:00:00+08:00", "2026-11-03T09:00:00+08:00", ABSENT],
    "estimated_value": ["999.99", "1000", None, ABSENT],
    "note": [True, False, ABSENT],
}
OF_PARTNER: dict[str, list[Data]] = {"suspended": [True, False, ABSENT], "tier": ["gold", "silver", None, ABSENT]}
OF_DEAL: dict[str, list[Data]] = {"alarm": [True, False, ABSENT], "estimated_value": ["100", "101", ABSENT]}
OF_CUSTOMER: dict[str, list[Data]] = {"coverage": ["direct_only", "open", ABSENT]}


def objects(fields: Mapping[str, list[Data]], *, mostly_known: bool) -> st.SearchStrategy[dict[str, Data]]:
    """Objects with any values; if mostly known, then what is not given is rare."""
    values = {
        name: st.sampled_from([*[one for one in some if one != ABSENT] * (5 if mostly_known else 1), ABSENT])
        for name, some in fields.items()
    }
    return st.fixed_dictionaries(values).map(
        lambda made: {name: value for name, value in made.items() if value != ABSENT}
    )


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Data]:
    mostly = draw(st.sampled_from([True, True, True, False]))
    claims = [
        {
            "id": name,
            **draw(objects(OF_CLAIM, mostly_known=mostly)),
            "partner": {"id": f"P-{name}", **draw(objects(OF_PARTNER, mostly_known=mostly))},
        }
        for name in "ABC"[: draw(st.integers(1, 3))]
    ]
    return {
        "deal": draw(objects(OF_DEAL, mostly_known=mostly)),
        "customer": draw(objects(OF_CUSTOMER, mostly_known=mostly)),
        "claims": claims,
    }


def ruled(request: dict[str, Data], engine: ForcingEngine) -> Ruling:
    program = program_of(POLICY)
    facts = program.reader.read(request, Kind.DEAL_REGISTRATION, now=NOW, limits=Limits())
    facts.shared["as_of"] = facts.today
    return program.domains[Kind.DEAL_REGISTRATION].decide(engine, facts, "en", near=False)


def binding(outcome: str, result: Mapping[str, Data]) -> Data:
    """Return what binds: the outcome, the winner and every claim's status."""
    statuses = sorted((entry["claim"], entry["status"]) for entry in result["ranking"])
    return outcome, result["winner"], tuple(statuses)


def decision_on(request: dict[str, Data]) -> dict[str, Data]:
    return decided(program_of(POLICY), "deal_registration", request)


@settings(max_examples=200, deadline=None)
@given(requests())
def test_a_decision_stands_just_if_every_combination_of_undetermined_rules_gives_it(request_: dict[str, Data]) -> None:
    found = decision_on(request_)
    rulings = list(every_way(lambda engine: ruled(request_, engine)))
    ways = {binding(ruling.outcome, to_json(ruling.result)) for ruling in rulings}
    outcomes = {ruling.outcome for ruling in rulings}
    if len(ways) == 1 and outcomes != {"needs_information"}:
        assert binding(found["outcome"], found["result"]) == ways.pop()
    else:
        assert found["outcome"] == "needs_information"
        remaining = {one for ruling in rulings if ruling.possible for one in ruling.possible.outcomes}
        remaining |= outcomes - {"needs_information"}
        assert found["possible"]["outcomes"] == [
            one for one in ("awarded", "contested", "rejected") if one in remaining
        ]
        assert found["missing"]


@settings(max_examples=200, deadline=None)
@given(requests(), st.randoms(use_true_random=False))
def test_what_was_decided_without_a_fact_is_decided_with_it_too(request_: dict[str, Data], random: Data) -> None:
    found = decision_on(request_)

    def filled(given_: dict[str, Data], fields: Mapping[str, list[Data]]) -> dict[str, Data]:
        choices = {name: random.choice([one for one in some if one != ABSENT]) for name, some in fields.items()}
        return {**choices, **given_}

    for _ in range(5):
        complete = {
            "deal": filled(request_["deal"], OF_DEAL),
            "customer": filled(request_["customer"], OF_CUSTOMER),
            "claims": [
                {**filled(claim, OF_CLAIM), "partner": filled(claim["partner"], OF_PARTNER)}
                for claim in request_["claims"]
            ],
        }
        resolved = decision_on(complete)
        assert resolved["outcome"] != "needs_information"
        if found["outcome"] == "needs_information":
            assert resolved["outcome"] in found["possible"]["outcomes"]
        else:
            assert binding(resolved["outcome"], resolved["result"]) == binding(found["outcome"], found["result"])


@settings(max_examples=100, deadline=None)
@given(requests())
def test_the_order_of_the_claims_changes_nothing(request_: dict[str, Data]) -> None:
    found = decision_on(request_)
    for claims in permutations(request_["claims"]):
        other = decision_on({**request_, "claims": list(claims)})
        assert {key: other[key] for key in ("outcome", "summary", "result", "missing")} == {
            key: found[key] for key in ("outcome", "summary", "result", "missing")
        }
        assert other["trace"]["steps"] == found["trace"]["steps"]


def claim(name: str, **fields: Data) -> dict[str, Data]:
    known = {
        "status": "protected",
        "protected_until": "2027-01-01T00:00:00+08:00",
        "updated_at": "2026-11-20T09:00:00+08:00",
        "evidence": ["notice"],
        "evidence_level": 1,
        "registered_at": "2026-11-01T09:00:00+08:00",
        "estimated_value": "5000",
        "note": False,
        "partner": {"id": f"P-{name}", "suspended": False, "tier": "gold"},
    }
    return {"id": name, **{key: value for key, value in {**known, **fields}.items() if value != ABSENT}}


def request_with(*claims: dict[str, Data]) -> dict[str, Data]:
    deal = {"alarm": False, "estimated_value": "50"}
    return {"deal": deal, "customer": {"coverage": "open"}, "claims": list(claims)}


def test_many_claims_that_may_have_lost_their_protection_are_too_many_to_tell() -> None:
    doubtful = [claim(f"D{n}", updated_at=ABSENT) for n in range(13)]
    few = decision_on(request_with(claim("A"), *doubtful[:12]))
    # With so few, everyone in every combination is told apart: A is one of those first, and all are equal there.
    assert few["outcome"] == "needs_information"
    assert few["possible"] == {"outcomes": ["awarded", "contested"]}
    many = decision_on(request_with(claim("A"), *doubtful))
    assert many["outcome"] == "needs_information"
    assert many["missing"] == ["claim.updated_at"]


def test_twelve_doubts_that_change_nothing_do_not_get_in_the_way() -> None:
    silver = {"suspended": False, "tier": "silver"}
    doubtful = [claim(f"D{n}", updated_at=ABSENT, partner={"id": f"P{n}", **silver}) for n in range(12)]
    found = decision_on(request_with(claim("A"), *doubtful))
    assert (found["outcome"], found["result"]["winner"]) == ("awarded", "A")
    assert found["result"]["decided_by"] == "tier"


def test_a_recommendation_that_missing_facts_could_change_is_not_made() -> None:
    # Either way it is a contest of many, and either way B is worse off only by what is not known of A.
    found = decision_on(
        {
            **request_with(
                claim("A", updated_at=ABSENT, partner={"id": "P", "suspended": False, "tier": "silver"}),
                claim("B", status="new"),
                claim("C", status="new", partner={"id": "Q", "suspended": False, "tier": "silver"}),
            ),
            "deal": {"alarm": False, "estimated_value": "5000"},
        }
    )
    assert found["outcome"] == "contested"
    assert found["result"]["recommended"] is None
    steps = {step["step"]: step for step in found["trace"]["steps"]}
    assert steps["recommendation_open"]["claims"] == ["A", "B"]


def claims_of(*given: Data) -> dict[str, Data]:
    known = {"note": False, "evidence": ["notice"], "evidence_level": 1, "updated_at": NOW.isoformat()}
    claims = [{"id": f"C-{number}", **known, **one} for number, one in enumerate(given, 1)]
    deal = {"alarm": False, "estimated_value": "1"}
    return {"as_of": NOW.isoformat(), "deal": deal, "customer": {"coverage": "open"}, "claims": claims}


@pytest.mark.parametrize("claim", [{}, {"by": "partner"}, {"by": None}, {"partner": None}, {"partner": {"id": ""}}])
def test_a_partners_claim_without_the_partner_is_refused(claim: Data) -> None:
    with pytest.raises(RefusedError) as refused:
        decided(program_of(POLICY), Kind.DEAL_REGISTRATION, claims_of(claim))
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/claims/0/partner/id", "required")]


def test_our_own_sales_need_no_partner_and_are_one_contender() -> None:
    new = {"status": "new", "protected_until": None, "registered_at": "2026-11-01T09:00:00+08:00"}
    ours = {**new, "by": "direct", "partner": None}
    theirs = {**new, "partner": {"id": "P", "suspended": False, "tier": "gold"}}
    decision = decided(program_of(POLICY), Kind.DEAL_REGISTRATION, claims_of(ours, ours, theirs, theirs))
    facts = {fact["field"]: fact["value"] for fact in decision["trace"]["facts"]}
    assert (facts["deal.contenders"], facts["deal.claims_in"]) == ("2", "4")


# Whether protected, until when, forfeited or not → whether a place in the queue is left; None where nobody can know.
LATER, EARLIER = "2027-01-01T00:00:00+08:00", "2026-11-01T00:00:00+08:00"
PLACES = [
    ("new", None, True),
    ("new", EARLIER, True),
    (None, None, True),
    ("protected", LATER, True),
    ("protected", EARLIER, False),
    ("protected", NOW.isoformat(), False),
    ("protected", None, False),
    ("protected", ABSENT, None),
    (ABSENT, EARLIER, None),
    (ABSENT, LATER, True),
]


@pytest.mark.parametrize(("status", "until", "keeps"), PLACES)
def test_who_lost_his_protection_has_lost_his_place(status: Data, until: Data, keeps: bool | None) -> None:
    given = {"status": status, "protected_until": until, "registered_at": "2026-10-01T09:00:00+08:00"}
    claim = {key: value for key, value in given.items() if value != ABSENT}
    claim["partner"] = {"id": "P", "suspended": False, "tier": "gold"}
    decision = decided(program_of(POLICY), Kind.DEAL_REGISTRATION, claims_of(claim))
    facts = {fact["field"]: fact for fact in decision["trace"]["facts"] if fact.get("claim")}
    found = facts["claim.queued_at"]
    assert found["value"] == ("2026-10-01T01:00:00+00:00" if keeps else None)
    assert found.get("known", True) is (keeps is not None)
