"""The answers of all kinds: a decision as it is made, and as it is read back from JSON."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple, TypeAlias

from msgspec import Meta, convert

from engine.answers.allocation import (
    AllocationOutcome,
    AllocationPossible,
    AllocationResult,
    AllocationStep,
    AllocationTrace,
)
from engine.answers.price import PriceOutcome, PricePossible, PriceResult, PriceStep, PriceTrace
from engine.answers.registration import (
    RegistrationOutcome,
    RegistrationPossible,
    RegistrationResult,
    RegistrationStep,
    RegistrationTrace,
)
from engine.answers.special_order import OrderOutcome, OrderPossible, OrderResult, OrderStep, OrderTrace
from engine.core.decision import Json, Kind
from engine.core.parts import FieldPaths, Moment, Part, to_json

Outcome: TypeAlias = PriceOutcome | OrderOutcome | RegistrationOutcome | AllocationOutcome
Result: TypeAlias = PriceResult | OrderResult | RegistrationResult | AllocationResult
Possible: TypeAlias = PricePossible | OrderPossible | RegistrationPossible | AllocationPossible
AnyStep: TypeAlias = PriceStep | OrderStep | RegistrationStep | AllocationStep


class PolicyStamp(Part, frozen=True):
    """Which policy decided."""

    name: Annotated[str, Meta(description="The policy's name.")]
    version: Annotated[str, Meta(description="The version that its owner gives it.")]
    digest: Annotated[
        str,
        Meta(
            pattern="^sha256:", description="Of what the policy says, whatever its layout; equal digests decide alike."
        ),
    ]


class Decision(NamedTuple):
    """A decision (docs/http.md) without its id, which belongs to the door that stores it.

    The same request, policy and `as_of` give an equal decision; only `summary` and the titles and reasons in `result`
    and `trace` depend on the language. The trace is plain data, as it is written (engine/core/traced.py says of what).
    """

    kind: Kind
    policy: PolicyStamp
    as_of: str
    outcome: Outcome
    summary: str
    result: Result
    missing: tuple[str, ...]
    possible: Possible | None
    trace: Mapping[str, Json] | None

    def to_json(self) -> dict[str, Json]:
        """Return the decision in the contract's key order."""
        answer: dict[str, Json] = {
            "kind": self.kind.value,
            "policy": to_json(self.policy),
            "as_of": self.as_of,
            "outcome": self.outcome,
            "summary": self.summary,
            "result": to_json(self.result),
            "missing": list(self.missing),
        }
        if self.possible is not None:
            answer["possible"] = to_json(self.possible)
        if self.trace is not None:
            answer["trace"] = dict(self.trace)
        return answer


# --- as it is read -------------------------------------------------------------------------------------------------

Id: TypeAlias = Annotated[
    str, Meta(description="Identifies this decision; the only part that differs from call to call.")
]
AsOf: TypeAlias = Annotated[Moment, Meta(description="The moment that the policy was judged at, with its offset.")]
Summary: TypeAlias = Annotated[str, Meta(description="One sentence for people, in the chosen language.")]
Missing: TypeAlias = Annotated[FieldPaths, Meta(description="The fields that the decision is waiting for.")]


class PriceApprovalDecision(Part, frozen=True, tag_field="kind", tag="price_approval"):
    """Who must approve a price."""

    id: Id
    policy: PolicyStamp
    as_of: AsOf
    outcome: Annotated[PriceOutcome, Meta(description="What was decided.")]
    summary: Summary
    result: PriceResult
    missing: Missing
    possible: PricePossible | None = None
    trace: PriceTrace | None = None


class SpecialOrderDecision(Part, frozen=True, tag_field="kind", tag="special_order"):
    """Whether an order passes its gate."""

    id: Id
    policy: PolicyStamp
    as_of: AsOf
    outcome: Annotated[OrderOutcome, Meta(description="What was decided.")]
    summary: Summary
    result: OrderResult
    missing: Missing
    possible: OrderPossible | None = None
    trace: OrderTrace | None = None


class DealRegistrationDecision(Part, frozen=True, tag_field="kind", tag="deal_registration"):
    """Whose deal it is."""

    id: Id
    policy: PolicyStamp
    as_of: AsOf
    outcome: Annotated[RegistrationOutcome, Meta(description="What was decided.")]
    summary: Summary
    result: RegistrationResult
    missing: Missing
    possible: RegistrationPossible | None = None
    trace: RegistrationTrace | None = None


class PartnerAllocationDecision(Part, frozen=True, tag_field="kind", tag="partner_allocation"):
    """Who gets a deal."""

    id: Id
    policy: PolicyStamp
    as_of: AsOf
    outcome: Annotated[AllocationOutcome, Meta(description="What was decided.")]
    summary: Summary
    result: AllocationResult
    missing: Missing
    possible: AllocationPossible | None = None
    trace: AllocationTrace | None = None


StoredDecision: TypeAlias = (
    PriceApprovalDecision | SpecialOrderDecision | DealRegistrationDecision | PartnerAllocationDecision
)
DECISIONS: Mapping[Kind, type[StoredDecision]] = {
    Kind.PRICE_APPROVAL: PriceApprovalDecision,
    Kind.SPECIAL_ORDER: SpecialOrderDecision,
    Kind.DEAL_REGISTRATION: DealRegistrationDecision,
    Kind.PARTNER_ALLOCATION: PartnerAllocationDecision,
}
RESULTS: Mapping[Kind, type[Result]] = {
    Kind.PRICE_APPROVAL: PriceResult,
    Kind.SPECIAL_ORDER: OrderResult,
    Kind.DEAL_REGISTRATION: RegistrationResult,
    Kind.PARTNER_ALLOCATION: AllocationResult,
}


def decision_from_json(data: Mapping[str, Json]) -> StoredDecision:
    """Return the decision that JSON says, of whatever kind; one that no door has named has an empty id.

    Raises:
        msgspec.ValidationError: it says something else; the message names the place.
    """
    found: StoredDecision = convert({"id": "", **data}, StoredDecision)
    return found
