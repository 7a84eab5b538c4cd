"""What a price approval answers: its outcomes, its result, and the steps that lead to it."""

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from engine.core.parts import (
    Amount,
    CalendarBasis,
    FieldPath,
    FieldPaths,
    Length,
    Level,
    LineId,
    LineNumber,
    MissingDidNotMatterStep,
    Moment,
    Number,
    Part,
    Rate,
    RoleId,
    RuleId,
    Said,
    Shown,
    Step,
    ZoneName,
)
from engine.core.traced import Facts, Rules
from rules.sections import price_approval

PriceOutcome: TypeAlias = price_approval.PriceOutcome


class Approver(Part, frozen=True):
    """Who signs."""

    role: RoleId
    title: Annotated[str, Meta(description="The role's title, in the language that was decided in.")]
    respond_within: Annotated[Length | None, Meta(description="In what time; null where the policy does not say.")]


class ApprovalStep(Part, frozen=True):
    """Those who sign at the same time, after those of the step before."""

    step: Annotated[int, Meta(ge=1, description="The step's number, from 1.")]
    approvers: Annotated[Sequence[Approver], Meta(description="Who signs.")]


class LineResult(Part, frozen=True):
    """What one line needs."""

    line: LineNumber
    level: Annotated[Level | None, Meta(description="The level that the line needs; null for nobody's, or not known.")]
    discount: Annotated[Rate | None, Meta(description="Off list, in percent; null where it is not known.")]
    margin: Annotated[Rate | None, Meta(description="In percent of the net price; null where it is not known.")]
    granted_by: Annotated[RuleId | None, Meta(description="The row of authority that grants the line, or null.")]
    id: LineId | None = None
    includes: (
        Annotated[Sequence[LineNumber], Meta(description="The lines that are parts of this one, where it has any.")]
        | None
    ) = None


class Objection(Part, frozen=True, kw_only=True):
    """A rule that holds or rejects, for a line or for the deal; where no level may sign a line, no rule does."""

    rule: Annotated[RuleId | None, Meta(description="The rule; null where no level may sign the line.")]
    line: LineNumber | None = None
    line_id: LineId | None = None
    reason: Said


class Obstacle(Part, frozen=True, kw_only=True):
    """A test in the way of a level at any price up to list: of a field, or a group of several with their `fields`."""

    rule: RuleId
    because: Annotated[Said, Meta(description="Why the rule that lifts the level is there, if it says.")] | None = None
    field: FieldPath | None = None
    test: Annotated[str, Meta(description="What is asked of the field, in the owner's words.")] | None = None
    actual: Shown | UnsetType = UNSET
    fields: FieldPaths | None = None
    holds: Annotated[bool, Meta(description="True for a test of a rule that lifts the level.")]


class Alternative(Part, frozen=True, kw_only=True):
    """What would let a lower level sign a line: a net price, what makes it `impossible`, or leaves it `unknown`."""

    line: LineNumber
    line_id: LineId | None = None
    level: Level
    net_price: (
        Annotated[Amount, Meta(description="The lowest price at which the level may sign, per unit, to the cent.")]
        | None
    ) = None
    increase: Annotated[Amount, Meta(description="How much more that is than what was asked, per unit.")] | None = None
    increase_rate: (
        Annotated[Rate | None, Meta(description="The same in percent; null of a price of nothing.")] | UnsetType
    ) = UNSET
    impossible: Annotated[Sequence[Obstacle], Meta(description="What stands in the way, at list price.")] | None = None
    unknown: (
        Annotated[FieldPaths, Meta(description="The fields without which nobody knows; a price could do with them.")]
        | None
    ) = None


class Totals(Part, frozen=True):
    """The deal's figures; null where they are not known."""

    list_total: Annotated[Amount | None, Meta(description="At list prices, in the policy's currency.")]
    net_total: Annotated[Amount | None, Meta(description="At net prices, in the policy's currency.")]
    cost_total: Annotated[Amount | None, Meta(description="At unit costs, in the policy's currency.")]
    discount: Annotated[Rate | None, Meta(description="Off list, in percent.")]
    margin: Annotated[Rate | None, Meta(description="In percent of the net total.")]
    quantity: Annotated[Number | None, Meta(description="Units of all lines.")]


class PriceResult(Part, frozen=True):
    """Who must approve a price, and what would change it."""

    level: Annotated[
        Level | None, Meta(description="The level that is required; null where it is rejected or not known.")
    ]
    chain: Annotated[Sequence[ApprovalStep], Meta(description="Who signs, step by step.")]
    lines: Annotated[Sequence[LineResult], Meta(description="What each line needs, in the request's order.")]
    holds: Annotated[Sequence[Objection], Meta(description="What holds the deal until it is cleared.")]
    rejections: Annotated[Sequence[Objection], Meta(description="Why the price cannot be approved at all.")]
    notify: Annotated[Sequence[RoleId], Meta(description="Who is to know of it.")]
    valid_until: Annotated[Moment | None, Meta(description="Until when the approval stands; null for no end.")]
    alternatives: Annotated[
        Sequence[Alternative], Meta(description="For each level below the one that a line needs, what would do.")
    ]
    totals: Totals


class PricePossible(Part, frozen=True):
    """What may come of it, once what is missing is known."""

    outcomes: Annotated[Sequence[PriceOutcome], Meta(description="The outcomes that remain.")]
    levels: Annotated[Sequence[Level], Meta(description="The levels that remain, lowest first.")]


# --- steps ---------------------------------------------------------------------------------------------------------


class AuthorityStep(Step, frozen=True, tag="authority"):
    """The lowest level that may sign a line."""

    line: LineNumber
    level: Annotated[Level | None, Meta(description="The level; null for nobody.")]
    line_id: LineId | None = None


class AtLeastStep(Step, frozen=True, kw_only=True, tag="at_least"):
    """A rule that asks for a level at least, for a line or for the deal."""

    rule: RuleId
    line: LineNumber | None = None
    line_id: LineId | None = None
    level: Level


class RaiseStep(Step, frozen=True, kw_only=True, tag="raise"):
    """A rule that raises the level, of a line or of the deal."""

    rule: RuleId
    line: LineNumber | None = None
    line_id: LineId | None = None
    levels: Annotated[int, Meta(ge=1, description="How many levels higher.")]


class HighestLineStep(Step, frozen=True, tag="highest_line"):
    """The highest level of the lines, from which the deal's starts."""

    level: Annotated[Level | None, Meta(description="The level; null where it is not known, or nobody's.")]


class ChainStep(Step, frozen=True, tag="chain"):
    """From whom up to whom it takes signing."""

    level: Level
    submitter: Annotated[Level, Meta(description="The submitter's own level.")]


class PriceOutcomeStep(Step, frozen=True, tag="outcome"):
    """What it comes to."""

    outcome: Annotated[PriceOutcome, Meta(description="The outcome.")]


PriceStep: TypeAlias = (
    AuthorityStep | AtLeastStep | RaiseStep | HighestLineStep | ChainStep | PriceOutcomeStep | MissingDidNotMatterStep
)


class PriceBasis(Part, frozen=True, kw_only=True):
    """The settings without which the steps could not be followed."""

    levels: Annotated[Sequence[Level], Meta(description="The ladder from the lowest up, `automatic` first.")]
    submitter: Annotated[Level, Meta(description="The submitter's own level.")]
    chain: Annotated[Literal["stepwise", "direct"], Meta(description="Whether every level signs, or the last alone.")]
    validity: Annotated[Length | None, Meta(description="How long an approval stands; null for no end.")]
    timezone: ZoneName
    calendar: CalendarBasis | None = None


class PriceTrace(Part, frozen=True):
    """Which facts, which rules, which tests with which values, and what was decided from them."""

    facts: Facts
    rules: Rules
    steps: Annotated[Sequence[PriceStep], Meta(description="From the rules to the outcome, in order.")]
    basis: PriceBasis
