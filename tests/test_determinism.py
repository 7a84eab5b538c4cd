"""Same in, same out: across processes and hash seeds, and whatever the order of lines, claims and candidates."""

import os
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from random import Random

import pytest

from engine.core.decision import Kind
from tests.agreement import Pair, pairs
from tests.case_files import all_cases
from tests.deciding import ROOT, Data, as_text, decided

POLICIES = 24
BLOCK = 4


def fingerprint() -> str:
    """Return a hash of many decisions, byte for byte: of every case, and of random policies."""
    found = sha256()
    for case in all_cases()[::10]:
        found.update(as_text(decided(case.program(), case.kind, case.request)).encode())
    for seed in range(4):
        for pair in pairs(seed, 40):
            found.update(as_text(decided(pair.program, pair.kind, pair.request, explain="near")).encode())
    return found.hexdigest()


def test_decisions_do_not_depend_on_the_hash_seed() -> None:
    script = "from tests.test_determinism import fingerprint; print(fingerprint())"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("0", "1", "4711")
    ]
    prints = [process.communicate(timeout=300)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(set(prints)) == 1, prints


@pytest.mark.parametrize("first", range(7_000, 7_000 + POLICIES, BLOCK))
def test_the_order_of_lines_claims_and_candidates_does_not_matter(first: int) -> None:
    for seed in range(first, first + BLOCK):
        for pair in pairs(seed, 40):
            shuffled, number_of = in_another_order(pair)
            one = decided(pair.program, pair.kind, pair.request)
            other = decided(pair.program, pair.kind, shuffled)
            told = f"policy {seed}, request {pair.number}"
            assert binding(other, number_of) == binding(one, {}), told


def in_another_order(pair: Pair) -> tuple[dict[str, Data], dict[int, int]]:
    """Return the request with its lists shuffled, and for each new line its number before."""
    rng = Random(pair.number)
    request = dict(pair.request)
    order = list(range(len(request.get("lines") or ())))
    rng.shuffle(order)
    if request.get("lines"):
        request["lines"] = [pair.request["lines"][number] for number in order]
    for key in ("claims", "candidates"):
        if request.get(key):
            request[key] = rng.sample(request[key], len(request[key]))
    return request, {new: old + 1 for new, old in enumerate(order, start=1)}


# What names a line, and lists whose order follows that of the lines.
LISTS = ("lines", "holds", "rejections", "alternatives", "controls", "blocks", "audit", "notify", "reasons")


def binding(decision: Mapping[str, Data], number_of: Mapping[int, int]) -> Data:
    """Return what a decision says, with its lines numbered as before."""
    result = renumbered(decision["result"], number_of)
    result["chain"] = [sorted(one["role"] for one in step["approvers"]) for step in result.get("chain", ())]
    rules = renumbered([{**rule, "source": None} for rule in decision["trace"]["rules"]], number_of)
    return {
        "outcome": decision["outcome"],
        "result": result,
        "missing": decision["missing"],
        "possible": decision.get("possible"),
        "rules": sorted(map(as_text, rules)),
    }


def renumbered(value: Data, number_of: Mapping[int, int]) -> Data:
    """Number lines as before, and sort the lists whose order follows that of the lines."""
    if isinstance(value, Mapping):
        return {
            key: number_of.get(one, one)
            if key == "line"
            else sorted(number_of.get(number, number) for number in one)
            if key == "includes"
            else sorted(map(as_text, renumbered(one, number_of)))
            if key in LISTS and isinstance(one, list)
            else renumbered(one, number_of)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [renumbered(one, number_of) for one in value]
    return value


def test_shuffling_moves_lines() -> None:
    """The test above is about something: some requests have lines, claims and candidates to shuffle."""
    moved = dict.fromkeys(Kind, 0)
    for seed in range(7_000, 7_004):
        for pair in pairs(seed, 40):
            moved[pair.kind] += in_another_order(pair)[0] != pair.request
    assert min(moved.values()) > 5, moved
