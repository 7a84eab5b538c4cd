"""Going through rules and formulas: the tests in them, and the fields that they name."""

from collections.abc import Iterator
from typing import assert_never

from rules import types
from rules.ir import (
    Aggregate,
    AllOf,
    Also,
    AnyOf,
    Approve,
    Arbitrate,
    Arithmetic,
    Assign,
    AtLeast,
    Audit,
    Block,
    Compare,
    CompareField,
    Condition,
    Constant,
    Deposit,
    Document,
    Effect,
    Equals,
    Exclude,
    Expire,
    Expression,
    Extreme,
    FieldTest,
    FieldValue,
    Forfeit,
    HasAll,
    HasAny,
    HasNone,
    Hold,
    IsKind,
    Missing,
    Not,
    Notify,
    NotOneOf,
    OneOf,
    Present,
    Protect,
    Raise,
    Reject,
    Rule,
    Score,
    Sign,
    Split,
    Test,
    Within,
)


def tests_of(condition: Condition) -> Iterator[FieldTest]:
    """Yield every test of a condition, however deep, in the owner's order."""
    match condition:
        case FieldTest():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from tests_of(part)
        case Not(part):
            yield from tests_of(part)
        case _:
            assert_never(condition)


def literals(test: Test) -> tuple[types.Value, ...]:
    """Return the values that a test names."""
    match test:
        case Equals(value) | Compare(_, value):
            return (value,)
        case OneOf(values) | NotOneOf(values):
            return values
        case Within(low, _, high, _):
            return tuple(end for end in (low, high) if end is not None)
        case CompareField() | Present() | Missing() | HasAny() | HasAll() | HasNone():
            return ()
        case _:
            assert_never(test)


def condition_fields(condition: Condition) -> Iterator[str]:
    """Return the path of every field that a condition reads, as often as it stands there."""
    return iter([path for path, _ in tested_fields(condition)])


def tested_fields(condition: Condition) -> list[tuple[str, FieldTest]]:
    """Return every field that a condition reads, each with the test that does, as often as it stands there."""
    found: list[tuple[str, FieldTest]] = []
    _gather(condition, found)
    return found


def _gather(condition: Condition, found: list[tuple[str, FieldTest]]) -> None:
    match condition:
        case FieldTest(field, test):
            found.append((field, condition))
            if isinstance(test, CompareField):
                found.append((test.other, condition))
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                _gather(part, found)
        case Not(part):
            _gather(part, found)
        case _:
            assert_never(condition)


def expression_fields(expression: Expression) -> Iterator[str]:
    """Yield the path of every field that a formula reads, as often as it stands there."""
    match expression:
        case FieldValue(field) | Aggregate(_, field):
            yield field
        case Arithmetic(_, left, right):
            yield from expression_fields(left)
            yield from expression_fields(right)
        case Extreme(_, operands):
            for operand in operands:
                yield from expression_fields(operand)
        case Constant():
            return
        case _:
            assert_never(expression)


def rule_fields(rule: Rule) -> Iterator[str]:
    """Yield the path of every field that a rule reads: its condition's, and those of a score's formula."""
    yield from condition_fields(rule.when)
    for effect in rule.effects:
        if formula := formula_of(effect):
            yield from expression_fields(formula)


def formula_of(effect: Effect) -> Expression | None:
    """Return the formula that an effect computes; None of one that computes nothing."""
    match effect:
        case Score(points):
            return points
        case (
            Sign()
            | Reject()
            | Hold()
            | AtLeast()
            | Raise()
            | Also()
            | Notify()
            | Expire()
            | IsKind()
            | Document()
            | Approve()
            | Deposit()
            | Block()
            | Audit()
            | Forfeit()
            | Arbitrate()
            | Protect()
            | Exclude()
            | Split()
            | Assign()
        ):
            return None
        case _:
            assert_never(effect)
