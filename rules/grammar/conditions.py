"""Conditions: fields with their tests, all of which must hold, and `any`, `all` and `not` beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from rules.grammar.scope import Scope
from rules.grammar.shape import listing, mapping
from rules.grammar.subjects import Place, Use
from rules.grammar.unary import read_test
from rules.ir import AllOf, AnyOf, Condition, Not
from rules.text.nodes import Entry, MappingNode, Node
from rules.text.source import Span
from rules.traverse import tested_fields

DEEPEST = 20


def read_condition(node: Node, scope: Scope, depth: int = 0) -> AllOf:
    """Return a condition; what is wrong in it is reported and left out."""
    found = mapping(node, "a condition", scope.report)
    if found is None:
        return AllOf(())
    if depth > DEEPEST:
        scope.report.error("D309", f"conditions are nested more than {DEEPEST} deep", node.span)
        return AllOf(())
    if not found.entries:
        scope.report.error("D308", "the condition is empty", node.span, hint="leave `when` out to mean always")
    parts: list[Condition] = []
    for entry in found:
        parts += _entry(entry, scope, depth)
    return AllOf(tuple(parts))


def _entry(entry: Entry, scope: Scope, depth: int) -> Iterator[Condition]:
    """Yield the conjuncts that one key of a condition says."""
    match entry.key.text:
        case "all":
            for part in _parts(entry, scope, depth):
                yield from part.parts
        case "any":
            parts = _parts(entry, scope, depth)
            if parts:
                yield AnyOf(tuple(map(_plain, parts)))
        case "not":
            yield Not(_plain(read_condition(entry.value, scope, depth + 1)))
        case "then" | "when" | "because" | "id" as word:
            hint = "indent it less: a condition has fields, and `any`, `all` and `not`"
            scope.report.error("D226", f"`{word}` stands within the condition", entry.key.span, hint=hint)
        case _:
            field = scope.find(entry.key)
            test = read_test(entry.value, field, scope) if field else None
            if test:
                yield replace(test, span=entry.key.span.to(test.span))


def _parts(entry: Entry, scope: Scope, depth: int) -> list[AllOf]:
    """Return the conditions listed under `any` or `all`."""
    if isinstance(entry.value, MappingNode):
        key = entry.key.text
        scope.report.error(
            "D110", f"`{key}` takes a list of conditions", entry.value.span, hint=f"write {key}: [{{…}}, {{…}}]"
        )
        return []
    found = listing(entry.value, f"`{entry.key.text}`", scope.report)
    if found is None:
        return []
    if not found.items:
        scope.report.error("D308", f"`{entry.key.text}` lists no condition", found.span)
    return [read_condition(item, scope, depth + 1) for item in found.items]


def _plain(condition: AllOf) -> Condition:
    """Return the only conjunct of a condition, if it has just one."""
    return condition.parts[0] if len(condition.parts) == 1 else condition


def uses_of(condition: Condition, place: Place, columns: Mapping[str, Span]) -> Iterator[Use]:
    """Yield each field that a condition names, with where it does so: its column, or else its test."""
    for path, test in tested_fields(condition):
        yield Use(path, columns.get(path, test.span), place)
