"""Where a field's value came from, in the trace's words.

Given fields come from the request or from the policy's default; derived ones show the formula with the values put in,
or name the rows of the table that gave them; a few are found on the way to the decision.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine import figures
from engine.derive.derivations import Derivation
from engine.facts import Facts
from engine.interpret import compute, order, plain
from engine.matching import Engine, Group
from engine.tables.bits import positions
from engine.trace.conditions import Scene, Texts
from engine.trace.formulas import FUNCTION_TEXTS, Template, template
from engine.views import OWN_OBJECTS, View
from rules.built_in import FORMULAS, FUNCTION_INPUTS
from rules.ir import Aggregate, Assign, DerivedTable, Field, FieldValue, Subject
from rules.types import Scalar

# Fields that a domain finds while it decides, and in which part of the policy.
FOUND = {
    "claim.protected": "eligibility",
    "deal.contenders": "eligibility",
    "deal.decided_by": "priority",
    "partner.score": "score",
}
_LISTS = {Subject.LINE: "lines", Subject.CLAIM: "claims", Subject.PARTNER: "candidates"}


@dataclass(frozen=True, slots=True)
class Case:
    """One subject of a request: the engine that judges tables, all facts, and the subject's own."""

    engine: Engine
    facts: Facts
    scene: Scene
    number: int | None


Origin: TypeAlias = Callable[[Case], str]


def origin_of(
    field: Field, derivation: Derivation | None, table: DerivedTable | None, subject: Subject
) -> str | Origin:
    """Return where a field's value comes from, or the function that tells it for one case.

    Args:
        field: the field.
        derivation: how it is derived; None for what is given or found.
        table: the policy's table that derives it, if one does.
        subject: whose row it stands in.
    """
    if derivation is None:
        return FOUND.get(field.path) or _given(field, subject)
    if table is not None:
        return _rows(table, subject)
    if field.path == "deal.line_count":
        return lambda case: f"count of {_lines(case.facts)}"
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
    default = plain(field.default)
    own = field.object in OWN_OBJECTS[subject]
    path, name, of = field.path, field.name, field.object

    def tell(case: Case) -> str:
        # A default stands in the facts as it is here, digit for digit; what compares equal may still have been given.
        if (case.scene.row if own else case.scene.shared).get(path) != default:
            return "request"
        given = case.facts.request.get(of) if case.number is None else _object(field, subject, case)
        return "request" if isinstance(given, dict) and name in given else "default"

    return tell


def _object(field: Field, subject: Subject, case: Case) -> Mapping[str, object] | None:
    """Return the object of the request that gave a field, or could have."""
    rows = case.facts.request.get(_LISTS[subject])
    row = _mapping(rows[case.number]) if isinstance(rows, list) and case.number is not None else None
    of_claim = subject is Subject.CLAIM and field.object == "partner"
    return _mapping(row.get("partner")) if row is not None and of_claim else row


def _mapping(value: object) -> Mapping[str, object] | None:
    return value if isinstance(value, dict) else None


def _formula(formula: Template, subject: Subject) -> str | Origin:
    """Put the values into a formula: `?` for an unknown one."""
    own = OWN_OBJECTS[subject]
    text = formula.text
    if len(formula.parts) == 1 and isinstance(formula.parts[0], Aggregate) and text == "{}":
        function = formula.parts[0].function
        words = "sum" if function == "sum" else f"{function}imum"
        return lambda case: f"{words} of {_lines(case.facts)}"
    if any(isinstance(part, Aggregate) for part in formula.parts):
        return lambda case: text.format(*[_part(part, case, subject) for part in formula.parts])
    fields = tuple([(part.field, part.field.partition(".")[0] in own) for part in formula.parts])

    def put_in(case: Case) -> str:
        row, shared = case.scene.texts, case.scene.shared_texts
        values = [(row if mine else shared).get(path) for path, mine in fields]
        if None in values:
            values = [_shown((row if mine else shared), path) for path, mine in fields]
        return text.format(*values)

    return put_in


def _shown(texts: Texts, path: str) -> str:
    if path not in texts:
        return "?"
    text = texts[path]
    return "null" if text is None else str(text)


def _part(part: FieldValue | Aggregate, case: Case, subject: Subject) -> str:
    """Return the text of a formula's operand, where lines are summed."""
    if isinstance(part, FieldValue):
        mine = part.field.partition(".")[0] in OWN_OBJECTS[subject]
        return _shown(case.scene.texts if mine else case.scene.shared_texts, part.field)
    value = compute(part, View(subject, case.facts.shared, case.scene.row), case.facts.lines)
    if value is None:
        return "null"
    return str(figures.text(value, part.type)) if isinstance(value, tuple) else "?"


def _rows(table: DerivedTable, subject: Subject) -> Origin:
    """Name the rows of a table that gave the value, or those that leave it open."""
    group = Group.of(table.rows, subject)
    values = [plain(effect.value) for row in table.rows for effect in row.effects if isinstance(effect, Assign)]
    own = table.field.partition(".")[0] in OWN_OBJECTS[subject]

    def name(case: Case) -> str:
        fired, undetermined = case.engine.match(group, case.scene.shared, case.scene.row)
        state = case.scene.row if own else case.scene.shared
        if table.field not in state:
            return "undetermined " + _named(table, [*positions(undetermined)])
        value = state[table.field]
        numbers = [*positions(fired)]
        if table.hit == "first":
            numbers = numbers[:1]
        elif table.hit in ("max", "min"):
            numbers = [n for n in numbers if value is not None and order(values[n], value) == 0]
        return _named(table, numbers) if numbers else "no row"

    return name


def _named(table: DerivedTable, numbers: list[int]) -> str:
    return f"row{'s' if len(numbers) > 1 else ''} " + ", ".join([table.rows[n].id for n in numbers])
