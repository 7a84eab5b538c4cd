"""The typed intermediate representation that every reader of a policy shares.

Deciding, the second engine, schemas and documents read these values; none re-reads YAML. Everything is frozen, every
name is resolved, every literal typed and exact, and each rule carries the span that it was written at. Table rows,
effective dates, a control's `kind` and `at` are already lowered to rules with plain conditions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date, time, timedelta
from enum import Enum
from fractions import Fraction
from typing import Literal, TypeAlias, assert_never

from rules.currencies import places_of
from rules.durations import Duration
from rules.text.source import Source, Span
from rules.types import Type, Value

# --- words ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """Words for people, per language; an author who wrote a plain string has them under the empty language."""

    words: tuple[tuple[str, str], ...]

    def in_language(self, language: str) -> str:
        """Return the words in `language`, or else the plain ones, or else the first that there are."""
        for wanted in (language, ""):
            for of, words in self.words:
                if of == wanted and words:
                    return words
        return self.words[0][1]


# --- fields --------------------------------------------------------------------------------------------------------


class Origin(Enum):
    """Where a field's value comes from."""

    GIVEN = "given"  # built in; the request may give it
    FACT = "fact"  # declared by the policy under `facts`; the request may give it
    BUILT_IN = "built-in"  # derived by the engine (docs/fields.md)
    DERIVED = "derived"  # derived by the policy under `derive`


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the vocabulary; `path` is `object.name`, `default` a fact's value where a request gives none."""

    path: str
    type: Type
    origin: Origin
    default: Value | None = None
    describe: Text | None = None
    at_least: Fraction | None = None  # an inclusive lower bound on what a request may give
    above: Fraction | None = None  # an exclusive one
    at_most: Fraction | None = None  # an inclusive upper bound
    span: Span | None = member(default=None, compare=False, repr=False)

    @property
    def givable(self) -> bool:
        """Return whether a request may give the field."""
        match self.origin:
            case Origin.GIVEN | Origin.FACT:
                return True
            case Origin.BUILT_IN | Origin.DERIVED:
                return False
            case _:
                assert_never(self.origin)

    def takes(self, value: Fraction) -> bool:
        """Return whether a number lies within the field's bounds."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
        )

    def nearest(self, value: Fraction) -> Fraction:
        """Return the number that requests may give that is nearest to a value, or a whole step above an open bound."""
        if self.above is not None and value <= self.above:
            value = self.above + 1
        if self.at_least is not None:
            value = max(value, self.at_least)
        return value if self.at_most is None else min(value, self.at_most)

    @property
    def object(self) -> str:
        """Return the object that the field belongs to, such as `deal` or `line`."""
        return self.path.partition(".")[0]

    @property
    def name(self) -> str:
        """Return the field's name within its object."""
        return self.path.partition(".")[2]


# --- tests and conditions ------------------------------------------------------------------------------------------


class Operator(Enum):
    """How an ordered value compares."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Equals:
    """The field equals the value (a set equals it as a set)."""

    value: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field is one of the values."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class NotOneOf:
    """The field is none of the values; also what `!= value` means. Holds for null."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """The field compares so with a literal; only `<`, `<=`, `>` and `>=`."""

    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Within:
    """The field lies in the interval; an end that is None is open to infinity."""

    low: Value | None
    low_closed: bool
    high: Value | None
    high_closed: bool


@dataclass(frozen=True, slots=True)
class CompareField:
    """The field compares so with another field of the same type; any operator."""

    operator: Operator
    other: str


@dataclass(frozen=True, slots=True)
class Present:
    """The field was given and is not null."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The field was not given, or is null."""


@dataclass(frozen=True, slots=True)
class HasAny:
    """The set has at least one of the values."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasAll:
    """The set has every one of the values; also what `has value` means."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasNone:
    """The set has none of the values. Holds for null."""

    values: tuple[str, ...]


Test: TypeAlias = (
    Equals | OneOf | NotOneOf | Compare | Within | CompareField | Present | Missing | HasAny | HasAll | HasNone
)


@dataclass(frozen=True, slots=True)
class FieldTest:
    """A unary test beside a field; `written` is the test in the owner's words, for traces."""

    field: str
    test: Test
    written: str = member(compare=False)
    span: Span = member(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AllOf:
    """All parts hold; with no parts, always."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


Condition: TypeAlias = FieldTest | AllOf | AnyOf | Not

# --- formulas ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """A number in a formula."""

    value: Fraction
    type: Type


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field in a formula."""

    field: str
    type: Type


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left operator right`; a minus sign before an operand is `0 - operand`."""

    operator: Literal["+", "-", "*", "/"]
    left: "Expression"
    right: "Expression"
    type: Type


@dataclass(frozen=True, slots=True)
class Extreme:
    """The smallest or the largest of the operands."""

    function: Literal["min", "max"]
    operands: tuple["Expression", ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`sum`, `min` or `max` of a line's field over all lines, in a field of the deal."""

    function: Literal["sum", "min", "max"]
    field: str
    type: Type


Expression: TypeAlias = Constant | FieldValue | Arithmetic | Extreme | Aggregate

# --- effects -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sign:
    """An authority row: this level (or `automatic`) may sign the line."""

    level: str


@dataclass(frozen=True, slots=True)
class Reject:
    """The deal, or the claim, is refused."""

    reason: Text


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing goes on until someone releases it."""

    reason: Text


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least this level must sign."""

    level: str


@dataclass(frozen=True, slots=True)
class Raise:
    """So many levels higher must sign."""

    levels: int


@dataclass(frozen=True, slots=True)
class Also:
    """One more approver, beside the last step."""

    role: str


@dataclass(frozen=True, slots=True)
class Notify:
    """Someone hears of it."""

    role: str


@dataclass(frozen=True, slots=True)
class Expire:
    """The decision is valid no longer than this."""

    after: Duration


@dataclass(frozen=True, slots=True)
class IsKind:
    """The deal is of this kind of special order."""

    kind: str


@dataclass(frozen=True, slots=True)
class Document:
    """The order must have this document."""

    name: str


@dataclass(frozen=True, slots=True)
class Approve:
    """The order must have this role's approval."""

    role: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """The order must have at least this deposit (a rate of the order)."""

    rate: Fraction


@dataclass(frozen=True, slots=True)
class Block:
    """The order goes no further."""

    reason: Text


@dataclass(frozen=True, slots=True)
class Audit:
    """A fixed sample of orders of this rate is audited."""

    rate: Fraction


@dataclass(frozen=True, slots=True)
class Forfeit:
    """The claim loses its protection."""

    reason: Text


@dataclass(frozen=True, slots=True)
class Arbitrate:
    """People decide between the claims."""

    reason: Text


@dataclass(frozen=True, slots=True)
class Protect:
    """The winner is protected for so long, and may extend by `extend` (null: no extension)."""

    window: Duration
    extend: Duration | None


@dataclass(frozen=True, slots=True)
class Exclude:
    """The candidate cannot get the deal."""

    reason: Text


@dataclass(frozen=True, slots=True)
class Score:
    """Points for the candidate."""

    points: Expression


@dataclass(frozen=True, slots=True)
class Split:
    """The shares of a deal, in the owner's order; they add up to 1."""

    shares: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Assign:
    """A derived field's value from a table's row."""

    value: Value


Effect: TypeAlias = (
    Sign
    | Reject
    | Hold
    | AtLeast
    | Raise
    | Also
    | Notify
    | Expire
    | IsKind
    | Document
    | Approve
    | Deposit
    | Block
    | Audit
    | Forfeit
    | Arbitrate
    | Protect
    | Exclude
    | Score
    | Split
    | Assign
)

# --- rules ---------------------------------------------------------------------------------------------------------


class Subject(Enum):
    """What a rule is judged for (docs/language.md section 4)."""

    DEAL = "deal"
    LINE = "line"
    CLAIM = "claim"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule or a table's row.

    `when.parts` are its conjuncts in the owner's order: first the lowered ones (the dates of `from`/`through` as a test
    of the pseudo-field `as_of`, a control's `at` as a test of `order.gate`, its `kind` as a test of
    `deal.special_kinds`), then the written ones. `id` is the owner's, or `section#n` counting from 1.
    """

    id: str
    section: str
    subject: Subject
    when: AllOf
    effects: tuple[Effect, ...]
    because: Text | None
    span: Span = member(compare=False, repr=False)


class Preference(Enum):
    """How a criterion distinguishes better from worse."""

    PREFER = "prefer"
    HIGHEST = "highest"
    LOWEST = "lowest"
    BEST = "best"
    EARLIEST = "earliest"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One step of an elimination. `condition` is set for `prefer`, `field` for the others.

    `within` keeps those so near to the best: a number or a length of time in the field's own unit; of days and
    moments a duration. None means only the best.
    """

    id: str
    preference: Preference
    condition: Condition | None
    field: str | None
    within: Fraction | timedelta | Duration | None
    because: Text | None
    span: Span = member(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding that the owner means to keep, and why: of one rule, or of everything in a section if `rule` is None."""

    code: str
    reason: Text
    section: str
    rule: str | None
    span: Span = member(compare=False, repr=False)


# --- the policy ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Role:
    """Someone who signs or is notified; a ladder's level is one too."""

    id: str
    title: Text
    respond_within: Duration | None
    span: Span = member(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people work: hours of a day, weekdays (0 is Monday), and the days that are otherwise; known up to a day."""

    name: str
    hours: tuple[tuple[time, time], ...]
    weekdays: frozenset[int]
    holidays: frozenset[date]
    workdays: frozenset[date]
    through: date
    span: Span | None = member(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DerivedTable:
    """A field computed by a table; each row's effect is one `Assign`."""

    field: str
    hit: Literal["first", "sum", "max", "min"]
    rows: tuple[Rule, ...]
    span: Span = member(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DerivedFormula:
    """A field computed by a formula; `written` is the formula in the owner's words."""

    field: str
    expression: Expression
    written: str = member(compare=False)
    span: Span = member(compare=False, repr=False)


Derivation: TypeAlias = DerivedTable | DerivedFormula


# The built-in level below the ladder: nobody need sign.
AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class PriceApproval:
    """Who must approve this price. `ladder` is lowest first, without the built-in `automatic` below it."""

    ladder: tuple[Role, ...]
    authority: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    chain: Literal["stepwise", "direct"]
    validity: Duration | None

    @property
    def levels(self) -> tuple[str, ...]:
        """Return who may sign, lowest first, from `automatic` to the top of the ladder; a level's rank is its place."""
        return (AUTOMATIC, *[level.id for level in self.ladder])

    @property
    def ranks(self) -> dict[str, int]:
        """Return each level's rank: 0 for `automatic`, 1 for the lowest of the ladder."""
        return {level: rank for rank, level in enumerate(self.levels)}


@dataclass(frozen=True, slots=True)
class SpecialOrders:
    """Controls on special bids; each kind is a rule with one `IsKind`, whose id is the kind."""

    gates: tuple[str, ...]
    kinds: tuple[Rule, ...]
    controls: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class DealRegistration:
    """Whose deal is it."""

    eligibility: tuple[Rule, ...]
    priority: tuple[Criterion, ...]
    contest: tuple[Rule, ...]
    protection: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class PartnerAllocation:
    """Who gets this deal. `highest: score` is lowered to the field `partner.score`."""

    eligibility: tuple[Rule, ...]
    score: tuple[Rule, ...]
    take: int
    by: tuple[Criterion, ...]
    accept_within: Duration | None
    fallback: str | None
    split: tuple[Rule, ...]


@dataclass(frozen=True)
class Policy:
    """A whole checked policy. `derive` stands in dependency order; `fields` holds every field by its path."""

    name: str
    version: str
    currency: str
    timezone: str
    digest: str
    terms: Mapping[str, tuple[str, ...]]
    roles: tuple[Role, ...]
    fields: Mapping[str, Field]
    derive: tuple[Derivation, ...]
    price_approval: PriceApproval | None
    special_orders: SpecialOrders | None
    deal_registration: DealRegistration | None
    partner_allocation: PartnerAllocation | None
    sources: tuple[Source, ...] = member(compare=False, repr=False)
    # What people call the values of terms, by term and value; one that is not here goes by its code.
    titles: Mapping[str, Mapping[str, Text]] = member(default_factory=dict)
    # Like a comment, an acceptance changes no decision, and so not the digest.
    accepted: tuple[Acceptance, ...] = member(default=(), compare=False, repr=False)
    calendars: tuple[Calendar, ...] = ()  # the policy's own first

    @property
    def calendar(self) -> Calendar | None:
        """Return the calendar that working time is reckoned by."""
        return self.calendars[0] if self.calendars else None

    @property
    def places(self) -> int:
        """Return how many decimals the smallest amount of the currency has."""
        return places_of(self.currency)
