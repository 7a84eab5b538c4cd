"""`deal_registration`: whose deal is it (LANGUAGE.md section 7)."""

from collections.abc import Sequence

from rules.grammar import shape
from rules.grammar.scope import Scope
from rules.grammar.subjects import CLAIM_ELIGIBILITY, CONTEST, PRIORITY, PROTECTION
from rules.ir import DealRegistration, Effect, Protect
from rules.sections.acceptance import read_acceptances
from rules.sections.criteria import CriteriaList, read_criteria
from rules.sections.rule_lists import RuleList, read_rules
from rules.text.nodes import Entry, Node


def _protect(entries: Sequence[Entry], scope: Scope) -> tuple[Effect, ...]:
    """Return one effect of `protect` and `extend`, which belong together."""
    said = {entry.key.text: entry for entry in entries}
    times = {word: shape.duration(entry.value, f"`{word}`", scope.report) for word, entry in said.items()}
    window = times.get("protect")
    if window is None:
        if said and "protect" not in said:
            scope.report.error("D407", "`extend` needs a `protect` beside it", said["extend"].value.span)
        return ()
    return (Protect(window, times.get("extend")),)


ELIGIBILITY = RuleList("deal_registration.eligibility", CLAIM_ELIGIBILITY, ("reject", "forfeit", "hold"))
CRITERIA = CriteriaList("deal_registration.priority", PRIORITY, {})
CONTESTS = RuleList("deal_registration.contest", CONTEST, ("arbitrate",))
WINDOWS = RuleList("deal_registration.protection", PROTECTION, ("protect", "extend"), _protect)


def read_deal_registration(node: Node, scope: Scope) -> DealRegistration | None:
    """Return the section, as far as it can be read."""
    found = shape.fields_of(
        node,
        "`deal_registration`",
        scope.report,
        required=("priority",),
        optional=("eligibility", "contest", "protection", "accept"),
    )
    if found is None:
        return None
    read_acceptances(found, "deal_registration", scope)
    return DealRegistration(
        read_rules(found["eligibility"].value, ELIGIBILITY, scope) if "eligibility" in found else (),
        read_criteria(found["priority"].value, CRITERIA, scope) if "priority" in found else (),
        read_rules(found["contest"].value, CONTESTS, scope) if "contest" in found else (),
        read_rules(found["protection"].value, WINDOWS, scope) if "protection" in found else (),
    )
