"""z3 and the little that the analysis adds to it: this is the only module that imports the solver.

z3 is an optional part (`dealdesk[proofs]`). What it makes has no types of its own, and is `Term3` everywhere.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias, assert_never

from rules.ir import Operator

try:
    import z3 as _z3  # type: ignore[import-untyped, unused-ignore]  # it has none
except ImportError:  # the optional part is not installed
    _z3 = None

z3: Any = _z3
Term3: TypeAlias = Any
AVAILABLE = z3 is not None


class UnfitError(Exception):
    """Something that cannot be said to the solver, such as what the engine finds out while it decides."""


@dataclass(frozen=True, slots=True)
class Var:
    """A field's value and whether it is null; a set's value is a mapping from member to whether it belongs."""

    value: Term3
    null: Term3


class Members:
    """A given set: a variable for each member that anybody asks for."""

    def __init__(self, name: str) -> None:
        """Start with no member asked for."""
        self.name = name
        self.known: dict[str, Term3] = {}

    def has(self, value: str) -> Term3:
        """Return whether a member belongs."""
        return self.known.setdefault(value, z3.Bool(f"{self.name}:{value}"))


class KnownMembers:
    """A derived set."""

    def __init__(self, known: dict[str, Term3]) -> None:
        """Take for each member whether it belongs."""
        self.known = known

    def has(self, value: str) -> Term3:
        """Return whether a member belongs."""
        return self.known.get(value, z3.BoolVal(False))


def real(number: Fraction) -> Term3:
    """Return an exact number."""
    return z3.RealVal(f"{number.numerator}/{number.denominator}")


def as_real(value: Term3) -> Term3:
    """Return a number as one that may have decimals."""
    return z3.ToReal(value) if z3.is_int(value) else value


def compared(operator: Operator, left: Term3, right: Term3) -> Term3:
    """Return a comparison."""
    match operator:
        case Operator.EQUAL:
            return left == right
        case Operator.NOT_EQUAL:
            return left != right
        case Operator.LESS:
            return left < right
        case Operator.AT_MOST:
            return left <= right
        case Operator.GREATER:
            return left > right
        case Operator.AT_LEAST:
            return left >= right
        case _:
            assert_never(operator)
