"""The index and the interpreter agree on random policies and requests, and would be caught if they did not."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from engine.core.facts import Row
from engine.plan.tables.bits import Bits
from engine.plan.tables.index import Index
from rules.ir import AllOf, Compare, Condition, FieldTest, Operator, Rule, Subject
from tests.agreement import KINDS, REQUESTS, disagree, pairs, search
from tests.deciding import decided
from tests.random_policies import random_policy

PAIRS = 20_000
POLICIES = PAIRS // REQUESTS
BLOCK = 10


@pytest.mark.parametrize("first", range(0, POLICIES, BLOCK))
def test_backends_agree(first: int) -> None:
    for seed in range(first, first + BLOCK):
        found = search(seed)
        assert not found, found[0]


def test_a_request_without_lines_leaves_nothing_behind() -> None:
    """What was remembered of it once told the next request's rows as undetermined."""
    assert not search(1_000_019)


def test_a_number_means_one_policy() -> None:
    assert random_policy(7) == random_policy(7)
    assert random_policy(7) != random_policy(8)


def test_random_requests_reach_every_outcome() -> None:
    seen = Counter(
        (pair.kind.value, decided(pair.program, pair.kind, pair.request, explain="none")["outcome"])
        for seed in range(20)
        for pair in pairs(seed, 40)
    )
    outcomes = {
        "price_approval": ("auto_approved", "requires_approval", "held", "rejected"),
        "special_order": ("clear", "held", "blocked"),
        "deal_registration": ("awarded", "contested", "rejected"),
        "partner_allocation": ("allocated", "fallback"),
    }
    for kind in KINDS:
        for outcome in (*outcomes[kind.value], "needs_information"):
            assert seen[kind.value, outcome] >= 3, f"{kind.value}: {outcome} is hardly ever reached: {seen}"


def a_limit_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take `<=` for `<`."""
    honest = Index.__init__

    def broken(self: Index, rules: Sequence[Rule], subject: Subject, **known: Any) -> None:
        mistaken = [replace(rule, when=AllOf(tuple(map(without_limit, rule.when.parts)))) for rule in rules]
        honest(self, mistaken, subject, **known)

    monkeypatch.setattr(Index, "__init__", broken)


def without_limit(part: Condition) -> Condition:
    match part:
        case FieldTest(test=Compare(Operator.AT_MOST, value)):
            return replace(part, test=Compare(Operator.LESS, value))
        case _:
            return part


def unknown_is_false(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose what is undetermined."""
    honest = Index.match

    def broken(self: Index, shared: Row, row: Row) -> tuple[Bits, Bits]:
        return honest(self, shared, row)[0], 0

    monkeypatch.setattr(Index, "match", broken)


def no_near_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find no rule that failed by one test."""
    honest = Index.match_and_near

    def broken(self: Index, shared: Row, row: Row) -> tuple[Bits, Bits, Bits]:
        return *honest(self, shared, row)[:2], 0

    monkeypatch.setattr(Index, "match_and_near", broken)


def no_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find all rules equally near."""
    monkeypatch.setattr(Index, "misses", lambda *_: ())


@pytest.mark.parametrize("mistake", [a_limit_left_out, unknown_is_false, no_near_misses, no_misses])
def test_a_mistake_in_the_index_is_noticed(
    mistake: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mistake(monkeypatch)
    assert any(
        disagree(pair.program, pair.kind, pair.request, explain=pair.explain)
        for seed in range(10)
        for pair in pairs(seed, 40)
    )
