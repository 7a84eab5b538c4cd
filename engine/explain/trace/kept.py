"""What is made once and shared by many traces: the entries for values that are met again and again."""

from typing import TypeVar

from rules.types import Type, is_coarse
from rules.vocabulary import AS_OF

Made = TypeVar("Made")

# Stands for an unknown value in a key: `UNKNOWN` itself, an enumeration's member, is slow to look up.
NOT_KNOWN = object()
_MOST = 64


def is_few_valued(field: str, kind: Type) -> bool:
    """Return whether few values of a field are met: of its type, or because it is the day."""
    return is_coarse(kind) or field == AS_OF.path


def keep(seen: dict[object, Made], key: object, made: Made) -> Made:
    """Keep what was made for a key, as long as few are kept; it must never be changed from here on."""
    if len(seen) < _MOST:
        seen[key] = made
    return made
