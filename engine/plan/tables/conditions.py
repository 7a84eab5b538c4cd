"""Conditions as functions: what columns cannot hold, and single rules that are looked at one by one.

Each kind of test becomes the shortest function that says what `interpret.judge` says; the agreement tests hold the two
together. What is met seldom goes through the interpreter itself.
"""

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias, assert_never

from engine.core.facts import Row
from engine.core.interpret import Verdict, judge_test
from engine.core.views import UNKNOWN, is_own
from rules.ir import (
    AllOf,
    AnyOf,
    Compare,
    CompareField,
    Condition,
    Equals,
    FieldTest,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    Not,
    NotOneOf,
    OneOf,
    Operator,
    Present,
    Subject,
    Test,
    Within,
)

# From the shared facts and the row to the truth of a condition.
Judge: TypeAlias = Callable[[Row, Row], Verdict]
# From a known value to the truth of a test; None for what takes a look at more than the value.
_Holds: TypeAlias = Callable[[Any], Verdict]

_COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


def compiled(condition: Condition, subject: Subject) -> Judge:
    """Return a condition as a function of the facts that rules with this subject see."""
    match condition:
        case FieldTest(field, CompareField() as test):
            return _against(field, test, subject)
        case FieldTest(field, test):
            return _test(field, test, own=is_own(field, subject))
        case AllOf(parts):
            return _all([compiled(part, subject) for part in parts])
        case AnyOf(parts):
            return _any([compiled(part, subject) for part in parts])
        case Not(part):
            return _not(compiled(part, subject))
        case _:
            assert_never(condition)


def _all(parts: Sequence[Judge]) -> Judge:
    if len(parts) == 1:
        return parts[0]

    def judge(shared: Row, row: Row) -> Verdict:
        found: Verdict = True
        for part in parts:
            verdict = part(shared, row)
            if verdict is False:
                return False
            if verdict is None:
                found = None
        return found

    return judge


def _any(parts: Sequence[Judge]) -> Judge:
    def judge(shared: Row, row: Row) -> Verdict:
        found: Verdict = False
        for part in parts:
            verdict = part(shared, row)
            if verdict:
                return True
            if verdict is None:
                found = None
        return found

    return judge


def _not(part: Judge) -> Judge:
    def judge(shared: Row, row: Row) -> Verdict:
        verdict = part(shared, row)
        return None if verdict is None else not verdict

    return judge


def _test(field: str, test: Test, *, own: bool) -> Judge:
    if isinstance(test, Present | Missing):
        present = isinstance(test, Present)

        def is_given(shared: Row, row: Row) -> Verdict:
            return ((row if own else shared).get(field) is not None) is present

        return is_given
    holds = _holds(test)

    def judge(shared: Row, row: Row) -> Verdict:
        value = (row if own else shared).get(field, UNKNOWN)
        return None if value is UNKNOWN else holds(value)

    return judge


def _holds(test: Test) -> _Holds:
    match test:
        case Equals(Fraction() as wanted):
            return _number(Operator.EQUAL, wanted)
        case Equals(str() | bool() as wanted):
            return lambda value: bool(value == wanted)
        case OneOf(values) if all(isinstance(value, str) for value in values):
            members = frozenset(values)
            return lambda value: value in members  # null is none of them
        case NotOneOf(values) if all(isinstance(value, str) for value in values):
            others = frozenset(values)
            return lambda value: value not in others
        case Compare(sign, Fraction() as limit):
            return _number(sign, limit)
        case Compare(sign, limit):
            compare = _COMPARE[sign]
            return lambda value: value is not None and compare(value, limit)
        case Within(low, low_closed, high, high_closed):
            return _both(
                None if low is None else Compare(Operator.AT_LEAST if low_closed else Operator.GREATER, low),
                None if high is None else Compare(Operator.AT_MOST if high_closed else Operator.LESS, high),
            )
        case HasAny(values):
            wanted_any = frozenset(values)
            return lambda value: (
                not value.isdisjoint(wanted_any) if type(value) is frozenset else judge_test(test, value, None)
            )
        case Equals() | OneOf() | NotOneOf() | HasAll() | HasNone():
            return lambda value: judge_test(test, value, None)
        case CompareField() | Present() | Missing():
            raise AssertionError(f"{test!r} takes more than a known value")
        case _:
            assert_never(test)


def _both(low: Compare | None, high: Compare | None) -> _Holds:
    """Test an interval by its ends."""
    if low is None or high is None:
        end = low or high
        return _holds(end) if end is not None else lambda value: value is not None
    above, below = _holds(low), _holds(high)
    return lambda value: above(value) and below(value)


def _number(sign: Operator, limit: Fraction) -> _Holds:
    """Compare a pair with a finite number; products of whole numbers tell, for infinite pairs as well."""
    compare = _COMPARE[sign]
    m, e = limit.as_integer_ratio()
    return lambda value: value is not None and compare(value[0] * e, m * value[1])


def _against(field: str, test: CompareField, subject: Subject) -> Judge:
    """Compare one field with another."""
    own, other_own = is_own(field, subject), is_own(test.other, subject)
    compare, other = _COMPARE[test.operator], test.other

    def judge(shared: Row, row: Row) -> Verdict:
        left: Any = (row if own else shared).get(field, UNKNOWN)
        right: Any = (row if other_own else shared).get(other, UNKNOWN)
        if type(left) is tuple is type(right) and (left[1] or right[1]):  # of two infinite ones the signs tell
            return compare(left[0] * right[1], right[0] * left[1])
        return judge_test(test, left, right)

    return judge
