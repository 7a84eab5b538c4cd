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
        if isinstance(effect, Score):
            yield from expression_fields(effect.points)
