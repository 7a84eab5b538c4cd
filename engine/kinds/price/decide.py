"""Who must approve this price (docs/language.md section 5): authority, then `at_least`, then `raise`, then the chain.

A rule that names a line acts on that line's level; one that does not acts on the deal's, after the highest line has
been found. What binds is the outcome, the level, the chain, the holds and the rejections: an undetermined rule that
could change one of them makes the outcome `needs_information`, unless a rejection is certain already.
"""

from collections.abc import Iterable, Iterator, Sequence

from engine.answers.price import (
    AtLeastStep,
    AuthorityStep,
    HighestLineStep,
    Objection,
    PriceStep,
    RaiseStep,
)
from engine.core.decision import Language
from engine.core.facts import Facts, Row
from engine.kinds.price.findings import LineLevel, collect
from engine.kinds.price.levels import NO_CHANGE, LevelChange, changed, highest, possible
from engine.kinds.price.plan import NO_LEVEL, PricePlan
from engine.kinds.price.result import ruling_of
from engine.plan.groups import Engine, Match, match_all
from engine.plan.ruling import Nearest, Ruling
from engine.plan.tables.bits import positions
from rules.ir import Rule


def decide(plan: PricePlan, engine: Engine, facts: Facts, language: Language, *, near: bool) -> Ruling:
    """Decide a price; the facts get their derived fields."""
    plan.derivations.derive(engine, facts)
    shared = facts.shared
    lines = [_authority(plan, engine, shared, row, number, near=near) for number, row in enumerate(facts.lines or ())]
    matches = list(match_all(engine, plan.rules, facts, near=near))
    if near:
        matches = [plan.gates.at_this(engine, match, shared) for match in matches]
    findings = collect(matches, language)
    steps: list[PriceStep] = []
    by_line: dict[int | None, list[Match]] = {}
    for match in matches:
        if match.fired or match.undetermined:
            by_line.setdefault(match.number, []).append(match)
    for number, line in enumerate(lines):
        steps.append(AuthorityStep(number + 1, plan.level(line.authority)))
        line.final, doubts = _changed(plan, line.ranks, by_line.get(number, ()), steps, number)
        line.doubts = [*[plan.authority.group.rules[n] for n in positions(line.open)], *doubts]
        if line.final == {plan.top + 1}:
            reason = NO_LEVEL.in_language(language)
            findings.rejections.append(Objection(rule=None, line=number + 1, reason=reason))
    of_lines = highest(line.final for line in lines)
    steps.append(HighestLineStep(plan.level(max(of_lines)) if len(of_lines) == 1 else None))
    deal, doubts = _changed(plan, of_lines, by_line.get(None, ()), steps, None)
    if len(deal) > 1:
        findings.doubts += [*doubts, *(rule for line in lines if len(line.final) > 1 for rule in line.doubts)]
    ruling = ruling_of(
        plan, engine, facts, language, lines=lines, deal=deal, findings=findings, steps=steps, matches=matches
    )
    by_a_line = ruling.outcome == "requires_approval" and deal == of_lines
    return ruling._replace(
        nearest=_nearest(plan, engine, shared, lines, deal) if by_a_line else None, asked_by=findings.also
    )


def _authority(plan: PricePlan, engine: Engine, shared: Row, row: Row, number: int, *, near: bool) -> LineLevel:
    """Find the lowest level that may sign a line, and those below it that missing facts leave open."""
    authority = plan.authority
    match = engine.judge(authority.group, shared, row, number=number, near=near)
    rank = authority.rank(match)
    open_ = match.undetermined & authority.below[rank]
    if near:
        match = authority.worth_showing(engine, plan.gates.at_this(engine, match, shared), shared)
    return LineLevel(match, rank, open_, frozenset([rank, *(authority.ranks[n] for n in positions(open_))]))


def _nearest(
    plan: PricePlan, engine: Engine, shared: Row, lines: Iterable[LineLevel], deal: frozenset[int]
) -> Nearest | None:
    """Return what keeps the first line of the deal's level from a lower one, if it is its own figures."""
    line = next((line for line in lines if line.final == deal), None)
    if line is None or deal != {line.authority}:
        return None
    return plan.authority.nearest(engine, line.match, shared)


def _changed(
    plan: PricePlan, ranks: frozenset[int], matches: Sequence[Match], steps: list[PriceStep], number: int | None
) -> tuple[frozenset[int], list[Rule]]:
    """Apply the rules of a line, or of the deal, to its possible ranks; also return the rules that leave them open."""
    if not matches:
        return ranks, []
    certain = list(_changes(plan, matches, fired=True))
    for rule, change in certain:
        line = None if number is None else number + 1
        if change.at_least:
            steps.append(AtLeastStep(rule=rule.id, line=line, level=plan.levels[change.at_least]))
        if change.levels:
            steps.append(RaiseStep(rule=rule.id, line=line, levels=change.levels))
    settled = frozenset(changed(rank, [change for _, change in certain], top=plan.top) for rank in ranks)
    open_ = list(_changes(plan, matches, fired=False))
    if not open_:
        return settled, []
    after = possible(ranks, [change for _, change in certain], [change for _, change in open_], top=plan.top)
    return after, [rule for rule, _ in open_] if after != settled else []


def _changes(plan: PricePlan, matches: Iterable[Match], *, fired: bool) -> Iterator[tuple[Rule, LevelChange]]:
    for match in matches:
        for n in positions(match.fired if fired else match.undetermined):
            rule = match.group.rules[n]
            change = plan.changes[rule.id]
            if change is not NO_CHANGE:
                yield rule, change
