"""The four kinds of decision, each with the description of its section, and going through a policy by them.

A kind that is added is described in its section's module and listed here; what must know of it besides is a type error
or a failing test.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, assert_never

from rules.ir import Criterion, DerivedFormula, DerivedTable, Policy, Rule
from rules.sections import deal_registration, partner_allocation, price_approval, special_orders
from rules.sections.rule_lists import Combination
from rules.sections.section import NEEDS_INFORMATION, Kind, Section

__all__ = ["NEEDS_INFORMATION", "SECTIONS", "USE_OF_HIT", "Kind", "Section", "criteria_of", "rules_of"]


def _section_of(kind: Kind) -> Section:
    match kind:
        case Kind.PRICE_APPROVAL:
            return price_approval.SECTION
        case Kind.SPECIAL_ORDER:
            return special_orders.SECTION
        case Kind.DEAL_REGISTRATION:
            return deal_registration.SECTION
        case Kind.PARTNER_ALLOCATION:
            return partner_allocation.SECTION
        case _:
            assert_never(kind)


# In the order of the language's guide, which is the order of rules in traces, findings and documents.
SECTIONS: Mapping[Kind, Section] = {kind: _section_of(kind) for kind in Kind}

# What a row's place means in a table that a policy derives a field by.
USE_OF_HIT: Mapping[Literal["first", "sum", "max", "min"], Combination] = {
    "first": "first",
    "sum": "sum",
    "max": "best",
    "min": "best",
}


def rules_of(policy: Policy) -> Iterator[Rule]:
    """Yield every rule and row of a policy."""
    for derived in policy.derive:
        match derived:
            case DerivedTable(rows=rows):
                yield from rows
            case DerivedFormula():
                pass
            case _:
                assert_never(derived)
    for section in SECTIONS.values():
        yield from section.all_rules(policy)


def criteria_of(policy: Policy) -> Iterator[Criterion]:
    """Yield every criterion by which claims and candidates are distinguished."""
    for section in SECTIONS.values():
        for of in section.criteria_lists:
            yield from section.criteria(policy, of)
