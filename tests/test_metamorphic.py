"""Policies that mean the same decide the same: other orders, other names, ranges in two, rules that never hold."""

from collections.abc import Iterator, Mapping
from random import Random

import pytest

from engine.core.decision import Kind
from engine.program import Program
from rules.load import load_text
from tests.deciding import Data, as_text, compiled, decided
from tests.policy_writer import Tree, written
from tests.random_policies import Author
from tests.random_requests import Requests
from tests.rewriting import Rewrite, add_what_never_holds, permute, rename, rewritten, split_ranges, with_ids

POLICIES, REQUESTS, BLOCK = 60, 16, 6
KINDS = tuple(Kind)
# What names rules, what tells the order of rows, and audits, which are drawn by the control's name.
NAMES = ("rule", "control", "granted_by", "audit", "reasons", "impossible", "contributions", "undetermined")


def substance(value: Data) -> Data:
    """Return what a decision says without the names of rules, lists in an order of their own."""
    if isinstance(value, Mapping):
        return {key: substance(one) for key, one in value.items() if key not in NAMES}
    if isinstance(value, list):
        return sorted((substance(one) for one in value), key=as_text)
    return value


def meaning(program: Program, kind: Kind, request: Mapping[str, Data]) -> Data:
    decision = decided(program, kind, request, explain="none")
    parts = {key: decision.get(key) for key in ("outcome", "result", "missing", "possible")}
    ranking = [entry.get("claim", entry.get("partner")) for entry in decision["result"].get("ranking", ())]
    return substance(parts), ranking


def requests(program: Program, seed: int) -> Iterator[tuple[Kind, dict[str, Data]]]:
    rng = Random(seed)
    source = Requests(program.policy)
    for number in range(REQUESTS):
        kind = KINDS[number % len(KINDS)]
        yield kind, source.make(rng, kind)


def program(policy: Tree) -> Program:
    return compiled(load_text(written(policy)))


@pytest.mark.parametrize("rewrite", [permute, split_ranges, add_what_never_holds, rename])
@pytest.mark.parametrize("first", range(9_000, 9_000 + POLICIES, BLOCK))
def test_a_policy_that_means_the_same_decides_the_same(first: int, rewrite: Rewrite) -> None:
    for seed in range(first, first + BLOCK):
        policy = with_ids(Author(Random(seed)).policy())
        other = rewritten(policy, rewrite, Random(seed))
        one, two = program(policy), program(other)
        for kind, request in requests(one, seed):
            told = f"policy {seed} rewritten by {rewrite.__name__}\n{request}\n{written(other)}"
            assert meaning(two, kind, request) == meaning(one, kind, request), told


@pytest.mark.parametrize("rewrite", [permute, split_ranges, add_what_never_holds, rename])
def test_rewriting_changes_policies(rewrite: Rewrite) -> None:
    """Each rewriting finds something to rewrite in nearly every policy."""
    policies = [with_ids(Author(Random(seed)).policy()) for seed in range(20)]
    assert sum(rewritten(policy, rewrite, Random(1)) != policy for policy in policies) > 15
