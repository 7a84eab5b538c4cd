"""Random requests that `dealdesk crosscheck` makes: decided every one, and reaching every kind of answer."""

import json
from collections import Counter

import pytest

from engine.core.decision import Kind
from engine.space.random_requests import SampleRequests
from tests.deciding import SHIPPED, Data, decided, program_at, program_of
from tests.random_policies import random_policy

REACHED = {
    Kind.PRICE_APPROVAL: {"auto_approved", "requires_approval", "held", "rejected", "needs_information"},
    Kind.SPECIAL_ORDER: {"clear", "held", "blocked", "needs_information"},
    Kind.DEAL_REGISTRATION: {"awarded", "contested", "rejected", "needs_information"},
    Kind.PARTNER_ALLOCATION: {"allocated", "fallback", "needs_information"},
}


def made(text_or_none: str | None, kind: Kind, number: int, *, seed: int = 1) -> list[dict[str, Data]]:
    program = program_of(text_or_none) if text_or_none else program_at(SHIPPED)
    source = SampleRequests(program.policy, seed)
    return [source.make(kind) for _ in range(number)]


@pytest.mark.parametrize("kind", REACHED)
def test_they_reach_every_outcome(kind: Kind) -> None:
    program = program_at(SHIPPED)
    seen = Counter(decided(program, kind, one, explain="none")["outcome"] for one in made(None, kind, 400))
    assert REACHED[kind] <= set(seen), f"hardly ever reached: {seen}"


def test_a_seed_makes_the_same_requests() -> None:
    assert made(None, Kind.PRICE_APPROVAL, 5, seed=3) == made(None, Kind.PRICE_APPROVAL, 5, seed=3)
    assert made(None, Kind.PRICE_APPROVAL, 5, seed=3) != made(None, Kind.PRICE_APPROVAL, 5, seed=4)


def test_they_can_be_sent_as_they_are() -> None:
    for kind in Kind:
        for one in made(None, kind, 20):
            assert json.loads(json.dumps(one)) == one


@pytest.mark.parametrize("seed", range(6))
def test_none_is_refused_under_any_policy(seed: int) -> None:
    text = random_policy(seed)
    for kind in Kind:
        for one in made(text, kind, 15):
            decided(program_of(text), kind, one, explain="none")
