"""What a kind of decision is, independent of deciding: its section of the policy, its lists, outcomes and rows.

Each section's module describes its own kind; `rules/kinds.py` has all four. What reads a section, lists its rules, says
which outcomes there are or what a request must have reads this description, and none keeps a list of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, TypeAlias, get_args

from rules.grammar import shape
from rules.grammar.scope import Scope
from rules.ir import Criterion, DealRegistration, PartnerAllocation, Policy, PriceApproval, Rule, SpecialOrders
from rules.sections.acceptance import read_acceptances
from rules.sections.criteria import CriteriaList
from rules.sections.rule_lists import RuleList
from rules.text.nodes import Entry, Node

Rows: TypeAlias = Literal["lines", "claims", "candidates"]

# The outcome that every kind has besides its own: what is not known could still change it.
NEEDS_INFORMATION = "needs_information"


def decided(outcomes: object) -> tuple[Any, ...]:
    """Return the outcomes that a kind's type lists, in its order, without the last one, which all kinds have."""
    *own, last = get_args(outcomes)
    assert last == NEEDS_INFORMATION
    return tuple(own)


class Kind(StrEnum):
    """The four kinds of decision; the value stands in JSON, `slug` in paths, commands and file names."""

    PRICE_APPROVAL = "price_approval"
    SPECIAL_ORDER = "special_order"
    DEAL_REGISTRATION = "deal_registration"
    PARTNER_ALLOCATION = "partner_allocation"

    @property
    def slug(self) -> str:
        """Return the kind as URLs and the command line write it."""
        return self.value.replace("_", "-")


@dataclass(frozen=True)
class Section:
    """A kind's section of a policy.

    `key` names it in the file and in `Policy`; `keys` are its own, in the order of the language's guide, and `lists`
    the lists of rules and criteria among them (or one level deeper). `outcomes` are those of its decisions, the
    best for whoever asks first, as what is still possible lists them. `rows` is what a request of the kind lists; it
    must have one entry at least, unless `may_be_empty`.
    """

    kind: Kind
    key: str
    describe: str
    keys: tuple[str, ...]
    required: tuple[str, ...]
    lists: tuple[RuleList | CriteriaList, ...]
    outcomes: tuple[str, ...]
    rows: Rows
    may_be_empty: bool = False

    @property
    def rule_lists(self) -> tuple[RuleList, ...]:
        """Return the lists of rules."""
        return tuple(of for of in self.lists if isinstance(of, RuleList))

    @property
    def criteria_lists(self) -> tuple[CriteriaList, ...]:
        """Return the lists of criteria."""
        return tuple(of for of in self.lists if isinstance(of, CriteriaList))

    @property
    def all_outcomes(self) -> tuple[str, ...]:
        """Return the outcomes with the one that all kinds have."""
        return (*self.outcomes, NEEDS_INFORMATION)

    def of(self, policy: Policy) -> PriceApproval | SpecialOrders | DealRegistration | PartnerAllocation | None:
        """Return the section of a policy; None where it has none."""
        found: PriceApproval | SpecialOrders | DealRegistration | PartnerAllocation | None = getattr(policy, self.key)
        return found

    def rules(self, policy: Policy, of: RuleList) -> tuple[Rule, ...]:
        """Return the rules of one of the section's lists; none where the policy has no such section."""
        section = self.of(policy)
        found: tuple[Rule, ...] = getattr(section, of.key) if section else ()
        return found

    def criteria(self, policy: Policy, of: CriteriaList) -> tuple[Criterion, ...]:
        """Return the criteria of one of the section's lists."""
        section = self.of(policy)
        found: tuple[Criterion, ...] = getattr(section, of.key) if section else ()
        return found

    def all_rules(self, policy: Policy) -> Iterator[Rule]:
        """Yield the rules of all of the section's lists."""
        for of in self.rule_lists:
            yield from self.rules(policy, of)

    def entries(self, node: Node, scope: Scope) -> dict[str, Entry] | None:
        """Return the section's entries by their keys, with its acceptances noted; nothing if it is no mapping."""
        optional = (*(key for key in self.keys if key not in self.required), "accept")
        found = shape.fields_of(node, f"`{self.key}`", scope.report, required=self.required, optional=optional)
        if found is not None:
            read_acceptances(found, self.key, scope)
        return found
