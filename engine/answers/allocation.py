"""What a partner allocation answers: its outcomes, its result, and the steps that lead to it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeAlias

from msgspec import Meta

from engine.answers.elimination import CriterionStep, Fractions, Round
from engine.core.parts import (
    Amount,
    CalendarBasis,
    FieldPaths,
    Length,
    MissingDidNotMatterStep,
    Moment,
    Number,
    Part,
    PartnerId,
    Rate,
    RuleId,
    RuleReason,
    Step,
    ZoneName,
)
from engine.core.traced import CriterionBasis, Facts, Rules
from rules.sections import partner_allocation

AllocationOutcome: TypeAlias = partner_allocation.AllocationOutcome
PartnerIds: TypeAlias = Annotated[Sequence[PartnerId], Meta(description="Candidates by the partners' ids.")]
RuleIds: TypeAlias = Annotated[Sequence[RuleId], Meta(description="Rules of the policy by their ids.")]
Fallback: TypeAlias = Annotated[str, Meta(description="Who takes over where nobody is left, by id.")]


class Contribution(Part, frozen=True):
    """The points that one rule gives."""

    rule: RuleId
    score: Annotated[Number | None, Meta(description="The points; null where the formula is null, which counts 0.")]


class RankedPartner(Part, frozen=True):
    """One candidate, with the points and what they come from."""

    partner: PartnerId
    score: Annotated[Number | None, Meta(description="The points; null where they are not known.")]
    contributions: Annotated[Sequence[Contribution], Meta(description="The points, rule by rule.")]
    undetermined: Annotated[RuleIds, Meta(description="The rules whose points are not known, by their ids.")]


class ExcludedPartner(Part, frozen=True):
    """A candidate who is out."""

    partner: PartnerId
    reasons: Annotated[Sequence[RuleReason], Meta(description="Why.")]


class PartyShare(Part, frozen=True):
    """What one party gets of the deal."""

    party: Annotated[str, Meta(description="The party, as the policy names it.")]
    share: Annotated[Rate, Meta(description="The share, in percent.")]
    amount: Annotated[Amount | None, Meta(description="The same in the policy's currency; null where not known.")]


class AllocationResult(Part, frozen=True):
    """Who gets the deal."""

    chosen: Annotated[PartnerIds, Meta(description="Who gets it, by the partners' ids.")]
    ranking: Annotated[Sequence[RankedPartner], Meta(description="The candidates, best first.")]
    excluded: Annotated[Sequence[ExcludedPartner], Meta(description="Who is out, and why.")]
    split: Annotated[Sequence[PartyShare] | None, Meta(description="Who gets how much; null for no split.")]
    accept_by: Annotated[Moment | None, Meta(description="Until when it has to be accepted; null for no end.")]
    fallback: Annotated[Fallback | None, Meta(description="Who takes over where nobody is left, or null.")]


class AllocationPossible(Part, frozen=True):
    """What may come of it, once what is missing is known."""

    outcomes: Annotated[Sequence[AllocationOutcome], Meta(description="The outcomes that remain.")]


# --- steps ---------------------------------------------------------------------------------------------------------


class CandidateEligibilityStep(Step, frozen=True, tag="eligibility"):
    """Who is in the running."""

    candidates: Annotated[PartnerIds, Meta(description="Who is in, by the partners' ids.")]
    excluded: Annotated[PartnerIds, Meta(description="Who is out, by the partners' ids.")]
    undetermined: Annotated[PartnerIds, Meta(description="Who may be out, by the partners' ids.")]


class ScoresStep(Step, frozen=True, tag="scores"):
    """The candidates' points."""

    scores: Annotated[Mapping[str, Number | None], Meta(description="By id, the points; null where not known.")]
    nothing: Annotated[
        Mapping[str, Sequence[RuleId]], Meta(description="By id, the rules whose formula is null, which counts 0.")
    ]
    exact: Fractions | None = None


class CandidateTieStep(Step, frozen=True, tag="tie"):
    """Those whom no criterion separates; the first by id are chosen."""

    round: Round
    partners: PartnerIds
    chosen: Annotated[PartnerIds, Meta(description="Those of them who are chosen, by the partners' ids.")]


class ChosenStep(Step, frozen=True, tag="chosen"):
    """Who gets the deal."""

    partners: PartnerIds
    take: Annotated[int, Meta(ge=1, description="How many the policy takes at most.")]


class AcceptanceStep(Step, frozen=True, tag="acceptance"):
    """Until when it has to be accepted."""

    within: Length
    accept_by: Annotated[Moment | None, Meta(description="Until when, or null.")]


class SplitStep(Step, frozen=True, tag="split"):
    """Who gets how much."""

    rule: Annotated[RuleId | None, Meta(description="The row that gives it; null for none.")]
    shares: Annotated[Mapping[str, Rate] | None, Meta(description="Each party's share; null for no split.")]
    base: Annotated[Amount | None, Meta(description="What is split, in the policy's currency; null where not known.")]
    amounts: Annotated[Mapping[str, Amount] | None, Meta(description="Each party's amount; null where not known.")]
    undetermined: Annotated[FieldPaths, Meta(description="The fields on which it depends, by their paths.")]


class FallbackStep(Step, frozen=True, tag="fallback"):
    """Nobody is left."""

    fallback: Annotated[Fallback | None, Meta(description="Who takes over, or null.")]


class AllocationAsksStep(Step, frozen=True, tag="needs_information"):
    """What it cannot be decided without."""

    fields: FieldPaths
    outcomes: Annotated[Sequence[AllocationOutcome], Meta(description="The outcomes that remain.")]


class AllocationOutcomeStep(Step, frozen=True, tag="outcome"):
    """What it comes to."""

    outcome: Annotated[AllocationOutcome, Meta(description="The outcome.")]


AllocationStep: TypeAlias = (
    CandidateEligibilityStep
    | ScoresStep
    | CriterionStep
    | CandidateTieStep
    | ChosenStep
    | AcceptanceStep
    | SplitStep
    | FallbackStep
    | AllocationAsksStep
    | AllocationOutcomeStep
    | MissingDidNotMatterStep
)


class AllocationBasis(Part, frozen=True, kw_only=True):
    """The settings without which the steps could not be followed."""

    choose: Annotated[Sequence[CriterionBasis], Meta(description="The criteria, in order.")]
    take: Annotated[int, Meta(ge=1, description="How many are chosen at most.")]
    fallback: Annotated[Fallback | None, Meta(description="Who takes over where nobody is left, or null.")]
    accept_within: Annotated[Length | None, Meta(description="In what time it has to be accepted; null for any.")]
    timezone: ZoneName
    calendar: CalendarBasis | None = None


class AllocationTrace(Part, frozen=True):
    """Which facts, which rules, which tests with which values, and what was decided from them."""

    facts: Facts
    rules: Rules
    steps: Annotated[Sequence[AllocationStep], Meta(description="From the rules to the outcome, in order.")]
    basis: AllocationBasis
