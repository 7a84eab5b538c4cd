"""Everything that a policy's decisions judge: its rules and rows, its criteria, and the tests in them."""

from collections.abc import Iterator

from rules import types
from rules.ir import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Criterion,
    DerivedTable,
    Equals,
    FieldTest,
    Not,
    NotOneOf,
    OneOf,
    Policy,
    Rule,
    Test,
    Within,
)


def rules_of(policy: Policy) -> Iterator[Rule]:
    """Yield every rule and row of a policy."""
    for derived in policy.derive:
        if isinstance(derived, DerivedTable):
            yield from derived.rows
    if price := policy.price_approval:
        yield from (*price.authority, *price.rules)
    if orders := policy.special_orders:
        yield from (*orders.kinds, *orders.controls)
    if registration := policy.deal_registration:
        yield from (*registration.eligibility, *registration.contest, *registration.protection)
    if allocation := policy.partner_allocation:
        yield from (*allocation.eligibility, *allocation.score, *allocation.split)


def criteria_of(policy: Policy) -> Iterator[Criterion]:
    """Yield every criterion by which claims and candidates are told apart."""
    if registration := policy.deal_registration:
        yield from registration.priority
    if allocation := policy.partner_allocation:
        yield from allocation.by


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


def literals(test: Test) -> tuple[types.Value, ...]:
    """Return the values that a test names."""
    match test:
        case Equals(value) | Compare(_, value):
            return (value,)
        case OneOf(values) | NotOneOf(values):
            return values
        case Within(low, _, high, _):
            return tuple(end for end in (low, high) if end is not None)
        case _:
            return ()
