"""What a rule sees: the shared facts, and the row of the line, claim or candidate that it is judged for."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, Protocol, TypeAlias

from engine.core.facts import Row
from engine.core.values import Value
from rules.ir import Subject


class Unknown(Enum):
    """The state of a field that is neither given nor null."""

    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # an enumeration's own is written in Python, and states are keys of what is remembered


UNKNOWN: Final = Unknown.UNKNOWN
State: TypeAlias = Value | Literal[Unknown.UNKNOWN]

# The objects whose fields stand in the row; all others are shared. A partner is the deal's, or each claim's or
# candidate's own (docs/language.md section 4).
OWN_OBJECTS: dict[Subject, frozenset[str]] = {
    Subject.DEAL: frozenset(),
    Subject.LINE: frozenset({"line"}),
    Subject.CLAIM: frozenset({"claim", "partner"}),
    Subject.PARTNER: frozenset({"partner"}),
}


def is_own(path: str, subject: Subject) -> bool:
    """Return whether a field stands in a subject's row; all others are shared."""
    return path.partition(".")[0] in OWN_OBJECTS[subject]


class FactView(Protocol):
    """Whatever knows each field's state."""

    def __getitem__(self, path: str, /) -> State:
        """Return a field's value, None for null, or UNKNOWN."""


@dataclass(frozen=True, slots=True)
class View:
    """The facts from one subject's view; for the deal itself the row is empty."""

    subject: Subject
    shared: Row
    row: Row

    def __getitem__(self, path: str) -> State:
        """Return a field's value, None for null, or UNKNOWN."""
        return (self.row if is_own(path, self.subject) else self.shared).get(path, UNKNOWN)
