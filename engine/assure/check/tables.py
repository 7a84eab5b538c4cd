"""The lists of rules of a policy, each as the analysis looks at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal
from weakref import WeakKeyDictionary

from engine.core.decision import Kind
from engine.program import Program
from engine.space.rule_space import RuleSpace
from rules.ir import DerivedTable, Policy, Rule, Subject
from rules.text.source import Span

Use = Literal["authority", "first", "best", "sum", "each"]


@dataclass(frozen=True, slots=True)
class Table:
    """A list of rules, the kind of decision that reads it, and what it is for.

    `use` says what a row's place means: the first that fires decides, the best value does, values add up, each row has
    its own effect, or (authority) the lowest level that may sign.
    """

    section: str
    kind: Kind
    use: Use
    rules: tuple[Rule, ...]
    span: Span
    subject_words: str
    gives: str


def tables(policy: Policy) -> Iterator[Table]:
    """Yield every list of rules of a policy that has any."""
    for derived in policy.derive:
        if isinstance(derived, DerivedTable) and derived.rows:
            use: Use = {"first": "first", "sum": "sum"}.get(derived.hit, "best")  # type: ignore[assignment]
            owner = derived.field.partition(".")[0]
            yield Table(
                f"derive.{derived.field}", kind_of(policy, owner), use, derived.rows, derived.span, owner, derived.field
            )
    price, special = policy.price_approval, policy.special_orders
    registration, allocation = policy.deal_registration, policy.partner_allocation
    if price:
        yield from _table(
            "price_approval.authority", Kind.PRICE_APPROVAL, "authority", price.authority, "line", "level"
        )
        yield from _table("price_approval.rules", Kind.PRICE_APPROVAL, "each", price.rules, "deal", "effect")
    if special:
        yield from _table("special_orders.kinds", Kind.SPECIAL_ORDER, "each", special.kinds, "deal", "kind")
        yield from _table("special_orders.controls", Kind.SPECIAL_ORDER, "each", special.controls, "order", "effect")
    if registration:
        kind = Kind.DEAL_REGISTRATION
        yield from _table("deal_registration.eligibility", kind, "each", registration.eligibility, "claim", "effect")
        yield from _table("deal_registration.contest", kind, "each", registration.contest, "deal", "effect")
        yield from _table("deal_registration.protection", kind, "first", registration.protection, "claim", "protection")
    if allocation:
        kind = Kind.PARTNER_ALLOCATION
        yield from _table("partner_allocation.eligibility", kind, "each", allocation.eligibility, "partner", "effect")
        yield from _table("partner_allocation.score", kind, "sum", allocation.score, "partner", "score")
        yield from _table("partner_allocation.split", kind, "first", allocation.split, "deal", "split")


def _table(  # noqa: PLR0917 - one line for each list above
    section: str, kind: Kind, use: Use, rules: tuple[Rule, ...], who: str, gives: str
) -> Iterator[Table]:
    if rules:
        yield Table(section, kind, use, rules, rules[0].span, who, gives)


def kind_of(policy: Policy, owner: str) -> Kind:
    """Return a kind of decision in which an object's derived fields are known."""
    match owner:
        case "claim":
            return Kind.DEAL_REGISTRATION
        case "partner":
            return Kind.PARTNER_ALLOCATION if policy.partner_allocation else Kind.DEAL_REGISTRATION
        case "order":
            return Kind.SPECIAL_ORDER
    if policy.price_approval:
        return Kind.PRICE_APPROVAL
    return Kind.SPECIAL_ORDER if policy.special_orders else Kind.DEAL_REGISTRATION


# A table's rule_spaces are made once, for all that is asked about it.
_MADE: WeakKeyDictionary[Program, dict[tuple[str, date], tuple[RuleSpace, ...]]] = WeakKeyDictionary()


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
    made = _MADE.setdefault(program, {})
    key = (table.section, today)
    if key not in made:
        made[key] = tuple(RuleSpace(program, table.kind, rules, today=today) for rules in _groups(table) if rules)
    return made[key]
