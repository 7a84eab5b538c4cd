"""Deciding without compiled modules: the same quotes, in a process that imports the sources as they are.

`python -m bench.plain SCALE POLICY` prints the timings as JSON; `timings` starts that, and `is_compiled` tells whether
there is anything to compare.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from bench.quotes import FAMILIES, NOW, quotes
from bench.timing import Case, in_turns
from engine.answers.decisions import Decision
from engine.backends.index import IndexEngine
from engine.core import figures
from engine.core.decision import Explain, Kind
from engine.decide import decide
from engine.program import Program, compile_policy
from rules.load import load

INDEX = IndexEngine()
ROOT = Path(__file__).parent.parent
EXPLAINS: tuple[Explain, ...] = ("none", "near")


def is_compiled() -> bool:
    """Return whether what decides was imported compiled."""
    return Path(figures.__file__).suffix != ".py"


def timings(policy: Path, *, rounds: int, seconds: float, count: int) -> dict[str, dict[str, float]]:
    """Return what deciding takes in plain Python, by family and how much is explained."""
    environment = {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bench.plain", str(policy.resolve()), str(rounds), str(seconds), str(count)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found


def cases(program: Program, explains: tuple[Explain, ...], count: int) -> dict[str, Case[Any]]:
    """Return what is timed: each family of quotes, explained more or less."""
    made = {family.name: quotes(program, family, count) for family in FAMILIES}
    return {
        f"{name} / {explain}": Case(partial(_decide, program, explain), requests)
        for name, requests in made.items()
        for explain in explains
    }


def _decide(program: Program, explain: Explain, request: object) -> Decision:
    return decide(program, Kind.PRICE_APPROVAL, request, now=NOW, engine=INDEX, explain=explain)


def main(policy: str, rounds: str, seconds: str, count: str) -> None:
    """Time, and print."""
    loaded = load(Path(policy)).policy
    assert loaded is not None
    assert not is_compiled()
    found = in_turns(cases(compile_policy(loaded), EXPLAINS, int(count)), rounds=int(rounds), seconds=float(seconds))
    print(json.dumps({name: asdict(time) for name, time in found.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
