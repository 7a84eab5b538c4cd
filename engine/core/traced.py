"""What the traces of every kind have: facts, and rules with their tests and effects (docs/trace.md).

A trace is written as plain data, one entry at a time, for that is where a decision's time goes
(engine/explain/trace). These types say what it is: texts read it by them, and the service's description is made from
them. `tests/test_answers.py` holds what is written to them.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from engine.core.parts import (
    ClaimId,
    CriterionId,
    FieldPath,
    Fraction,
    Length,
    Level,
    LineId,
    LineNumber,
    Number,
    Part,
    PartnerId,
    Rate,
    RoleId,
    RuleId,
    Said,
    Shown,
)
from rules.ir import Preference

Status: TypeAlias = Literal["fired", "blocked", "undetermined"]
Verdict: TypeAlias = Annotated[bool | None, Meta(description="Whether it holds; null for undetermined.")]


class Source(Part, frozen=True):
    """Where a rule is written."""

    file: Annotated[str, Meta(description="The policy file, as it was given, or as it is included.")]
    line: Annotated[int, Meta(ge=1, description="The line in the file, from 1.")]


class TracedFact(Part, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A field that a listed test reads, or that one is derived from; without a subject it is the deal's."""

    field: FieldPath
    line: LineNumber | None = None
    line_id: LineId | None = None
    claim: ClaimId | None = None
    partner: PartnerId | None = None
    value: Shown
    known: Annotated[bool, Meta(description="False where the field is unknown, else absent.")] | None = None
    from_: Annotated[
        str, Meta(description="`request`, `default`, `not given`, a formula with its values, or what found it.")
    ]


class TracedTest(Part, frozen=True, kw_only=True, rename={"any_": "any", "all_": "all", "not_": "not"}):
    """A test of a rule: of a field, or `any`, `all` or `not` of further tests beside the verdict on them."""

    field: FieldPath | None = None
    test: Annotated[str, Meta(description="What is asked of the field, in the owner's words.")] | None = None
    actual: Shown | UnsetType = UNSET
    any_: Annotated[Sequence["TracedTest"], Meta(description="One of these must hold.")] | None = None
    all_: Annotated[Sequence["TracedTest"], Meta(description="All of these must hold.")] | None = None
    not_: Annotated[Sequence["TracedTest"], Meta(description="These must not all hold.")] | None = None
    holds: Verdict
    known: Annotated[bool, Meta(description="False where the field is unknown, else absent.")] | None = None
    limit: Shown | UnsetType = UNSET
    limit_known: Annotated[bool, Meta(description="False where the other field is unknown, else absent.")] | None = None
    short_by: (
        Annotated[str, Meta(description="How far a comparison that fails is from holding, in the field's own unit.")]
        | None
    ) = None

    @property
    def parts(self) -> Sequence["TracedTest"]:
        """Return the tests of which this is made; none where it is a field's."""
        return self.any_ or self.all_ or self.not_ or ()


class TracedEffect(Part, frozen=True, kw_only=True, rename={"raise_": "raise"}):
    """One effect of a rule, under its name in the policy language."""

    sign: Level | None = None
    at_least: Level | None = None
    raise_: Annotated[int, Meta(description="How many levels higher.")] | None = None
    also: RoleId | None = None
    notify: RoleId | None = None
    reject: Said | None = None
    hold: Said | None = None
    expire: Length | None = None
    kind: Annotated[str, Meta(description="A kind of special order, by its id.")] | None = None
    document: Annotated[str, Meta(description="A document of the policy, by its id.")] | None = None
    approve: RoleId | None = None
    deposit: Rate | None = None
    block: Said | None = None
    audit: Rate | None = None
    forfeit: Said | None = None
    arbitrate: Said | None = None
    protect: Length | None = None
    extend: Annotated[Length | None, Meta(description="By how much it can be extended; null for not.")] | UnsetType = (
        UNSET
    )
    exclude: Said | None = None
    score: Annotated[str, Meta(description="The formula of the points, in the owner's words.")] | None = None
    points: Annotated[Number | None, Meta(description="What the formula gives; null for null.")] | UnsetType = UNSET
    known: Annotated[bool, Meta(description="False where the points are not known, else absent.")] | None = None
    exact: Fraction | None = None
    split: Annotated[Mapping[str, Rate], Meta(description="Each party's share.")] | None = None
    value: Annotated[Shown, Meta(description="What the row of a table gives.")] | UnsetType = UNSET


class TracedRule(Part, frozen=True, kw_only=True):
    """A rule for one subject; without one it was judged for the deal."""

    rule: RuleId
    section: Annotated[str, Meta(description="The section in which the rule stands: `price_approval.authority`.")]
    source: Source
    line: LineNumber | None = None
    line_id: LineId | None = None
    claim: ClaimId | None = None
    partner: PartnerId | None = None
    status: Annotated[Status, Meta(description="What became of it.")]
    tests: Annotated[Sequence[TracedTest], Meta(description="Its tests in the owner's order.")]
    effects: Annotated[Sequence[str], Meta(description="What it does, in words.")]
    then: Annotated[Sequence[TracedEffect], Meta(description="What it does: enough to recompute the outcome.")]
    because: Annotated[Said | None, Meta(description="The owner's reason, or null.")]


class CriterionBasis(Part, frozen=True, kw_only=True):
    """A criterion, as it takes to eliminate again."""

    criterion: CriterionId
    preference: Annotated[Preference, Meta(description="Which value comes first.")]
    field: FieldPath | None = None
    within: Annotated[str, Meta(description="How far from the best still counts as it.")] | None = None
    order: Annotated[Sequence[str], Meta(description="A term's values, in the order in which they rank.")] | None = None


Facts: TypeAlias = Annotated[
    Sequence[TracedFact],
    Meta(description="Every field that a listed test reads, and what it is derived from."),
]
Rules: TypeAlias = Annotated[Sequence[TracedRule], Meta(description="The listed rules, one entry a rule and subject.")]
