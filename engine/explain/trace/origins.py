"""Where a field's value came from, in the trace's words.

Given fields come from the request or from the policy's default; derived ones show the formula with the values put in,
or name the rows of the table that gave them; a few are found on the way to the decision.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from engine.core import figures
from engine.core.exact import ZERO, Ratio, add
from engine.core.facts import Facts, Row
from engine.core.interpret import compute, order, plain
from engine.core.kits import ADDED, QUANTITY
from engine.core.values import Value
from engine.core.views import State, is_own
from engine.explain.trace.formulas import Template, template
from engine.explain.trace.traced_subject import Texts, TracedSubject
from engine.plan.derive.derivation import Derivation
from engine.plan.tables.bits import lowest_bit, positions
from rules.built_in import FORMULAS, FOUND, FUNCTIONS, MARGINS
from rules.ir import Aggregate, Assign, DerivedTable, Field, FieldValue, Subject
from rules.types import Scalar

Origin: TypeAlias = Callable[[TracedSubject], str]


def origin_of(
    field: Field, derivation: Derivation | None, table: DerivedTable | None, subject: Subject, places: int
) -> str | Origin:
    """Return where a field's value comes from, or the function that says it for one traced.

    Args:
        field: the field.
        derivation: how it is derived; None for what is given or found.
        table: the policy's table that derives it, if one does.
        subject: whose row it stands in.
        places: the decimals of the currency's smallest amount.
    """
    if derivation is None:
        found = FOUND.get(field.path)
        if field.path in ADDED:
            return partial(_with_parts, field.path, places)
        return found.by if found else _given(field, subject)
    if table is not None:
        return _rows(table, subject)
    if field.path == "deal.line_count":
        return lambda traced: f"count of {_lines(traced.facts)}"
    if margin := MARGINS.get(field.path):
        return _formula(template(margin.formula, plain_rates=True), subject, places)
    if function := FUNCTIONS.get(field.path):
        parts = tuple([FieldValue(path, Scalar.TEXT) for path in function.inputs])
        return _formula(Template(function.written, parts), subject, places)
    if derivation.formula is not None:
        return _formula(template(derivation.formula, plain_rates=field.path in FORMULAS), subject, places)
    return "special_orders.kinds"


def _lines(facts: Facts) -> str:
    count = len(facts.lines or ())
    return f"{count} line" if count == 1 else f"{count} lines"


def _given(field: Field, subject: Subject) -> str | Origin:
    """Tell the request from a default: where the value is the default's, the request says whether it gave it."""
    if field.default is None:
        return "request"
    path, name, of, default = field.path, field.name, field.object, plain(field.default)
    own = is_own(path, subject)
    of_claim = subject is Subject.CLAIM and of == "partner"

    def given(traced: TracedSubject) -> str:
        # A default stands in the facts as it is here, digit for digit; what compares equal may still have been given.
        if (traced.row if own else traced.shared).get(path) != default:
            return "request"
        found = traced.given if own else traced.facts.request.get(of)
        if of_claim and isinstance(found, dict):
            found = found.get(of)
        return "request" if isinstance(found, dict) and name in found else "default"

    return given


def _with_parts(path: str, places: int, traced: TracedSubject) -> str:
    """Say what a line's price or cost is made of, if other lines are parts of it: `900.00 + 25.00 * 2 / 1, line 3`."""
    kits = traced.facts.kits
    kit = kits.by_place.get(traced.number) if kits is not None and traced.number is not None else None
    if kit is None:
        return "request"
    text = _amount(kit.own, path, Scalar.MONEY, places)
    quantity = _amount(kit.own, QUANTITY, Scalar.NUMBER, places)
    for part in kit.parts:
        price, count = _amount(part.row, path, Scalar.MONEY, places), _amount(part.row, QUANTITY, Scalar.NUMBER, places)
        text += f" + {price} * {count} / {quantity}"
    numbers = ", ".join([str(part.number) for part in kit.parts])
    return f"{text}, with line{'s' if len(kit.parts) > 1 else ''} {numbers}"


def _amount(row: Mapping[str, Value], path: str, kind: Scalar, places: int) -> str:
    if path not in row:
        return "?"
    value = row[path]
    return "null" if value is None else str(figures.text(value, kind, places))


def _formula(formula: Template, subject: Subject, places: int) -> str | Origin:
    """Put the values into a formula: `?` for an unknown one."""
    if len(formula.parts) == 1 and isinstance(formula.parts[0], Aggregate) and formula.text == "{}":
        function = formula.parts[0].function
        words = "sum" if function == "sum" else f"{function}imum"
        return lambda traced: f"{words} of {_lines(traced.facts)}"
    pattern = formula.text.replace("%", "%%").replace("{}", "%s")  # this is filled in twice as fast
    if any(isinstance(part, Aggregate) for part in formula.parts):
        return lambda traced: pattern % tuple([_part(part, traced, subject, places) for part in formula.parts])
    fields = tuple([(part.field, is_own(part.field, subject)) for part in formula.parts])

    def filled(traced: TracedSubject) -> str:
        row, shared = traced.texts, traced.shared_texts
        values = [(row if own else shared).get(path) for path, own in fields]
        if None in values:  # of what is unknown, or null
            values = [_shown((row if own else shared), path) for path, own in fields]
        return pattern % tuple(values)

    return filled


def _shown(texts: Texts, path: str) -> str:
    if path not in texts:
        return "?"
    text = texts[path]
    return "null" if text is None else str(text)


def _part(part: FieldValue | Aggregate, traced: TracedSubject, subject: Subject, places: int) -> str:
    """Return the text of a formula's operand, where lines are summed."""
    if isinstance(part, FieldValue):
        mine = is_own(part.field, subject)
        return _shown(traced.texts if mine else traced.shared_texts, part.field)
    value = _sum(part.field, traced.facts.lines) if part.function == "sum" else None
    found: State = compute(part, traced.shared, traced.facts.lines) if value is None else value
    if found is None:
        return "null"
    return str(figures.text(found, part.type, places)) if isinstance(found, tuple) else "?"


def _sum(path: str, lines: Sequence[Row] | None) -> Ratio | None:
    """Return the sum of a field that every line has, as it mostly is; None of one that takes a closer look."""
    total: Ratio | None = ZERO
    for line in lines or ():
        value = line.get(path)
        if type(value) is not tuple or total is None:
            return None
        total = add(total, value)
    return None if lines is None else total


def _rows(table: DerivedTable, subject: Subject) -> Origin:
    """Name the rows of a table that gave the value, or those that leave it open, as they were judged in deriving it."""
    values = [plain(effect.value) for row in table.rows for effect in row.effects if isinstance(effect, Assign)]
    own = is_own(table.field, subject)

    each = [_named(table, [number]) for number in range(len(table.rows))]

    def name(traced: TracedSubject) -> str:
        fired, undetermined = traced.facts.judged[table.field, traced.number]
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

    return name


def _named(table: DerivedTable, numbers: list[int]) -> str:
    return f"row{'s' if len(numbers) > 1 else ''} " + ", ".join([table.rows[n].id for n in numbers])
