"""How a line's fields follow from its net price, all else unchanged: exactly, as functions of the price in cents.

Every field that depends on the price becomes a list of pieces; on each it is a quotient of two polynomials, or one
fixed value. Conditions become the sets of prices at which they hold. Nothing is sampled.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias, assert_never

from engine.derive import Derivation
from engine.exact import ZERO, Ratio, add
from engine.facts import Facts, Row
from engine.index import positions
from engine.interpret import ACCEPTED, EXTREME, combine, judge_test, plain
from engine.matching import Engine, Group
from engine.polynomials import Polynomial, plus, sign_changes, times, value_at
from engine.spans import Spans, complement, intersection, joined, union
from engine.straight import NOT_STRAIGHT, NotStraightError, Straight, StraightFormula, compiled
from engine.values import Value
from engine.views import UNKNOWN, State, View
from rules import types
from rules.fields import condition_fields
from rules.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Arithmetic,
    Compare,
    CompareField,
    Condition,
    Constant,
    Equals,
    Expression,
    Extreme,
    FieldTest,
    FieldValue,
    Not,
    NotOneOf,
    OneOf,
    Operator,
    Rule,
    Subject,
    Test,
    Within,
)

PRICE = "line.net_price"


@dataclass(frozen=True, slots=True)
class Quotient:
    """numerator(x) / denominator(x), x in cents; the denominator is above zero on its piece (or zero: infinite)."""

    numerator: Polynomial
    denominator: Polynomial

    def at(self, x: int) -> Value:
        """Return the value at a price."""
        return value_at(self.numerator, x), value_at(self.denominator, x)


@dataclass(frozen=True, slots=True)
class Fixed:
    """One value for a whole piece: null, unknown, or what has no arithmetic."""

    state: State

    def at(self, _: int) -> State:
        """Return the value at any price."""
        return self.state


Shape: TypeAlias = Quotient | Fixed
# First and last price in cents, and the field's shape between them.
Piece: TypeAlias = tuple[int, int, Shape]
# Where a condition certainly holds, and where it holds or is undetermined.
Truth: TypeAlias = tuple[Spans, Spans]


@dataclass(frozen=True, eq=False)
class Parted:
    """Rules taken apart: `fixed` has only the conjuncts that no price of a line moves, `moving` each rule's others."""

    fixed: Group
    moving: tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True, eq=False)
class Moving:
    """What a line's net price moves under a policy: the derivations that depend on it, in order, and their tables."""

    dependent: Mapping[str, Derivation]
    tables: Mapping[str, Parted]
    straight: Mapping[str, StraightFormula]

    @staticmethod
    def of(derivations: Iterable[Derivation]) -> "Moving":
        """Follow the net price through the derivations, which stand in dependency order."""
        dependent: dict[str, Derivation] = {}
        for derivation in derivations:
            if PRICE in derivation.inputs or not derivation.inputs.isdisjoint(dependent):
                dependent[derivation.path] = derivation
        tables = {path: derivation.rules for path, derivation in dependent.items() if derivation.formula is None}
        formulas = {path: derivation.formula for path, derivation in dependent.items() if derivation.formula}
        moving = {PRICE: None, **dependent}
        straight = {path: compiled(formula, moving) for path, formula in formulas.items()}
        return Moving(
            dependent,
            {path: _parted(rules, dependent) for path, rules in tables.items()},
            {path: formula for path, formula in straight.items() if formula},
        )

    def part(self, rules: Sequence[Rule]) -> Parted:
        """Take rules apart."""
        return _parted(rules, self.dependent)


def _parted(rules: Sequence[Rule], dependent: Mapping[str, Derivation]) -> Parted:
    fixed: list[Rule] = []
    moving: list[tuple[Condition, ...]] = []
    for rule in rules:
        parts: dict[bool, list[Condition]] = {True: [], False: []}
        for part in rule.when.parts:
            parts[any(path == PRICE or path in dependent for path in condition_fields(part))].append(part)
        fixed.append(replace(rule, when=AllOf(tuple(parts[False]))))
        moving.append(tuple(parts[True]))
    return Parted(Group.of(fixed, Subject.LINE), tuple(moving))


class PricedLine:
    """One line of a decided request, with its net price left open between two prices in cents."""

    def __init__(
        self,
        facts: Facts,
        number: int,
        *,
        low: int,
        high: int,
        engine: Engine,
        moving: Moving,
        others: "OtherLines",
    ) -> None:
        """Take the facts with all derived fields, and what the net price moves."""
        self._facts = facts
        self._others = others
        self._row = (facts.lines or ())[number]
        self._number = number
        self._engine = engine
        self._moving = moving
        self._truths: dict[int, Truth] = {}
        self._pieces: dict[str, list[Piece]] = {PRICE: [(low, high, Quotient((0, 1), (100,)))]}
        self.low, self.high = low, high
        self.everywhere: Spans = ((low, high),) if low <= high else ()

    def truth(self, condition: Condition) -> Truth:
        """Return at which prices a condition holds; where there are none to look at, at none."""
        if not self.everywhere:
            return (), ()
        # By identity: the policy's conditions outlive this line, and hashing one costs more than the look-up saves.
        known = self._truths.get(id(condition))
        if known is None:
            known = self._truths[id(condition)] = self._find_truth(condition)
        return known

    def _find_truth(self, condition: Condition) -> Truth:
        match condition:
            case FieldTest(field, test):
                return self._test_truth(field, test)
            case AllOf(parts):
                holds = open_ = self.everywhere
                for part in parts:
                    one = self.truth(part)
                    holds, open_ = intersection(holds, one[0]), intersection(open_, one[1])
                return holds, open_
            case AnyOf(parts):
                holds = open_ = ()
                for part in parts:
                    one = self.truth(part)
                    holds, open_ = union(holds, one[0]), union(open_, one[1])
                return holds, open_
            case Not(part):
                holds, open_ = self.truth(part)
                return complement(open_, self.low, self.high), complement(holds, self.low, self.high)
            case _:
                assert_never(condition)

    def at(self, x: int) -> "PricedView":
        """Return the facts as they would be at a price."""
        return PricedView(self, x)

    def state(self, path: str, x: int) -> State:
        """Return a field's state at a price."""
        if self._moves(path):
            return _at(self._pieces_of(path), x)
        return View(Subject.LINE, self._facts.shared, self._row)[path]

    def _test_truth(self, field: str, test: Test) -> Truth:
        other = test.other if isinstance(test, CompareField) else None
        if not self._moves(field) and (other is None or not self._moves(other)):
            view = View(Subject.LINE, self._facts.shared, self._row)
            verdict = judge_test(test, view[field], view[other] if other else None)
            return (self.everywhere if verdict else ()), (() if verdict is False else self.everywhere)
        pieces = self._pieces_of(field)
        if isinstance(test, Compare | CompareField) and len(pieces) == 1:
            literal = None if isinstance(test, CompareField) else _shape(plain(test.value))
            limits = [(self.low, self.high, literal)] if literal else self._pieces_of(other or field)
            spans = _straight(pieces[0][2], limits, ACCEPTED[test.operator], self.low, self.high)
            if spans is not None:
                return spans, spans
        holds, open_ = [], []
        for first, last, (shape, *others) in _merged([self._pieces_of(path) for path in (field, other) if path]):
            for start, end in _stretches(first, last, _turns(shape, others, test, first, last)):
                verdict = judge_test(test, shape.at(start), others[0].at(start) if others else None)
                if verdict:
                    holds.append((start, end))
                if verdict is not False:
                    open_.append((start, end))
        return joined(holds), joined(open_)

    def _moves(self, path: str) -> bool:
        return path == PRICE or path in self._moving.dependent

    def _pieces_of(self, path: str) -> list[Piece]:
        if path not in self._pieces:
            self._pieces[path] = self._make_pieces(path)
        return self._pieces[path]

    def _make_pieces(self, path: str) -> list[Piece]:
        derivation = self._moving.dependent.get(path)
        if derivation is None:
            state = View(Subject.LINE, self._facts.shared, self._row)[path]
            return [(self.low, self.high, _shape(state))]
        if derivation.formula is not None:
            return self._straight_piece(path) or self._expression(derivation.formula)
        return self._table(derivation)

    def _straight_piece(self, path: str) -> list[Piece] | None:
        """Return a formula's one piece if it is straight, and its denominator keeps its sign."""
        formula = self._moving.straight.get(path)
        if formula is None:
            return None
        try:
            a, b, c, d = formula(self._fixed, self._straight_form, self._others_sum)
        except NOT_STRAIGHT:
            return None
        if c + d * self.low < 0 and c + d * self.high < 0:
            a, b, c, d = -a, -b, -c, -d
        elif c + d * self.low <= 0 or c + d * self.high <= 0:
            return None
        return [(self.low, self.high, Quotient((a, b) if b else (a,), (c, d) if d else (c,)))]

    def _fixed(self, path: str) -> State:
        return (self._row if path.startswith("line.") else self._facts.shared)[path]

    def _straight_form(self, path: str) -> Straight:
        pieces = self._pieces_of(path)
        shape = pieces[0][2]
        if len(pieces) > 1 or not isinstance(shape, Quotient):
            raise NotStraightError
        a, *b = shape.numerator
        c, *d = shape.denominator
        if len(b) > 1 or len(d) > 1:
            raise NotStraightError
        return a, b[0] if b else 0, c, d[0] if d else 0

    def _others_sum(self, path: str) -> Ratio:
        others = self._others.without("sum", path, self._number)
        if others is None:
            return ZERO
        if not isinstance(others.state, tuple):
            raise NotStraightError
        return others.state

    def _expression(self, expression: Expression) -> list[Piece]:
        match expression:
            case Constant(value):
                return [(self.low, self.high, _shape(plain(value)))]
            case FieldValue(field):
                return self._pieces_of(field)
            case Arithmetic(operator, left, right):
                return _combined(_OPERATIONS[operator], self._expression(left), self._expression(right))
            case Extreme(function, operands):
                first, *rest = [self._expression(operand) for operand in operands]
                for one in rest:
                    first = _combined(_EXTREMES[function], first, one)
                return first
            case Aggregate(function, field):
                return self._aggregate(function, field)
            case _:
                assert_never(expression)

    def _aggregate(self, function: str, field: str) -> list[Piece]:
        """Combine the line's own pieces with what the other lines give, which no price of this line changes."""
        pieces = self._pieces_of(field)
        others = self._others.without(function, field, self._number)
        if others is None:
            return pieces
        operation = _OPERATIONS["+"] if function == "sum" else _EXTREMES[function]
        return _combined(operation, pieces, [(self.low, self.high, _shape(others.state))])

    def _table(self, derivation: Derivation) -> list[Piece]:
        """Evaluate a table, or the kinds, once between any two prices at which one of its conditions turns."""
        parted = self._moving.tables[derivation.path]
        holds, open_ = self._engine.match(parted.fixed, self._facts.shared, self._row)
        standing = list(positions(holds | open_))
        if not any(parted.moving[n] for n in standing):  # then the price decides nothing, at the asked one or any other
            return [(self.low, self.high, _shape(View(Subject.LINE, self._facts.shared, self._row)[derivation.path]))]
        turns: set[int] = set()
        for n in standing:
            for part in parted.moving[n]:
                for spans in self.truth(part):
                    turns.update(number for first, last in spans for number in (first, last + 1))
        pieces: list[Piece] = []
        inside = sorted(turn for turn in turns if self.low < turn <= self.high)
        for start, end in _stretches(self.low, self.high, inside):
            pieces.append((start, end, _shape(self._evaluated(derivation, start))))
        return pieces

    def _evaluated(self, derivation: Derivation, x: int) -> State:
        row, shared = dict(self._row), dict(self._facts.shared)
        for path in derivation.inputs:
            if self._moves(path):
                into = row if path.startswith("line.") else shared
                into.pop(path, None)
                state = _at(self._pieces_of(path), x)
                if state is not UNKNOWN:
                    into[path] = state
        lines = [row if n == self._number else line for n, line in enumerate(self._facts.lines or ())]
        facts = Facts(self._facts.as_of, self._facts.today, shared, lines, None, None, {})
        return derivation.evaluate(self._engine, facts, row)


@dataclass(frozen=True, slots=True)
class PricedView:
    """A line's facts at one price."""

    line: PricedLine
    price: int

    def __getitem__(self, path: str) -> State:
        """Return a field's value, None for null, or UNKNOWN."""
        return self.line.state(path, self.price)


class OtherLines:
    """What all lines but one add up to, or their extreme; each field is folded once for all lines of a deal."""

    def __init__(self, lines: Sequence[Row]) -> None:
        """Take a deal's lines."""
        self._lines = lines
        self._folds: dict[tuple[str, str], list[Fixed]] = {}

    def without(self, function: str, field: str, number: int) -> Fixed | None:
        """Return the fold over all other lines; None where there are none."""
        if len(self._lines) == 1:
            return None
        key = (function, field)
        if key not in self._folds:
            values = [row.get(field, UNKNOWN) for row in self._lines]
            before = _running(function, values)
            after = _running(function, values[::-1])[::-1]
            self._folds[key] = [Fixed(_folded(function, [*x, *y])) for x, y in zip(before, after, strict=True)]
        return self._folds[key][number]


def _running(function: str, values: Sequence[State]) -> list[list[State]]:
    """Return for each place the fold of what stands before it, as a list of none or one."""
    result: list[list[State]] = []
    fold: list[State] = []
    for value in values:
        result.append(fold)
        fold = [_folded(function, [*fold, value])]
    return result


def _folded(function: str, values: Sequence[State]) -> State:
    return combine(add if function == "sum" else EXTREME[function], values)


def _shape(state: State) -> Shape:
    """Return a known number as a constant quotient."""
    return Quotient((state[0],), (state[1],)) if isinstance(state, tuple) else Fixed(state)


def _at(pieces: Iterable[Piece], x: int) -> State:
    return next(shape.at(x) for first, last, shape in pieces if first <= x <= last)


def _stretches(first: int, last: int, turns: Iterable[int]) -> list[tuple[int, int]]:
    """Cut [first, last] before each of the ascending turns."""
    starts = [first, *turns]
    return [(start, end - 1) for start, end in pairwise([*starts, last + 1]) if start < end]


def _merged(columns: Sequence[list[Piece]]) -> list[tuple[int, int, list[Shape]]]:
    """Lay columns of pieces over each other, so that every stretch has one shape of each."""
    if len(columns) == 1:
        return [(first, last, [shape]) for first, last, shape in columns[0]]
    left, right = columns
    if len(left) == len(right) == 1:
        first, last, shape = left[0]
        return [(first, last, [shape, right[0][2]])]
    return [
        (max(a, c), min(b, d), [one, other]) for a, b, one in left for c, d, other in right if max(a, c) <= min(b, d)
    ]


def _turns(shape: Shape, others: Sequence[Shape], test: Test, first: int, last: int) -> list[int]:
    """Return the prices in (first, last] at which a test of this shape may change its answer."""
    if not isinstance(shape, Quotient):
        return []
    limits = list(others) if others else [_shape(plain(value)) for value in _limits(test)]
    found: set[int] = set()
    for limit in limits:
        if isinstance(limit, Quotient):
            found.update(sign_changes(_excess(shape, limit), first, last))
    return sorted(found)


def _straight(shape: Shape, limits: Sequence[Piece], accepted: frozenset[int], low: int, high: int) -> Spans | None:
    """Return where a quotient of straight lines passes a comparison, by one division; None for other shapes.

    This is the shape of nearly every limit on discount, margin or value. The denominator is above zero, so the test
    looks at the sign of a straight line, which is below zero on one side of its root and above it on the other.
    """
    limit = limits[0][2]
    if len(limits) > 1 or not isinstance(shape, Quotient) or not isinstance(limit, Quotient):
        return None
    if (0,) in (shape.denominator, limit.denominator) or accepted == ACCEPTED[Operator.NOT_EQUAL]:
        return None
    line = _excess(shape, limit)
    if len(line) == 1:
        return ((low, high),) if (line[0] > 0) - (line[0] < 0) in accepted and low <= high else ()
    if len(line) > 2:
        return None
    constant, slope = line
    if slope < 0:  # turn both around: -line is below zero where the line is above
        constant, slope = -constant, -slope
        accepted = frozenset([-sign for sign in accepted])
    root, rest = divmod(-constant, slope)
    last_below, first_above = (root, root + 1) if rest else (root - 1, root + 1)
    if 1 not in accepted:
        high = min(high, first_above - 1 if 0 in accepted else last_below)
    if -1 not in accepted:
        low = max(low, last_below + 1 if 0 in accepted else first_above)
    return ((low, high),) if low <= high else ()


def _limits(test: Test) -> list[types.Value]:
    match test:
        case Equals(value) | Compare(_, value):
            return [value]
        case OneOf(values) | NotOneOf(values):
            return list(values)
        case Within(low, _, high, _):
            return [end for end in (low, high) if end is not None]
        case _:
            return []


def _excess(left: Quotient, right: Quotient) -> Polynomial:
    """Return a polynomial with the sign of left - right."""
    return plus(times(left.numerator, right.denominator), times(right.numerator, left.denominator), sign=-1)


_Operation: TypeAlias = Callable[[Quotient, Quotient, int, int], list[Piece]]


def _combined(operation: _Operation, left: list[Piece], right: list[Piece]) -> list[Piece]:
    """Combine two operands piece by piece; one that is unknown, or else null, decides."""
    pieces: list[Piece] = []
    for first, last, (one, other) in _merged([left, right]):
        if isinstance(one, Quotient) and isinstance(other, Quotient):
            pieces += operation(one, other, first, last)
        else:
            states = [shape.state for shape in (one, other) if isinstance(shape, Fixed)]
            pieces.append((first, last, Fixed(UNKNOWN if UNKNOWN in states else None)))
    return pieces


def _summed(sign: int) -> _Operation:
    def operation(left: Quotient, right: Quotient, first: int, last: int) -> list[Piece]:
        if left.denominator == right.denominator:
            return [(first, last, Quotient(plus(left.numerator, right.numerator, sign=sign), left.denominator))]
        top = plus(times(left.numerator, right.denominator), times(right.numerator, left.denominator), sign=sign)
        return [(first, last, Quotient(top, times(left.denominator, right.denominator)))]

    return operation


def _multiplied(left: Quotient, right: Quotient, first: int, last: int) -> list[Piece]:
    top, bottom = times(left.numerator, right.numerator), times(left.denominator, right.denominator)
    return [(first, last, Quotient(top, bottom))]


def _divided(left: Quotient, right: Quotient, first: int, last: int) -> list[Piece]:
    """Divide; where the divisor is zero the value is null, and where it is below zero both parts change sign."""
    pieces: list[Piece] = []
    for start, end in _stretches(first, last, sign_changes(right.numerator, first, last)):
        divisor = value_at(right.numerator, start)
        if divisor == 0:
            pieces.append((start, end, Fixed(None)))
            continue
        sign = (1,) if divisor > 0 else (-1,)
        top = times(times(left.numerator, right.denominator), sign)
        pieces.append((start, end, Quotient(top, times(times(left.denominator, right.numerator), sign))))
    return pieces


def _extreme(sign: int) -> _Operation:
    """Keep the smaller (-1) or the larger (+1) of two, cutting where they cross."""

    def operation(left: Quotient, right: Quotient, first: int, last: int) -> list[Piece]:
        excess = _excess(left, right)
        return [
            (start, end, left if value_at(excess, start) * sign >= 0 else right)
            for start, end in _stretches(first, last, sign_changes(excess, first, last))
        ]

    return operation


_OPERATIONS: dict[str, _Operation] = {"+": _summed(1), "-": _summed(-1), "*": _multiplied, "/": _divided}
_EXTREMES: dict[str, _Operation] = {"min": _extreme(-1), "max": _extreme(1)}
