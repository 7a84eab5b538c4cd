"""Requests found by a solver, where tables, derived fields and formulas meet: the only module that knows z3.

A request with one or two lines becomes variables, each with a flag for null; derived fields and conditions become
expressions over them, with the engine's own corner cases. What the solver finds is rounded to values that a person
would write and then decided by the engine; that it finds nothing is an answer only if it says so without giving up.
z3 is an optional part (`dealdesk[proofs]`); without it nothing here is found, and the check says what it left open.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, TypeAlias, assert_never
from zoneinfo import ZoneInfo

from engine.analysis.points import point
from engine.analysis.space import Box, Dim, Form, Slot, Space
from engine.bits import positions
from engine.decision import Kind
from engine.derive import FOUND_IN_STAGE
from rules import types
from rules.built_in import FORMULAS
from rules.fields import condition_fields
from rules.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Arithmetic,
    Assign,
    Compare,
    CompareField,
    Condition,
    Constant,
    DerivedFormula,
    DerivedTable,
    Equals,
    Expression,
    Extreme,
    Field,
    FieldTest,
    FieldValue,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    Not,
    NotOneOf,
    OneOf,
    Operator,
    Origin,
    Policy,
    Present,
    Subject,
    Test,
    Within,
)
from rules.types import NUMERIC, ORDERED, Scalar, SetOf, Term, Type
from rules.vocabulary import AS_OF

try:
    import z3
except ImportError:  # the optional part is not installed
    z3 = None

# What z3 makes has no types of its own.
Term3: TypeAlias = Any

AVAILABLE = z3 is not None
TIMEOUT = 3_000
BELOW_EVERYTHING = -(10**15)
DAY = 86_400
FIRST_DAY, LAST_DAY = date(2000, 1, 1).toordinal(), date(2150, 1, 1).toordinal()
EPOCH_DAY = date(1970, 1, 1).toordinal()


class UnfitError(Exception):
    """Something that cannot be said to the solver, such as what the engine finds out while it decides."""


@dataclass(frozen=True, slots=True)
class Var:
    """A field's value and whether it is null; a set's value is a mapping from member to whether it belongs."""

    value: Term3
    null: Term3


@dataclass(frozen=True, slots=True)
class Found:
    """Values of the given fields, by path and line: None for null."""

    leaves: Mapping[tuple[str, int], types.Value | None]
    today: date | None


class Encoding:
    """One request with so many lines, as the solver sees it."""

    def __init__(self, policy: Policy, kind: Kind, *, lines: int, fixed: Mapping[str, Fraction], today: date) -> None:
        """Start with no variables; fields that are fixed are the same on every line."""
        self.policy = policy
        self.kind = kind
        self.lines = lines
        self.fixed = fixed
        self.day = today
        self.fields = {**policy.fields, AS_OF.path: AS_OF}
        self.derived = {one.field: one for one in policy.derive}
        self.leaves: dict[tuple[str, int], Var] = {}
        self.side: list[Term3] = []
        self._vars: dict[tuple[str, int], Var] = {}
        self._codes: dict[str, int] = {}
        self._fresh = 0
        offset = datetime.combine(today, time(12), ZoneInfo(policy.timezone)).utcoffset() or timedelta()
        self.offset = int(offset.total_seconds())
        self._false, self._true = z3.BoolVal(False), z3.BoolVal(True)

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
        raise UnfitError

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
        if field.origin in (Origin.GIVEN, Origin.FACT):
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
        name = f"{field.path}#{line}"
        null = z3.Bool(f"{name}?") if nullable else self._false
        if field.path in self.fixed:
            null, value = self._false, real(self.fixed[field.path])
        elif isinstance(field.type, SetOf):
            value = _Members(name)
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
                self.side += [value >= -(10**9), value <= 10**9]
            case Scalar.DATE:
                value = z3.Int(name)
                self.side += [value >= FIRST_DAY, value <= LAST_DAY]
            case Scalar.TIMESTAMP:
                value = z3.Int(name)
                self.side += [value >= (FIRST_DAY - EPOCH_DAY) * DAY, value <= (LAST_DAY - EPOCH_DAY) * DAY]
            case Scalar.DURATION:
                value = z3.Int(name)
                self.side += [value >= 0, value <= 10**9, value % 60 == 0]
            case _:
                value = z3.Real(name)
                self.side += [value >= -(10**12), value <= 10**12]
        if field.above is not None:
            self.side.append(value > field.above)
        if field.at_least is not None:
            self.side.append(value >= field.at_least)
        return value

    def now(self) -> Term3:
        """Return the moment of the request in seconds: nine o'clock of its day."""
        return (self.field(AS_OF.path).value - EPOCH_DAY) * DAY + 9 * 3_600 - self.offset

    # --- derived fields --------------------------------------------------------------------------------------------

    def _function(self, path: str, line: int) -> Var:
        match path:
            case "line.margin":
                return self._margin(self.field("line.unit_cost", line), self.field("line.net_price", line))
            case "deal.margin":
                return self._margin(self.field("deal.cost_total"), self.field("deal.net_total"))
            case "deal.line_count":
                return Var(z3.IntVal(self.lines), self._false)
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
        raise UnfitError  # what the engine finds out while it decides: `partner.score`, `deal.contenders` …

    def _margin(self, cost: Var, net: Var) -> Var:
        paid = self._divided(cost.value, net.value)
        free = z3.If(cost.value != 0, z3.RealVal(BELOW_EVERYTHING), z3.RealVal(0))
        return Var(z3.If(net.value == 0, free, 1 - paid), z3.Or(cost.null, net.null))

    def _days_since(self, path: str) -> Var:
        moment = self.field(path)
        return Var((self.now() - moment.value) / DAY, moment.null)

    def _kinds(self) -> "_Known":
        kinds = self.policy.special_orders.kinds if self.policy.special_orders else ()
        known = {}
        for kind in kinds:
            count = self.lines if kind.subject is Subject.LINE else 1
            known[kind.id] = z3.Or([self.condition(kind.when, line) for line in range(count)])
        return _Known(known)

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
                return Var(z3.Sum([z3.If(one, value, 0) for one, value in zip(fires, values, strict=True)]), self._false)
            case "first":
                result = values[-1]
                for one, value in reversed(list(zip(fires[:-1], values[:-1], strict=True))):
                    result = z3.If(one, value, result)
                return Var(result, z3.Not(z3.Or(fires)))
        found, result = self._false, values[0]
        for one, value in zip(fires, values, strict=True):
            better = value > result if table.hit == "max" else value < result
            result = z3.If(z3.And(one, z3.Or(z3.Not(found), better)), value, result)
            found = z3.Or(found, one)
        return Var(result, z3.Not(found))

    def formula(self, expression: Expression, line: int) -> Var:
        """Return a formula's value."""
        match expression:
            case Constant(value):
                return Var(real(value), self._false)
            case FieldValue(path):
                return self.field(path, line)
            case Aggregate(function, path):
                return self._folded(function, [self.field(path, number) for number in range(self.lines)])
            case Extreme(function, operands):
                return self._folded(function, [self.formula(one, line) for one in operands])
            case Arithmetic(operator, left, right):
                return self._combined(operator, self.formula(left, line), self.formula(right, line))
            case _:
                assert_never(expression)

    def _folded(self, function: str, operands: Sequence[Var]) -> Var:
        null = z3.Or([one.null for one in operands])
        result = operands[0].value
        for one in operands[1:]:
            match function:
                case "sum":
                    result = result + one.value
                case "min":
                    result = z3.If(one.value < result, one.value, result)
                case _:
                    result = z3.If(one.value > result, one.value, result)
        return Var(result, null)

    def _combined(self, operator: str, left: Var, right: Var) -> Var:
        null = z3.Or(left.null, right.null)
        match operator:
            case "+":
                return Var(left.value + right.value, null)
            case "-":
                return Var(left.value - right.value, null)
            case "*":
                return Var(left.value * right.value, null)
            case _:
                return Var(self._divided(left.value, right.value), z3.Or(null, right.value == 0))

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
                return self._test(path, test, line)
            case AllOf(parts):
                return z3.And([self.condition(part, line) for part in parts])
            case AnyOf(parts):
                return z3.Or([self.condition(part, line) for part in parts])
            case Not(part):
                return z3.Not(self.condition(part, line))
            case _:
                assert_never(condition)

    def _test(self, path: str, test: Test, line: int) -> Term3:
        var = self.field(path, line)
        known = z3.Not(var.null)
        match test:
            case Present():
                return known
            case Missing():
                return var.null
            case HasAny(values):
                return z3.And(known, z3.Or([var.value.has(one) for one in values]))
            case HasAll(values):
                return z3.And(known, *[var.value.has(one) for one in values])
            case HasNone(values):
                return z3.Or(var.null, z3.Not(z3.Or([var.value.has(one) for one in values])))
            case Equals(value):
                return z3.And(known, var.value == self.literal(value))
            case OneOf(values):
                return z3.And(known, z3.Or([var.value == self.literal(value) for value in values]))
            case NotOneOf(values):
                return z3.Or(var.null, z3.And([var.value != self.literal(value) for value in values]))
            case Compare(operator, value):
                return z3.And(known, compared(operator, var.value, self.literal(value)))
            case Within(low, low_closed, high, high_closed):
                ends = [known]
                if low is not None:
                    ends.append(compared(Operator.AT_LEAST if low_closed else Operator.GREATER, var.value, self.literal(low)))
                if high is not None:
                    ends.append(compared(Operator.AT_MOST if high_closed else Operator.LESS, var.value, self.literal(high)))
                return z3.And(ends)
            case CompareField(operator, other):
                right = self.field(other, line)
                both = z3.And(known, z3.Not(right.null))
                if isinstance(self.fields[path].type, SetOf):
                    raise UnfitError
                holds = compared(operator, var.value, right.value)
                return z3.Or(z3.Not(both), holds) if operator is Operator.NOT_EQUAL else z3.And(both, holds)
            case _:
                assert_never(test)

    def box(self, space: Space, box: Box, line: int = 0) -> Term3:
        """Return whether the fields lie in a box."""
        return z3.And([self._in_slots(space.dims[number], mask, line) for number, mask in sorted(box.items())])

    def _in_slots(self, dim: Dim, mask: int, line: int) -> Term3:
        if mask & dim.domain == dim.domain:
            return self._true
        if dim.form is Form.CONDITION:
            assert dim.condition is not None
            holds = self.condition(dim.condition, line)
            return holds if mask & 0b10 else z3.Not(holds)
        var = self.field(dim.path, line)
        null = var.null
        if dim.form is Form.PAIR:
            null = z3.Or(null, self.field(dim.other, line).null)
        return z3.Or([self._in_slot(dim, var, null, slot, line) for slot in positions(mask)])

    def _in_slot(self, dim: Dim, var: Var, null: Term3, number: int, line: int) -> Term3:
        slot: Slot = dim.slots[number]
        if number == 0:
            return null
        known = z3.Not(null)
        match dim.form:
            case Form.GIVEN:
                return known
            case Form.MEMBER:
                assert isinstance(slot.value, str)
                inside = var.value.has(slot.value)
                return z3.And(known, inside if slot.word == "in" else z3.Not(inside))
            case Form.PAIR:
                right = self.field(dim.other, line).value
                sign = {"<": Operator.LESS, "=": Operator.EQUAL, ">": Operator.GREATER, "≠": Operator.NOT_EQUAL}
                return z3.And(known, compared(sign[slot.word], var.value, right))
        if slot.word == "other":
            named = [one.value for one in dim.slots if one.value is not None]
            return z3.And(known, *[var.value != self.literal(value) for value in named])
        if slot.value is not None:
            return z3.And(known, var.value == self.literal(slot.value))
        ends = [known]
        if slot.low is not None:
            ends.append(var.value > self._place(slot.low, dim.type))
        if slot.high is not None:
            ends.append(var.value < self._place(slot.high, dim.type))
        return z3.And(ends)

    @staticmethod
    def _place(place: Fraction, type_: Type) -> Term3:
        return real(place / 10**6 if type_ in (Scalar.TIMESTAMP, Scalar.DURATION) else place)


class _Members:
    """A given set: a variable for each member that anybody asks for."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.known: dict[str, Term3] = {}

    def has(self, value: str) -> Term3:
        return self.known.setdefault(value, z3.Bool(f"{self.name}:{value}"))


class _Known:
    """A derived set."""

    def __init__(self, known: dict[str, Term3]) -> None:
        self.known = known

    def has(self, value: str) -> Term3:
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


# --- finding a request ---------------------------------------------------------------------------------------------

_THOUSAND, _MILLION, _ONE = Fraction(1_000), Fraction(1_000_000), Fraction(1)
# Simple requests come first, with one line of one piece; only the last attempts leave everything open.
_ATTEMPTS: tuple[tuple[int, Mapping[str, Fraction]], ...] = (
    (1, {"line.list_price": _THOUSAND, "line.quantity": _ONE}),
    (1, {"line.list_price": _THOUSAND}),
    (1, {}),
    (2, {"line.list_price": _THOUSAND}),
    (2, {}),
)


def attempts(fields: Sequence[str]) -> Iterator[tuple[int, Mapping[str, Fraction]]]:
    """Yield in how many lines and with which fixed prices to look, the freest attempt last."""
    lines = any(path.startswith("line.") for path in fields)
    for count, fixed in _ATTEMPTS if lines else ((1, {}),):
        yield count, {path: value for path, value in fixed.items() if path in fields}


def solve(encoding: Encoding, goals: Sequence[Term3], wished: Sequence[Term3] = ()) -> Found | bool | None:
    """Return values that meet the goals; False if there are none; None if the solver gave up.

    What is wished for is met as far as the goals allow it, in this order.
    """
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT)
    solver.set("random_seed", 1)
    solver.add(*encoding.side, *goals)
    answer = solver.check()
    if answer != z3.sat:
        return False if answer == z3.unsat else None
    model = solver.model()
    solver.set("timeout", 300)
    for wish in [*wished, *(z3.Not(var.null) for var in encoding.leaves.values())]:
        model = _keep(solver, wish) or model
    chosen: dict[tuple[str, int], types.Value | None] = {}
    today: date | None = None
    for key, var in sorted(encoding.leaves.items()):
        field = encoding.fields[key[0]]
        if z3.is_true(model.eval(var.null, model_completion=True)):
            chosen[key] = None
            solver.add(var.null)
        elif isinstance(var.value, _Members):
            members = {one: model.eval(flag, model_completion=True) for one, flag in var.value.known.items()}
            chosen[key] = frozenset(one for one, flag in members.items() if z3.is_true(flag))
            solver.add(*[var.value.known[one] == flag for one, flag in members.items()])
        else:
            number, model = _rounded(solver, model, var.value, field, encoding.day)
            chosen[key] = _as_value(encoding, number, field.type)
            if key[0] == AS_OF.path:
                today = date.fromordinal(int(number))
    chosen.pop((AS_OF.path, 0), None)
    return Found(chosen, today)


def satisfiable(encoding: Encoding, goals: Sequence[Term3]) -> bool | None:
    """Tell whether any values meet the goals; None if the solver gave up."""
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT)
    solver.set("random_seed", 1)
    solver.add(*encoding.side, *goals)
    answer = solver.check()
    return None if answer == z3.unknown else bool(answer == z3.sat)


def _keep(solver: Term3, wish: Term3) -> Term3 | None:
    """Add a wish if it can be met, and return the model; else leave things as they were."""
    solver.push()
    solver.add(wish)
    if solver.check() == z3.sat:
        model = solver.model()
        return model
    solver.pop()
    return None


def _rounded(solver: Term3, model: Term3, value: Term3, field: Field, day: date) -> tuple[Fraction, Term3]:
    """Return the simplest number that the goals allow for a field, and the model with it."""
    found = model.eval(value, model_completion=True)
    if z3.is_bool(found):
        solver.add(value == found)
        return Fraction(z3.is_true(found)), model
    if z3.is_algebraic_value(found):
        found = found.approx(14)
    now = Fraction(found.as_long()) if z3.is_int_value(found) else Fraction(found.as_fraction())
    for candidate in _simple(now, field, day):
        kept = _keep(solver, value == real(candidate))
        if kept is not None:
            return candidate, kept
    return now, model


def _simple(now: Fraction, field: Field, day: date) -> Iterator[Fraction]:
    """Yield simple values of a field, and ever more exact ones near the one that was found."""
    match field.type:
        case Scalar.DATE:
            yield Fraction(day.toordinal())
            yield Fraction(day.toordinal() + 30)
        case Scalar.TIMESTAMP:
            noon = (day.toordinal() - EPOCH_DAY) * DAY + 4 * 3_600
            yield from (Fraction(noon - days * DAY) for days in (0, 1, 10))
            yield Fraction(round(now / DAY) * DAY)
        case Scalar.MONEY | Scalar.INTEGER | Scalar.NUMBER:
            yield from (Fraction(one) for one in (1, 1_000, 800, 100, 0, 500, 10))
        case Scalar.RATE:
            yield from (Fraction(one, 100) for one in (0, 10, 5, 20))
    if field.type in NUMERIC and field.type is not Scalar.INTEGER:
        extra = 2 if field.type is Scalar.RATE else 0
        for places in (-3, -2, -1, 0, 1, 2, 4, 6, 10):
            unit = Fraction(10) ** -(places + extra)
            yield round(now / unit) * unit
    yield now


def _as_value(encoding: Encoding, number: Fraction, type_: Type) -> types.Value:
    match type_:
        case Scalar.BOOLEAN:
            return bool(number)
        case Term() | Scalar.TEXT:
            return encoding.text(int(number))
        case Scalar.DATE:
            return date.fromordinal(int(number))
        case Scalar.TIMESTAMP:
            return datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC")) + timedelta(seconds=int(number))
        case Scalar.DURATION:
            return timedelta(seconds=int(number))
        case _:
            return number


def within_reach(paths: Sequence[str]) -> bool:
    """Tell whether none of the fields is found out by the engine while it decides."""
    return not any(path in FOUND_IN_STAGE for path in paths)


__all__ = ["AVAILABLE", "Encoding", "Found", "UnfitError", "attempts", "condition_fields", "solve", "within_reach"]
_ = ORDERED
