"""What the engine answers: a decision as plain data, and the refusal of a request that cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from rules.kinds import Kind as Kind  # noqa: PLC0414 - part of what a decision is

Language: TypeAlias = Literal["en", "zh"]
Explain: TypeAlias = Literal["none", "fired", "near", "all"]
# What `json.dumps` can write: values are made of these alone, so that a decision is the same text everywhere.
Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request, at a JSON pointer (RFC 6901); the empty pointer is the whole request."""

    pointer: str
    code: str
    message: str
    hint: str | None = None


class RefusedError(Exception):
    """A request that cannot be decided as it stands: every fault at once."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Take the faults in the request's own order; there is at least one."""
        super().__init__("; ".join(f"{fault.pointer or '/'}: {fault.message}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class PolicyStamp:
    """Which policy decided."""

    name: str
    version: str
    digest: str


class Decision(NamedTuple):
    """A decision (CONTRACT.md section 1) without its id, which belongs to the door that stores it.

    `result`, `possible` and `trace` are JSON values in the contract's shape. The same request, policy and `as_of` give
    an equal decision; only `summary` and the titles and reasons in `result` and `trace` depend on the language.
    """

    kind: Kind
    policy: PolicyStamp
    as_of: str
    outcome: str
    summary: str
    result: Mapping[str, Json]
    missing: tuple[str, ...]
    possible: Mapping[str, Json] | None
    trace: Mapping[str, Json] | None

    def to_json(self) -> dict[str, Json]:
        """Return the decision in the contract's key order."""
        answer: dict[str, Json] = {
            "kind": self.kind.value,
            "policy": {"name": self.policy.name, "version": self.policy.version, "digest": self.policy.digest},
            "as_of": self.as_of,
            "outcome": self.outcome,
            "summary": self.summary,
            "result": dict(self.result),
            "missing": list(self.missing),
        }
        if self.possible is not None:
            answer["possible"] = dict(self.possible)
        if self.trace is not None:
            answer["trace"] = dict(self.trace)
        return answer
