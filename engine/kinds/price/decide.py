"""Who must approve this price (LANGUAGE.md section 5): authority, then `at_least`, then `raise`, then the chain.

A rule that names a line acts on that line's level; one that does not acts on the deal's, after the highest line has
been found. What binds is the outcome, the level, the chain, the holds and the rejections: an undetermined rule that
could change one of them makes the outcome `needs_information`, unless a rejection is certain already.
"""

from collections.abc import Iterable, Iterator, Sequence

from engine.core.decision import Language
from engine.core.facts import Facts, Row
from engine.kinds.price.answer import (
    AtLeastStep,
    AuthorityStep,
    HighestLineStep,
    Objection,
    PriceStep,
    RaiseStep,
)
from engine.kinds.price.findings import LineLevel, collect
from engine.kinds.price.levels import NO_CHANGE, LevelChange, changed, highest, possible
from engine.kinds.price.plan import NO_LEVEL, PricePlan
from engine.kinds.price.result import ruling_of
from engine.plan.groups import Engine, Match, match_all, match_one
from engine.plan.ruling import Ruling
from engine.plan.tables.bits import lowest_bit, positions
from rules.ir import Rule


def decide(plan: PricePlan, engine: Engine, facts: Facts, language: Language) -> Ruling:
    """Decide a price; the facts get their derived fields."""
    plan.derivations.derive(engine, facts)
    lines = [_authority(plan, engine, facts.shared, row, number) for number, row in enumerate(facts.lines or ())]
    matches = list(match_all(engine, plan.rules, facts))
    findings = collect(matches, language)
    steps: list[PriceStep] = []
    by_line: dict[int | None, list[Match]] = {}
    for match in matches:
        if match.fired or match.undetermined:
            by_line.setdefault(match.number, []).append(match)
    for number, line in enumerate(lines):
        steps.append(AuthorityStep(number + 1, plan.level(line.authority)))
        line.final, doubts = _changed(plan, line.ranks, by_line.get(number, ()), steps, number)
        line.doubts = [*[plan.authority.rules[n] for n in positions(line.open)], *doubts]
        if line.final == {plan.top + 1}:
            reason = NO_LEVEL.in_language(language)
            findings.rejections.append(Objection(rule=None, line=number + 1, reason=reason))
    deal = highest(line.final for line in lines)
    steps.append(HighestLineStep(plan.level(max(deal)) if len(deal) == 1 else None))
    deal, doubts = _changed(plan, deal, by_line.get(None, ()), steps, None)
    if len(deal) > 1:
        findings.doubts += [*doubts, *(rule for line in lines if len(line.final) > 1 for rule in line.doubts)]
    return ruling_of(
        plan, engine, facts, language, lines=lines, deal=deal, findings=findings, steps=steps, matches=matches
    )


def _authority(plan: PricePlan, engine: Engine, shared: Row, row: Row, number: int) -> LineLevel:
    """Find the lowest level that may sign a line, and those below it that missing facts leave open."""
    match = match_one(engine, plan.authority, shared, row, number)
    lowest = lowest_bit(match.fired)
    rank = plan.ranks[lowest] if match.fired else plan.top + 1
    open_ = match.undetermined & plan.below[rank]
    return LineLevel(match, rank, open_, frozenset([rank, *(plan.ranks[n] for n in positions(open_))]))


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
