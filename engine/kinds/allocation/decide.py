"""Who gets this deal (docs/language.md section 8): eligibility, scores, choice by elimination, split.

What binds is the outcome and who is chosen. Where undetermined rules leave these the same, the decision stands, and the
scores and the ranking are said as the rules that fire have them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from engine.answers.allocation import (
    AllocationAsksStep,
    AllocationOutcome,
    AllocationOutcomeStep,
    AllocationPossible,
)
from engine.core.decision import Json, Kind, Language
from engine.core.facts import Facts
from engine.core.moments import Reckoning, reckoned_by
from engine.core.views import UNKNOWN
from engine.kinds.allocation.candidates import (
    Candidates,
    Excluding,
    Scores,
    Scoring,
    judge_candidates,
    judge_scores,
    score_of,
)
from engine.kinds.allocation.choice import SCORE, Chosen, Entries
from engine.kinds.allocation.effects import known
from engine.kinds.allocation.result import Shares, allocation_steps, result_of
from engine.kinds.allocation.splitting import split_amount
from engine.kinds.elimination.criteria import Criteria
from engine.kinds.elimination.doubts import (
    MOST_DOUBTS,
    NO_LIMIT,
    Doubt,
    TooMuchWorkError,
    Work,
    decisive,
    fields_of,
    hits,
    undetermined,
)
from engine.plan.derive.derivations import Derivations, derivations
from engine.plan.groups import Engine, Group, Match, groups_of, match_rows
from engine.plan.ruling import Ruling
from rules.ir import PartnerAllocation, Policy, Rule, Split, Subject
from rules.sections.partner_allocation import OUTCOMES
from rules.traverse import rule_fields

_Doubt: TypeAlias = Doubt[Excluding] | Doubt[Scoring]
ASKS: Final = "needs_information"


@dataclass(frozen=True, eq=False)
class AllocationPlan:
    """The section as the engine uses it; `by_score` says whether a score can matter to anyone's place."""

    section: PartnerAllocation
    eligibility: tuple[Group, ...]
    score: tuple[Group, ...]
    criteria: Criteria
    by_score: bool
    split: tuple[Group, ...]
    derivations: Derivations
    places: int
    reckoning: Reckoning
    basis: Mapping[str, Json]


def plan(policy: Policy) -> AllocationPlan | None:
    """Prepare the section; None where the policy has none."""
    section = policy.partner_allocation
    if section is None:
        return None
    criteria = Criteria.of(section.by, Subject.PARTNER, policy)
    rules = known((*section.eligibility, *section.score, *section.split))
    wanted = [*(path for rule in rules for path in rule_fields(rule)), *criteria.fields]
    found = derivations(policy, Kind.PARTNER_ALLOCATION, wanted)
    return AllocationPlan(
        section=section,
        eligibility=groups_of(section.eligibility),
        score=groups_of(section.score),
        criteria=criteria,
        by_score=SCORE in criteria.fields or bool(found.stages[1].derivations),
        split=groups_of(section.split),
        derivations=found,
        places=policy.places,
        reckoning=Reckoning.of(policy),
        basis=_basis(section, criteria, policy),
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """What the combinations come to; `base` is what the rules that fire come to."""

    entries: Entries
    base: Chosen
    settled: bool
    missing: frozenset[str]
    outcomes: tuple[AllocationOutcome, ...]


def decide(plan: AllocationPlan, engine: Engine, facts: Facts, language: Language, *, near: bool) -> Ruling:
    """Decide who gets the deal."""
    plan.derivations.derive(engine, facts, stage=0)
    inputs = plan.derivations.inputs
    candidates = judge_candidates(engine, plan.eligibility, facts, inputs, near=near)
    scores = judge_scores(engine, plan.score, facts, inputs, candidates=candidates, near=near)
    found = _combine(plan, engine, facts, candidates, scores)
    _write(plan, engine, facts, candidates=candidates, scores=scores, found=found)
    outcome: AllocationOutcome = found.base.binding[0] if found.settled else ASKS
    chosen = [found.entries.owner[entry] for entry in found.base.choice.chosen] if outcome == "allocated" else []
    split: list[Match] = []
    if chosen:
        first = candidates.numbered[chosen[0]]
        split = [match for group in plan.split for match in match_rows(engine, group, facts, (first,), near=near)]
    shares = _shares(plan, facts, split) if chosen else Shares()
    matches = (*candidates.eligibility, *scores.matches, *split)
    accept = plan.section.accept_within
    accept_by = plan.reckoning.after(facts.as_of, accept).isoformat() if accept is not None and chosen else None
    result = result_of(
        candidates,
        scores,
        found.entries,
        found.base,
        outcome=outcome,
        accept_by=accept_by,
        fallback=plan.section.fallback,
        shares=shares,
        language=language,
    )
    steps = allocation_steps(
        plan.section, candidates, scores, found.entries, found.base, outcome=outcome, accept_by=accept_by, shares=shares
    )
    if not found.settled:
        steps.append(AllocationAsksStep(sorted(found.missing), [*found.outcomes]))
    steps.append(AllocationOutcomeStep(outcome))
    did_not_matter = [fields_of(match, rule, facts.shared, inputs) for match, rule in undetermined(matches)]
    return Ruling(
        outcome=outcome,
        result=result,
        matches=matches,
        steps=tuple(steps),
        basis=plan.basis,
        missing=frozenset().union(*did_not_matter) if found.settled else found.missing,
        possible=None if found.settled else AllocationPossible([*found.outcomes]),
    )


def _combine(plan: AllocationPlan, engine: Engine, facts: Facts, candidates: Candidates, scores: Scores) -> _Found:
    """Choose in every combination of the doubts that could matter."""
    make = partial(
        Entries,
        candidates=candidates,
        scores=scores,
        criteria=plan.criteria,
        derivations=plan.derivations,
        engine=engine,
        facts=facts,
    )
    doubts: tuple[_Doubt, ...] = (*candidates.exclusions, *(scores.doubts if plan.by_score else ()))
    try:
        entries = make(score_doubts=scores.doubts if plan.by_score else ())
    except TooMuchWorkError:
        return _given_up(plan, make(score_doubts=()), doubts)
    base = entries.chosen(frozenset(), 0, take=plan.section.take, work=Work(NO_LIMIT))
    if plan.section.take == 1 and doubts:
        excludable = frozenset().union(*(doubt.effect.candidates for doubt in candidates.exclusions))
        contending = entries.contending(excludable)
        entries.narrowed(contending)
        doubts = tuple([doubt for doubt in doubts if any(doubt.effect.is_about(one) for one in contending)])
    if len(doubts) > MOST_DOUBTS:
        return _given_up(plan, entries, doubts)
    work = Work()
    try:
        every = [_in_combination(plan, entries, doubts, mask, work) for mask in range(1 << len(doubts))]
    except TooMuchWorkError:
        return _given_up(plan, entries, doubts)
    bindings = [one.binding for one in every]
    distinct = frozenset(bindings)
    settled = len(distinct) == 1 and bindings[0][0] != ASKS
    missing = {path for one in every for path in one.missing}
    for number in decisive(bindings, len(doubts)) if len(distinct) > 1 else ():
        missing |= doubts[number].fields
    return _Found(entries, base, settled=settled, missing=frozenset(missing), outcomes=_remaining(candidates))


def _in_combination(plan: AllocationPlan, entries: Entries, doubts: Sequence[_Doubt], mask: int, work: Work) -> Chosen:
    """Return who is chosen when the doubts of a mask come true."""
    true = [doubt.effect for number, doubt in enumerate(doubts) if mask >> number & 1]
    out = frozenset().union(*(effect.candidates for effect in true if isinstance(effect, Excluding)))
    scoring = entries.mask_of([effect for effect in true if isinstance(effect, Scoring)])
    return entries.chosen(out, scoring, take=plan.section.take, work=work)


def _given_up(plan: AllocationPlan, entries: Entries, doubts: Sequence[_Doubt]) -> _Found:
    """Ask for information: the combinations are too many to say whether they differ."""
    entries.narrowed(frozenset(entries.candidates.eligible))
    base = entries.chosen(frozenset(), 0, take=plan.section.take, work=Work(NO_LIMIT))
    missing = base.missing.union(*(doubt.fields for doubt in doubts))
    return _Found(entries, base, settled=False, missing=missing, outcomes=_remaining(entries.candidates))


def _remaining(candidates: Candidates) -> tuple[AllocationOutcome, ...]:
    """Return the outcomes that remain: someone is left unless everyone is out."""
    most = candidates.excluded.union(*(doubt.effect.candidates for doubt in candidates.exclusions))
    is_possible = {"allocated": bool(candidates.eligible), "fallback": len(most) == len(candidates.ids)}
    return tuple([outcome for outcome in OUTCOMES if is_possible[outcome]])


def _write(
    plan: AllocationPlan, engine: Engine, facts: Facts, *, candidates: Candidates, scores: Scores, found: _Found
) -> None:
    """Write the scores into the facts, where the trace shows them.

    INVARIANT: for a decision that stands they are what the rules that fire add up to, so that the outcome can be
    recomputed from the trace; otherwise only those that are certain are written.
    """
    for candidate in candidates.eligible:
        score = score_of(scores.points[candidate])
        if score is not UNKNOWN and (found.settled or not scores.doubted(candidate)):
            candidates.numbered[candidate][1][SCORE] = score
    plan.derivations.derive(engine, facts, stage=1)


def _shares(plan: AllocationPlan, facts: Facts, split: Sequence[Match]) -> Shares:
    """Return the split; a row that might come first and says something else leaves it open."""
    found = hits(plan.section.split, split)
    first = _split(found.first)
    others = [(match, rule) for match, rule in found.doubtful if _split(rule) != first]
    inputs = plan.derivations.inputs
    missing = frozenset().union(*(fields_of(match, rule, facts.shared, inputs) for match, rule in others))
    if first is None or others:
        return Shares(missing=missing)
    assert found.first is not None
    base = facts.shared.get("deal.split_base")
    amounts = split_amount(base, [share for _, share in first.shares], plan.places) if isinstance(base, tuple) else None
    return Shares(
        found.first.id,
        first.shares,
        base if isinstance(base, tuple) else None,
        tuple(amounts) if amounts else None,
        places=plan.places,
    )


def _split(rule: Rule | None) -> Split | None:
    return next((effect for effect in (rule.effects if rule else ()) if isinstance(effect, Split)), None)


def _basis(section: PartnerAllocation, criteria: Criteria, policy: Policy) -> dict[str, Json]:
    return {
        "choose": criteria.basis(),
        "take": section.take,
        "fallback": section.fallback,
        "accept_within": str(section.accept_within) if section.accept_within is not None else None,
        **reckoned_by(policy),
    }
