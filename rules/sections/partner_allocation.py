"""`partner_allocation`: who gets this deal (LANGUAGE.md section 8)."""

from rules.grammar import shape
from rules.grammar.scope import Scope
from rules.grammar.subjects import CANDIDATES, CHOICE
from rules.ir import Criterion, PartnerAllocation, Rule, Subject
from rules.sections.acceptance import read_acceptances
from rules.sections.criteria import CriteriaList, read_criteria
from rules.sections.rule_lists import RuleList, read_rules
from rules.text.nodes import Node

ELIGIBILITY = RuleList("partner_allocation.eligibility", CANDIDATES, ("exclude",))
SCORES = RuleList("partner_allocation.score", CANDIDATES, ("score",))
CRITERIA = CriteriaList("partner_allocation.choose.by", CHOICE, {"score": "partner.score"})
SPLITS = RuleList("partner_allocation.split", CANDIDATES, ("split",))


def read_partner_allocation(node: Node, scope: Scope) -> PartnerAllocation | None:
    """Return the section, as far as it can be read."""
    found = shape.fields_of(
        node,
        "`partner_allocation`",
        scope.report,
        required=("choose",),
        optional=("eligibility", "score", "accept_within", "fallback", "split", "accept"),
    )
    if found is None:
        return None
    read_acceptances(found, "partner_allocation", scope)
    accept, fallback = found.get("accept_within"), found.get("fallback")
    take, by = _choose(found["choose"].value, scope) if "choose" in found else (1, ())
    fallback_name = shape.name(fallback.value, "`fallback`", scope.report) if fallback else None
    split = read_rules(found["split"].value, SPLITS, scope) if "split" in found else ()
    _for_one_partner(split, take, scope)
    return PartnerAllocation(
        read_rules(found["eligibility"].value, ELIGIBILITY, scope) if "eligibility" in found else (),
        read_rules(found["score"].value, SCORES, scope) if "score" in found else (),
        take,
        by,
        shape.duration(accept.value, "`accept_within`", scope.report) if accept else None,
        fallback_name.text if fallback_name else None,
        split,
    )


def _choose(node: Node, scope: Scope) -> tuple[int, tuple[Criterion, ...]]:
    """Return how many partners are taken, and by which criteria."""
    found = shape.fields_of(node, "`choose`", scope.report, required=("by",), optional=("take",))
    if found is None:
        return 1, ()
    take = shape.count(found["take"].value, "`take`", scope.report) if "take" in found else 1
    return take or 1, read_criteria(found["by"].value, CRITERIA, scope) if "by" in found else ()


def _for_one_partner(split: tuple[Rule, ...], take: int, scope: Scope) -> None:
    """Tell a split that depends on the partner where several are chosen."""
    for rule in split:
        if rule.subject is Subject.PARTNER and take > 1:
            hint = f"`take` is {take}; let the split depend on the deal or the customer"
            scope.report.error(
                "D404", "a split cannot depend on the partner if several are chosen", rule.span, hint=hint
            )
