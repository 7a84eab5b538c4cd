"""What a deal registration answers: its outcomes, its result, and the steps that lead to it."""

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from engine.answers.elimination import CriterionStep
from engine.core.parts import (
    CalendarBasis,
    ClaimId,
    Count,
    FieldPaths,
    Length,
    MissingDidNotMatterStep,
    Moment,
    Part,
    RuleId,
    RuleReason,
    Shown,
    Step,
    ZoneName,
)
from engine.core.traced import CriterionBasis, Facts, Rules
from rules.sections import deal_registration

RegistrationOutcome: TypeAlias = deal_registration.RegistrationOutcome
Eligibility: TypeAlias = Literal["eligible", "held", "rejected"]
DecidedBy: TypeAlias = Annotated[str, Meta(description="A criterion by its id, or `tie`.")]
ClaimIds: TypeAlias = Annotated[Sequence[ClaimId], Meta(description="Claims of the request by their ids.")]
RuleIds: TypeAlias = Annotated[Sequence[RuleId], Meta(description="Rules of the policy by their ids.")]


class ClaimValues(Part, frozen=True):
    """The values at the criterion that lost a claim the deal."""

    own: Annotated[Shown, Meta(description="The claim's own.")]
    winner: Annotated[Shown, Meta(description="The winner's.")]
    best: Annotated[Shown, Meta(description="The best of those that were still in.")]


class RankedClaim(Part, frozen=True):
    """One claim, with where it stands and why."""

    claim: ClaimId
    status: Annotated[Literal["awarded", "eligible", "held", "rejected"], Meta(description="What becomes of it.")]
    lost_to: Annotated[ClaimId | None, Meta(description="The claim that it lost to, or null.")]
    at: Annotated[DecidedBy | None, Meta(description="The criterion that lost it the deal, `tie`, or null.")]
    values: Annotated[ClaimValues | None, Meta(description="The values at that criterion, or null.")]
    reasons: Annotated[Sequence[RuleReason], Meta(description="Why it is held or rejected.")]


class RegistrationResult(Part, frozen=True):
    """Whose deal it is."""

    winner: Annotated[ClaimId | None, Meta(description="The claim that is awarded the deal, or null.")]
    recommended: Annotated[ClaimId | None, Meta(description="The claim that is first, awarded or not; null for none.")]
    decided_by: Annotated[
        DecidedBy | None, Meta(description="What separated the first from the last; null with one contender.")
    ]
    protected_until: Annotated[Moment | None, Meta(description="Until when the deal is protected, or null.")]
    extend: Annotated[Length | None, Meta(description="By how much that can be extended; null for not.")]
    ranking: Annotated[Sequence[RankedClaim], Meta(description="The claims, best first; those rejected last.")]


class RegistrationPossible(Part, frozen=True):
    """What may come of it, once what is missing is known."""

    outcomes: Annotated[Sequence[RegistrationOutcome], Meta(description="The outcomes that remain.")]


# --- steps ---------------------------------------------------------------------------------------------------------


class ClaimEligibilityStep(Step, frozen=True, tag="eligibility"):
    """What the rules of eligibility say of a claim."""

    claim: ClaimId
    status: Annotated[Eligibility, Meta(description="What becomes of it.")]
    forfeited: Annotated[bool, Meta(description="Whether it has forfeited its protection.")]
    protected: Annotated[bool | None, Meta(description="Whether it is protected; null where that is not known.")]
    rules: Annotated[RuleIds, Meta(description="The rules that say so, by their ids.")]
    undetermined: Annotated[RuleIds, Meta(description="The rules that are undetermined, by their ids.")]


class ClaimTieStep(Step, frozen=True, tag="tie"):
    """Those whom no criterion separates."""

    claims: ClaimIds


class PriorityStep(Step, frozen=True, tag="priority"):
    """Who is first."""

    contenders: Annotated[Count, Meta(description="How many claims are in the running.")]
    decided_by: Annotated[DecidedBy | None, Meta(description="What separated them; null with one contender.")]
    claim: Annotated[ClaimId | None, Meta(description="The first, or null.")]


class ContestStep(Step, frozen=True, tag="contest"):
    """The rules that leave it to people."""

    rules: RuleIds


class HeldWinnerStep(Step, frozen=True, tag="held_winner"):
    """The first claim, which cannot be awarded before it is released."""

    claim: ClaimId
    rules: Annotated[RuleIds, Meta(description="The rules that hold it, by their ids.")]


class ProtectionStep(Step, frozen=True, tag="protection"):
    """The winner's protection."""

    claim: ClaimId
    rule: Annotated[RuleId | None, Meta(description="The row that gives it; null for none.")]
    window: Annotated[Length | None, Meta(description="How long; null for not at all, or not known.")]
    extend: Annotated[Length | None, Meta(description="By how much it can be extended; null for not, or not known.")]
    protected_until: Annotated[Moment | None, Meta(description="Until when; null for not at all, or not known.")]
    undetermined: Annotated[FieldPaths, Meta(description="The fields on which it depends, by their paths.")]
    kept: Annotated[bool, Meta(description="True for a protection that was running, and keeps its end.")] = False


class RecommendationOpenStep(Step, frozen=True, tag="recommendation_open"):
    """Those of whom one would be recommended, once what is missing is known."""

    claims: ClaimIds


class RegistrationAsksStep(Step, frozen=True, tag="needs_information"):
    """What it cannot be decided without."""

    fields: FieldPaths
    outcomes: Annotated[Sequence[RegistrationOutcome], Meta(description="The outcomes that remain.")]


class RegistrationOutcomeStep(Step, frozen=True, tag="outcome"):
    """What it comes to."""

    outcome: Annotated[RegistrationOutcome, Meta(description="The outcome.")]


RegistrationStep: TypeAlias = (
    ClaimEligibilityStep
    | CriterionStep
    | ClaimTieStep
    | PriorityStep
    | ContestStep
    | HeldWinnerStep
    | ProtectionStep
    | RecommendationOpenStep
    | RegistrationAsksStep
    | RegistrationOutcomeStep
    | MissingDidNotMatterStep
)


class RegistrationBasis(Part, frozen=True, kw_only=True):
    """The settings without which the steps could not be followed."""

    priority: Annotated[Sequence[CriterionBasis], Meta(description="The criteria, in order.")]
    timezone: ZoneName
    calendar: CalendarBasis | None = None


class RegistrationTrace(Part, frozen=True):
    """Which facts, which rules, which tests with which values, and what was decided from them."""

    facts: Facts
    rules: Rules
    steps: Annotated[Sequence[RegistrationStep], Meta(description="From the rules to the outcome, in order.")]
    basis: RegistrationBasis
