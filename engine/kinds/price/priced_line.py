"""How a line's fields follow from its net price, all else unchanged: which fields it moves, and where conditions hold.

Every field that depends on the price becomes a list of pieces (see `pieces`); conditions become the sets of prices at
which they hold.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias, assert_never

from engine.core.exact import ZERO, Ratio
from engine.core.facts import Facts, Row
from engine.core.interpret import ACCEPTED, judge_test, plain
from engine.core.views import UNKNOWN, State, View
from engine.kinds.price.moving import Limit, Parted, PriceDependence
from engine.kinds.price.other_lines import OtherLines
from engine.kinds.price.pieces import (
    EXTREMES,
    OPERATIONS,
    Fixed,
    Piece,
    Quotient,
    combined,
    merged,
    shape_of,
    state_at,
    straight_spans,
    stretches,
    turning_points,
)
from engine.kinds.price.spans import Spans, complement, intersection, joined, union
from engine.kinds.price.straight import OF_PRICE, PRICE, NotStraightError, Straight
from engine.plan.derive.derivation import Derivation
from engine.plan.groups import Engine
from engine.plan.tables.bits import positions
from rules.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Arithmetic,
    Compare,
    CompareField,
    Condition,
    Constant,
    Expression,
    Extreme,
    FieldTest,
    FieldValue,
    Not,
    Subject,
    Test,
)

# Where a condition certainly holds, and where it holds or is undetermined.
Truth: TypeAlias = tuple[Spans, Spans]


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
        moving: PriceDependence,
        others: OtherLines,
        beside: "PricedLine | None" = None,
    ) -> None:
        """Take the facts with all derived fields, and what the net price moves.

        `beside` is the line whose price is open, where that is another one, which moves this line's fields through
        fields of the deal.
        """
        self._facts = facts
        self._others = others
        self._row = (facts.lines or ())[number]
        self.number = number
        self._engine = engine
        self._moving = moving
        self._truths: dict[int, Truth] = {}
        self._forms: dict[str, Straight] | None = None
        self._beside = beside
        self._pieces: dict[str, list[Piece]] = {} if beside else {PRICE: [(low, high, _quotient(OF_PRICE))]}
        self._bystanders: list[PricedLine] | None = None
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

    def within(self, limits: Sequence[Limit]) -> Spans:
        """Return at which prices all the limits hold: one division a limit.

        Raises:
            NotStraightError: if one of the fields has no straight form, or a limit moves; `truth` works for any.
        """
        low, high = self.low, self.high
        for limit in limits:
            a, b, c, d = self.straight_form(limit.field)
            m, e = (limit.n, limit.d) if limit.other is None else self._fixed_number(limit.other)
            # The quotient's denominator is above zero, so it compares as this straight line compares with zero.
            constant = limit.sign * (a * e - m * c) + limit.strict
            slope = limit.sign * (b * e - m * d)
            if slope > 0:
                high = min(high, -constant // slope)
            elif slope < 0:
                low = max(low, -(-constant // -slope))
            elif constant > 0:
                return ()
        return ((low, high),) if low <= high else ()

    def at(self, x: int, paths: Iterable[str]) -> tuple[Row, Row]:
        """Return the shared facts and the line's own as they would be at a price, as far as these moving fields go."""
        shared, row = dict(self._facts.shared), dict(self._row)
        forms = self._straight_forms()
        for path in paths:
            into = row if path.startswith("line.") else shared
            if path in forms:
                a, b, c, d = forms[path]
                into[path] = (a + b * x, c + d * x)
            elif (state := state_at(self.pieces_of(path), x)) is not UNKNOWN:
                into[path] = state
            else:
                into.pop(path, None)
        return shared, row

    def _test_truth(self, field: str, test: Test) -> Truth:
        other = test.other if isinstance(test, CompareField) else None
        if not self._moves(field) and (other is None or not self._moves(other)):
            view = View(Subject.LINE, self._facts.shared, self._row)
            verdict = judge_test(test, view[field], view[other] if other else None)
            return (self.everywhere if verdict else ()), (() if verdict is False else self.everywhere)
        pieces = self.pieces_of(field)
        if len(pieces) == 1 and other is None and isinstance(fixed := pieces[0][2], Fixed):
            verdict = judge_test(test, fixed.state, None)
            return (self.everywhere if verdict else ()), (() if verdict is False else self.everywhere)
        if isinstance(test, Compare | CompareField) and len(pieces) == 1:
            literal = None if isinstance(test, CompareField) else shape_of(plain(test.value))
            limits = [(self.low, self.high, literal)] if literal else self.pieces_of(other or field)
            spans = straight_spans(pieces[0][2], limits, ACCEPTED[test.operator], self.low, self.high)
            if spans is not None:
                return spans, spans
        holds, open_ = [], []
        for first, last, (shape, *others) in merged([self.pieces_of(path) for path in (field, other) if path]):
            for start, end in stretches(first, last, turning_points(shape, others, test, first, last)):
                verdict = judge_test(test, shape.at(start), others[0].at(start) if others else None)
                if verdict:
                    holds.append((start, end))
                if verdict is not False:
                    open_.append((start, end))
        return joined(holds), joined(open_)

    def _moves(self, path: str) -> bool:
        if self._beside is not None and path.startswith("line."):
            return path in self._moving.crossing
        return path == PRICE or path in self._moving.dependent

    def pieces_of(self, path: str) -> list[Piece]:
        """Return a field as pieces of the open price."""
        if self._beside is not None and not path.startswith("line."):
            return self._beside.pieces_of(path)
        if path not in self._pieces:
            self._pieces[path] = self._make_pieces(path)
        return self._pieces[path]

    def _make_pieces(self, path: str) -> list[Piece]:
        derivation = self._moving.dependent.get(path) if self._moves(path) else None
        if derivation is None:
            state = View(Subject.LINE, self._facts.shared, self._row)[path]
            return [(self.low, self.high, shape_of(state))]
        if derivation.formula is not None:
            form = self._straight_forms().get(path)
            if form is None:
                return self._expression(derivation.formula)
            return [(self.low, self.high, _quotient(form))]
        return self._table(derivation)

    def straight_form(self, path: str) -> Straight:
        """Return a moving field's one quotient of straight lines, its denominator above zero at every price.

        Raises:
            NotStraightError: it has none.
        """
        form = self._straight_forms().get(path)
        if form is None:
            raise NotStraightError
        return form

    def _straight_forms(self) -> dict[str, Straight]:
        if self._beside is not None:
            return {}
        if self._forms is None:
            shared = self._facts.shared
            self._forms = self._moving.straight(shared, self._row, self._others_sum, self.low, self.high)
        return self._forms

    def _fixed_number(self, path: str) -> Ratio:
        """Return the finite number that a field has at every price."""
        value = View(Subject.LINE, self._facts.shared, self._row)[path]
        if self._moves(path) or not isinstance(value, tuple) or not value[1]:
            raise NotStraightError
        return value

    def _others_sum(self, path: str) -> Ratio:
        others = self._others.without("sum", path, self.number)
        if others is None:
            return ZERO
        if not isinstance(others.state, tuple):
            raise NotStraightError
        return others.state

    def _expression(self, expression: Expression) -> list[Piece]:
        match expression:
            case Constant(value):
                return [(self.low, self.high, shape_of(plain(value)))]
            case FieldValue(field):
                return self.pieces_of(field)
            case Arithmetic(operator, left, right):
                return combined(OPERATIONS[operator], self._expression(left), self._expression(right))
            case Extreme(function, operands):
                first, *rest = [self._expression(operand) for operand in operands]
                for one in rest:
                    first = combined(EXTREMES[function], first, one)
                return first
            case Aggregate(function, field):
                return self.aggregate(function, field)
            case _:
                assert_never(expression)

    def aggregate(self, function: str, field: str) -> list[Piece]:
        """Combine the line's own pieces with what the other lines give."""
        if self._beside is not None:
            return self._beside.aggregate(function, field)
        pieces = self.pieces_of(field)
        operation = OPERATIONS["+"] if function == "sum" else EXTREMES[function]
        if field in self._moving.crossing:
            for line in self._other_lines():
                pieces = combined(operation, pieces, line.pieces_of(field))
            return pieces
        others = self._others.without(function, field, self.number)
        if others is None:
            return pieces
        return combined(operation, pieces, [(self.low, self.high, shape_of(others.state))])

    def _other_lines(self) -> "list[PricedLine]":
        """Return the other lines as this line's price moves them."""
        if self._bystanders is None:
            self._bystanders = [
                PricedLine(
                    self._facts,
                    number,
                    low=self.low,
                    high=self.high,
                    engine=self._engine,
                    moving=self._moving,
                    others=self._others,
                    beside=self,
                )
                for number in range(len(self._facts.lines or ()))
                if number != self.number
            ]
        return self._bystanders

    def _table(self, derivation: Derivation) -> list[Piece]:
        """Evaluate a table, or the kinds, once between any two prices at which one of its conditions turns."""
        parted = self._moving.tables[derivation.path]
        others = self._other_lines() if derivation.path in self._moving.across else ()
        found = [one.turns_of(parted) for one in (self, *others)]
        if not any(decides for decides, _ in found):  # then the price decides nothing, at the asked one or any other
            return [(self.low, self.high, shape_of(View(Subject.LINE, self._facts.shared, self._row)[derivation.path]))]
        turns = {turn for _, some in found for turn in some}
        pieces: list[Piece] = []
        inside = sorted(turn for turn in turns if self.low < turn <= self.high)
        for start, end in stretches(self.low, self.high, inside):
            pieces.append((start, end, shape_of(self._evaluated(derivation, start))))
        return pieces

    def turns_of(self, parted: Parted) -> tuple[bool, set[int]]:
        """Return whether a price of this line, or of the one beside it, may decide a rule; and at which it turns."""
        match = self._engine.judge(parted.fixed, self._facts.shared, self._row)
        conditions = [part for n in positions(match.fired | match.undetermined) for part in parted.moving[n]]
        ends = {end for part in conditions for spans in self.truth(part) for span in spans for end in span}
        return bool(conditions), ends | {end + 1 for end in ends}

    def _evaluated(self, derivation: Derivation, x: int) -> State:
        shared, row = self.at(x, [path for path in derivation.inputs if self._moves(path)])
        lines = [row if n == self.number else line for n, line in enumerate(self._facts.lines or ())]
        for one in self._other_lines() if derivation.path in self._moving.across else ():
            lines[one.number] = one.at(x, [path for path in derivation.inputs if path in self._moving.crossing])[1]
        return derivation.evaluate(self._engine, self._facts.what_if(shared, lines=lines), row, None)


def _quotient(form: Straight) -> Quotient:
    a, b, c, d = form
    return Quotient((a, b) if b else (a,), (c, d) if d else (c,))
