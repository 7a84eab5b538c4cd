"""Formulas as statements: the ordinary case written out, everything else left to the interpreter.

Where every operand is a finite number and no divisor is zero, a formula is a handful of integer products. Anything else
(an unknown or null operand, a division by zero, an infinite margin) ends in an exception or a zero denominator there,
and the plain interpreter decides what it means. So there is one meaning, and the statements only know when they may say
it faster.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from engine.core.exact import ratio
from engine.core.facts import Row
from engine.core.views import State, is_own
from engine.plan.generated import Names, field_of, numeral, quoted
from rules.ir import Aggregate, Arithmetic, Constant, Expression, Extreme, FieldValue, Subject

# From the shared facts, the row, and the deal's lines (None where the request does not give them).
Formula: TypeAlias = Callable[[Row, Row, Sequence[Row] | None], State]


@dataclass(frozen=True, slots=True)
class Written:
    """A formula as statements, and the names of the numerator and denominator that they end with.

    They read `shared`, `row` and `lines`, and raise one of `UNUSUAL` where an operand is not a finite number or a
    divisor is zero; a denominator of zero says the same.
    """

    lines: tuple[str, ...]
    n: str
    d: str


UNUSUAL = "(KeyError, TypeError, ZeroDivisionError)"


def written(expression: Expression, subject: Subject) -> Written | None:
    """Return the statements of a formula; None if it has a part that is not worth compiling."""
    writer = _Writer(subject)
    try:
        n, d = writer.write(expression)
    except _Uncommon:
        return None
    return Written(tuple(writer.lines), n, d)


def total(field: str, lines: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Add a field of all lines; KeyError where it is unknown, TypeError where it is null."""
    n, d = 0, 1
    for line in lines:
        m, e = line[field]
        if e == d:
            n += m
        else:
            n, d = _sum(n, d, m, e)
    return n, d


def _sum(n: int, d: int, m: int, e: int) -> tuple[int, int]:
    """Add two numbers on the smaller denominator where one divides the other, as powers of ten do."""
    if not e:
        raise ZeroDivisionError
    if d % e == 0:
        return n + m * (d // e), d
    if e % d == 0:
        return n * (e // d) + m, e
    return n * e + m * d, d * e


class _Uncommon(Exception):  # noqa: N818 - nothing went wrong: the interpreter is as good here
    """The expression has a part that is not worth compiling."""


class _Writer:
    """Writes an expression as statements over pairs of integers, one pair of names a part."""

    def __init__(self, subject: Subject) -> None:
        self.lines: list[str] = []
        self._subject = subject
        self._names = Names()
        self._read: dict[str, tuple[str, str]] = {}

    def write(self, expression: Expression) -> tuple[str, str]:
        """Return the names (or numerals) of a part's numerator and denominator."""
        match expression:
            case Constant(value):
                n, d = ratio(value)
                return numeral(n), numeral(d)
            case FieldValue(field):
                if field not in self._read:
                    self._read[field] = self._pair(field_of(field, own=is_own(field, self._subject)))
                return self._read[field]
            case Aggregate("sum", field):
                return self._pair(f"total({quoted(field)}, lines)")
            case Aggregate() | Extreme():
                raise _Uncommon
            case Arithmetic(operator, left, right):
                return self._arithmetic(operator, self.write(left), self.write(right))
            case _:
                assert_never(expression)

    def _pair(self, source: str) -> tuple[str, str]:
        n, d = self._names.new("n", "d")
        self.lines.append(f"{n}, {d} = {source}")
        return n, d

    def _arithmetic(self, operator: str, left: tuple[str, str], right: tuple[str, str]) -> tuple[str, str]:
        (a, b), (c, e) = left, right
        n, d = self._names.new("n", "d")
        if operator == "/":
            # The sign moves to the numerator; the modulo by zero is how a division by zero leaves the fast path.
            self.lines += [f"1 % {c}", f"if {c} > 0: {n} = {a} * {e}; {d} = {b} * {c}"]
            self.lines += [f"else: {n} = -{a} * {e}; {d} = -{b} * {c}"]
        elif operator == "*":
            self.lines.append(f"{n} = {a} * {c}; {d} = {b} * {e}")
        else:
            self.lines += [f"if {b} == {e}: {n} = {a} {operator} {c}; {d} = {b}"]
            self.lines += [f"else: {n} = {a} * {e} {operator} {c} * {b}; {d} = {b} * {e}"]
        return n, d
