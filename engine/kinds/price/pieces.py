"""Fields as functions of a price in cents: pieces, on each of which a field is a quotient of polynomials or fixed.

The arithmetic of such pieces is the arithmetic of formulas (`interpret`), done for every price at once; where a divisor
vanishes or two operands cross, a piece is cut. Nothing is sampled.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from engine.core.interpret import ACCEPTED, plain
from engine.core.values import Value
from engine.core.views import UNKNOWN, State
from engine.kinds.price.polynomials import Polynomial, plus, sign_changes, times, value_at
from engine.kinds.price.spans import Spans
from rules.ir import Operator, Test
from rules.traverse import literals


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


def shape_of(state: State) -> Shape:
    """Return a known number as a constant quotient."""
    return Quotient((state[0],), (state[1],)) if isinstance(state, tuple) else Fixed(state)


def state_at(pieces: Iterable[Piece], x: int) -> State:
    """Return the state at a price that one of the pieces covers."""
    return next(shape.at(x) for first, last, shape in pieces if first <= x <= last)


def stretches(first: int, last: int, turns: Iterable[int]) -> list[tuple[int, int]]:
    """Cut [first, last] before each of the ascending turns."""
    starts = [first, *turns]
    return [(start, end - 1) for start, end in pairwise([*starts, last + 1]) if start < end]


def merged(columns: Sequence[list[Piece]]) -> list[tuple[int, int, list[Shape]]]:
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


def turning_points(shape: Shape, others: Sequence[Shape], test: Test, first: int, last: int) -> list[int]:
    """Return the prices in (first, last] at which a test of this shape may change its answer."""
    if not isinstance(shape, Quotient):
        return []
    limits = list(others) if others else [shape_of(plain(value)) for value in literals(test)]
    found: set[int] = set()
    for limit in limits:
        if isinstance(limit, Quotient):
            found.update(sign_changes(_excess(shape, limit), first, last))
    return sorted(found)


def straight_spans(
    shape: Shape, limits: Sequence[Piece], accepted: frozenset[int], low: int, high: int
) -> Spans | None:
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


def _excess(left: Quotient, right: Quotient) -> Polynomial:
    """Return a polynomial with the sign of left - right."""
    return plus(times(left.numerator, right.denominator), times(right.numerator, left.denominator), sign=-1)


Operation: TypeAlias = Callable[[Quotient, Quotient, int, int], list[Piece]]


def combined(operation: Operation, left: list[Piece], right: list[Piece]) -> list[Piece]:
    """Combine two operands piece by piece; one that is unknown, or else null, decides."""
    pieces: list[Piece] = []
    for first, last, (one, other) in merged([left, right]):
        if isinstance(one, Quotient) and isinstance(other, Quotient):
            pieces += operation(one, other, first, last)
        else:
            states = [shape.state for shape in (one, other) if isinstance(shape, Fixed)]
            pieces.append((first, last, Fixed(UNKNOWN if UNKNOWN in states else None)))
    return pieces


def _summed(sign: int) -> Operation:
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
    for start, end in stretches(first, last, sign_changes(right.numerator, first, last)):
        divisor = value_at(right.numerator, start)
        if divisor == 0:
            pieces.append((start, end, Fixed(None)))
            continue
        sign = (1,) if divisor > 0 else (-1,)
        top = times(times(left.numerator, right.denominator), sign)
        pieces.append((start, end, Quotient(top, times(times(left.denominator, right.numerator), sign))))
    return pieces


def _extreme(sign: int) -> Operation:
    """Keep the smaller (-1) or the larger (+1) of two, cutting where they cross."""

    def operation(left: Quotient, right: Quotient, first: int, last: int) -> list[Piece]:
        excess = _excess(left, right)
        return [
            (start, end, left if value_at(excess, start) * sign >= 0 else right)
            for start, end in stretches(first, last, sign_changes(excess, first, last))
        ]

    return operation


OPERATIONS: dict[str, Operation] = {"+": _summed(1), "-": _summed(-1), "*": _multiplied, "/": _divided}
EXTREMES: dict[str, Operation] = {"min": _extreme(-1), "max": _extreme(1)}
