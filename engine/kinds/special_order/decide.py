"""Controls on special bids and unusual orders (docs/language.md section 6): what an order must have to pass its gate.

What binds is the unmet obligations and the blocks. A control that is undetermined, or one whose obligation may or may
not be met because the request does not say, makes the outcome `needs_information` unless the order is blocked anyway.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeAlias, assert_never

from engine.answers.special_order import (
    AuditStep,
    BlockingControl,
    ControlResult,
    Obligation,
    OrderOutcome,
    OrderOutcomeStep,
    OrderPossible,
    OrderResult,
    OrderStep,
)
from engine.core import figures
from engine.core.decision import Json, Kind, Language
from engine.core.exact import compare, ratio
from engine.core.facts import Facts, Row
from engine.core.interpret import Verdict, has_any
from engine.core.moments import Reckoning, reckoned_by
from engine.core.values import PartialSet
from engine.core.views import UNKNOWN
from engine.explain.words.numbers import brief
from engine.plan.derive.derivations import Derivations, derivations
from engine.plan.gates import Gates
from engine.plan.groups import Engine, Group, Match, groups_of, match_all
from engine.plan.ruling import Ruling
from engine.plan.tables.bits import positions
from rules.durations import Duration
from rules.ir import (
    Also,
    Approve,
    Arbitrate,
    Assign,
    AtLeast,
    Audit,
    Block,
    Deposit,
    Document,
    Effect,
    Exclude,
    Expire,
    Forfeit,
    Hold,
    IsKind,
    Notify,
    Policy,
    Protect,
    Raise,
    Reject,
    Role,
    Rule,
    Score,
    Sign,
    SpecialOrders,
    Split,
)
from rules.sections.special_orders import OUTCOMES
from rules.traverse import rule_fields

Asking: TypeAlias = Document | Approve | Deposit | Hold

KINDS = "deal.special_kinds"
EVIDENCE, APPROVALS, DEPOSIT, ORDER_ID = "order.evidence", "order.approvals", "order.deposit", "order.id"
# What a person must do so that an obligation is met.
RELEASE: dict[str, dict[Language, str]] = {
    "document": {"en": "submit {}", "zh": "提交 {}"},
    "approve": {"en": "get the approval of {}", "zh": "取得 {} 的批准"},
    "deposit": {"en": "collect a deposit of at least {}", "zh": "收取不低于 {} 的定金"},
    "hold": {"en": "have the hold lifted: {}", "zh": "解除暂停:{}"},
}


@dataclass(frozen=True, eq=False)
class SpecialOrderPlan:
    """The section as the engine uses it."""

    section: SpecialOrders
    kinds: tuple[Group, ...]
    controls: tuple[Group, ...]
    gates: Gates
    roles: dict[str, Role]
    derivations: Derivations
    reckoning: Reckoning
    reckoned_by: Mapping[str, Json]


def plan(policy: Policy) -> SpecialOrderPlan | None:
    """Prepare the section; None where the policy has none."""
    section = policy.special_orders
    if section is None:
        return None
    wanted = [KINDS, *(path for rule in section.controls for path in rule_fields(rule))]
    kinds, controls = groups_of(section.kinds), groups_of(section.controls)
    return SpecialOrderPlan(
        section=section,
        kinds=kinds,
        controls=controls,
        gates=Gates((*kinds, *controls)),
        roles={role.id: role for role in policy.roles},
        derivations=derivations(policy, Kind.SPECIAL_ORDER, wanted),
        reckoning=Reckoning.of(policy),
        reckoned_by=reckoned_by(policy),
    )


@dataclass(slots=True)
class _Findings:
    """What the fired controls ask for, and what missing facts leave open."""

    controls: list[ControlResult] = field(default_factory=list)
    blocks: list[BlockingControl] = field(default_factory=list)
    audit: dict[str, None] = field(default_factory=dict)
    expire: list[Duration] = field(default_factory=list)
    unmet: bool = False
    blocked: set[str] = field(default_factory=set)
    unmet_of: set[tuple[str, Obligation]] = field(default_factory=set)  # what a control asks for
    doubtful: set[OrderOutcome] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)


def decide(plan: SpecialOrderPlan, engine: Engine, facts: Facts, language: Language, *, near: bool) -> Ruling:
    """Decide whether an order passes its gate; the facts get their derived fields."""
    plan.derivations.derive(engine, facts)
    matches = list(match_all(engine, plan.controls, facts, near=near))
    findings = _Findings()
    steps: list[OrderStep] = []
    for match, rule in _rules(matches, lambda match: match.fired):
        for effect in rule.effects:
            _fire(plan, findings, steps, match=match, rule=rule, effect=effect, facts=facts, language=language)
    for _, rule in _rules(matches, lambda match: match.undetermined):
        _doubt(findings, rule, facts.shared, language)
    outcome: OrderOutcome
    if findings.blocks:
        outcome = "blocked"
    elif findings.doubtful:
        outcome = "needs_information"
    else:
        outcome = "held" if findings.unmet else "clear"
    steps.append(OrderOutcomeStep(outcome))
    # Deriving has judged the kinds already; the trace wants to say which condition made the order special.
    kinds = match_all(engine, plan.kinds, facts, near=near)
    ruling = _ruling(plan, facts, outcome=outcome, findings=findings, steps=steps, matches=matches)
    every = (*kinds, *ruling.matches)
    if near:
        every = tuple([plan.gates.at_this(engine, match, facts.shared) for match in every])
    return ruling._replace(matches=every)


def _rules(matches: list[Match], bits: Callable[[Match], int]) -> Iterator[tuple[Match, Rule]]:
    for match in matches:
        for n in positions(bits(match)):
            yield match, match.group.rules[n]


def _fire(
    plan: SpecialOrderPlan,
    findings: _Findings,
    steps: list[OrderStep],
    *,
    match: Match,
    rule: Rule,
    effect: Effect,
    facts: Facts,
    language: Language,
) -> None:
    """Note what one effect of a fired control asks of the order."""
    line = None if match.number is None else match.number + 1
    match effect:
        case Block(reason):
            findings.blocked.add(rule.id)
            findings.blocks.append(BlockingControl(control=rule.id, line=line, reason=reason.in_language(language)))
        case Audit(rate):
            sampled = _is_sampled(rule.id, facts.shared.get(ORDER_ID), *ratio(rate))
            steps.append(AuditStep(control=rule.id, line=line, rate=figures.rate(ratio(rate)), sampled=sampled))
            if sampled:
                findings.audit[rule.id] = None
        case Expire(after):
            findings.expire.append(after)
        case Document() | Approve() | Deposit() | Hold():
            obligation, met, path = _obligation(effect, facts.shared, language)
            if met is None:
                findings.doubtful |= {"held", "clear"}
                findings.missing.add(path)
            if met is False:
                findings.unmet = True
                findings.unmet_of.add((rule.id, obligation))
            kind, what = obligation.asked
            asked = plan.roles[what].title.in_language(language) if kind == "approve" else what
            asked = brief(what) if kind == "deposit" else asked
            release = None if met else RELEASE[kind][language].format(asked)
            findings.controls.append(
                ControlResult(control=rule.id, line=line, obligation=obligation, met=met, release=release)
            )
        case (
            Sign()
            | Reject()
            | AtLeast()
            | Raise()
            | Also()
            | Notify()
            | IsKind()
            | Forfeit()
            | Arbitrate()
            | Protect()
            | Exclude()
            | Score()
            | Split()
            | Assign()
        ):
            raise AssertionError(f"the loader lets no control say {effect!r}")
        case _:
            assert_never(effect)


def _obligation(effect: Asking, shared: Row, language: Language) -> tuple[Obligation, Verdict, str]:
    """Return an obligation, whether the order meets it, and the field that says so."""
    match effect:
        case Document(name):
            return Obligation(document=name), _has(shared, EVIDENCE, name), EVIDENCE
        case Approve(role):
            return Obligation(approve=role), _has(shared, APPROVALS, role), APPROVALS
        case Deposit(rate):
            paid = shared.get(DEPOSIT, UNKNOWN)
            met = None if paid is UNKNOWN else isinstance(paid, tuple) and compare(paid, ratio(rate)) >= 0
            return Obligation(deposit=figures.rate(ratio(rate))), met, DEPOSIT
        case Hold(reason):
            return Obligation(hold=reason.in_language(language)), False, ""
        case _:
            assert_never(effect)


def _has(shared: Row, path: str, member: str) -> Verdict:
    members = shared.get(path, UNKNOWN)
    return None if members is UNKNOWN else has_any(members, (member,))


def _is_sampled(control: str, order: object, n: int, d: int) -> bool:
    """Return whether an order is in a control's sample; one that has no id cannot be left out of it."""
    if not isinstance(order, str):
        return True
    digest = sha256(f"{control}\n{order}".encode()).digest()
    return int.from_bytes(digest[:8], "big") * d < n << 64


def _doubt(findings: _Findings, rule: Rule, shared: Row, language: Language) -> None:
    """Note an undetermined control whose effect would change what binds."""
    outcomes: set[OrderOutcome]
    for effect in rule.effects:
        match effect:
            case Audit() | Expire():
                continue
            case Block() if rule.id not in findings.blocked:
                outcomes = {"blocked", "clear"}
            case Block():
                continue
            case Document() | Approve() | Deposit() | Hold():
                obligation, met, path = _obligation(effect, shared, language)
                if met is True or (rule.id, obligation) in findings.unmet_of:
                    continue
                outcomes = {"held", "clear"}
                if met is None:
                    findings.missing.add(path)
            case (
                Sign()
                | Reject()
                | AtLeast()
                | Raise()
                | Also()
                | Notify()
                | IsKind()
                | Forfeit()
                | Arbitrate()
                | Protect()
                | Exclude()
                | Score()
                | Split()
                | Assign()
            ):
                raise AssertionError(f"the loader lets no control say {effect!r}")
            case _:
                assert_never(effect)
        findings.doubtful |= outcomes
        findings.missing.update(rule_fields(rule))


def _ruling(
    plan: SpecialOrderPlan,
    facts: Facts,
    *,
    outcome: OrderOutcome,
    findings: _Findings,
    steps: list[OrderStep],
    matches: list[Match],
) -> Ruling:
    kinds = facts.shared.get(KINDS, frozenset())
    known = kinds.known if isinstance(kinds, PartialSet) else kinds
    assert isinstance(known, frozenset)
    possible = findings.doubtful - ({"clear"} if findings.unmet else set()) | ({"held"} if findings.unmet else set())
    undetermined = {path for _, rule in _rules(matches, lambda match: match.undetermined) for path in rule_fields(rule)}
    settled = outcome != "needs_information"
    until = plan.reckoning.first_end(facts.as_of, findings.expire) if settled else None
    return Ruling(
        outcome=outcome,
        result=OrderResult(
            kinds=[rule.id for rule in plan.section.kinds if rule.id in known],
            controls=findings.controls,
            blocks=findings.blocks,
            audit=list(findings.audit),
            valid_until=until.isoformat() if until else None,
        ),
        matches=tuple(matches),
        steps=tuple(steps),
        basis={
            "gate": _text(facts.shared, "order.gate"),
            "order": _text(facts.shared, ORDER_ID),
            "evidence": _members(facts.shared, EVIDENCE),
            "approvals": _members(facts.shared, APPROVALS),
            "deposit": _rate(facts.shared),
            "unknown": [path for path in (EVIDENCE, APPROVALS, DEPOSIT) if path not in facts.shared],
            **plan.reckoned_by,
        },
        missing=frozenset(findings.missing) if outcome == "needs_information" else frozenset(undetermined),
        possible=OrderPossible([one for one in OUTCOMES if one in possible])
        if outcome == "needs_information"
        else None,
    )


def _text(shared: Row, path: str) -> str | None:
    value = shared.get(path)
    return value if isinstance(value, str) else None


def _members(shared: Row, path: str) -> list[Json] | None:
    value = shared.get(path)
    return [*sorted(value)] if isinstance(value, frozenset) else None


def _rate(shared: Row) -> str | None:
    value = shared.get(DEPOSIT)
    return figures.rate(value) if isinstance(value, tuple) else None
