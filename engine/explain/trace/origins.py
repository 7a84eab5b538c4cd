"""Where a field's value came from, in the trace's words.

Given fields come from the request or from the policy's default; derived ones show the formula with the values put in,
or name the rows of the table that gave them; a few are found on the way to the decision.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.core import figures
from engine.core.exact import ZERO, Ratio, add
from engine.core.facts import Facts, Row
from engine.core.interpret import compute, order, plain
from engine.core.values import Value
from engine.core.views import State, is_own
from engine.explain.trace.formulas import FUNCTION_TEXTS, Template, template
from engine.explain.trace.kept import NOT_KNOWN, is_few_valued, keep
from engine.explain.trace.traced_subject import Texts, TracedSubject
from engine.plan.derive.derivation import Derivation
from engine.plan.groups import Group
from engine.plan.tables.bits import lowest_bit, positions
from rules.built_in import FORMULAS, FUNCTION_INPUTS
from rules.ir import Aggregate, Assign, DerivedTable, Field, FieldValue, Subject
from rules.traverse import rule_fields
from rules.types import Scalar, Type

# Fields that a domain finds while it decides, and in which part of the policy.
FOUND = {
    "claim.protected": "eligibility",
    "claim.queued_at": "eligibility",
    "deal.contenders": "eligibility",
    "deal.claims_in": "eligibility",
    "deal.decided_by": "priority",
    "partner.score": "score",
}


Origin: TypeAlias = Callable[[TracedSubject], str]


@dataclass(frozen=True, slots=True)
class Filled:
    """A formula into which values are put; `fields` tell of each whether it stands in the subject's row."""

    pattern: str
    fields: tuple[tuple[str, bool], ...]

    def __call__(self, traced: TracedSubject) -> str:
        """Put the values in: `?` for an unknown one."""
        row, shared = traced.texts, traced.shared_texts
        return self.pattern % tuple([_shown((row if mine else shared), path) for path, mine in self.fields])


@dataclass(frozen=True, slots=True)
class Given:
    """A field with a default; `own` tells whether it stands in the subject's row, `of_claim` in a claim's partner."""

    path: str
    name: str
    of: str
    own: bool
    of_claim: bool
    default: Value

    def __call__(self, traced: TracedSubject) -> str:
        """Tell the request from the default."""
        # A default stands in the facts as it is here, digit for digit; what compares equal may still have been given.
        if (traced.row if self.own else traced.shared).get(self.path) != self.default:
            return "request"
        given = traced.given if self.own else traced.facts.request.get(self.of)
        if self.of_claim and isinstance(given, dict):
            given = given.get(self.of)
        return "request" if isinstance(given, dict) and self.name in given else "default"


@dataclass(frozen=True, slots=True)
class Named:
    """A table's rows by the values that they test, of which there are few; `name` names those not met before.

    Only the rows that gave a value are kept: where there are no lines at all, none of them is undetermined either.
    """

    field: str
    own: bool
    name: Origin
    tested: tuple[tuple[str, bool], ...]
    seen: dict[object, str]

    def __call__(self, traced: TracedSubject) -> str:
        """Name the rows."""
        row, shared = traced.row, traced.shared
        if self.field not in (row if self.own else shared):
            return self.name(traced)
        key = (traced.engine, *[(row if mine else shared).get(path, NOT_KNOWN) for path, mine in self.tested])
        return self.seen.get(key) or keep(self.seen, key, self.name(traced))


def origin_of(
    field: Field, derivation: Derivation | None, table: DerivedTable | None, subject: Subject, types: Mapping[str, Type]
) -> str | Origin:
    """Return where a field's value comes from, or the function that tells it for one traced.

    Args:
        field: the field.
        derivation: how it is derived; None for what is given or found.
        table: the policy's table that derives it, if one does.
        subject: whose row it stands in.
        types: the type of every field.
    """
    if derivation is None:
        return FOUND.get(field.path) or _given(field, subject)
    if table is not None:
        return _rows(table, subject, types)
    if field.path == "deal.line_count":
        return lambda traced: f"count of {_lines(traced.facts)}"
    if field.path in FUNCTION_TEXTS:
        inputs = FUNCTION_INPUTS[field.path]
        return _formula(
            Template(FUNCTION_TEXTS[field.path], tuple([FieldValue(path, Scalar.TEXT) for path in inputs])), subject
        )
    if derivation.formula is not None:
        return _formula(template(derivation.formula, plain_rates=field.path in FORMULAS), subject)
    return "special_orders.kinds"


def _lines(facts: Facts) -> str:
    count = len(facts.lines or ())
    return f"{count} line" if count == 1 else f"{count} lines"


def _given(field: Field, subject: Subject) -> str | Origin:
    """Tell the request from a default: where the value is the default's, the request says whether it gave it."""
    if field.default is None:
        return "request"
    own = is_own(field.path, subject)
    of_claim = subject is Subject.CLAIM and field.object == "partner"
    return Given(field.path, field.name, field.object, own, of_claim, plain(field.default))


def _formula(formula: Template, subject: Subject) -> str | Origin:
    """Put the values into a formula: `?` for an unknown one."""
    if len(formula.parts) == 1 and isinstance(formula.parts[0], Aggregate) and formula.text == "{}":
        function = formula.parts[0].function
        words = "sum" if function == "sum" else f"{function}imum"
        return lambda traced: f"{words} of {_lines(traced.facts)}"
    pattern = formula.text.replace("%", "%%").replace("{}", "%s")  # this is filled in twice as fast
    if any(isinstance(part, Aggregate) for part in formula.parts):
        return lambda traced: pattern % tuple([_part(part, traced, subject) for part in formula.parts])
    return Filled(pattern, tuple([(part.field, is_own(part.field, subject)) for part in formula.parts]))


def _shown(texts: Texts, path: str) -> str:
    if path not in texts:
        return "?"
    text = texts[path]
    return "null" if text is None else str(text)


def _part(part: FieldValue | Aggregate, traced: TracedSubject, subject: Subject) -> str:
    """Return the text of a formula's operand, where lines are summed."""
    if isinstance(part, FieldValue):
        mine = is_own(part.field, subject)
        return _shown(traced.texts if mine else traced.shared_texts, part.field)
    value = _sum(part.field, traced.facts.lines) if part.function == "sum" else None
    found: State = compute(part, traced.shared, traced.facts.lines) if value is None else value
    if found is None:
        return "null"
    return str(figures.text(found, part.type)) if isinstance(found, tuple) else "?"


def _sum(path: str, lines: Sequence[Row] | None) -> Ratio | None:
    """Return the sum of a field that every line has, as it mostly is; None of one that takes a closer look."""
    total: Ratio | None = ZERO
    for line in lines or ():
        value = line.get(path)
        if type(value) is not tuple or total is None:
            return None
        total = add(total, value)
    return None if lines is None else total


def _rows(table: DerivedTable, subject: Subject, types: Mapping[str, Type]) -> Origin:
    """Name the rows of a table that gave the value, or those that leave it open."""
    group = Group.of(table.rows, subject)
    values = [plain(effect.value) for row in table.rows for effect in row.effects if isinstance(effect, Assign)]
    own = is_own(table.field, subject)

    each = [_named(table, [number]) for number in range(len(table.rows))]

    def name(traced: TracedSubject) -> str:
        fired, undetermined = traced.engine.match(group, traced.shared, traced.row)
        state = traced.row if own else traced.shared
        if table.field not in state:
            return "undetermined " + _named(table, [*positions(undetermined)])
        if table.hit == "first":
            return each[lowest_bit(fired)] if fired else "no row"
        value = state[table.field]
        numbers = [*positions(fired)]
        if table.hit in ("max", "min"):
            numbers = [n for n in numbers if value is not None and order(values[n], value) == 0]
        return _named(table, numbers) if numbers else "no row"

    read = sorted({path for row in table.rows for path in rule_fields(row)})
    if not all(is_few_valued(path, types[path]) for path in read):
        return name
    tested = tuple([(path, is_own(path, subject)) for path in read])
    return Named(table.field, own, name, tested, {})


def _named(table: DerivedTable, numbers: list[int]) -> str:
    return f"row{'s' if len(numbers) > 1 else ''} " + ", ".join([table.rows[n].id for n in numbers])
