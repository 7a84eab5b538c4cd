"""Who must approve this price (LANGUAGE.md section 5): authority, then `at_least`, then `raise`, then the chain.

A rule that names a line acts on that line's level; one that does not acts on the deal's, after the highest line has
been found. What binds is the outcome, the level, the chain, the holds and the rejections: an undetermined rule that
could change one of them makes the outcome `needs_information`, unless a rejection is certain already.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from engine import figures
from engine.alternatives import Lever, Repricing, alternatives
from engine.decision import Json, Kind, Language
from engine.derive import Derivations, derivations
from engine.facts import Facts, Row
from engine.index import Bits, positions
from engine.levels import NO_PUSH, Push, highest, possible, pushed
from engine.matching import Engine, Group, Match, groups_of, match_all, match_one
from engine.repricing import OtherLines
from engine.ruling import Ruling, Step
from engine.values import Value
from rules.fields import rule_fields
from rules.ir import (
    Also,
    AtLeast,
    Expire,
    Hold,
    Notify,
    Policy,
    PriceApproval,
    Raise,
    Reject,
    Role,
    Rule,
    Sign,
    Subject,
    Text,
)
from rules.types import Scalar
from rules.vocabulary import AS_OF

AUTOMATIC = "automatic"
OUTCOMES = ("auto_approved", "requires_approval", "held", "rejected")
# What the result shows whatever the rules name.
SHOWN = ("line.discount", "line.margin")
TOTALS = {
    "list_total": Scalar.MONEY,
    "net_total": Scalar.MONEY,
    "cost_total": Scalar.MONEY,
    "discount": Scalar.RATE,
    "margin": Scalar.RATE,
    "quantity": Scalar.INTEGER,
}
NO_LEVEL = Text((("en", "No level may sign this line"), ("zh", "任何级别均无权签批此行")))


@dataclass(frozen=True, eq=False)
class PricePlan:
    """The section as the engine uses it. `levels` starts with `automatic`; authority rows stand lowest level first."""

    section: PriceApproval
    levels: tuple[str, ...]
    roles: dict[str, Role]
    authority: Group
    ranks: tuple[int, ...]
    below: tuple[Bits, ...]
    rules: tuple[Group, ...]
    pushes: dict[str, Push]
    derivations: Derivations
    repricing: Repricing

    @property
    def top(self) -> int:
        """Return the highest level's rank."""
        return len(self.levels) - 1

    def level(self, rank: int) -> str | None:
        """Return a rank's level; None for the rank that nobody has."""
        return self.levels[rank] if rank <= self.top else None


def plan(policy: Policy) -> PricePlan | None:
    """Prepare the section; None where the policy has none."""
    section = policy.price_approval
    if section is None:
        return None
    levels = (AUTOMATIC, *(level.id for level in section.ladder))
    rank_of = {level: rank for rank, level in enumerate(levels)}
    rows = sorted(section.authority, key=lambda row: rank_of[_signs(row)])
    ranks = tuple(rank_of[_signs(row)] for row in rows)
    pushes = {rule.id: _push(rule, rank_of) for rule in section.rules}
    wanted = [*SHOWN, *(f"deal.{name}" for name in TOTALS)]
    wanted += [path for rule in (*section.authority, *section.rules) for path in rule_fields(rule)]
    found = derivations(policy, Kind.PRICE_APPROVAL, wanted)
    levers = [
        Lever(rule, pushes[rule.id])
        for rule in section.rules
        if rule.subject is Subject.LINE and pushes[rule.id] is not NO_PUSH
    ]
    return PricePlan(
        section=section,
        levels=levels,
        roles={role.id: role for role in (*policy.roles, *section.ladder)},
        authority=Group.of(rows, Subject.LINE),
        ranks=ranks,
        below=tuple(sum(1 << n for n, found in enumerate(ranks) if found < rank) for rank in range(len(levels) + 1)),
        rules=groups_of(section.rules),
        pushes=pushes,
        derivations=found,
        repricing=Repricing.of(rows, ranks, levers, found, {**policy.fields, AS_OF.path: AS_OF}),
    )


def _signs(row: Rule) -> str:
    (effect,) = row.effects
    assert isinstance(effect, Sign)
    return effect.level


def _push(rule: Rule, rank_of: dict[str, int]) -> Push:
    at_least = max((rank_of[effect.level] for effect in rule.effects if isinstance(effect, AtLeast)), default=0)
    levels = sum(effect.levels for effect in rule.effects if isinstance(effect, Raise))
    return Push(at_least, levels) if at_least or levels else NO_PUSH


@dataclass(slots=True)
class _Line:
    """One line on its way: what authority gives, and what it ends with; several ranks where facts are missing."""

    match: Match
    authority: int
    open: Bits
    ranks: frozenset[int]
    final: frozenset[int] = frozenset()
    doubts: list[Rule] = field(default_factory=list)


@dataclass(slots=True)
class _Findings:
    """What the fired rules say, in the order found, and the undetermined rules that could change what binds."""

    rejections: list[dict[str, Json]] = field(default_factory=list)
    holds: list[dict[str, Json]] = field(default_factory=list)
    also: dict[str, str] = field(default_factory=dict)
    notify: dict[str, None] = field(default_factory=dict)
    expire: timedelta | None = None
    doubts: list[Rule] = field(default_factory=list)
    doubtful_outcomes: set[str] = field(default_factory=set)
    doubtful_also: list[tuple[str, Rule]] = field(default_factory=list)


def decide(plan: PricePlan, engine: Engine, facts: Facts, language: Language) -> Ruling:
    """Decide a price; the facts get their derived fields."""
    plan.derivations.derive(engine, facts)
    lines = [_authority(plan, engine, facts.shared, row, number) for number, row in enumerate(facts.lines or ())]
    matches = list(match_all(engine, plan.rules, facts))
    findings = _findings(matches, language)
    steps: list[Step] = []
    by_line: dict[int | None, list[Match]] = {}
    for match in matches:
        if match.fired or match.undetermined:
            by_line.setdefault(match.number, []).append(match)
    for number, line in enumerate(lines):
        steps.append(Step("authority", {"line": number + 1, "level": plan.level(line.authority)}))
        line.final, doubts = _pushed(plan, line.ranks, by_line.get(number, ()), steps, number)
        line.doubts = [*(plan.authority.rules[n] for n in positions(line.open)), *doubts]
        if line.final == {plan.top + 1}:
            reason = NO_LEVEL.in_language(language)
            findings.rejections.append({"rule": None, "line": number + 1, "reason": reason})
    deal = highest(line.final for line in lines)
    steps.append(Step("highest_line", {"level": plan.level(max(deal)) if len(deal) == 1 else None}))
    deal, doubts = _pushed(plan, deal, by_line.get(None, ()), steps, None)
    if len(deal) > 1:
        findings.doubts += [*doubts, *(rule for line in lines if len(line.final) > 1 for rule in line.doubts)]
    return _ruling(
        plan, engine, facts, language, lines=lines, deal=deal, findings=findings, steps=steps, matches=matches
    )


def _authority(plan: PricePlan, engine: Engine, shared: Row, row: Row, number: int) -> _Line:
    """Find the lowest level that may sign a line, and those below it that missing facts leave open."""
    match = match_one(engine, plan.authority, shared, row, number)
    lowest = (match.fired & -match.fired).bit_length() - 1
    rank = plan.ranks[lowest] if match.fired else plan.top + 1
    open_ = match.undetermined & plan.below[rank]
    return _Line(match, rank, open_, frozenset([rank, *(plan.ranks[n] for n in positions(open_))]))


def _pushed(
    plan: PricePlan, ranks: frozenset[int], matches: Sequence[Match], steps: list[Step], number: int | None
) -> tuple[frozenset[int], list[Rule]]:
    """Apply the rules of a line, or of the deal, to its possible ranks; also return the rules that leave them open."""
    certain = list(_pushes(plan, matches, fired=True))
    for rule, push in certain:
        place: dict[str, Json] = {"rule": rule.id} if number is None else {"rule": rule.id, "line": number + 1}
        if push.at_least:
            steps.append(Step("at_least", {**place, "level": plan.levels[push.at_least]}))
        if push.levels:
            steps.append(Step("raise", {**place, "levels": push.levels}))
    settled = frozenset(pushed(rank, [push for _, push in certain], top=plan.top) for rank in ranks)
    open_ = list(_pushes(plan, matches, fired=False))
    if not open_:
        return settled, []
    after = possible(ranks, [push for _, push in certain], [push for _, push in open_], top=plan.top)
    return after, [rule for rule, _ in open_] if after != settled else []


def _pushes(plan: PricePlan, matches: Iterable[Match], *, fired: bool) -> Iterator[tuple[Rule, Push]]:
    for match in matches:
        for n in positions(match.fired if fired else match.undetermined):
            rule = match.group.rules[n]
            push = plan.pushes[rule.id]
            if push is not NO_PUSH:
                yield rule, push


def _findings(matches: Iterable[Match], language: Language) -> _Findings:
    """Collect the effects that are not levels."""
    findings = _Findings()
    open_: list[tuple[Match, Rule]] = []
    for match in matches:
        for n in positions(match.fired):
            _fire(findings, match, match.group.rules[n], language)
        open_ += [(match, match.group.rules[n]) for n in positions(match.undetermined)]
    for _, rule in open_:
        _doubt(findings, rule)
    return findings


def _fire(findings: _Findings, match: Match, rule: Rule, language: Language) -> None:
    place: dict[str, Json] = {} if match.number is None else {"line": match.number + 1}
    for effect in rule.effects:
        match effect:
            case Reject(reason):
                findings.rejections.append({"rule": rule.id, **place, "reason": reason.in_language(language)})
            case Hold(reason):
                findings.holds.append({"rule": rule.id, **place, "reason": reason.in_language(language)})
            case Also(role):
                findings.also.setdefault(role, rule.id)
            case Notify(role):
                findings.notify[role] = None
            case Expire(after):
                findings.expire = after if findings.expire is None else min(after, findings.expire)


def _doubt(findings: _Findings, rule: Rule) -> None:
    """Note an undetermined rule that would reject, hold or add an approver where nothing certain does so already."""
    for effect in rule.effects:
        match effect:
            case Reject() if all(found["rule"] != rule.id for found in findings.rejections):
                findings.doubtful_outcomes.add("rejected")
                findings.doubts.append(rule)
            case Hold() if all(found["rule"] != rule.id for found in findings.holds):
                findings.doubtful_outcomes.add("held")
                findings.doubts.append(rule)
            case Also(role) if role not in findings.also:
                findings.doubtful_also.append((role, rule))


def _ruling(
    plan: PricePlan,
    engine: Engine,
    facts: Facts,
    language: Language,
    *,
    lines: list[_Line],
    deal: frozenset[int],
    findings: _Findings,
    steps: list[Step],
    matches: list[Match],
) -> Ruling:
    submitter = _submitter_rank(plan, facts.shared)
    for role, rule in findings.doubtful_also:
        # A level that signs anyway is no further approver.
        if any(role not in _signing(plan, rank, submitter) for rank in deal if rank <= plan.top):
            findings.doubtful_outcomes.add("requires_approval")
            findings.doubts.append(rule)
    certain = len(deal) == 1 and not findings.doubts
    rank = max(deal)
    chain: list[Json] = []
    if findings.rejections:
        outcome = "rejected"
    elif not certain:
        outcome = "needs_information"
    else:
        chain = _chain(plan, rank, submitter, findings.also, language)
        outcome = "held" if findings.holds else "requires_approval" if chain else "auto_approved"
    settled = outcome not in ("rejected", "needs_information")
    if settled:
        steps.append(Step("chain", {"level": plan.level(rank), "submitter": plan.levels[submitter]}))
    steps.append(Step("outcome", {"outcome": outcome}))
    undetermined = [rule for match in (*(line.match for line in lines), *matches) for rule in _undetermined(match)]
    valid = [after for after in (plan.section.validity, findings.expire) if after is not None]
    result: dict[str, Json] = {
        "level": plan.level(rank) if settled else None,
        "chain": chain,
        "lines": [_line_result(plan, line) for line in lines],
        "holds": list(findings.holds),
        "rejections": list(findings.rejections),
        "notify": list(findings.notify),
        "valid_until": (facts.as_of + min(valid)).isoformat() if settled and valid else None,
        "alternatives": _alternatives(plan, engine, facts, lines) if outcome != "needs_information" else [],
        "totals": {name: _shown(facts.shared, f"deal.{name}", scalar) for name, scalar in TOTALS.items()},
    }
    relevant = findings.doubts if outcome == "needs_information" else undetermined
    return Ruling(
        outcome=outcome,
        result=result,
        matches=(*(line.match for line in lines), *matches),
        steps=tuple(steps),
        basis={
            "levels": list(plan.levels),
            "submitter": plan.levels[submitter],
            "chain": plan.section.chain,
            "validity": figures.duration(plan.section.validity) if plan.section.validity else None,
        },
        missing=frozenset(path for rule in relevant for path in rule_fields(rule)),
        possible=_possible(plan, deal, submitter, findings) if outcome == "needs_information" else None,
    )


def _undetermined(match: Match) -> Iterator[Rule]:
    for n in positions(match.undetermined):
        yield match.group.rules[n]


def _submitter_rank(plan: PricePlan, shared: Row) -> int:
    """Return the submitter's rank; one who is not given counts as `automatic`."""
    level = shared.get("submitter.level")
    return plan.levels.index(level) if isinstance(level, str) else 0


def _chain(plan: PricePlan, rank: int, submitter: int, also: Iterable[str], language: Language) -> list[Json]:
    """Return the steps above the submitter up to the required level; other roles join the last, or are the only one."""
    signing = _signing(plan, rank, submitter)
    steps = [[level] for level in signing]
    others = [role for role in also if role not in signing]
    if others:
        steps = [*steps[:-1], [*(steps[-1] if steps else []), *others]]
    return [
        {"step": number, "approvers": [_approver(plan.roles[role], language) for role in step]}
        for number, step in enumerate(steps, start=1)
    ]


def _signing(plan: PricePlan, rank: int, submitter: int) -> tuple[str, ...]:
    """Return the levels that sign for a required rank, in the order of their steps."""
    if rank <= submitter:
        return ()
    return plan.levels[rank : rank + 1] if plan.section.chain == "direct" else plan.levels[submitter + 1 : rank + 1]


def _approver(role: Role, language: Language) -> dict[str, Json]:
    within = figures.duration(role.respond_within) if role.respond_within else None
    return {"role": role.id, "title": role.title.in_language(language), "respond_within": within}


def _line_result(plan: PricePlan, line: _Line) -> dict[str, Json]:
    row = line.match.row
    granted = None
    if line.match.fired and len(line.ranks) == 1:
        granted = plan.authority.rules[(line.match.fired & -line.match.fired).bit_length() - 1].id
    number = line.match.number
    assert number is not None
    return {
        "line": number + 1,
        "level": plan.level(max(line.final)) if len(line.final) == 1 else None,
        "discount": _shown(row, "line.discount", Scalar.RATE),
        "margin": _shown(row, "line.margin", Scalar.RATE),
        "granted_by": granted,
    }


def _alternatives(plan: PricePlan, engine: Engine, facts: Facts, lines: list[_Line]) -> list[Json]:
    found: list[Json] = []
    others = OtherLines(facts.lines or ())
    for number, line in enumerate(lines):
        needed = max(line.final)
        if needed > 0:
            found += alternatives(
                plan.repricing, engine, facts, number, levels=plan.levels, needed=needed, others=others
            )
    return found


def _shown(row: Row, path: str, scalar: Scalar) -> Json:
    value: Value = row.get(path)
    return figures.text(value, scalar)


def _possible(plan: PricePlan, deal: frozenset[int], submitter: int, findings: _Findings) -> dict[str, Json]:
    """Return the outcomes and levels that remain."""
    outcomes = set(findings.doubtful_outcomes)
    if plan.top + 1 in deal:
        outcomes.add("rejected")
    ranks = sorted(rank for rank in deal if rank <= plan.top)
    if ranks:
        if findings.holds:
            outcomes.add("held")
            outcomes.discard("requires_approval")
        else:
            if ranks[-1] > submitter or findings.also:
                outcomes.add("requires_approval")
            if ranks[0] <= submitter and not findings.also:
                outcomes.add("auto_approved")
    return {
        "outcomes": [outcome for outcome in OUTCOMES if outcome in outcomes],
        "levels": [plan.levels[rank] for rank in ranks],
    }
