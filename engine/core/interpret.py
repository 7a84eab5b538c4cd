"""The plainest reading of the IR, and the yardstick of every other: one condition at a time, in Kleene's logic.

True, False, or None for undetermined (docs/language.md section 3). Slow on purpose: nothing is shared between rules.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import assert_never

from engine.core.exact import ZERO, Ratio, add, compare, divide, largest, multiply, ratio, smallest, subtract
from engine.core.facts import Row
from engine.core.values import PartialSet, Value
from engine.core.views import UNKNOWN, FactView, State
from rules import types
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
    HasAll,
    HasAny,
    HasNone,
    Missing,
    Not,
    NotOneOf,
    OneOf,
    Operator,
    Present,
    Rule,
    Test,
    Within,
)

Verdict = bool | None

# What each operator accepts of a comparison's sign.
ACCEPTED: dict[Operator, frozenset[int]] = {
    Operator.EQUAL: frozenset({0}),
    Operator.NOT_EQUAL: frozenset({-1, 1}),
    Operator.LESS: frozenset({-1}),
    Operator.AT_MOST: frozenset({-1, 0}),
    Operator.GREATER: frozenset({1}),
    Operator.AT_LEAST: frozenset({0, 1}),
}
ARITHMETIC: dict[str, Callable[[Ratio, Ratio], Ratio | None]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
}
EXTREME: dict[str, Callable[[Ratio, Ratio], Ratio | None]] = {"min": smallest, "max": largest}


def statuses(rules: Sequence[Rule], view: FactView) -> list[Verdict]:
    """Return for each rule whether it fires: True, False, or None for undetermined."""
    return [judge(rule.when, view) for rule in rules]


def judge(condition: Condition, view: FactView) -> Verdict:
    """Return the truth of a condition."""
    match condition:
        case FieldTest(field, test):
            other = view[test.other] if isinstance(test, CompareField) else None
            return judge_test(test, view[field], other)
        case AllOf(parts):
            return all_of([judge(part, view) for part in parts])
        case AnyOf(parts):
            return negated(all_of([negated(judge(part, view)) for part in parts]))
        case Not(part):
            return negated(judge(part, view))
        case _:
            assert_never(condition)


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Return Kleene's conjunction.

    >>> all_of([True, None]), all_of([False, None]), all_of([])
    (None, False, True)
    """
    if False in verdicts:
        return False
    return None if None in verdicts else True


def negated(verdict: Verdict) -> Verdict:
    """Return Kleene's negation."""
    return None if verdict is None else not verdict


def judge_test(test: Test, value: State, other: State) -> Verdict:
    """Return whether a field's value passes a test; `other` is what a `CompareField` compares with."""
    if isinstance(test, Present):
        return value is not UNKNOWN and value is not None
    if isinstance(test, Missing):
        return value is UNKNOWN or value is None
    if value is UNKNOWN or other is UNKNOWN:
        return None
    match test:
        case Equals(wanted):
            return value is not None and equal(value, wanted)
        case OneOf(values):
            return value is not None and any(equal(value, wanted) for wanted in values)
        case NotOneOf(values):
            return value is None or not any(equal(value, wanted) for wanted in values)
        case Compare(operator, limit):
            return value is not None and order(value, plain(limit)) in ACCEPTED[operator]
        case Within(low, low_closed, high, high_closed):
            return value is not None and (
                (low is None or order(value, plain(low)) >= (0 if low_closed else 1))
                and (high is None or order(value, plain(high)) <= (0 if high_closed else -1))
            )
        case CompareField(operator):
            if value is None or other is None:
                return operator is Operator.NOT_EQUAL
            return order(value, other) in ACCEPTED[operator]
        case HasAny(values):
            return has_any(value, values)
        case HasAll(values):
            return all_of([has_any(value, (one,)) for one in values])
        case HasNone(values):
            return negated(has_any(value, values))
        case _:
            assert_never(test)


def has_any(members: Value, values: Sequence[str]) -> Verdict:
    """Return whether a set has one of the values; null has none."""
    match members:
        case frozenset():
            return not members.isdisjoint(values)
        case PartialSet(known, maybe):
            if not known.isdisjoint(values):
                return True
            return None if not maybe.isdisjoint(values) else False
        case _:  # null
            return False


def plain(value: types.Value) -> Value:
    """Return a value of the IR as a value of a request."""
    return ratio(value) if isinstance(value, Fraction) else value


def equal(value: Value, wanted: types.Value) -> bool:
    """Return whether a value that is not null equals a literal."""
    return order(value, plain(wanted)) == 0


def order(left: Value, right: Value) -> int:
    """Return -1, 0 or 1; of values without an order, 0 if they are equal and else 1."""
    match left, right:
        case (tuple(), tuple()):
            return compare(left, right)
        case (bool(), bool()) | (str(), str()) | (frozenset(), frozenset()):
            return 0 if left == right else 1
        case (date(), date()):  # timestamps too: they are never compared with days
            return (left > right) - (left < right)
        case (timedelta(), timedelta()):
            return (left > right) - (left < right)
        case _:
            raise AssertionError(f"the loader lets no test compare {left!r} with {right!r}")


def as_ratio(value: State) -> Ratio:
    """Return the pair of a field that is known to be a number."""
    assert type(value) is tuple
    return value


def compute(expression: Expression, view: FactView, lines: Sequence[Row] | None) -> State:
    """Return a formula's value: exact, unknown if an operand is, else null if an operand is or for 0 / 0 and n / 0."""
    match expression:
        case Constant(value):
            return ratio(value)
        case FieldValue(field):
            return view[field]
        case Arithmetic(operator, left, right):
            return combine(ARITHMETIC[operator], [compute(left, view, lines), compute(right, view, lines)])
        case Extreme(function, operands):
            return combine(EXTREME[function], [compute(operand, view, lines) for operand in operands])
        case Aggregate(function, field):
            if lines is None:
                return UNKNOWN
            values = [line.get(field, UNKNOWN) for line in lines]
            if function == "sum":
                return combine(add, [ZERO, *values])
            return combine(EXTREME[function], values) if values else None
        case _:
            assert_never(expression)


def combine(operation: Callable[[Ratio, Ratio], Ratio | None], operands: Sequence[State]) -> State:
    """Fold the operands from the left; one that is unknown, or else null, decides."""
    if UNKNOWN in operands:
        return UNKNOWN
    result: Ratio | None = as_ratio(operands[0]) if operands[0] is not None else None
    for operand in operands[1:]:
        if result is None or operand is None:
            return None
        result = operation(result, as_ratio(operand))
    return result
