"""The lists of rules of a policy, each as the analysis looks at it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from engine.core.decision import Json, Kind
from engine.program import Program
from engine.space.rule_space import RuleSpace
from rules.ir import DerivedTable, Policy, Rule, Subject
from rules.kinds import SECTIONS, USE_OF_HIT
from rules.sections.rule_lists import Combination
from rules.text.source import Span


@dataclass(frozen=True, slots=True)
class Table:
    """A list of rules, the kind of decision that reads it, and what it is for (`use`, `gives`: see `RuleList`)."""

    section: str
    kind: Kind
    use: Combination
    rules: tuple[Rule, ...]
    span: Span
    subject_words: str
    gives: str
    notes: "Notes" = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Notes:
    """What one analysis of a policy has found out already, so that nothing is sought twice.

    `spaces` are the rules of a table by what they are judged for, `quiet` requests that no rule stops, and `unsettled`
    the sections of which something was asked that no request and no proof answered.
    """

    spaces: dict[tuple[Program, str, date], tuple[RuleSpace, ...]] = field(default_factory=dict)
    quiet: dict[tuple[Kind, date], dict[str, Json] | None] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)


def tables(policy: Policy) -> Iterator[Table]:
    """Yield every list of rules of a policy that has any; they share their notes."""
    notes = Notes()
    for derived in policy.derive:
        if isinstance(derived, DerivedTable) and derived.rows:
            owner = derived.field.partition(".")[0]
            yield Table(
                f"derive.{derived.field}",
                kind_of(policy, owner),
                USE_OF_HIT[derived.hit],
                derived.rows,
                derived.span,
                owner,
                derived.field,
                notes,
            )
    for section in SECTIONS.values():
        for of in section.rule_lists:
            rules = section.rules(policy, of)
            if rules:
                yield Table(of.section, section.kind, of.use, rules, rules[0].span, of.who, of.gives, notes)


def kind_of(policy: Policy, owner: str) -> Kind:
    """Return a kind of decision in which an object's derived fields are known."""
    match owner:
        case "claim":
            return Kind.DEAL_REGISTRATION
        case "partner":
            return Kind.PARTNER_ALLOCATION if policy.partner_allocation else Kind.DEAL_REGISTRATION
        case "order":
            return Kind.SPECIAL_ORDER
        case _ if policy.price_approval:
            return Kind.PRICE_APPROVAL
        case _:
            return Kind.SPECIAL_ORDER if policy.special_orders else Kind.DEAL_REGISTRATION


def _groups(table: Table) -> list[list[Rule]]:
    """Return a table's rules by what they are judged for.

    Where one row decides for one claim or partner, those that look at the deal alone (a last row for anything) stand
    with the others. Rows of a line and rows of the deal do not: any line may let the first fire.
    """
    rules = [*table.rules]
    others = {rule.subject for rule in rules} - {Subject.DEAL}
    if table.use != "each" and len(others) == 1 and Subject.LINE not in others:
        return [rules]
    return [[rule for rule in rules if rule.subject is subject] for subject in Subject]


def rule_spaces(program: Program, table: Table, *, today: date) -> tuple[RuleSpace, ...]:
    """Return a table's rules by what they are judged for, each with its space."""
    made = table.notes.spaces
    key = (program, table.section, today)
    if key not in made:
        made[key] = tuple(
            RuleSpace(program, table.kind, rules, today=today, unsettled=table.notes.unsettled)
            for rules in _groups(table)
            if rules
        )
    return made[key]
