"""D609, D610, D613, D616, D618: rules that are over, idle effects, names that nothing uses, lone equalities."""

from collections.abc import Iterator
from datetime import date
from typing import assert_never

from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table
from engine.assure.check.words import label, named, written
from engine.core.decision import Kind
from engine.program import Program
from engine.space.rule_space import RuleSpace, Shown, Verdict
from rules.durations import never_ends_before
from rules.ir import (
    AUTOMATIC,
    Also,
    Approve,
    Arbitrate,
    Assign,
    AtLeast,
    Audit,
    Block,
    Compare,
    CompareField,
    Constant,
    Deposit,
    DerivedFormula,
    Document,
    Effect,
    Equals,
    Exclude,
    Expire,
    FieldTest,
    Forfeit,
    HasAll,
    HasAny,
    HasNone,
    Hold,
    IsKind,
    Missing,
    Notify,
    NotOneOf,
    OneOf,
    Operator,
    Origin,
    Policy,
    Present,
    Protect,
    Raise,
    Reject,
    Rule,
    Score,
    Sign,
    Split,
    Within,
)
from rules.kinds import criteria_of, rules_of
from rules.traverse import condition_fields, expression_fields, rule_fields, tests_of
from rules.types import Scalar
from rules.vocabulary import AS_OF

# What a claim is judged by that it no longer has once its protection is forfeited.
LOST_WITH_PROTECTION = frozenset({"claim.protected", "claim.queued_at"})


def over(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield rules whose last day has passed (D609)."""
    del program
    for rule in table.rules:
        for part in rule.when.parts:
            if isinstance(part, FieldTest) and part.field == AS_OF.path and isinstance(part.test, Within):
                last = part.test.high
                if isinstance(last, date) and last < today:
                    yield Finding(
                        "D609",
                        f"{named(rule)} ended on {last.isoformat()} and is in force no more",
                        part.span,
                        table.section,
                        (rule.id,),
                        hint="take it out, or give it a new last day",
                    )


def idle(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield effects that do nothing, whatever the request (D610)."""
    del today
    read = frozenset(_read(program.policy))
    for rule in table.rules:
        for effect in rule.effects:
            why = _why_idle(program.policy, rule, effect, table) or _unread(effect, read)
            if why:
                yield Finding(
                    "D610",
                    f"an effect of {named(rule)} has no effect: {why}",
                    rule.span,
                    table.section,
                    (rule.id,),
                    hint="leave it out, or change what makes it idle",
                )


def _why_idle(policy: Policy, rule: Rule, effect: Effect, table: Table) -> str | None:
    price = policy.price_approval
    rejects = any(isinstance(one, Reject) for one in rule.effects)
    match effect:
        case Expire(after) if (
            table.kind is Kind.PRICE_APPROVAL and price and price.validity and never_ends_before(after, price.validity)
        ):
            return f"it expires after {after}, and every approval does so " + (
                "anyway" if after == price.validity else f"after {price.validity}"
            )
        case AtLeast(level) if level == AUTOMATIC:
            return "everything is signed at least automatically"
        case Raise() if price and any(effect == AtLeast(price.ladder[-1].id) for effect in rule.effects):
            return "nobody is above the top of the ladder, which it asks for already"
        case Deposit(rate) if rate == 0:
            return "a deposit of nothing is always there"
        case Audit(rate) if rate == 0:
            return "it audits nobody"
        case Score(Constant(value)) if value == 0:
            return "it adds no points"
        case Assign(value) if table.use == "sum" and value == 0:
            return "it adds nothing"
        case Forfeit() if _never_protected(rule):
            return "only a claim with the status `protected` has protection to lose"
        case AtLeast() | Raise() | Also() | Expire() if rejects:
            return "what is rejected is signed by nobody"
        case (
            Sign()
            | Reject()
            | Hold()
            | AtLeast()
            | Raise()
            | Also()
            | Notify()
            | Expire()
            | IsKind()
            | Document()
            | Approve()
            | Deposit()
            | Block()
            | Audit()
            | Forfeit()
            | Arbitrate()
            | Protect()
            | Exclude()
            | Score()
            | Split()
            | Assign()
        ):
            return None
        case _:
            assert_never(effect)


def _unread(effect: Effect, read: frozenset[str]) -> str | None:
    """Return why an effect does nothing if nobody looks at what it changes."""
    if isinstance(effect, Forfeit) and not LOST_WITH_PROTECTION & read:
        return "no criterion and no rule asks whether a claim is protected, or since when it stands in line"
    if isinstance(effect, Score) and "partner.score" not in read:
        return "nothing is chosen by `partner.score`"
    return None


def _never_protected(rule: Rule) -> bool:
    return any(
        isinstance(part, FieldTest) and part.field == "claim.status" and part.test == Equals("new")
        for part in rule.when.parts
    )


# --- names that nothing uses ---------------------------------------------------------------------------------------


def unused(policy: Policy) -> Iterator[Finding | Unsettled]:
    """Yield derived fields, kinds and roles that nothing reads (D613), and an allocation that may end with nobody."""
    read = set(_read(policy))
    for derived in policy.derive:
        if derived.field not in read:
            yield Finding(
                "D613",
                f"`{derived.field}` is computed, and no rule reads it",
                derived.span,
                f"derive.{derived.field}",
                hint="use it in a rule, or leave it out",
            )
    if policy.special_orders:
        members = set(_members(policy))
        for kind in policy.special_orders.kinds:
            if kind.id not in members:
                yield Finding(
                    "D613",
                    f"a deal of the kind `{kind.id}` is treated like any other: no control or rule asks for it",
                    kind.span,
                    "special_orders.kinds",
                    (kind.id,),
                    hint="add a control for it, or leave it out",
                )
    ladder = {level.id for level in policy.price_approval.ladder} if policy.price_approval else set()
    asked = {_role_of(effect) for rule in rules_of(policy) for effect in rule.effects}
    takes_over = {policy.partner_allocation.fallback} if policy.partner_allocation else set()
    for role in policy.roles:
        if role.id not in ladder | asked | takes_over:
            yield Finding(
                "D613",
                f"nobody asks the role `{role.id}` for anything",
                role.span,
                "roles",
                (role.id,),
                hint="name it in a rule, or leave it out",
            )


def _role_of(effect: Effect) -> str | None:
    """Return the role that an effect asks for something; the levels of the ladder stand apart."""
    match effect:
        case Also(role) | Notify(role) | Approve(role):
            return role
        case (
            Sign()
            | Reject()
            | Hold()
            | AtLeast()
            | Raise()
            | Expire()
            | IsKind()
            | Document()
            | Deposit()
            | Block()
            | Audit()
            | Forfeit()
            | Arbitrate()
            | Protect()
            | Exclude()
            | Score()
            | Split()
            | Assign()
        ):
            return None
        case _:
            assert_never(effect)


def nobody_left(policy: Policy, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield an allocation that ends with nobody where no candidate is left (D618)."""
    allocation = policy.partner_allocation
    if allocation is None or allocation.fallback is not None or not allocation.by:
        return
    place = allocation.eligibility[0].span if allocation.eligibility else allocation.by[0].span
    shown = Shown(Kind.PARTNER_ALLOCATION, {"candidates": []}, frozenset(), "partner_allocation.eligibility", today)
    yield Finding(
        "D618",
        "nobody gets the deal if no candidate is left: the allocation has no `fallback`",
        place,
        "partner_allocation",
        hint="write `fallback: inside_sales`, or whoever takes over",
        shown=shown,
    )


def _read(policy: Policy) -> Iterator[str]:
    for rule in rules_of(policy):
        yield from rule_fields(rule)
    for derived in policy.derive:
        if isinstance(derived, DerivedFormula):
            yield from expression_fields(derived.expression)
    for criterion in criteria_of(policy):
        if criterion.field:
            yield criterion.field
        if criterion.condition:
            yield from condition_fields(criterion.condition)


def _members(policy: Policy) -> Iterator[str]:
    for rule in rules_of(policy):
        for test in tests_of(rule.when):
            if test.field == "deal.special_kinds" and isinstance(test.test, HasAny | HasAll | HasNone):
                yield from test.test.values


# --- lone equalities -----------------------------------------------------------------------------------------------


def equalities(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield rules that ask a computed figure to be exactly one value (D616)."""
    policy = program.policy
    formulas = {one.field for one in policy.derive if isinstance(one, DerivedFormula)}
    for rule in table.rules:
        for test in tests_of(rule.when):
            if test.field == AS_OF.path:
                continue
            field = policy.fields[test.field]
            computed = field.origin is Origin.BUILT_IN or field.path in formulas
            match test.test:
                case Equals(value) if computed and field.type in (Scalar.RATE, Scalar.MONEY) and value != 0:
                    exactly = written(value, field.type)
                case CompareField(Operator.EQUAL, other) if computed and field.type in (Scalar.RATE, Scalar.MONEY):
                    exactly = f"the {label(other)}"
                case (
                    Equals()
                    | OneOf()
                    | NotOneOf()
                    | Compare()
                    | Within()
                    | CompareField()
                    | Present()
                    | Missing()
                    | HasAny()
                    | HasAll()
                    | HasNone()
                ):
                    continue
                case _:
                    assert_never(test.test)
            found = RuleSpace(program, table.kind, [rule], today=today, unsettled=table.notes.unsettled).find(
                {}, silent=(0,)
            )
            yield Finding(
                "D616",
                f"{named(rule)} asks that {label(test.field)} is exactly {exactly}: "
                "a computed figure is hardly ever equal to the last digit",
                test.span,
                table.section,
                (rule.id,),
                hint="compare with `<=` or `>=`, or with an interval",
                shown=None if isinstance(found, Verdict) else found,
            )
