"""Every outcome follows from its trace alone: for all cases, for random decisions, and never by accident."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from engine.core.decision import Explain, Kind
from tests.agreement import pairs
from tests.case_files import Case, all_cases
from tests.deciding import Data, decided, shown
from tests.sufficiency import wrong

TRACES: tuple[Explain, ...] = ("fired", "near", "all")
CASES = all_cases()
POLICIES = 120
BLOCK = 10


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_cases_outcome_follows_from_its_trace(case: Case) -> None:
    for explain in TRACES:
        decision = decided(case.program(), case.kind, case.request, explain=explain)
        found = wrong(decision, explain)
        assert not found, "\n".join([*found, f"explain={explain}", shown(decision)])


@pytest.mark.parametrize("first", range(0, POLICIES, BLOCK))
def test_a_random_outcome_follows_from_its_trace(first: int) -> None:
    for seed in range(5_000 + first, 5_000 + first + BLOCK):
        for pair in pairs(seed, 40):
            explain = TRACES[pair.number // 4 % 3]
            decision = decided(pair.program, pair.kind, pair.request, explain=explain)
            found = wrong(decision, explain)
            assert not found, "\n".join([*found, f"policy {seed}, request {pair.number}, {explain}", shown(decision)])


def without_what_fired(decision: Data) -> None:
    decision["trace"]["rules"] = [rule for rule in decision["trace"]["rules"] if rule["status"] != "fired"]


def another_outcome(decision: Data) -> None:
    decision["outcome"] = "held" if decision["outcome"] != "held" else "clear"


@pytest.mark.parametrize("tamper", [without_what_fired, another_outcome])
@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
def test_a_decision_that_does_not_follow_is_noticed(kind: str, tamper: Callable[[Data], None]) -> None:
    noticed = 0
    for case in [case for case in CASES if case.kind == kind][:80]:
        if case.expect.get("fired") or tamper is another_outcome:
            decision = deepcopy(decided(case.program(), case.kind, case.request))
            tamper(decision)
            noticed += bool(wrong(decision, "all"))
    assert noticed >= 6
