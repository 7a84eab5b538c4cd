"""Unknown is not false: what a decision says did not matter does not, and what it says may come is all that comes.

Whatever value a missing field turns out to have, a decision that stood without it stands with it. And where information
is asked for, whatever is then decided was among what was said to be possible. (That every combination of undetermined
rules is thought of is shown by `test_sufficiency`, which tries them all.)
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random

import pytest

from engine.core.decision import Kind
from engine.program import Program
from rules.load import load_text
from tests.deciding import Data, compiled, decided, shown
from tests.policy_writer import written
from tests.random_policies import Author
from tests.random_requests import Requests

POLICIES, REQUESTS, FILLINGS, BLOCK = 80, 32, 4, 8
KINDS = tuple(Kind)


class PlainAuthor(Author):
    """Writes policies without `present` and `missing`, which are the only tests that a value turns around."""

    presence = False


@dataclass(frozen=True)
class Filled:
    """A decision on a request that lacks something, and one on the same request with that filled in."""

    told: str
    kind: Kind
    before: Mapping[str, Data]
    after: Mapping[str, Data]


@cache
def program_of(seed: int) -> Program:
    return compiled(load_text(written(PlainAuthor(Random(seed)).policy())))


def fillings(seeds: range) -> Iterator[Filled]:
    for seed in seeds:
        program = program_of(seed)
        source, rng = Requests(program.policy), Random(seed)
        for number in range(REQUESTS):
            kind = KINDS[number % len(KINDS)]
            request = source.make(rng, kind)
            before = decided(program, kind, request, explain="fired")
            fields = lacking(before)
            for _ in range(FILLINGS if fields else 0):
                full = source.filled(rng, kind, request, fields)
                after = decided(program, kind, full, explain="fired")
                told = f"policy {seed}, request {number}: {request}\nfilled: {full}\n{shown(before)}\n{shown(after)}"
                yield Filled(told, kind, before, after)


def lacking(decision: Mapping[str, Data]) -> list[str]:
    """Return the missing fields, whether they are asked for or did not matter.

    A submitter who is not given counts as one without authority, so that giving one shortens the chain.
    """
    steps = [step for step in decision["trace"]["steps"] if step["step"] == "missing_did_not_matter"]
    fields = list(decision["missing"]) or [path for step in steps for path in step["fields"]]
    return [path for path in fields if path != "submitter.level"]


def binding(decision: Mapping[str, Data]) -> Data:
    """Return what binds (docs/language.md section 3); of a rule that speaks of several lines one is as good as all."""
    result = decision["result"]
    unmet = {(one["control"], *one["obligation"].items()) for one in result.get("controls", ()) if not one["met"]}
    bound: Data = {
        "outcome": decision["outcome"],
        "level": result.get("level"),
        "chain": [{one["role"] for one in step["approvers"]} for step in result.get("chain", ())],
        "holds": {one["rule"] for one in result.get("holds", ())},
        "rejections": {one["rule"] for one in result.get("rejections", ())},
        "unmet": unmet,
        "blocks": {one["control"] for one in result.get("blocks", ())},
        "winner": result.get("winner"),
        "statuses": {one["claim"]: one["status"] for one in result.get("ranking", ()) if "claim" in one},
        "chosen": set(result.get("chosen", ())),
    }
    if decision["outcome"] in ("rejected", "blocked") and decision["kind"] in ("price_approval", "special_order"):
        return decision["outcome"]  # what applies first: what else there is to say may grow
    return bound


@pytest.mark.parametrize("first", range(11_000, 11_000 + POLICIES, BLOCK))
def test_what_did_not_matter_does_not_and_what_comes_was_possible(first: int) -> None:
    for one in fillings(range(first, first + BLOCK)):
        if one.before["outcome"] != "needs_information":
            assert binding(one.after) == binding(one.before), one.told
        elif one.after["outcome"] != "needs_information":
            possible = one.before["possible"]
            assert one.after["outcome"] in possible["outcomes"], one.told
            level = one.after["result"].get("level")
            assert level is None or level in possible["levels"], one.told


def test_there_is_something_to_fill_in() -> None:
    """Each kind has decisions that stood without a field, and ones that a field has settled."""
    seen = Counter(
        (one.kind, one.before["outcome"] == "needs_information", one.after["outcome"] == "needs_information")
        for one in fillings(range(11_000, 11_020))
    )
    for kind in Kind:
        assert seen[kind, False, False] > 10, seen
        assert seen[kind, True, False] > 10, seen
