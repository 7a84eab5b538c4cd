"""Formulas over straight lines: (a + b x) / (c + d x), x a line's net price in cents, compiled like `formulas`.

Nearly every field that depends on the price is such a quotient: discount, margins, totals, and what policies add to
them. Where the price enters in another way, or an operand is unknown, null or infinite, there is no straight form, and
`priced_line` works the field out piece by piece. All of a policy's straight fields are written into one function, in
which a field's numbers are the operands of the next.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias, assert_never

from engine.core.exact import Ratio, ratio
from engine.core.facts import Row
from engine.core.views import is_own
from engine.plan.generated import Names, compile_function, field_of, indented, numeral, quoted
from rules.ir import Aggregate, Arithmetic, Constant, Expression, Extreme, FieldValue, Subject

# a, b, c and d of (a + b x) / (c + d x); the denominator is above zero at every price that is looked at.
Straight: TypeAlias = tuple[int, int, int, int]
# From the shared facts, the line's own, what the other lines add up to per field, and the first and the last price: the
# form of every field that has one there.
StraightForms: TypeAlias = Callable[[Row, Row, Callable[[str], Ratio], int, int], dict[str, Straight]]

PRICE = "line.net_price"
OF_PRICE: Straight = (0, 1, 100, 0)


class NotStraightError(LookupError):
    """A field has no straight form."""


def compiled(formulas: Mapping[str, Expression], crossing: frozenset[str]) -> StraightForms:
    """Return a function that gives straight forms; the formulas of the moving fields stand in dependency order.

    `crossing` are the fields of the other lines that the price moves as well.
    """
    writer = _Writer(crossing)
    lines = ["def forms(shared, row, others, low, high):", f"    found = {{{quoted(PRICE)}: {OF_PRICE}}}"]
    for path, formula in formulas.items():
        try:
            statements = writer.field(path, formula)
        except _BentError:
            continue
        # An operand that is no finite number, or not straight here, ends the field, and those that read it.
        lines += ["    try:", *indented(statements, 2)]
        lines += ["    except (LookupError, TypeError, ZeroDivisionError): pass"]
    names = {"NotStraightError": NotStraightError}
    made: StraightForms = compile_function([*lines, "    return found"], "forms", names)
    return made


class _BentError(Exception):
    """The price enters a formula in another way."""


# The names, or numerals, of a part's four numbers; a zero that is known beforehand never reaches the source.
_Part: TypeAlias = tuple[str, str, str, str]
_ZERO, _ONE = "0", "1"


class _Writer:
    """Writes expressions as statements over the four numbers of each part, whose denominator is above zero."""

    def __init__(self, crossing: frozenset[str]) -> None:
        self._crossing = crossing
        self._names = Names()
        self._fields: dict[str, _Part] = {PRICE: (_ZERO, _ONE, str(OF_PRICE[2]), _ZERO)}
        self._lines: list[str] = []

    def field(self, path: str, formula: Expression) -> list[str]:
        """Return the statements that put a field's form into `found`."""
        self._lines = []
        part = self._write(formula)
        self._fields[path] = part
        return [*self._lines, f"found[{quoted(path)}] = {', '.join(part)}"]

    def _write(self, expression: Expression) -> _Part:
        match expression:
            case Constant(value):
                n, d = ratio(value)
                return numeral(n), _ZERO, numeral(d), _ZERO
            case FieldValue(field) if field in self._fields:
                return self._moving(field)
            case FieldValue(field):
                return self._fixed(field_of(field, own=is_own(field, Subject.LINE)))
            case Aggregate("sum", field) if field in self._fields and field not in self._crossing:
                return self._sum("+", self._moving(field), self._fixed(f"others({quoted(field)})"))
            case Arithmetic("*", left, right):
                return self._product(self._write(left), self._write(right))
            case Arithmetic("/", left, right):
                return self._quotient(self._write(left), self._write(right))
            case Arithmetic(operator, left, right):
                return self._sum(operator, self._write(left), self._write(right))
            case Aggregate() | Extreme():
                raise _BentError
            case _:
                assert_never(expression)

    def _moving(self, field: str) -> _Part:
        if field != PRICE:
            self._lines.append(f"found[{quoted(field)}]")  # its names hold what they should only if it is there
        return self._fields[field]

    def _fixed(self, source: str) -> _Part:
        n, d = self._names.new("n", "d")
        self._lines += [f"{n}, {d} = {source}", f"1 % {d}"]
        return n, _ZERO, d, _ZERO

    def _sum(self, operator: str, left: _Part, right: _Part) -> _Part:
        """Bring two parts on one denominator; if it would bend the numerator, the sum is not straight."""
        a, b, c, d = left
        e, f, g, h = right
        if (d != _ZERO and _moves(right)) or (h != _ZERO and _moves(left)):
            raise _BentError
        return self._named(
            _added(operator, _times(a, g), _times(e, c)),
            _added(operator, _added("+", _times(b, g), _times(a, h)), _added("+", _times(f, c), _times(e, d))),
            _times(c, g),
            _added("+", _times(d, g), _times(c, h)),
        )

    def _product(self, left: _Part, right: _Part) -> _Part:
        if _moves(left) and _moves(right):
            raise _BentError
        (a, b, c, d), (e, _, g, _) = (left, right) if _moves(left) else (right, left)
        return self._named(_times(a, e), _times(b, e), _times(c, g), _times(d, g))

    def _quotient(self, left: _Part, right: _Part) -> _Part:
        a, b, c, d = left
        e, f, g, h = right
        if _moves(left) and _moves(right) and (d != _ZERO or h != _ZERO):
            raise _BentError
        numerator = _times(a, g), _added("+", _times(b, g), _times(a, h))
        denominator = _times(c, e), _added("+", _times(c, f), _times(d, e))
        part = self._named(*numerator, *denominator)
        self._turn(part)
        return part

    def _turn(self, part: _Part) -> None:
        """Make a denominator positive; one that is zero at some price ends the field."""
        turned = [f"{name} = -{name}" for name in part if name != _ZERO]
        _, _, c, d = part
        if d == _ZERO:
            self._lines += [f"1 % {c}", f"if {c} < 0: {'; '.join(turned)}"]
            return
        start, end = (f"{c} + {d} * {price}" if c != _ZERO else f"{d} * {price}" for price in ("low", "high"))
        self._lines += [
            f"start = {start}; end = {end}",
            f"if start < 0 and end < 0: {'; '.join(turned)}",
            "elif start <= 0 or end <= 0: raise NotStraightError",
        ]

    def _named(self, *sources: str) -> _Part:
        """Give names of their own to numbers that are not known beforehand: a turn must change them nowhere else."""
        names = []
        for source in sources:
            if source == _ZERO:
                names.append(_ZERO)
            else:
                (name,) = self._names.new("v")
                names.append(name)
                self._lines.append(f"{name} = {source}")
        a, b, c, d = names
        return a, b, c, d


def _moves(part: _Part) -> bool:
    return part[1] != _ZERO or part[3] != _ZERO


def _times(left: str, right: str) -> str:
    if _ZERO in (left, right):
        return _ZERO
    if _ONE in (left, right):
        return right if left == _ONE else left
    return f"{left} * {right}"


def _added(operator: str, left: str, right: str) -> str:
    if right == _ZERO:
        return left
    if left == _ZERO:
        return right if operator == "+" else f"-({right})"
    return f"{left} {operator} {right}" if operator == "+" else f"{left} - ({right})"
