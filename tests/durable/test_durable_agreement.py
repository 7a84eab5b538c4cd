"""The durable engine decides every case, and random requests under random policies, as the first engine does.

The suite takes 300 random pairs; `python -m tests.durable.test_durable_agreement 20000` takes as many as one likes.
"""

import sys
from collections.abc import Iterator
from itertools import islice

import pytest

from engine.core.decision import Explain
from tests.agreement import Pair, pairs
from tests.case_files import Case, all_cases
from tests.deciding import as_text, decided
from tests.durable.installed import needs_durable

pytestmark = needs_durable
PAIRS = 300
EACH = 12  # requests under one random policy
BLOCK = 60
# Near misses are what an engine finds besides its matches; `all` compares everything that is told.
COMPARED: tuple[Explain, ...] = ("near", "all")
CASES = [case for case in all_cases() if "durable" not in case.unsupported]


@pytest.mark.parametrize("file", sorted({case.file for case in CASES}), ids=lambda file: file.stem)
def test_cases_are_decided_alike(file: object) -> None:
    for case in CASES:
        if case.file == file:
            check(case)


def check(case: Case) -> None:
    program = case.program()
    for explain in COMPARED:
        first = decided(program, case.kind, case.request, explain=explain)
        second = decided(program, case.kind, case.request, explain=explain, engine="durable")
        assert as_text(second) == as_text(first), f"{case.id} at explain={explain}"


def differing(found: Iterator[Pair]) -> Iterator[str]:
    """Yield which pairs are decided differently."""
    for pair in found:
        first = decided(pair.program, pair.kind, pair.request, explain=pair.explain)
        second = decided(pair.program, pair.kind, pair.request, explain=pair.explain, engine="durable")
        if as_text(first) != as_text(second):
            yield f"policy {pair.seed}, request {pair.number}, explain={pair.explain}: {as_text(pair.request)}"


def random_pairs(first: int, number: int) -> Iterator[Pair]:
    """Yield pairs, the first policy being that of the pair with this number."""
    policies = range(first // EACH, -(-(first + number) // EACH))
    return islice((pair for seed in policies for pair in pairs(5_000 + seed, EACH)), number)


@pytest.mark.parametrize("first", range(0, PAIRS, BLOCK))
def test_random_requests_are_decided_alike(first: int) -> None:
    assert list(differing(random_pairs(first, BLOCK))) == []


if __name__ == "__main__":
    lines = list(differing(random_pairs(0, int(sys.argv[1]))))
    print("\n".join(lines) or f"{sys.argv[1]} pairs: no difference")
    sys.exit(bool(lines))
