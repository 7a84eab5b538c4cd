"""What every decision is about: the four kinds, how they are asked for, and the refusal of what cannot be read."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "zh"]
Explain: TypeAlias = Literal["none", "fired", "near", "all"]
# What `json.dumps` can write: values are made of these alone, so that a decision is the same text everywhere.
Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"


class Kind(StrEnum):
    """The four kinds of decision; the value stands in JSON, `slug` in paths, commands and file names."""

    PRICE_APPROVAL = "price_approval"
    SPECIAL_ORDER = "special_order"
    DEAL_REGISTRATION = "deal_registration"
    PARTNER_ALLOCATION = "partner_allocation"

    @property
    def slug(self) -> str:
        """Return the kind as URLs and the command line write it."""
        return self.value.replace("_", "-")


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
