"""Two engines on one request: the same decision, or every difference with what shows it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.answers.decisions import Decision
from engine.backends import Backend, EngineName
from engine.backends.durable.errors import EngineUnavailableError
from engine.core.decision import Explain, Json, Kind, RefusedError
from engine.core.facts import Limits
from engine.decide import decide
from engine.program import Program
from engine.texts import as_text

# Near misses are found by the engine itself; `all` shows every test's values besides.
COMPARED: tuple[Explain, ...] = ("near", "all")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one engine says: the decision as exact JSON, and as text for people."""

    engine: EngineName
    exact: Json
    text: str
    decided: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Two answers that are not the same, and the first place, as a JSON pointer, where they part."""

    answers: tuple[Answer, Answer]
    explain: Explain
    pointer: str


@dataclass(frozen=True, slots=True)
class Crosschecked:
    """One request on both engines; `decided` is false if they refuse it alike."""

    difference: Difference | None
    decided: bool


def crosscheck(
    program: Program,
    kind: Kind,
    request: object,
    *,
    now: datetime,
    engines: tuple[Backend, Backend],
    limits: Limits,
) -> Crosschecked:
    """Decide a request on both engines, and compare everything that they say."""
    decided = False
    for explain in COMPARED:
        first, second = (
            _answer(program, kind, request, now=now, engine=engine, explain=explain, limits=limits)
            for engine in engines
        )
        decided = first.decided
        # As texts: the order of keys is part of the answer, and 1 is not true.
        if json.dumps(first.exact) != json.dumps(second.exact) or first.decided != second.decided:
            pointer = next(parting(first.exact, second.exact), "")
            return Crosschecked(Difference((first, second), explain, pointer), decided)
    return Crosschecked(None, decided)


def _answer(
    program: Program,
    kind: Kind,
    request: object,
    *,
    now: datetime,
    engine: Backend,
    explain: Explain,
    limits: Limits,
) -> Answer:
    """Return an engine's answer; a refusal is one, and so is that the engine's process ended over it."""
    try:
        decision: Decision = decide(program, kind, request, now=now, explain=explain, engine=engine, limits=limits)
    except RefusedError as refused:
        return Answer(engine.name, str(refused), f"refused: {refused}\n", decided=False)
    except EngineUnavailableError as error:
        return Answer(engine.name, str(error), f"no decision: {error}\n", decided=False)
    return Answer(engine.name, dict(decision.to_json()), as_text(decision, "en"), decided=True)


def parting(left: Json, right: Json, pointer: str = "") -> Iterator[str]:
    """Yield every place at which two JSON values differ, as JSON pointers.

    >>> list(parting({"a": [1, 2], "b": 1}, {"a": [1, 3], "c": 1}))
    ['/a/1', '/b', '/c']
    """
    match left, right:
        case dict(), dict():
            for key in dict.fromkeys([*left, *right]):
                place = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
                if key in left and key in right:
                    yield from parting(left[key], right[key], place)
                else:
                    yield place
            if list(left) != list(right) and set(left) == set(right):
                yield pointer  # the same keys in another order
        case list(), list():
            for number, (one, other) in enumerate(zip(left, right, strict=False)):
                yield from parting(one, other, f"{pointer}/{number}")
            if len(left) != len(right):
                yield f"{pointer}/{min(len(left), len(right))}"
        case _:
            if left != right or type(left) is not type(right):
                yield pointer
