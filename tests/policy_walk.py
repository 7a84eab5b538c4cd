"""Walks over a checked policy: its rules, criteria, conditions, tests, literals and formulas."""

from collections.abc import Iterator, Sequence

from rules.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Arithmetic,
    Compare,
    Condition,
    Constant,
    Criterion,
    DerivedFormula,
    DerivedTable,
    Equals,
    Expression,
    Extreme,
    FieldTest,
    FieldValue,
    HasAll,
    HasAny,
    HasNone,
    Not,
    NotOneOf,
    OneOf,
    Policy,
    Rule,
    Score,
    Test,
    Within,
)
from rules.types import Value


def rules_of(policy: Policy) -> Iterator[Rule]:
    for derived in policy.derive:
        if isinstance(derived, DerivedTable):
            yield from derived.rows
    if policy.price_approval:
        yield from (*policy.price_approval.authority, *policy.price_approval.rules)
    if policy.special_orders:
        yield from (*policy.special_orders.kinds, *policy.special_orders.controls)
    if policy.deal_registration:
        section = policy.deal_registration
        yield from (*section.eligibility, *section.contest, *section.protection)
    if policy.partner_allocation:
        allocation = policy.partner_allocation
        yield from (*allocation.eligibility, *allocation.score, *allocation.split)


def criteria_of(policy: Policy) -> Sequence[Criterion]:
    priority = policy.deal_registration.priority if policy.deal_registration else ()
    by = policy.partner_allocation.by if policy.partner_allocation else ()
    return (*priority, *by)


def conditions_of(policy: Policy) -> Iterator[Condition]:
    for rule in rules_of(policy):
        yield rule.when
    for criterion in criteria_of(policy):
        if criterion.condition is not None:
            yield criterion.condition


def expressions_of(policy: Policy) -> Iterator[Expression]:
    for derived in policy.derive:
        if isinstance(derived, DerivedFormula):
            yield derived.expression
    for rule in rules_of(policy):
        for effect in rule.effects:
            if isinstance(effect, Score):
                yield effect.points


def paths_of(expression: Expression) -> Iterator[str]:
    match expression:
        case FieldValue(path) | Aggregate(_, path):
            yield path
        case Arithmetic(_, left, right):
            yield from paths_of(left)
            yield from paths_of(right)
        case Extreme(_, operands):
            for operand in operands:
                yield from paths_of(operand)
        case Constant():
            return


def tests_of(condition: Condition) -> Iterator[FieldTest]:
    match condition:
        case FieldTest():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from tests_of(part)
        case Not(part):
            yield from tests_of(part)


def literals_of(test: Test) -> Sequence[Value]:
    match test:
        case Equals(value) | Compare(_, value):
            return (value,)
        case OneOf(values) | NotOneOf(values) | HasAny(values) | HasAll(values) | HasNone(values):
            return values
        case Within(low, _, high, _):
            return tuple(end for end in (low, high) if end is not None)
        case _:
            return ()
