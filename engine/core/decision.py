"""What every decision is about: the four kinds, how they are asked for, and the refusal of what cannot be read."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

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
