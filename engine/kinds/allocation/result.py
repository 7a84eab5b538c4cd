"""An allocation's result and steps, from what was found between the candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.answers.allocation import (
    AcceptanceStep,
    AllocationOutcome,
    AllocationResult,
    AllocationStep,
    CandidateEligibilityStep,
    CandidateTieStep,
    ChosenStep,
    Contribution,
    ExcludedPartner,
    FallbackStep,
    PartyShare,
    RankedPartner,
    ScoresStep,
    SplitStep,
)
from engine.core import figures
from engine.core.decision import Language
from engine.core.exact import Ratio, ratio
from engine.core.parts import RuleReason
from engine.core.views import UNKNOWN, State
from engine.kinds.allocation.candidates import Candidates, Scores, Scoring, score_of, total
from engine.kinds.allocation.choice import Chosen, Entries
from engine.kinds.elimination.ranking import ranked
from engine.kinds.elimination.steps import elimination_steps, fraction_of
from rules.ir import Exclude, PartnerAllocation


@dataclass(frozen=True, slots=True)
class Shares:
    """The split of the deal. What undetermined rows leave open is None, and `missing` names their fields."""

    rule: str | None = None
    shares: tuple[tuple[str, Fraction], ...] | None = None
    base: Ratio | None = None
    amounts: tuple[Ratio, ...] | None = None
    missing: frozenset[str] = frozenset()
    places: int = figures.CENT_PLACES

    def parties(self) -> list[PartyShare] | None:
        """Return the parties in the owner's order."""
        if self.shares is None:
            return None
        places = self.places
        amounts = (
            [None] * len(self.shares)
            if self.amounts is None
            else [figures.amount(part, places) for part in self.amounts]
        )
        return [
            PartyShare(party, figures.rate(ratio(share)), amount)
            for (party, share), amount in zip(self.shares, amounts, strict=True)
        ]


def result_of(
    candidates: Candidates,
    scores: Scores,
    entries: Entries,
    base: Chosen,
    *,
    outcome: AllocationOutcome,
    accept_by: str | None,
    fallback: str | None,
    shares: Shares,
    language: Language,
) -> AllocationResult:
    """Return the result."""
    settled = outcome != "needs_information"
    order = list(base.entries)
    if settled:
        chosen = frozenset(base.choice.chosen)
        rest = ranked(entries.scales, [entry for entry in base.entries if entry not in chosen])
        order = [*base.choice.chosen, *(entry for tied in rest for entry in tied)]
    return AllocationResult(
        chosen=[candidates.ids[entries.owner[entry]] for entry in base.choice.chosen] if settled else [],
        ranking=[_ranked(candidates, scores, entries.owner[entry]) for entry in order],
        excluded=[_excluded(candidates, candidate, language) for candidate in sorted(candidates.excluded)],
        split=shares.parties(),
        accept_by=accept_by,
        fallback=fallback if outcome == "fallback" else None,
    )


def _ranked(candidates: Candidates, scores: Scores, candidate: int) -> RankedPartner:
    by_rule: dict[str, list[State]] = {}
    for scoring in scores.points[candidate]:
        by_rule.setdefault(scoring.rule, []).append(scoring.points)
    points = {rule: total(states) for rule, states in by_rule.items()}
    open_ = [rule for rule, state in points.items() if state is UNKNOWN]
    open_ += [doubt.effect.rule for doubt in scores.doubted(candidate)]
    return RankedPartner(
        partner=candidates.ids[candidate],
        score=_shown(score_of(scores.points[candidate])),
        contributions=[Contribution(rule, _shown(state)) for rule, state in points.items() if state is not UNKNOWN],
        undetermined=[*dict.fromkeys(open_)],
    )


def _shown(state: State) -> str | None:
    return figures.number(state) if isinstance(state, tuple) else None


def _excluded(candidates: Candidates, candidate: int, language: Language) -> ExcludedPartner:
    reasons = [
        RuleReason(rule.id, effect.reason.in_language(language))
        for rule in candidates.rules_of(candidate)
        for effect in rule.effects
        if isinstance(effect, Exclude)
    ]
    return ExcludedPartner(candidates.ids[candidate], reasons)


def allocation_steps(
    section: PartnerAllocation,
    candidates: Candidates,
    scores: Scores,
    entries: Entries,
    base: Chosen,
    *,
    outcome: AllocationOutcome,
    accept_by: str | None,
    shares: Shares,
) -> list[AllocationStep]:
    """Return the steps from the rules that fire to the outcome.

    Where it is open who is in or what a score is, what would follow is not said as if it were certain.
    """
    names = [candidates.ids[owner] for owner in entries.owner]
    steps: list[AllocationStep] = [_eligibility(candidates)]
    if scores.matches and candidates.eligible:
        steps.append(_scores(candidates, scores))
    if outcome != "needs_information" or not (candidates.exclusions or scores.doubts):
        tied = dict(base.choice.ties)
        found = elimination_steps(base.choice.eliminations, names.__getitem__, numbered=True)
        for number, of_round in enumerate(found):
            steps += of_round
            if number in tied:
                steps.append(_tie(number, [names[entry] for entry in tied[number]], base, names))
    if outcome == "allocated":
        steps.append(ChosenStep([names[entry] for entry in base.choice.chosen], section.take))
        if section.accept_within is not None:
            steps.append(AcceptanceStep(str(section.accept_within), accept_by))
        if section.split:
            steps.append(_split(shares))
    if outcome == "fallback":
        steps.append(FallbackStep(section.fallback))
    return steps


def _eligibility(candidates: Candidates) -> CandidateEligibilityStep:
    open_ = frozenset().union(*(doubt.effect.candidates for doubt in candidates.exclusions))
    return CandidateEligibilityStep(
        candidates=[candidates.ids[candidate] for candidate in candidates.eligible],
        excluded=[candidates.ids[candidate] for candidate in sorted(candidates.excluded)],
        undetermined=[candidates.ids[candidate] for candidate in sorted(open_)],
    )


def _scores(candidates: Candidates, scores: Scores) -> ScoresStep:
    found = {candidates.ids[candidate]: score_of(scores.points[candidate]) for candidate in candidates.eligible}
    nothing = {
        candidates.ids[candidate]: rules
        for candidate in candidates.eligible
        if (rules := _of_no_points(scores.points[candidate]))
    }
    exact = {name: text for name, state in found.items() if (text := fraction_of(state)) is not None}
    return ScoresStep({name: _shown(state) for name, state in found.items()}, nothing, exact or None)


def _of_no_points(points: Sequence[Scoring]) -> list[str]:
    """Return the rules whose formula is null, which counts zero."""
    return list(dict.fromkeys(scoring.rule for scoring in points if scoring.points is None))


def _tie(number: int, tied: Sequence[str], base: Chosen, names: Sequence[str]) -> CandidateTieStep:
    chosen = frozenset([names[entry] for entry in base.choice.chosen])
    return CandidateTieStep(number + 1, tied, [partner for partner in tied if partner in chosen])


def _split(shares: Shares) -> SplitStep:
    parties = [party for party, _ in shares.shares or ()]
    texts = [figures.rate(ratio(share)) for _, share in shares.shares or ()]
    places = shares.places
    amounts = [figures.amount(part, places) for part in shares.amounts or ()]
    return SplitStep(
        rule=shares.rule,
        shares=dict(zip(parties, texts, strict=True)) if shares.shares is not None else None,
        base=figures.amount(shares.base, places) if shares.base is not None else None,
        amounts=dict(zip(parties, amounts, strict=True)) if shares.amounts is not None else None,
        undetermined=sorted(shares.missing),
    )
