"""A request as the solver sees it: each given field a variable with a flag for null, derived fields from them.

Derived fields and conditions become expressions, with the engine's own corner cases.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from engine.core.decision import Kind
from engine.space.dims import Box
from engine.space.division import Space
from engine.space.encoded_tests import in_box, test_holds
from engine.space.smt import KnownMembers, Members, Term3, UnfitError, Var, as_real, real, z3
from rules import types
from rules.built_in import FORMULAS
from rules.grammar.points import point
from rules.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Arithmetic,
    Assign,
    Condition,
    Constant,
    DerivedFormula,
    DerivedTable,
    Expression,
    Extreme,
    Field,
    FieldTest,
    FieldValue,
    Not,
    Policy,
    Subject,
)
from rules.types import Scalar, SetOf, Term
from rules.vocabulary import AS_OF

# Sums of these over further lines are never negative.
NEVER_NEGATIVE = frozenset({"line.list_total", "line.net_total", "line.cost_total", "line.quantity"})
OF_OTHER_LINES = frozenset({"line.id", "line.included_in"})
BELOW_EVERYTHING = -(10**15)
DAY = 86_400
FIRST_DAY, LAST_DAY = date(1900, 1, 1).toordinal(), date(2201, 1, 1).toordinal()
EPOCH_DAY = date(1970, 1, 1).toordinal()


class Encoding:
    """One request with so many lines, as the solver sees it."""

    def __init__(
        self,
        policy: Policy,
        kind: Kind,
        *,
        lines: int,
        fixed: Mapping[str, Fraction],
        today: date,
        any_lines: bool = False,
    ) -> None:
        """Start with no variables; fields that are fixed are the same on every line.

        With `any_lines` there may be further lines of which nothing is known: what is impossible then is impossible
        whatever the lines, and what is possible must still be shown.
        """
        self.any_lines = any_lines
        self.policy = policy
        self.kind = kind
        self.lines = lines
        self.fixed = fixed
        self.day = today
        self.fields: Mapping[str, Field] = {**policy.fields, AS_OF.path: AS_OF}
        self.derived = {one.field: one for one in policy.derive}
        self.leaves: dict[tuple[str, int], Var] = {}
        self.side: list[Term3] = []
        self._vars: dict[tuple[str, int], Var] = {}
        self._codes: dict[str, int] = {}
        self._fresh = 0
        offset = datetime.combine(today, time(12), ZoneInfo(policy.timezone)).utcoffset() or timedelta()
        self._false, self._true = z3.BoolVal(False), z3.BoolVal(True)
        # Clocks change: what is impossible must be so at any offset.
        self.offset = self._bounded("offset", -DAY, DAY) if any_lines else int(offset.total_seconds())

    # --- values ----------------------------------------------------------------------------------------------------

    def code(self, text: str) -> int:
        """Return the number that stands for a text."""
        return self._codes.setdefault(text, len(self._codes))

    def text(self, code: int) -> str:
        """Return the text that a number stands for; one that nobody named has a name of its own."""
        known = {number: text for text, number in self._codes.items()}
        return known.get(code, "other" if code == 1_000_000 else f"other-{code - 1_000_000}")

    def literal(self, value: types.Value) -> Term3:
        """Return a value of the policy."""
        match value:
            case bool():
                return z3.BoolVal(value)
            case str():
                return z3.IntVal(self.code(value))
            case Fraction():
                return real(value)
            case datetime() | timedelta():
                return real(point(value) / 10**6)
            case date():
                return z3.IntVal(value.toordinal())
            case frozenset():
                raise UnfitError
            case _:
                assert_never(value)

    def field(self, path: str, line: int = 0) -> Var:
        """Return a field; of a line the one of that line."""
        key = (path, line if path.startswith("line.") else 0)
        if key not in self._vars:
            self._vars[key] = self._make(path, key[1])
        return self._vars[key]

    def _make(self, path: str, line: int) -> Var:
        field = self.fields[path]
        if path == AS_OF.path:
            return self._leaf(field, line, nullable=False)
        if field.givable:
            return self._leaf(field, line, nullable=True)
        if path in self.derived:
            one = self.derived[path]
            if isinstance(one, DerivedFormula):
                return self.formula(one.expression, line)
            return self._table(one, line)
        if path in FORMULAS:
            return self.formula(FORMULAS[path], line)
        return self._function(path, line)

    def _leaf(self, field: Field, line: int, *, nullable: bool) -> Var:
        if field.path in OF_OTHER_LINES:
            raise UnfitError  # what it may be hangs on the other lines
        name = f"{field.path}#{line}"
        null = z3.Bool(f"{name}?") if nullable else self._false
        if field.path in self.fixed:
            null, value = self._false, real(self.fixed[field.path])
        elif isinstance(field.type, SetOf):
            value = Members(name)
        else:
            value = self._variable(name, field)
        found = self.leaves[field.path, line] = Var(value, null)
        return found

    def _variable(self, name: str, field: Field) -> Term3:
        match field.type:
            case Scalar.BOOLEAN:
                return z3.Bool(name)
            case Term(_, values):
                value = z3.Int(name)
                self.side.append(z3.Or([value == self.code(one) for one in values]))
                return value
            case Scalar.TEXT:
                value = z3.Int(name)
                self.side += [value >= 0, value <= 1_000_003]
                return value
            case Scalar.INTEGER:
                value = z3.Int(name)
                self.side += [value > -(10**15), value < 10**15]
            case Scalar.DATE:
                value = z3.Int(name)
                self.side += [value >= FIRST_DAY, value <= LAST_DAY]
            case Scalar.TIMESTAMP:
                value = z3.Int(name)
                self.side += [value >= (FIRST_DAY - EPOCH_DAY) * DAY, value <= (LAST_DAY - EPOCH_DAY) * DAY]
            case Scalar.DURATION:
                value = z3.Int(name)
                self.side += [value >= 0, value < 10**12, value % 60 == 0]
            case Scalar.MONEY | Scalar.RATE | Scalar.NUMBER:
                value = z3.Real(name)
                self.side += [value > -(10**15), value < 10**15]
            case SetOf():
                raise AssertionError(f"{field.path} is a set: it has members, not a value")
            case _:
                assert_never(field.type)
        if field.above is not None:
            self.side.append(value > real(field.above))
        if field.at_least is not None:
            self.side.append(value >= real(field.at_least))
        if field.at_most is not None:
            self.side.append(value <= real(field.at_most))
        return value

    def now(self) -> Term3:
        """Return the moment of the request in seconds: nine o'clock of its day, or any time where all is asked for."""
        start = (self.field(AS_OF.path).value - EPOCH_DAY) * DAY - self.offset
        return start + (self._bounded("time of day", 0, DAY - 1) if self.any_lines else 9 * 3_600)

    def _bounded(self, name: str, low: int, high: int) -> Term3:
        value = z3.Int(name)
        self.side += [value >= low, value <= high]
        return value

    # --- derived fields --------------------------------------------------------------------------------------------

    def _function(self, path: str, line: int) -> Var:
        match path:
            case "line.margin":
                return self._margin(self.field("line.unit_cost", line), self.field("line.net_price", line))
            case "deal.margin":
                return self._margin(self.field("deal.cost_total"), self.field("deal.net_total"))
            case "deal.line_count":
                return Var(self._line_count(), self._false)
            case "registration.same_partner":
                registered, partner = self.field("registration.partner_id"), self.field("partner.id")
                return Var(registered.value == partner.value, z3.Or(registered.null, partner.null))
            case "order.days_since_approval":
                return self._days_since("order.approved_at")
            case "claim.idle_days":
                return self._days_since("claim.updated_at")
            case "claim.age_days":
                return self._days_since("claim.registered_at")
            case "claim.lead_days":
                bid, registered = self.field("deal.bid_date"), self.field("claim.registered_at")
                day = (registered.value + self.offset) / DAY + EPOCH_DAY
                return Var(bid.value - day, z3.Or(bid.null, registered.null))
            case "deal.special_kinds":
                return Var(self._kinds(), self._false)
            case _:
                raise UnfitError  # what the engine finds out while it decides: `partner.score`, `deal.contenders` …

    def _line_count(self) -> Term3:
        if not self.any_lines:
            return z3.IntVal(self.lines)
        count = z3.Int("lines")
        self.side.append(count >= self.lines)
        return count

    def _margin(self, cost: Var, net: Var) -> Var:
        paid = self._divided(cost.value, net.value)
        free = z3.If(cost.value != 0, z3.RealVal(BELOW_EVERYTHING), z3.RealVal(0))
        return Var(z3.If(net.value == 0, free, 1 - paid), z3.Or(cost.null, net.null))

    def _days_since(self, path: str) -> Var:
        moment = self.field(path)
        return Var((self.now() - moment.value) / DAY, moment.null)

    def _kinds(self) -> KnownMembers:
        kinds = self.policy.special_orders.kinds if self.policy.special_orders else ()
        known = {}
        for kind in kinds:
            count = self.lines if kind.subject is Subject.LINE else 1
            holds = [self.condition(kind.when, line) for line in range(count)]
            if self.any_lines and kind.subject is Subject.LINE:
                holds.append(z3.Bool(f"kind on another line: {kind.id}"))
            known[kind.id] = z3.Or(holds)
        return KnownMembers(known)

    def _table(self, table: DerivedTable, line: int) -> Var:
        fires = [self.condition(row.when, line) for row in table.rows]
        values = []
        for row in table.rows:
            (effect,) = row.effects
            assert isinstance(effect, Assign)
            values.append(self.literal(effect.value))
        if not values:
            return Var(real(Fraction(0)), self._true if table.hit != "sum" else self._false)
        match table.hit:
            case "sum":
                return Var(
                    z3.Sum([z3.If(one, value, 0) for one, value in zip(fires, values, strict=True)]), self._false
                )
            case "first":
                result = values[-1]
                for one, value in reversed(list(zip(fires[:-1], values[:-1], strict=True))):
                    result = z3.If(one, value, result)
                return Var(result, z3.Not(z3.Or(fires)))
            case "max" | "min":
                keys = self._places(table) or values
                found, best, result = self._false, keys[0], values[0]
                for one, key, value in zip(fires, keys, values, strict=True):
                    better = z3.And(one, z3.Or(z3.Not(found), key > best if table.hit == "max" else key < best))
                    best, result = z3.If(better, key, best), z3.If(better, value, result)
                    found = z3.Or(found, one)
                return Var(result, z3.Not(found))
            case _:
                assert_never(table.hit)

    def _places(self, table: DerivedTable) -> list[Term3]:
        """Return the place of each row's value among its term's, whose order counts; nothing for other types."""
        kind = self.policy.fields[table.field].type
        if not isinstance(kind, Term):
            return []
        given = [effect.value for row in table.rows for effect in row.effects if isinstance(effect, Assign)]
        return [z3.IntVal(kind.values.index(str(value))) for value in given]

    def formula(self, expression: Expression, line: int) -> Var:
        """Return a formula's value."""
        match expression:
            case Constant(value):
                return Var(real(value), self._false)
            case FieldValue(path):
                return self.field(path, line)
            case Aggregate(function, path):
                own = [self.field(path, number) for number in range(self.lines)]
                return self._folded(function, [*own, *self._other_lines(function, path, own[0])])
            case Extreme(function, operands):
                return self._folded(function, [self.formula(one, line) for one in operands])
            case Arithmetic(operator, left, right):
                return self._combined(operator, self.formula(left, line), self.formula(right, line))
            case _:
                assert_never(expression)

    def _other_lines(self, function: str, path: str, own: Var) -> Sequence[Var]:
        """Return what lines that are not shown may add to a sum, or have for the smallest or largest value."""
        if not self.any_lines:
            return ()
        self._fresh += 1
        name = f"{function} of other lines {path}#{self._fresh}"
        rest = Var(z3.Int(name) if z3.is_int(own.value) else z3.Real(name), z3.Bool(f"{name}?"))
        if function == "sum" and path in NEVER_NEGATIVE:
            self.side.append(rest.value >= 0)
        return (rest,)

    def _folded(self, function: Literal["sum", "min", "max"], operands: Sequence[Var]) -> Var:
        null = z3.Or([one.null for one in operands])
        result = operands[0].value
        for one in operands[1:]:
            match function:
                case "sum":
                    result = result + one.value
                case "min":
                    result = z3.If(one.value < result, one.value, result)
                case "max":
                    result = z3.If(one.value > result, one.value, result)
                case _:
                    assert_never(function)
        return Var(result, null)

    def _combined(self, operator: Literal["+", "-", "*", "/"], left: Var, right: Var) -> Var:
        null = z3.Or(left.null, right.null)
        match operator:
            case "+":
                return Var(left.value + right.value, null)
            case "-":
                return Var(left.value - right.value, null)
            case "*":
                return Var(left.value * right.value, null)
            case "/":
                return Var(self._divided(left.value, right.value), z3.Or(null, right.value == 0))
            case _:
                assert_never(operator)

    def _divided(self, over: Term3, under: Term3) -> Term3:
        under = z3.simplify(under) if z3.is_expr(under) else under
        if z3.is_rational_value(under) or z3.is_int_value(under):
            number = Fraction(under.as_fraction()) if z3.is_rational_value(under) else Fraction(under.as_long())
            return as_real(over) / real(number) if number else real(Fraction(0))
        self._fresh += 1
        result = z3.Real(f"quotient#{self._fresh}")
        self.side.append(z3.If(under == 0, result == 0, result * as_real(under) == as_real(over)))
        return result

    # --- conditions ------------------------------------------------------------------------------------------------

    def condition(self, condition: Condition, line: int = 0) -> Term3:
        """Return whether a condition is true, every field being known."""
        match condition:
            case FieldTest(path, test):
                return test_holds(self, path, test, line)
            case AllOf(parts):
                return z3.And([self.condition(part, line) for part in parts])
            case AnyOf(parts):
                return z3.Or([self.condition(part, line) for part in parts])
            case Not(part):
                return z3.Not(self.condition(part, line))
            case _:
                assert_never(condition)

    def box(self, space: Space, box: Box, line: int = 0) -> Term3:
        """Return whether the fields lie in a box."""
        return in_box(self, space, box, line)
