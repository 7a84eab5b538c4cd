"""Whose deal is it (docs/language.md section 7): eligibility, priority by elimination, contest, protection.

What binds is the outcome, the winner and every claim's status. Where undetermined rules leave these the same, the
decision stands, and all else (`decided_by`, the ranking's order) is said as the rules that fire have it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.answers.registration import (
    RecommendationOpenStep,
    RegistrationAsksStep,
    RegistrationOutcome,
    RegistrationOutcomeStep,
    RegistrationPossible,
    RegistrationStep,
)
from engine.core.decision import Json, Kind, Language
from engine.core.facts import Facts, Row
from engine.core.moments import Reckoning, reckoned_by
from engine.core.views import UNKNOWN
from engine.kinds.elimination.criteria import Criteria
from engine.kinds.elimination.doubts import (
    MOST_DOUBTS,
    NO_LIMIT,
    Inputs,
    TooMuchWorkError,
    Work,
    decisive,
    fields_of,
    hits,
    undetermined,
)
from engine.kinds.registration.claims import Claims, Fate, Variants, judge_claims
from engine.kinds.registration.contests import Contest, Finding, contenders_among, contest_matches, put_contest
from engine.kinds.registration.effects import known
from engine.kinds.registration.result import NO_AWARD, Award, registration_steps, result_of
from engine.plan.derive.derivations import Derivations, derivations
from engine.plan.groups import Engine, Group, Match, groups_of, match_rows
from engine.plan.ruling import Ruling
from rules.built_in import FOUND_FROM
from rules.ir import DealRegistration, Policy, Protect, Rule, Subject
from rules.sections.deal_registration import OUTCOMES
from rules.traverse import rule_fields

ASKS: Final = "needs_information"


@dataclass(frozen=True, eq=False)
class RegistrationPlan:
    """The section as the engine uses it."""

    section: DealRegistration
    eligibility: tuple[Group, ...]
    criteria: Criteria
    contest: tuple[Group, ...]
    protection: tuple[Group, ...]
    derivations: Derivations
    reckoning: Reckoning
    basis: Mapping[str, Json]

    @property
    def inputs(self) -> Inputs:
        """Return what each derived field is computed from, and what protection is found out from."""
        return {**self.derivations.inputs, **FOUND_FROM}


def plan(policy: Policy) -> RegistrationPlan | None:
    """Prepare the section; None where the policy has none."""
    section = policy.deal_registration
    if section is None:
        return None
    criteria = Criteria.of(section.priority, Subject.CLAIM, policy)
    rules = known((*section.eligibility, *section.contest, *section.protection))
    wanted = [*(path for rule in rules for path in rule_fields(rule)), *criteria.fields]
    return RegistrationPlan(
        section=section,
        eligibility=groups_of(section.eligibility),
        criteria=criteria,
        contest=groups_of(section.contest),
        protection=groups_of(section.protection),
        derivations=derivations(policy, Kind.DEAL_REGISTRATION, wanted),
        reckoning=Reckoning.of(policy),
        basis={"priority": criteria.basis(), **reckoned_by(policy)},
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """What the combinations come to: all of them, or only the first where they are too many."""

    findings: tuple[Finding, ...]
    settled: bool
    complete: bool
    missing: frozenset[str]
    outcomes: tuple[RegistrationOutcome, ...]

    @property
    def base(self) -> Finding:
        """Return what the rules that fire come to."""
        return self.findings[0]

    @property
    def recommended(self) -> frozenset[int | None]:
        """Return the claims that could be recommended."""
        return frozenset([finding.recommended for finding in self.findings]) if self.settled else frozenset({None})


def decide(plan: RegistrationPlan, engine: Engine, facts: Facts, language: Language, *, near: bool) -> Ruling:
    """Decide whose deal it is."""
    plan.derivations.derive(engine, facts, stage=0)
    claims = judge_claims(engine, plan.eligibility, facts, plan.inputs, near=near)
    variants = Variants.of(claims, plan.derivations, engine, facts)
    scales = plan.criteria.scales(engine, facts.shared, variants.rows)
    contest = Contest(
        claims=claims,
        variants=variants,
        scales=scales,
        groups=plan.contest,
        derivations=plan.derivations,
        inputs=plan.inputs,
        engine=engine,
        facts=facts,
    )
    found = _combine(claims, contest)
    base = found.base
    _write(plan, engine, facts, claims=claims, variants=variants, found=found)
    contenders = [claims.numbered[Variants.claim(variant)] for variant in base.contenders]
    contested = contest_matches(engine, plan.contest, facts, contenders, near=near) if contenders else []
    outcome: RegistrationOutcome = next(iter(base.bindings))[0] if found.settled else ASKS
    protection: list[Match] = []
    if outcome == "awarded" and base.recommended is not None:
        winner = claims.numbered[base.recommended]
        protection = [
            match for group in plan.protection for match in match_rows(engine, group, facts, (winner,), near=near)
        ]
    award = NO_AWARD
    if outcome == "awarded" and base.recommended is not None:
        award = _award(plan, facts, protection, claims.rows[base.recommended])
    matches = (*claims.matches, *contested, *protection)
    protected = [bool(row["claim.protected"]) if "claim.protected" in row else None for row in claims.rows]
    steps = registration_steps(claims, base, protected=protected, outcome=outcome, award=award, contest=contested)
    return Ruling(
        outcome=outcome,
        result=result_of(
            claims,
            base,
            outcome=outcome,
            recommended=next(iter(found.recommended)) if len(found.recommended) == 1 else None,
            award=award,
            scales=scales,
            language=language,
        ),
        matches=matches,
        steps=(*steps, *_closing(claims, found, outcome)),
        basis=plan.basis,
        missing=_of_no_matter(matches, facts, plan.inputs) if found.settled else found.missing,
        possible=None if found.settled else RegistrationPossible([*found.outcomes]),
    )


def _combine(claims: Claims, contest: Contest) -> _Found:
    """Decide for every combination of the doubts."""
    doubts = claims.doubts
    if len(doubts) > MOST_DOUBTS:
        return _given_up(claims, contest)
    work = Work()
    try:
        findings = tuple([contest.found(mask, work) for mask in range(1 << len(doubts))])
    except TooMuchWorkError:
        return _given_up(claims, contest)
    bindings = [finding.bindings for finding in findings]
    distinct = frozenset(bindings)
    ways = frozenset([binding for one in distinct for binding in one])
    settled = len(ways) == 1 and ASKS not in {outcome for outcome, *_ in ways}
    missing = {path for finding in findings for path in finding.missing}
    for number in decisive(bindings, len(doubts)) if len(distinct) > 1 else ():
        missing |= doubts[number].fields
    outcomes = {outcome for finding in findings for outcome in finding.outcomes}
    return _Found(findings, settled=settled, complete=True, missing=frozenset(missing), outcomes=_in_order(outcomes))


def _given_up(claims: Claims, contest: Contest) -> _Found:
    """Ask for information: the combinations are too many to say whether they differ."""
    none, all_ = [contest.found(mask, Work(NO_LIMIT)) for mask in (0, (1 << len(claims.doubts)) - 1)]
    outcomes: set[RegistrationOutcome] = {"awarded", "contested", *none.outcomes, *all_.outcomes}
    missing = none.missing.union(*(doubt.fields for doubt in claims.doubts))
    return _Found((none,), settled=False, complete=False, missing=missing, outcomes=_in_order(outcomes))


def _in_order(outcomes: Iterable[RegistrationOutcome]) -> tuple[RegistrationOutcome, ...]:
    remaining = frozenset(outcomes)
    return tuple([outcome for outcome in OUTCOMES if outcome in remaining])


def _write(
    plan: RegistrationPlan, engine: Engine, facts: Facts, *, claims: Claims, variants: Variants, found: _Found
) -> None:
    """Write what was found out into the facts, where the trace shows it and later rules see it.

    INVARIANT: for a decision that stands it is what the rules that fire lead to, so that the outcome can be recomputed
    from the trace; otherwise it is what is certain.
    """
    open_ = {atom for doubt in claims.doubts for atom in doubt.effect} if not found.settled else set()
    for claim, row in enumerate(claims.rows):
        forfeited = claims.is_certain(claim, Fate.FORFEITED)
        variant = variants.rows[Variants.number(claim, forfeited=forfeited)]
        for path in ("claim.protected", "claim.queued_at"):
            if path in variant and (claim, Fate.FORFEITED) not in open_:
                row[path] = variant[path]
    plan.derivations.derive(engine, facts, stage=1)
    told = found.findings[:1] if found.settled else found.findings if found.complete else ()
    rows = [[variants.rows[variant] for variant in finding.contenders] for finding in told]
    rivals = {contenders_among(contending) for contending in rows}
    counts = {len(contending) for contending in rows}
    deciding = {finding.decided_by for finding in told}
    put_contest(
        facts.shared,
        contenders=next(iter(rivals)) if len(rivals) == 1 else None,
        claims_in=next(iter(counts)) if len(counts) == 1 else None,
        decided=next(iter(deciding)) if len(deciding) == 1 else UNKNOWN,
    )
    plan.derivations.derive(engine, facts, stage=2)


def _award(plan: RegistrationPlan, facts: Facts, protection: Sequence[Match], winner: Row) -> Award:
    """Return the winner's protection; a row that might come first and say something else leaves it open.

    A protection that is running keeps its end, and gives no extension anew: being decided again lengthens nothing. A
    claim that says a half of it, its status or its end, leaves open which end holds; one that says neither is new.
    """
    protected = winner.get("claim.protected", UNKNOWN)
    until = winner.get("claim.protected_until", UNKNOWN)
    if protected is True and isinstance(until, datetime):
        return Award(until=until.astimezone(facts.as_of.tzinfo).isoformat(), kept=True)
    unsaid = frozenset(path for path in FOUND_FROM["claim.protected"] if path not in winner)
    if protected is UNKNOWN and len(unsaid) == 1:
        return Award(missing=unsaid)
    found = hits(plan.section.protection, protection)
    first = _protect(found.first)
    others = [(match, rule, other) for match, rule in found.doubtful if (other := _protect(rule)) != first]
    windows = {first.window if first else None, *(other.window if other else None for _, _, other in others)}
    extends = {first.extend if first else None, *(other.extend if other else None for _, _, other in others)}
    window = windows.pop() if len(windows) == 1 else None
    return Award(
        rule=found.first.id if found.first else None,
        window=window,
        extend=extends.pop() if len(extends) == 1 else None,
        until=plan.reckoning.after(facts.as_of, window).isoformat() if window is not None else None,
        missing=frozenset().union(*(fields_of(match, rule, facts.shared, plan.inputs) for match, rule, _ in others)),
    )


def _protect(rule: Rule | None) -> Protect | None:
    return next((effect for effect in (rule.effects if rule else ()) if isinstance(effect, Protect)), None)


def _closing(claims: Claims, found: _Found, outcome: RegistrationOutcome) -> Iterator[RegistrationStep]:
    """Yield the last steps: what is left open, and the outcome."""
    if len(found.recommended) > 1:
        named = sorted(one for one in found.recommended if one is not None)
        yield RecommendationOpenStep([claims.ids[claim] for claim in named])
    if not found.settled:
        yield RegistrationAsksStep(sorted(found.missing), [*found.outcomes])
    yield RegistrationOutcomeStep(outcome)


def _of_no_matter(matches: Iterable[Match], facts: Facts, inputs: Inputs) -> frozenset[str]:
    """Return the fields that left rules undetermined of a decision that stands all the same."""
    found = [fields_of(match, rule, facts.shared, inputs) for match, rule in undetermined(matches)]
    return frozenset().union(*found)
