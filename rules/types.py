"""The types of fields and literals (docs/language.md section 2).

Values in the IR are exact: `Fraction` for money, rates, integers and numbers; `str` for text and terms (NFC); `bool`;
`date`; aware `datetime`; `timedelta`; `frozenset[str]` for sets.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from typing import TypeAlias

Value: TypeAlias = Fraction | str | bool | date | datetime | timedelta | frozenset[str]


class Scalar(Enum):
    """A type whose values have no parts."""

    MONEY = "money"
    RATE = "rate"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    DATE = "date"
    TIMESTAMP = "timestamp"
    DURATION = "duration"

    def __str__(self) -> str:
        """Return the name that a policy uses."""
        return self.value


@dataclass(frozen=True, slots=True)
class Term:
    """An enumeration; `values` stand in the owner's order, in which earlier is better."""

    name: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        """Return the term's name."""
        return self.name


@dataclass(frozen=True, slots=True)
class SetOf:
    """A set of texts or of a term's values."""

    item: Scalar | Term

    def __str__(self) -> str:
        """Return the name that a policy uses."""
        return f"set of {self.item}"


Type: TypeAlias = Scalar | Term | SetOf

NUMERIC = frozenset({Scalar.MONEY, Scalar.RATE, Scalar.INTEGER, Scalar.NUMBER})
ORDERED = NUMERIC | {Scalar.DATE, Scalar.TIMESTAMP, Scalar.DURATION}


def is_coarse(kind: Type) -> bool:
    """Return whether few values of a type are met, so that what follows from them may be remembered."""
    return kind in (Scalar.BOOLEAN, Scalar.INTEGER) or isinstance(kind, Term)
