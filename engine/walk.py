"""Everything that a policy's decisions judge: its rules and rows, its criteria, and the tests in them."""

from collections.abc import Iterator

from rules.ir import AllOf, AnyOf, Condition, Criterion, DerivedTable, FieldTest, Not, Policy, Rule


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
    """Yield every test of a condition."""
    match condition:
        case FieldTest():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from tests_of(part)
        case Not(part):
            yield from tests_of(part)
