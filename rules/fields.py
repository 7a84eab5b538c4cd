"""Which fields conditions, formulas and rules name."""

from collections.abc import Iterator
from typing import assert_never

from rules.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Arithmetic,
    CompareField,
    Condition,
    Constant,
    Expression,
    Extreme,
    FieldTest,
    FieldValue,
    Not,
    Rule,
    Score,
)


def condition_fields(condition: Condition) -> Iterator[str]:
    """Yield the path of every field that a condition reads, as often as it stands there."""
    match condition:
        case FieldTest(field, test):
            yield field
            if isinstance(test, CompareField):
                yield test.other
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from condition_fields(part)
        case Not(part):
            yield from condition_fields(part)
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
        if isinstance(effect, Score):
            yield from expression_fields(effect.points)
