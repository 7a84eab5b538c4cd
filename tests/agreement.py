"""Do the backends agree? Random policies, random requests, and every backend's decision, compared as JSON texts.

`python -m tests.agreement --pairs 1000000` looks for as long as one likes; the suite takes a fixed 20,000 pairs. What
is found is cut down and printed as a case to keep.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from random import Random

from engine.core.decision import Explain, Kind, RefusedError
from engine.program import Program
from rules.load import load_text
from tests.deciding import BACKENDS, Data, as_text, compiled, decided
from tests.random_policies import random_policy
from tests.random_requests import Requests
from tests.reducing import as_case, reduced

REQUESTS = 80
KINDS = tuple(Kind)


@dataclass(frozen=True)
class Pair:
    """A request under a random policy."""

    seed: int
    number: int
    text: str
    program: Program
    kind: Kind
    request: Mapping[str, Data]

    @property
    def explain(self) -> Explain:
        """Return how much of the trace is compared: near misses are found by the backend, the rest is judged anew."""
        return "all" if self.number % 3 == 2 else "near"


def pairs(seed: int, requests: int = REQUESTS) -> Iterator[Pair]:
    """Yield requests of every kind under one random policy."""
    text = random_policy(seed)
    program = compiled(load_text(text))
    source = Requests(program.policy)
    rng = Random(seed)
    for number in range(requests):
        kind = KINDS[number % len(KINDS)]
        yield Pair(seed, number, text, program, kind, source.make(rng, kind))


def answers(program: Program, kind: Kind, request: Mapping[str, Data], *, explain: Explain) -> list[str]:
    """Return each backend's decision as a text; an exception is an answer that no other equals."""
    found = []
    for number, name in enumerate(BACKENDS):
        try:
            found.append(as_text(decided(program, kind, request, explain=explain, engine=name)))
        except RefusedError:
            raise  # no decision at all: what is drawn at random must be a request that is decided
        except Exception as error:  # noqa: BLE001 - any exception at all is what this looks for
            found.append(f"{number}: {type(error).__name__}: {error}")
    return found


def disagree(program: Program, kind: Kind, request: Mapping[str, Data], *, explain: Explain) -> bool:
    """Return whether the backends' answers differ."""
    return len(set(answers(program, kind, request, explain=explain))) > 1


def disagreement(pair: Pair) -> str | None:
    """Return what the backends disagree about, cut down to a case, or nothing if they agree."""
    if not disagree(pair.program, pair.kind, pair.request, explain=pair.explain):
        return None
    fails = partial(disagree, explain=pair.explain)
    text, request = reduced(pair.text, pair.kind, pair.request, fails)
    found = answers(compiled(load_text(text)), pair.kind, request, explain=pair.explain)
    same = next((n for n, letters in enumerate(zip(*found, strict=False)) if len(set(letters)) > 1), 0)
    told = "\n".join(
        f"# {name}: …{answer[max(same - 200, 0) : same + 200]}…" for name, answer in zip(BACKENDS, found, strict=True)
    )
    case = as_case("the backends disagree", text, pair.kind, request, {"outcome": "..."})
    return f"policy {pair.seed}, request {pair.number}, explain={pair.explain}\n{told}\n{case}"


def search(seed: int, requests: int = REQUESTS) -> list[str]:
    """Return the first disagreement under a random policy, if there is one."""
    found = (disagreement(pair) for pair in pairs(seed, requests))
    return list(islice((told for told in found if told), 1))


def main() -> None:
    """Look for disagreements until so many pairs are compared, with progress."""
    parser = argparse.ArgumentParser(prog="python -m tests.agreement", description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument(
        "--first", type=int, default=1_000_000, help="the first policy's number; the suite has the low ones"
    )
    parser.add_argument("--workers", type=int, default=None)
    chosen = parser.parse_args()
    policies = -(-chosen.pairs // REQUESTS)
    started = time.monotonic()
    findings = 0
    with ProcessPoolExecutor(chosen.workers) as workers:
        results = workers.map(search, range(chosen.first, chosen.first + policies), chunksize=4)
        for done, found in zip(count(1), results, strict=False):
            findings += len(found)
            for told in found:
                print(told, flush=True)
            if done % 50 == 0 or done == policies:
                seconds = time.monotonic() - started
                print(f"{done * REQUESTS:,} pairs in {seconds:,.0f} s, {findings} disagreements", file=sys.stderr)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
