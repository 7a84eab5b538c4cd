"""What a test compares with: one literal, or a list of them, perhaps in quotes."""

import re

from rules.grammar.literals import PARSERS, Refused, read_literal
from rules.grammar.scope import Scope
from rules.text.nodes import Node, ScalarNode
from rules.types import Scalar, Type, Value
from rules.vocabulary import OBJECTS

# A path after an operator is a field, known or misspelt.
PATH = re.compile(rf"(?:{'|'.join(OBJECTS)})\.\w+|[a-z_]+\.[a-z_]\w*")


def quoted_list(node: ScalarNode, scope: Scope) -> list[ScalarNode] | None:
    """Return the items of a list that stands in quotes."""
    text = node.text
    if not (text.startswith("[") and text.endswith("]")) or "[" in text[1:] or "]" in text[:-1]:
        scope.report.error("D308", f"`{text}` is not a list", node.span, hint="write a list like `[a, b]`")
        return None
    items = []
    start = 1
    for piece in text[1:-1].split(","):
        items.append(node.cut(start, start + len(piece)))
        start += len(piece) + 1
    return items


def read_values(items: list[ScalarNode], node: Node, type_: Type, scope: Scope) -> tuple[Value, ...] | None:
    """Return a list's values; an empty list and repeated values are reported."""
    if not any(item.text or item.unreadable for item in items):
        scope.report.error("D312", "the list is empty", node.span)
        return None
    values: dict[Value, None] = {}
    complete = True
    for item in items:
        value = read_value(item, type_, scope)
        if value is None:
            complete = False
        elif value in values:
            scope.report.error("D312", f"`{item.text}` stands twice in the list", item.span)
        else:
            values[value] = None
    return tuple(values) if complete else None


def read_value(node: ScalarNode, type_: Type, scope: Scope) -> Value | None:
    """Return a literal; one that names a field gets a hint how to compare with it."""
    if not node.text and not node.unreadable:
        scope.report.error("D308", "a value is missing", node.span)
        return None
    if type_ is not Scalar.TEXT and node.text in scope.fields and PATH.fullmatch(node.text):
        hint = f'to compare with a field write "= {node.text}"'
        scope.report.error("D301", f"`{node.text}` is a field, not a literal ({type_})", node.span, hint=hint)
        return None
    return read_literal(node, type_, scope.report)


def read_piece(node: ScalarNode, stretch: tuple[int, int], type_: Scalar, scope: Scope) -> Value | None:
    """Return the literal in a stretch of a scalar's text; its own place is only looked for if something is wrong."""
    start, end = stretch
    value = PARSERS[type_](node.text[start:end].strip())
    return read_value(node.cut(start, end), type_, scope) if isinstance(value, Refused) else value
