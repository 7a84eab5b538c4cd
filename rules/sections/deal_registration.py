"""`deal_registration`: whose deal is it (docs/language.md section 7)."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from rules.grammar import settings
from rules.grammar.scope import Scope
from rules.grammar.subjects import CLAIM_ELIGIBILITY, CONTEST, PRIORITY, PROTECTION
from rules.ir import DealRegistration, Effect, Protect
from rules.sections.criteria import CriteriaList, criteria_under
from rules.sections.rule_lists import RuleList, rules_under
from rules.sections.section import Kind, Section, decided
from rules.text.nodes import Entry, Node


def _protect(entries: Sequence[Entry], scope: Scope) -> tuple[Effect, ...]:
    """Return one effect of `protect` and `extend`, which belong together."""
    said = {entry.key.text: entry for entry in entries}
    times = {word: settings.duration(entry.value, f"`{word}`", scope) for word, entry in said.items()}
    window = times.get("protect")
    if window is None:
        if said and "protect" not in said:
            scope.report.error("D407", "`extend` needs a `protect` beside it", said["extend"].value.span)
        return ()
    return (Protect(window, times.get("extend")),)


ELIGIBILITY = RuleList(
    "deal_registration.eligibility",
    CLAIM_ELIGIBILITY,
    ("reject", "forfeit", "hold"),
    who="claim",
    describe="What disqualifies a claim",
)
CRITERIA = CriteriaList(
    "deal_registration.priority", PRIORITY, {}, describe="What separates the claims, one after the other"
)
CONTESTS = RuleList("deal_registration.contest", CONTEST, ("arbitrate",), describe="What people must decide")
WINDOWS = RuleList(
    "deal_registration.protection",
    PROTECTION,
    ("protect", "extend"),
    _protect,
    use="first",
    who="claim",
    gives="protection",
    describe="How long the winner is protected",
)
RegistrationOutcome: TypeAlias = Literal["awarded", "contested", "rejected", "needs_information"]
OUTCOMES: tuple[RegistrationOutcome, ...] = decided(RegistrationOutcome)
SECTION = Section(
    kind=Kind.DEAL_REGISTRATION,
    key="deal_registration",
    describe="Whose deal is it",
    keys=("eligibility", "priority", "contest", "protection"),
    required=("priority",),
    lists=(ELIGIBILITY, CRITERIA, CONTESTS, WINDOWS),
    outcomes=OUTCOMES,
    rows="claims",
)


def read_deal_registration(node: Node, scope: Scope) -> DealRegistration | None:
    """Return the section, as far as it can be read."""
    found = SECTION.entries(node, scope)
    if found is None:
        return None
    return DealRegistration(
        rules_under(found, ELIGIBILITY, scope),
        criteria_under(found, CRITERIA, scope),
        rules_under(found, CONTESTS, scope),
        rules_under(found, WINDOWS, scope),
    )
