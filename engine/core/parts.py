"""What the answers of every kind are made of: the base of their types, the parts that they share, JSON both ways.

The types are msgspec structs, for one is made in a seventh of a microsecond and they say all that a description of the
service needs (docs/decisions/0701). A field's meaning, unit and form stand beside its type. What may be absent from the
JSON has the default None and is left out then; everything else is always there, null where there is nothing to say.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeAlias, TypeVar

from msgspec import Meta, Struct, convert, to_builtins

from engine.core.decision import Json


class Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An object of an answer's JSON, keys in this order."""


AnyPart = TypeVar("AnyPart", bound=Part)

# A value as a trace shows it: exact text, or one of the few things that JSON has words for.
Shown: TypeAlias = Annotated[
    str | bool | Sequence[str] | None,
    Meta(description="A value: money, rates, numbers and moments as text, a set as a list; null for null."),
]

LineId: TypeAlias = Annotated[str, Meta(description="The line's `id`, where the request gives one.")]
LineNumber: TypeAlias = Annotated[int, Meta(ge=1, description="The line's number in the request, from 1.")]
Count: TypeAlias = Annotated[int, Meta(ge=0, description="How many there are.")]
Level: TypeAlias = Annotated[str, Meta(description="A level of the ladder by its id, `automatic` for nobody's.")]
RoleId: TypeAlias = Annotated[str, Meta(description="A role of the policy by its id.")]
RuleId: TypeAlias = Annotated[str, Meta(description="A rule of the policy by its id.")]
ControlId: TypeAlias = Annotated[str, Meta(description="A control of the policy by its id.")]
CriterionId: TypeAlias = Annotated[str, Meta(description="A criterion of the policy by its id.")]
ClaimId: TypeAlias = Annotated[str, Meta(description="A claim of the request by its id.")]
PartnerId: TypeAlias = Annotated[str, Meta(description="A candidate of the request by the partner's id.")]
FieldPath: TypeAlias = Annotated[str, Meta(description="A field by its path, such as `line.discount`.")]
FieldPaths: TypeAlias = Annotated[Sequence[str], Meta(description="Fields by their paths, such as `line.discount`.")]
Said: TypeAlias = Annotated[str, Meta(description="The owner's words, in the language that was decided in.")]
Amount: TypeAlias = Annotated[
    str,
    Meta(description="An amount, exact, with the decimals of the policy's currency or more: `4400.00`, in JPY `4400`."),
]
Rate: TypeAlias = Annotated[
    str, Meta(description="A rate in percent: exact, or rounded to four decimals where it has no end: `15.3846%`.")
]
Number: TypeAlias = Annotated[
    str, Meta(description="A number: exact, or rounded to four decimals where it has no end: `0.75`.")
]
Fraction: TypeAlias = Annotated[str, Meta(description="An exact value as a fraction in lowest terms: `2/13`.")]
Length: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^([0-9]+(mo|d|h|m|wd|wh))+$",
        description="How long, as the policy writes it: `30d`, `48h`, `6mo`, or working time, `4wh`.",
    ),
]
Moment: TypeAlias = Annotated[
    str,
    Meta(
        description="A moment with its offset: `2026-12-21T09:00:00+08:00`.", extra_json_schema={"format": "date-time"}
    ),
]


class RuleReason(Part, frozen=True):
    """A rule with its reason."""

    rule: RuleId
    reason: Said


# --- steps ---------------------------------------------------------------------------------------------------------

Text: TypeAlias = Annotated[str, Meta(description="The step as a sentence, in the language that was decided in.")]


ZoneName: TypeAlias = Annotated[str, Meta(description="The policy's time zone by its IANA name: its days are local.")]


class CalendarBasis(Part, frozen=True):
    """The calendar by which working time is reckoned; there where the policy has one."""

    hours: Annotated[Sequence[str], Meta(description="The hours of work of a day, in order: `09:00-12:00`.")]
    weekdays: Annotated[Sequence[str], Meta(description="The weekdays on which people work: `mon`.")]
    holidays: Annotated[Sequence[str], Meta(description="The days on which nobody works all the same.")]
    workdays: Annotated[Sequence[str], Meta(description="The other days on which people work.")]
    through: Annotated[str, Meta(description="The last day that the calendar knows.")]


class Step(Part, frozen=True, kw_only=True, tag_field="step"):
    """One step on the way from effects to the outcome; a trace adds its sentence, at the end."""

    text: Text = ""


class MissingDidNotMatterStep(Step, frozen=True, tag="missing_did_not_matter"):
    """What was not given, and did not matter."""

    fields: FieldPaths


# --- JSON ----------------------------------------------------------------------------------------------------------


def to_json(part: Part) -> dict[str, Json]:
    """Return a part as JSON, keys in the order of its type.

    >>> to_json(RuleReason("AM-2", "ours"))
    {'rule': 'AM-2', 'reason': 'ours'}
    """
    written: dict[str, Json] = to_builtins(part)
    return written


def from_json(data: Mapping[str, Json], type_: type[AnyPart]) -> AnyPart:
    """Return the part that JSON says.

    Raises:
        msgspec.ValidationError: it says something else; the message names the place.
    """
    return convert(data, type_)
