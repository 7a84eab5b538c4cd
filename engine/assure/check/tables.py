"""The lists of rules of a policy, each as the analysis looks at it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from engine.core.decision import Kind
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
    # Made once, for all that is asked about the table.
    spaces: dict[tuple[Program, date], tuple[RuleSpace, ...]] = field(default_factory=dict, compare=False, repr=False)


def tables(policy: Policy) -> Iterator[Table]:
    """Yield every list of rules of a policy that has any."""
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
            )
    for section in SECTIONS.values():
        for of in section.rule_lists:
            rules = section.rules(policy, of)
            if rules:
                yield Table(of.section, section.kind, of.use, rules, rules[0].span, of.who, of.gives)


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


def rule_spaces(program: Program, table: Table, *, today: date) -> tuple[RuleSpace, ...]:
    """Return a table's rules by what they are judged for, each with its space."""
    key = (program, today)
    if key not in table.spaces:
        groups = ([rule for rule in table.rules if rule.subject is subject] for subject in Subject)
        table.spaces[key] = tuple(RuleSpace(program, table.kind, rules, today=today) for rules in groups if rules)
    return table.spaces[key]
