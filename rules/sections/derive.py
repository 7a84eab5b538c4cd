"""`derive`: fields that a policy computes by tables and formulas (docs/language.md section 4).

They are declared before anything is read, so that any of them may name any other; `dependencies` puts them in order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rules.built_in import FIELDS, FORMULAS, FUNCTION_INPUTS
from rules.grammar import shape
from rules.grammar.formulas import read_formula
from rules.grammar.scope import Scope
from rules.grammar.subjects import DERIVED, Use
from rules.ir import Assign, Derivation, DerivedFormula, DerivedTable, Effect, Field, Origin, Subject
from rules.sections.acceptance import read_acceptances
from rules.sections.declarations import field_path
from rules.sections.rule_lists import RuleList, rules_of_table
from rules.text.nodes import Entry, MappingNode, Node, ScalarNode
from rules.traverse import condition_fields, expression_fields
from rules.types import NUMERIC, ORDERED, Scalar, Term, Type
from rules.vocabulary import AS_OF

MOST = 1_000
HITS: Mapping[str, Literal["first", "sum", "max", "min"]] = {"first": "first", "sum": "sum", "max": "max", "min": "min"}
SUBJECTS = {"line": Subject.LINE, "claim": Subject.CLAIM, "partner": Subject.PARTNER}

# Given fields that the engine reads itself, or computes others from: a policy that replaced them would change what
# built-in fields and outcomes mean.
READ_BY_THE_ENGINE = frozenset(field.path for field in FIELDS if field.fixed).union(
    *map(expression_fields, FORMULAS.values()), *FUNCTION_INPUTS.values()
)


@dataclass(frozen=True, slots=True)
class Declared:
    """A derived field, and the keys that say how it is computed."""

    field: Field
    name: ScalarNode
    node: MappingNode
    parts: dict[str, Entry]


def declare_derived(node: Node, scope: Scope) -> tuple[Declared, ...]:
    """Declare the derived fields; a replaced built-in field can no longer be given."""
    found = shape.listing(node, "`derive`", scope.report)
    if found is None:
        scope.poisoned.add("derive")
        return ()
    if len(found.items) > MOST:
        scope.report.error("D507", f"more than {MOST:_} fields are derived", found.span)
        scope.poisoned.add("derive")
        return ()
    return tuple(declared for item in found.items for declared in _declare(item, scope))


def _declare(item: Node, scope: Scope) -> Iterator[Declared]:
    ways: tuple[str, ...] = ("hit", "columns", "rows")
    if isinstance(item, MappingNode) and "formula" in item.entries:
        ways = ("formula",)
    required = ("field", "type", *ways)
    parts = shape.fields_of(item, "a derived field", scope.report, required=required, optional=("describe", "accept"))
    name = shape.word(parts["field"].value, "`field`", scope.report) if parts and "field" in parts else None
    if parts is None or name is None or not field_path(name, scope):
        return
    type_word = shape.word(parts["type"].value, "`type`", scope.report) if "type" in parts else None
    type_ = scope.type_of(type_word) if type_word else None
    if type_ is None:
        scope.poisoned.add(name.text)
        scope.fields.pop(name.text, None)
        return
    if not _may_derive(name, type_, scope):
        return
    describe = parts.get("describe")
    text = shape.text(describe.value, "`describe`", scope.report) if describe else None
    field = Field(name.text, type_, Origin.DERIVED, describe=text, span=name.span)
    scope.fields[name.text] = field
    read_acceptances(parts, f"derive.{name.text}", scope)
    assert isinstance(item, MappingNode)
    yield Declared(field, name, item, parts)


def _may_derive(name: ScalarNode, type_: Type, scope: Scope) -> bool:
    """Return whether a policy may compute a field of this name; its author hears why not."""
    known = scope.fields.get(name.text)
    if known is None:
        return True
    if known.origin is Origin.DERIVED and known.span:
        first = [(known.span, "first derived here")]
        scope.report.error("D108", f"`{name.text}` is derived twice", name.span, related=first)
        return False
    reason = None
    if known.origin is Origin.FACT:
        reason = "is declared under `facts`"
    elif known.origin is Origin.BUILT_IN:
        reason = "is computed by the language itself"
    elif name.text in READ_BY_THE_ENGINE:
        reason = "is what built-in fields and outcomes are computed from"
    elif known.type != type_:
        reason = f"has the type {known.type} in the language, not {type_}"
    if reason:
        hint = "derive a field of another name"
        scope.report.error("D504", f"`{name.text}` cannot be derived: it {reason}", name.span, hint=hint)
    return reason is None


def read_derived(declared: Declared, scope: Scope) -> Derivation | None:
    """Return how a field is computed, or nothing once it is reported what is wrong."""
    formula = declared.parts.get("formula")
    if formula:
        return _formula(formula.value, declared.field, declared.node, scope)
    return _table(declared.parts, declared.field, declared.node, scope)


def _formula(node: Node, field: Field, entry: MappingNode, scope: Scope) -> DerivedFormula | None:
    word = shape.word(node, "`formula`", scope.report)
    if word is None:
        return None
    if field.type not in NUMERIC or not isinstance(field.type, Scalar):
        hint = "use a table, with `hit`, `columns` and `rows`"
        scope.report.error("D502", f"a formula cannot compute {field.type}", word.span, hint=hint)
        return None
    expression = read_formula(word, field.type, scope, aggregates=field.object == "deal")
    if expression is None:
        return None
    # In a field of the deal, a line's field stands in an aggregate only, which is the deal's again.
    aggregated = field.object == "deal"
    named = [path for path in expression_fields(expression) if not (aggregated and path.startswith("line."))]
    scope.uses += [Use(path, word.span, DERIVED[field.object]) for path in named]
    return DerivedFormula(field.path, expression, word.text, entry.span)


def _table(parts: dict[str, Entry], field: Field, entry: MappingNode, scope: Scope) -> DerivedTable | None:
    hit = shape.one_of(parts["hit"].value, tuple(HITS), "`hit`", scope.report) if "hit" in parts else None
    if hit and not _fits(hit, field.type):
        hint = "use `first`, which takes the value of the first row that matches"
        scope.report.error("D505", f"`{hit}` cannot combine {field.type} values", parts["hit"].value.span, hint=hint)

    def assign(entries: Sequence[Entry], scope: Scope) -> tuple[Effect, ...]:
        values = [shape.value(entry.value, field.type, "`value`", scope.report) for entry in entries]
        return tuple(Assign(value) for value in values if value is not None)

    rows = RuleList(
        f"derive.{field.path}",
        DERIVED[field.object],
        ("value",),
        assign,
        subject=SUBJECTS.get(field.object, Subject.DEAL),
    )
    rules = rules_of_table(entry, rows, scope)
    return DerivedTable(field.path, HITS[hit], rules, entry.span) if hit else None


def _fits(hit: str, type_: Type) -> bool:
    """Return whether values of a type can be combined so."""
    if hit == "sum":
        return type_ in NUMERIC or type_ is Scalar.DURATION
    return hit == "first" or type_ in ORDERED or isinstance(type_, Term)


def sources_of(derivation: Derivation) -> frozenset[str]:
    """Return the fields that a derived field is computed from directly."""
    if isinstance(derivation, DerivedFormula):
        return frozenset(expression_fields(derivation.expression))
    return frozenset(path for row in derivation.rows for path in condition_fields(row.when)) - {AS_OF.path}
