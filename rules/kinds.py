"""The four kinds of decision, each with the description of its section, and going through a policy by them.

A kind that is added is described in its section's module and listed here; what must know of it besides is a type error
or a failing test.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from rules.ir import Criterion, DerivedTable, Policy, Rule
from rules.sections import deal_registration, partner_allocation, price_approval, special_orders
from rules.sections.rule_lists import Combination
from rules.sections.section import NEEDS_INFORMATION, Kind, Section

__all__ = ["NEEDS_INFORMATION", "SECTIONS", "USE_OF_HIT", "Kind", "Section", "criteria_of", "rules_of"]

# In the order of the language's guide, which is the order of rules in traces, findings and documents.
SECTIONS: Mapping[Kind, Section] = {
    section.kind: section
    for section in (
        price_approval.SECTION,
        special_orders.SECTION,
        deal_registration.SECTION,
        partner_allocation.SECTION,
    )
}

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
        if isinstance(derived, DerivedTable):
            yield from derived.rows
    for section in SECTIONS.values():
        yield from section.all_rules(policy)


def criteria_of(policy: Policy) -> Iterator[Criterion]:
    """Yield every criterion by which claims and candidates are distinguished."""
    for section in SECTIONS.values():
        for of in section.criteria_lists:
            yield from section.criteria(policy, of)
