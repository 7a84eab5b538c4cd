"""`partner_allocation`: who gets this deal (docs/language.md section 8)."""

from typing import Literal, TypeAlias

from rules.grammar import settings, shape
from rules.grammar.scope import Scope
from rules.grammar.subjects import CANDIDATES, CHOICE
from rules.ir import Criterion, PartnerAllocation, Rule, Subject
from rules.sections.criteria import CriteriaList, criteria_under
from rules.sections.rule_lists import RuleList, rules_under
from rules.sections.section import Kind, Section, decided
from rules.text.nodes import Node

ELIGIBILITY = RuleList(
    "partner_allocation.eligibility",
    CANDIDATES,
    ("exclude",),
    who="partner",
    describe="What excludes a candidate",
)
SCORES = RuleList(
    "partner_allocation.score",
    CANDIDATES,
    ("score",),
    use="sum",
    who="partner",
    gives="score",
    describe="What earns a candidate points",
)
CRITERIA = CriteriaList(
    "partner_allocation.choose.by",
    CHOICE,
    {"score": "partner.score"},
    describe="What the choice goes by, one after the other",
)
SPLITS = RuleList(
    "partner_allocation.split", CANDIDATES, ("split",), use="first", gives="split", describe="How the deal is shared"
)
AllocationOutcome: TypeAlias = Literal["allocated", "fallback", "needs_information"]
OUTCOMES: tuple[AllocationOutcome, ...] = decided(AllocationOutcome)
SECTION = Section(
    kind=Kind.PARTNER_ALLOCATION,
    key="partner_allocation",
    describe="Who gets a deal",
    keys=("eligibility", "score", "choose", "accept_within", "fallback", "split"),
    required=("choose",),
    lists=(ELIGIBILITY, SCORES, CRITERIA, SPLITS),
    outcomes=OUTCOMES,
    rows="candidates",
    may_be_empty=True,
)


def read_partner_allocation(node: Node, scope: Scope) -> PartnerAllocation | None:
    """Return the section, as far as it can be read."""
    found = SECTION.entries(node, scope)
    if found is None:
        return None
    accept, fallback = found.get("accept_within"), found.get("fallback")
    take, by = _choose(found["choose"].value, scope) if "choose" in found else (1, ())
    fallback_name = shape.name(fallback.value, "`fallback`", scope.report) if fallback else None
    split = rules_under(found, SPLITS, scope)
    _for_one_partner(split, take, scope)
    return PartnerAllocation(
        rules_under(found, ELIGIBILITY, scope),
        rules_under(found, SCORES, scope),
        take,
        by,
        settings.duration(accept.value, "`accept_within`", scope) if accept else None,
        fallback_name.text if fallback_name else None,
        split,
    )


def _choose(node: Node, scope: Scope) -> tuple[int, tuple[Criterion, ...]]:
    """Return how many partners are taken, and by which criteria."""
    found = shape.fields_of(node, "`choose`", scope.report, required=("by",), optional=("take",))
    if found is None:
        return 1, ()
    take = shape.count(found["take"].value, "`take`", scope.report) if "take" in found else 1
    return take or 1, criteria_under(found, CRITERIA, scope)


def _for_one_partner(split: tuple[Rule, ...], take: int, scope: Scope) -> None:
    """Tell a split that depends on the partner where several are chosen."""
    for rule in split:
        if rule.subject is Subject.PARTNER and take > 1:
            hint = f"`take` is {take}; let the split depend on the deal or the customer"
            scope.report.error(
                "D404", "a split cannot depend on the partner if several are chosen", rule.span, hint=hint
            )
