"""What a special order answers: its outcomes, its result, and the steps that lead to it."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

from msgspec import Meta

from engine.core.parts import (
    CalendarBasis,
    ControlId,
    FieldPaths,
    LineId,
    LineNumber,
    MissingDidNotMatterStep,
    Moment,
    Part,
    Rate,
    RoleId,
    Said,
    Step,
    ZoneName,
)
from engine.core.traced import Facts, Rules
from rules.sections import special_orders

OrderOutcome: TypeAlias = special_orders.OrderOutcome
KindIds: TypeAlias = Annotated[Sequence[str], Meta(description="The kinds that the order is of, by their ids.")]
DocumentId: TypeAlias = Annotated[str, Meta(description="A document of the policy by its id.")]


class Obligation(Part, frozen=True, kw_only=True):
    """What a control asks for: one of these."""

    document: Annotated[DocumentId, Meta(description="A document that has to be submitted.")] | None = None
    approve: Annotated[RoleId, Meta(description="The role that has to approve.")] | None = None
    deposit: Annotated[Rate, Meta(description="The least deposit, in percent of the order.")] | None = None
    hold: Annotated[Said, Meta(description="Why the order waits until people lift the hold.")] | None = None

    @property
    def asked(self) -> tuple[str, str]:
        """Return what kind of thing is asked for, and which."""
        return next((name, what) for name in self.__struct_fields__ if (what := getattr(self, name)) is not None)


class ControlResult(Part, frozen=True, kw_only=True):
    """One obligation of a control that fired, for a line or for the order."""

    control: ControlId
    line: LineNumber | None = None
    line_id: LineId | None = None
    obligation: Obligation
    met: Annotated[bool | None, Meta(description="Whether the order meets it; null where that is not known.")]
    release: Annotated[str | None, Meta(description="What a person has to do; null where it is met.")]


class BlockingControl(Part, frozen=True, kw_only=True):
    """A control that blocks, for a line or for the order."""

    control: ControlId
    line: LineNumber | None = None
    line_id: LineId | None = None
    reason: Said


class OrderResult(Part, frozen=True):
    """What an order must have to pass its gate."""

    kinds: KindIds
    controls: Annotated[Sequence[ControlResult], Meta(description="The obligations, met or not.")]
    blocks: Annotated[Sequence[BlockingControl], Meta(description="What blocks the order.")]
    audit: Annotated[Sequence[ControlId], Meta(description="The controls in whose sample the order is.")]
    valid_until: Annotated[Moment | None, Meta(description="Until when this stands; null for no end, or not known.")]


class OrderPossible(Part, frozen=True):
    """What may come of it, once what is missing is known."""

    outcomes: Annotated[Sequence[OrderOutcome], Meta(description="The outcomes that remain.")]


# --- steps ---------------------------------------------------------------------------------------------------------


class AuditStep(Step, frozen=True, kw_only=True, tag="audit"):
    """A control that audits a share of the orders."""

    control: ControlId
    line: LineNumber | None = None
    line_id: LineId | None = None
    rate: Annotated[Rate, Meta(description="The share of orders that are audited, in percent.")]
    sampled: Annotated[bool, Meta(description="Whether this order is in the sample.")]


class OrderOutcomeStep(Step, frozen=True, tag="outcome"):
    """What it comes to."""

    outcome: Annotated[OrderOutcome, Meta(description="The outcome.")]


OrderStep: TypeAlias = AuditStep | OrderOutcomeStep | MissingDidNotMatterStep


class OrderBasis(Part, frozen=True, kw_only=True):
    """The facts of the order without which the steps could not be followed."""

    gate: Annotated[str | None, Meta(description="The gate at which the order stands; null where it is not known.")]
    order: Annotated[str | None, Meta(description="The order's id, by which samples are drawn, or null.")]
    evidence: Annotated[Sequence[DocumentId] | None, Meta(description="The documents that the order has, or null.")]
    approvals: Annotated[Sequence[RoleId] | None, Meta(description="The roles that have approved, or null.")]
    deposit: Annotated[Rate | None, Meta(description="What was paid, in percent of the order, or null.")]
    unknown: FieldPaths
    timezone: ZoneName
    calendar: CalendarBasis | None = None


class OrderTrace(Part, frozen=True):
    """Which facts, which rules, which tests with which values, and what was decided from them."""

    facts: Facts
    rules: Rules
    steps: Annotated[Sequence[OrderStep], Meta(description="From the rules to the outcome, in order.")]
    basis: OrderBasis
