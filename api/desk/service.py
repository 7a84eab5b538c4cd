"""What every door calls: open a policy, decide with an id and a moment, one case or many.

The doors read and reply; the engine decides. What lies between, the same for all doors, is here.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from engine.answers.decisions import Decision
from engine.backends.index import IndexEngine
from engine.core.decision import Explain, Json, Kind, Language
from engine.core.facts import Limits
from engine.decide import decide as decide_case
from engine.plan.groups import Engine
from engine.program import Program, compile_policy
from rules.load import Loaded, load

KIND_BY_NAME = {name: kind for kind in Kind for name in (kind.slug, kind.value)}


class PolicyRefusedError(Exception):
    """A policy that has errors."""

    def __init__(self, loaded: Loaded) -> None:
        """Take what loading found."""
        errors = sum(one.severity == "error" for one in loaded.diagnostics)
        super().__init__(f"{errors} error{'s' * (errors > 1)}")
        self.loaded = loaded


@dataclass(frozen=True, slots=True)
class Options:
    """How to decide; the defaults are the contract's."""

    explain: Explain = "near"
    language: Language = "en"
    engine: Engine = field(default_factory=IndexEngine)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision and the id that it is known by outside."""

    id: str
    decision: Decision

    def to_json(self) -> dict[str, Json]:
        """Return the answer in the contract's key order."""
        return {"id": self.id, **self.decision.to_json()}


def read_policy(path: Path) -> Loaded:
    """Load a policy file; what its owner got wrong is in the result.

    Raises:
        OSError: the file cannot be read at all.
    """
    with path.open("rb"):
        return load(path)


def source_path(policy: Path, file: str) -> Path:
    """Return where a source lies: the policy's file is named as it was given, others from its folder."""
    return policy if file == str(policy) else policy.parent / file


def open_program(path: Path) -> Program:
    """Return a policy file's program, ready to decide.

    Raises:
        OSError: the file cannot be read at all.
        PolicyRefusedError: it has errors.
    """
    return program_from(read_policy(path))


def program_from(loaded: Loaded) -> Program:
    """Return a loaded policy's program.

    Raises:
        PolicyRefusedError: the policy has errors.
    """
    if loaded.policy is None:
        raise PolicyRefusedError(loaded)
    return compile_policy(loaded.policy)


def moment() -> datetime:
    """Return what `as_of` is where a request does not say: now, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def new_ids(count: int) -> list[str]:
    """Return ids for so many answers, of one draw: the system is asked for randomness once."""
    drawn = token_hex(16 * count)
    return [drawn[start : start + 32] for start in range(0, 32 * count, 32)]


def decide(
    program: Program, kind: Kind, request: object, *, now: datetime, options: Options, name: str | None = None
) -> Answer:
    """Decide one case; `name` is the answer's id where its caller has drawn one.

    Raises:
        RefusedError: the request cannot be decided as it stands; it has every fault.
        EngineUnavailableError: the engine's own process ended, or does not answer.
    """
    decision = decide_case(
        program,
        kind,
        request,
        now=now,
        explain=options.explain,
        language=options.language,
        engine=options.engine,
        limits=options.limits,
    )
    return Answer(name or token_hex(16), decision)
