"""Formulas over straight lines: (a + b x) / (c + d x), x a line's net price in cents, compiled like `formulas`.

Nearly every field that depends on the price is such a quotient: discount, margins, totals, and what policies add to
them. Where the price enters in another way, or an operand is unknown, null or infinite, there is no straight form, and
`repricing` works the field out piece by piece.
"""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, TypeAlias

from engine.exact import ratio
from engine.generated import function
from rules.ir import Aggregate, Arithmetic, Constant, Expression, Extreme, FieldValue

# a, b, c and d of (a + b x) / (c + d x).
Straight: TypeAlias = tuple[int, int, int, int]
# From the fixed fields' pairs, the moving fields' straight forms, and what the other lines add up to per field.
StraightFormula: TypeAlias = Callable[
    [Callable[[str], Any], Callable[[str], Straight], Callable[[str], tuple[int, int]]], Straight
]

NOT_STRAIGHT = (LookupError, TypeError, ZeroDivisionError)
_ZERO = "0"


class NotStraightError(LookupError):
    """The formula has no straight form."""


def compiled(expression: Expression, moving: Mapping[str, object]) -> StraightFormula | None:
    """Return a function that gives the formula's straight form, or None if it can have none.

    The function raises one of `NOT_STRAIGHT` where an operand is not a finite number or not straight itself.
    """
    writer = _Writer(moving)
    try:
        a, b, c, d = writer.write(expression)
    except NotStraightError:
        return None
    lines = [*writer.lines, f"1 % ({c} or {d})", f"return {a}, {b}, {c}, {d}"]
    source = "def straight(fixed, moving, others):\n    " + "\n    ".join(lines)
    made: StraightFormula = function(source, "straight", {})
    return made


_Part: TypeAlias = tuple[str, str, str, str]


class _Writer:
    """Writes an expression as statements over the four numbers of each part; known zeros never reach the source."""

    def __init__(self, moving: Mapping[str, object]) -> None:
        self.lines: list[str] = []
        self._moving = moving
        self._names = count()

    def write(self, expression: Expression) -> _Part:
        match expression:
            case Constant(value):
                n, d = ratio(value)
                return f"({n})", _ZERO, str(d), _ZERO
            case FieldValue(field):
                if field in self._moving:
                    return self._straight(field)
                return self._fixed(f"fixed({field!r})")
            case Aggregate("sum", field) if field in self._moving:
                others = self._fixed(f"others({field!r})")
                return self._sum("+", self._straight(field), others)
            case Arithmetic("*", left, right):
                return self._product(self.write(left), self.write(right))
            case Arithmetic("/", left, right):
                return self._quotient(self.write(left), self.write(right))
            case Arithmetic(operator, left, right):
                return self._sum(operator, self.write(left), self.write(right))
            case Aggregate() | Extreme():
                raise NotStraightError

    def _fixed(self, source: str) -> _Part:
        n, d = f"n{(number := next(self._names))}", f"d{number}"
        self.lines += [f"{n}, {d} = {source}", f"1 % {d}"]
        return n, _ZERO, d, _ZERO

    def _straight(self, field: str) -> _Part:
        a, b, c, d = (f"{letter}{next(self._names)}" for letter in "abcd")
        self.lines.append(f"{a}, {b}, {c}, {d} = moving({field!r})")
        return a, b, c, d

    def _sum(self, operator: str, left: _Part, right: _Part) -> _Part:
        """Bring two parts on one denominator; if both denominators move, the numerator would bend."""
        a, b, c, d = left
        e, f, g, h = right
        if _ZERO not in (d, h):
            raise NotStraightError
        if (_ZERO not in (d, f)) or (_ZERO not in (h, b)):
            raise NotStraightError
        return self._named(
            _added(operator, _times(a, g), _times(e, c)),
            _added(operator, _added("+", _times(b, g), _times(a, h)), _added("+", _times(f, c), _times(e, d))),
            _times(c, g),
            _added("+", _times(d, g), _times(c, h)),
        )

    def _product(self, left: _Part, right: _Part) -> _Part:
        if _moves(left) and _moves(right):
            raise NotStraightError
        (a, b, c, d), (e, _, g, _) = (left, right) if _moves(left) else (right, left)
        return self._named(_times(a, e), _times(b, e), _times(c, g), _times(d, g))

    def _quotient(self, left: _Part, right: _Part) -> _Part:
        e, f, g, h = right
        if _moves(left) and _moves(right) and (left[3] != _ZERO or h != _ZERO):
            raise NotStraightError
        a, b, c, d = left
        return self._named(
            _times(a, g),
            _added("+", _times(b, g), _times(a, h)),
            _times(c, e),
            _added("+", _times(c, f), _times(d, e)),
        )

    def _named(self, *sources: str) -> _Part:
        names = []
        for source in sources:
            if source == _ZERO:
                names.append(_ZERO)
            else:
                names.append(name := f"v{next(self._names)}")
                self.lines.append(f"{name} = {source}")
        a, b, c, d = names
        return a, b, c, d


def _moves(part: _Part) -> bool:
    return part[1] != _ZERO or part[3] != _ZERO


def _times(left: str, right: str) -> str:
    return _ZERO if _ZERO in (left, right) else f"({left}) * ({right})"


def _added(operator: str, left: str, right: str) -> str:
    if right == _ZERO:
        return left
    if left == _ZERO:
        return right if operator == "+" else f"-({right})"
    return f"{left} {operator} ({right})"
