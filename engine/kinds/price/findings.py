"""What the fired rules say beside levels, and which undetermined rules could change what binds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from engine.answers.price import Objection, PriceOutcome
from engine.core.decision import Language
from engine.plan.groups import Match
from engine.plan.tables.bits import Bits, positions
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
    Exclude,
    Expire,
    Forfeit,
    Hold,
    IsKind,
    Notify,
    Protect,
    Raise,
    Reject,
    Rule,
    Score,
    Sign,
    Split,
)


@dataclass(slots=True)
class LineLevel:
    """One line on its way: what authority gives, and what it ends with; several ranks where facts are missing."""

    match: Match
    authority: int
    open: Bits
    ranks: frozenset[int]
    final: frozenset[int] = frozenset()
    doubts: list[Rule] = field(default_factory=list)


@dataclass(slots=True)
class Findings:
    """What the fired rules say, in the order found, and the undetermined rules that could change what binds."""

    rejections: list[Objection] = field(default_factory=list)
    holds: list[Objection] = field(default_factory=list)
    also: dict[str, str] = field(default_factory=dict)
    notify: dict[str, None] = field(default_factory=dict)
    expire: list[Duration] = field(default_factory=list)
    doubts: list[Rule] = field(default_factory=list)
    doubtful_outcomes: set[PriceOutcome] = field(default_factory=set)
    doubtful_also: list[tuple[str, Rule]] = field(default_factory=list)


def collect(matches: Iterable[Match], language: Language) -> Findings:
    """Collect the effects that are not levels."""
    findings = Findings()
    open_: list[tuple[Match, Rule]] = []
    for match in matches:
        for n in positions(match.fired):
            _fire(findings, match, match.group.rules[n], language)
        open_ += [(match, match.group.rules[n]) for n in positions(match.undetermined)]
    for _, rule in open_:
        _doubt(findings, rule)
    return findings


def _fire(findings: Findings, match: Match, rule: Rule, language: Language) -> None:
    line = None if match.number is None else match.number + 1
    for effect in rule.effects:
        match effect:
            case Reject(reason):
                findings.rejections.append(Objection(rule=rule.id, line=line, reason=reason.in_language(language)))
            case Hold(reason):
                findings.holds.append(Objection(rule=rule.id, line=line, reason=reason.in_language(language)))
            case Also(role):
                findings.also.setdefault(role, rule.id)
            case Notify(role):
                findings.notify[role] = None
            case Expire(after):
                findings.expire.append(after)
            case AtLeast() | Raise():
                pass  # levels, which `plan` holds
            case (
                Sign()
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
                raise AssertionError(f"the loader lets no rule say {effect!r}")
            case _:
                assert_never(effect)


def _doubt(findings: Findings, rule: Rule) -> None:
    """Note an undetermined rule that would reject, hold or add an approver where nothing certain does so already."""
    for effect in rule.effects:
        match effect:
            case Reject() if all(found.rule != rule.id for found in findings.rejections):
                findings.doubtful_outcomes.add("rejected")
                findings.doubts.append(rule)
            case Hold() if all(found.rule != rule.id for found in findings.holds):
                findings.doubtful_outcomes.add("held")
                findings.doubts.append(rule)
            case Also(role) if role not in findings.also:
                findings.doubtful_also.append((role, rule))
            case Reject() | Hold() | Also() | AtLeast() | Raise() | Notify() | Expire():
                pass  # certain already, or changes no outcome
            case (
                Sign()
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
                raise AssertionError(f"the loader lets no rule say {effect!r}")
            case _:
                assert_never(effect)
