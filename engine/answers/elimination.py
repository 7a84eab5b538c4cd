"""What the two kinds that eliminate by criteria have in common in their answers: the values, and a round of them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeAlias

from msgspec import Meta

from engine.core.parts import CriterionId, Fraction, Shown, Step

Names: TypeAlias = Annotated[Sequence[str], Meta(description="Claims or candidates, by their ids.")]
Values: TypeAlias = Annotated[Mapping[str, Shown], Meta(description="Values by the ids of claims or candidates.")]
Round: TypeAlias = Annotated[int, Meta(ge=1, description="The place that is chosen for, from 1.")]
Fractions: TypeAlias = Annotated[
    Mapping[str, Fraction], Meta(description="By id, the values whose text is rounded, as fractions.")
]


class CriterionStep(Step, frozen=True, kw_only=True, tag="criterion"):
    """A criterion applied to those still in; a value that is not known ends the elimination."""

    round: Round | None = None
    criterion: CriterionId
    best: Annotated[Shown, Meta(description="The best value of those still in; null where one is not known.")]
    values: Annotated[Values, Meta(description="The values of those still in that were not shown before, by id.")]
    unknown: Annotated[Names, Meta(description="Those whose value is not known, by id.")]
    kept: Annotated[Names, Meta(description="Those who stay in, by id.")]
    dropped: Annotated[Names, Meta(description="Those who are out, by id; of several places for the first alone.")]
    exact: Fractions | None = None
