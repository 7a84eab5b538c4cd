"""A registration's result and steps, from what was found between the claims."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.answers.registration import (
    ClaimEligibilityStep,
    ClaimTieStep,
    ClaimValues,
    ContestStep,
    HeldWinnerStep,
    PriorityStep,
    ProtectionStep,
    RankedClaim,
    RegistrationOutcome,
    RegistrationResult,
    RegistrationStep,
)
from engine.core.decision import Language
from engine.core.parts import RuleReason
from engine.core.views import UNKNOWN
from engine.kinds.elimination.ranking import Round, Scale, ranked
from engine.kinds.elimination.steps import elimination_steps
from engine.kinds.registration.claims import Claims, Fate, Variants
from engine.kinds.registration.contests import TIE, Finding
from engine.plan.groups import Match
from engine.plan.tables.bits import positions
from rules.durations import Duration
from rules.ir import Arbitrate, Forfeit, Hold, Reject


@dataclass(frozen=True, slots=True)
class Award:
    """The winner's protection. What is left open is None, and `missing` names the fields that leave it so.

    `kept` says of a protection that was running that it keeps its end: nothing is granted.
    """

    rule: str | None = None
    window: Duration | None = None
    extend: Duration | None = None
    until: str | None = None
    missing: frozenset[str] = frozenset()
    kept: bool = False


NO_AWARD = Award()


def result_of(
    claims: Claims,
    base: Finding,
    *,
    outcome: RegistrationOutcome,
    recommended: int | None,
    award: Award,
    scales: Sequence[Scale],
    language: Language,
) -> RegistrationResult:
    """Return the result."""
    settled = outcome in ("awarded", "contested")
    winner = recommended if outcome == "awarded" else None
    decided = base.decided_by if settled and isinstance(base.decided_by, str) else None
    return RegistrationResult(
        winner=None if winner is None else claims.ids[winner],
        recommended=None if recommended is None else claims.ids[recommended],
        decided_by=decided,
        protected_until=award.until,
        extend=str(award.extend) if award.extend is not None else None,
        ranking=_ranking(claims, base, settled=settled, winner=winner, scales=scales, language=language),
    )


def _ranking(
    claims: Claims, base: Finding, *, settled: bool, winner: int | None, scales: Sequence[Scale], language: Language
) -> list[RankedClaim]:
    """Return the claims best first, those that are rejected last; in no order but their ids' before it is settled."""
    lost = {variant: step for step in base.rounds for variant in set(step.rows) - set(step.kept or step.rows)}
    entries: list[RankedClaim] = []
    if settled:
        order = [variant for tied in ranked(scales, base.contenders) for variant in tied]
    else:
        order = [
            variant for variant in base.contenders if not claims.is_certain(Variants.claim(variant), Fate.REJECTED)
        ]
    for variant in order:
        claim = Variants.claim(variant)
        held = claims.is_certain(claim, Fate.HELD)
        lost_to, at, values = _loss(claims, base, variant, lost.get(variant) if settled else None, settled=settled)
        entries.append(
            RankedClaim(
                claim=claims.ids[claim],
                status="awarded" if claim == winner else "held" if held else "eligible",
                lost_to=lost_to,
                at=at,
                values=values,
                reasons=_reasons(claims, claim, Hold, language) if held else [],
            )
        )
    contending = {Variants.claim(variant) for variant in order}
    entries += [
        RankedClaim(
            claim=claims.ids[claim],
            status="rejected",
            lost_to=None,
            at=None,
            values=None,
            reasons=_reasons(claims, claim, Reject, language),
        )
        for claim in range(len(claims.ids))
        if claim not in contending
    ]
    return entries


def _loss(
    claims: Claims, base: Finding, variant: int, lost: Round | None, *, settled: bool
) -> tuple[str | None, str | None, ClaimValues | None]:
    """Return to whom and at which criterion a claim lost the deal, with its value, the winner's and the best one."""
    if lost is None:
        is_tied = settled and len(base.left) > 1
        return None, TIE if is_tied else None, None
    winner = base.left[0]
    scale = lost.scale
    values = ClaimValues(own=scale.text(variant), winner=scale.text(winner), best=scale.text(scale.best(lost.rows)))
    return claims.ids[Variants.claim(winner)], scale.criterion.id, values


def _reasons(claims: Claims, claim: int, effect: type, language: Language) -> list[RuleReason]:
    return [RuleReason(rule.id, said.reason.in_language(language)) for rule, said in claims.said(claim, effect)]


def registration_steps(
    claims: Claims,
    base: Finding,
    *,
    protected: Sequence[bool | None],
    outcome: RegistrationOutcome,
    award: Award,
    contest: Iterable[Match],
) -> list[RegistrationStep]:
    """Return the steps from the rules that fire to the outcome.

    Where eligibility is open, what would follow from it is not said as if it were certain.
    """
    names = [claims.ids[Variants.claim(variant)] for variant in range(2 * len(claims.ids))]
    steps: list[RegistrationStep] = [_eligibility(claims, claim, protected[claim]) for claim in range(len(claims.ids))]
    if outcome != "needs_information" or not claims.doubts:
        (found,) = elimination_steps([base.rounds], names.__getitem__, numbered=False)
        steps += found
        if len(base.left) > 1 and base.decided_by == TIE:
            steps.append(ClaimTieStep([names[variant] for variant in base.left]))
        if base.contenders and base.decided_by is not UNKNOWN:
            steps.append(_priority(claims, base))
    arbitrating = [
        match.group.rules[number] for match in contest for number in positions(match.fired)
    ]  # fmt: skip
    if arbitrating and base.contenders:
        rules = dict.fromkeys(
            rule.id for rule in arbitrating if any(isinstance(effect, Arbitrate) for effect in rule.effects)
        )
        steps.append(ContestStep([*rules]))
    if outcome == "contested" and base.recommended in base.combination.held:
        assert base.recommended is not None
        held = [rule.id for rule, _ in claims.said(base.recommended, Hold)]
        steps.append(HeldWinnerStep(claims.ids[base.recommended], held))
    if outcome == "awarded":
        steps.append(_protection(claims, base, award))
    return steps


def _eligibility(claims: Claims, claim: int, protected: bool | None) -> ClaimEligibilityStep:
    rejected, held = claims.is_certain(claim, Fate.REJECTED), claims.is_certain(claim, Fate.HELD)
    said = dict.fromkeys(rule.id for rule, _ in claims.said(claim, Reject, Forfeit, Hold))
    return ClaimEligibilityStep(
        claim=claims.ids[claim],
        status="rejected" if rejected else "held" if held else "eligible",
        forfeited=claims.is_certain(claim, Fate.FORFEITED),
        protected=protected,
        rules=[*said],
        undetermined=[*claims.open(claim)],
    )


def _priority(claims: Claims, base: Finding) -> PriorityStep:
    recommended = base.recommended
    return PriorityStep(
        contenders=len(base.contenders),
        decided_by=base.decided_by if isinstance(base.decided_by, str) else None,
        claim=None if recommended is None else claims.ids[recommended],
    )


def _protection(claims: Claims, base: Finding, award: Award) -> ProtectionStep:
    assert base.recommended is not None
    return ProtectionStep(
        claim=claims.ids[base.recommended],
        rule=award.rule,
        window=str(award.window) if award.window is not None else None,
        extend=str(award.extend) if award.extend is not None else None,
        protected_until=award.until,
        undetermined=sorted(award.missing),
        kept=award.kept,
    )
