"""Unary tests: what may stand beside a field (docs/language.md section 3), checked against the field's type.

The forms are tried in the order of `_FORMS`; words that begin like none of them are a literal that the field equals.
"""

import re
from collections.abc import Callable
from typing import TypeAlias

from rules.grammar.intervals import meant_interval, read_interval, report_interval, tell_broken_interval
from rules.grammar.literals import PARSERS, Refused
from rules.grammar.operands import PATH, quoted_list, read_value, read_values
from rules.grammar.scope import Scope
from rules.ir import (
    Compare,
    CompareField,
    Equals,
    Field,
    FieldTest,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    NotOneOf,
    OneOf,
    Operator,
    Present,
    Test,
)
from rules.text.nodes import ListNode, Node, ScalarNode, written
from rules.types import ORDERED, Scalar, SetOf, Term

ANY = ("-", "")

_OPERATOR = re.compile(r"(<=|>=|!=|<|>|=)(?!=)")
_OURS = {
    "==": "=",
    "===": "=",
    "<>": "!=",
    "=!": "!=",
    "=<": "<=",
    "=>": ">=",
    "!": "!=",
    "!==": "!=",
    "≤": "<=",
    "≦": "<=",
    "⩽": "<=",
    "≥": ">=",
    "≧": ">=",
    "⩾": ">=",
    "≠": "!=",
    "less than": "<",
    "below": "<",
    "under": "<",
    "小于": "<",
    "低于": "<",
    "more than": ">",
    "greater than": ">",
    "above": ">",
    "over": ">",
    "大于": ">",
    "高于": ">",
    "超过": ">",
    "at most": "<=",
    "up to": "<=",
    "no more than": "<=",
    "不超过": "<=",
    "不高于": "<=",
    "至多": "<=",
    "小于等于": "<=",
    "at least": ">=",
    "no less than": ">=",
    "不低于": ">=",
    "不少于": ">=",
    "至少": ">=",
    "大于等于": ">=",
}
_FOREIGN_WORDS = "|".join(sorted((word for word in _OURS if word[0].isalpha()), key=len, reverse=True))
_FOREIGN = re.compile(rf"([<>=!]\s+[<>=](?![<>=])|===?|!==|<>|=[!<>]|[≤≦⩽≥≧⩾≠]|!(?!=)|(?:{_FOREIGN_WORDS})(?=[\W\d]))")
_HAS = re.compile(r"has\s+(?:(any|all|none)\s*(?=\[)|(?=\S))")
_NOT = re.compile(r"not\s*(?=\[)")

Form: TypeAlias = Callable[[ScalarNode, Field, Scope], Test | None]
LONGEST = 2_000


def read_test(node: Node, field: Field, scope: Scope, *, in_table: bool = False) -> FieldTest | None:
    """Return the test of a field; nothing if a table's cell means any value, or once a mistake is reported."""
    if isinstance(node, ScalarNode):
        if node.unreadable or (in_table and node.text in ANY):
            return None
        words = node.text
        key = (field.path, words, node.style)
        test = scope.tests.get(key)
        if test is None:
            test = _scalar(node, field, scope)
            if test is not None:
                scope.tests[key] = test
    elif isinstance(node, ListNode):
        test = _one_of_list(node, field, scope)
        words = written(node)
    else:
        scope.report.error("D308", "a test is a value, a list or a comparison, not a mapping", node.span)
        return None
    return FieldTest(field.path, test, words, node.span) if test is not None else None


def _scalar(node: ScalarNode, field: Field, scope: Scope) -> Test | None:
    """Return the test that a scalar says."""
    text = node.text
    if node.style in ("|", ">"):
        _needs_quotes(node, f"{node.style} {text or '…'}", scope)
        return None
    if text in ANY:
        hint = "leave the field out to allow any value" if text else 'write a test, such as "> 15%", or `present`'
        said = "`-` means any value only in a table" if text else f"the test of `{field.path}` is empty"
        scope.report.error("D307", said, node.span, hint=hint)
        return None
    if text in ("present", "missing"):
        return Present() if text == "present" else Missing()
    if not node.style and text[-1] in "\"'" and text.count(text[-1]) == 1:
        hint = f"write {text[-1]}{text}"
        scope.report.error("D228", "the quotes that close here do not open", node.span, hint=hint, instead=hint[6:])
        return None
    if len(text) > LONGEST:
        scope.report.error("D308", f"a test of more than {LONGEST:_} characters", node.span, hint="declare a term")
        return None
    forms = _FORMS if text[0] in _LEADING else _WITHOUT_LEADING
    return next(form for fits, form in forms if fits(text))(node, field, scope)


def _needs_quotes(node: Node, test: str, scope: Scope) -> None:
    scope.report.error("D217", "a test with these characters needs quotes", node.span, hint=f'quote it: "{test}"')


def _misfit(node: Node, message: str, scope: Scope, hint: str | None = None) -> None:
    scope.report.error("D304", message, node.span, hint=hint)


def _equal(node: ScalarNode, field: Field, scope: Scope) -> Test | None:
    """Return equality with a literal."""
    if isinstance(field.type, SetOf):
        hint = f'write "has {node.text}"' if node.style or " " not in node.text else None
        _misfit(node, f"`{field.path}` is a {field.type}, which is tested with `has`", scope, hint)
        return None
    if _is_no_literal(node.text, field) and (meant := meant_interval(node, field.type)):
        report_interval(node, meant, scope)
        return None
    value = read_value(node, field.type, scope)
    return None if value is None else Equals(value)


def _is_no_literal(text: str, field: Field) -> bool:
    return isinstance(field.type, Scalar) and isinstance(PARSERS[field.type](text), Refused)


def _one_of(node: ScalarNode, field: Field, scope: Scope) -> Test | None:
    """Return membership of a list that stands in quotes."""
    items = quoted_list(node, scope)
    return None if items is None else _membership(items, node, field, scope)


def _one_of_list(node: ListNode, field: Field, scope: Scope) -> Test | None:
    """Return membership of a list; an interval that forgot its quotes looks like one."""
    items = [item for item in node.items if isinstance(item, ScalarNode)]
    if len(items) < len(node.items):
        scope.report.error("D308", "a list in a test has plain values", node.span)
        return None
    if len(items) == 1 and ".." in items[0].text and not items[0].style:
        _needs_quotes(node, written(node), scope)
        return None
    return _membership(items, node, field, scope)


def _membership(items: list[ScalarNode], node: Node, field: Field, scope: Scope) -> Test | None:
    if isinstance(field.type, SetOf):
        hint = f'write "has any {written(node)}", or `has all`, or `has none`'
        _misfit(node, f"`{field.path}` is a {field.type}, which is tested with `has`", scope, hint)
        return None
    values = read_values(items, node, field.type, scope)
    return None if values is None else OneOf(values)


def _excluded(node: ScalarNode, field: Field, scope: Scope) -> Test | None:
    """Return `not [a, b]`."""
    rest = node.cut(_end(_NOT, node))
    if isinstance(field.type, SetOf):
        hint = f'write "has none {rest.text}"'
        _misfit(node, f"`{field.path}` is a {field.type}, which is tested with `has`", scope, hint)
        return None
    items = quoted_list(rest, scope)
    values = None if items is None else read_values(items, rest, field.type, scope)
    return None if values is None else NotOneOf(values)


def _has(node: ScalarNode, field: Field, scope: Scope) -> Test | None:
    """Return a test of a set."""
    found = _HAS.match(node.text)
    assert found is not None
    if not isinstance(field.type, SetOf):
        hint = f"without `has`: {node.text[found.end() :]}"
        _misfit(node, f"`has` tests a set, and `{field.path}` ({field.type}) is none", scope, hint)
        return None
    rest = node.cut(found.end())
    if rest.text.startswith("[") and not found[1]:
        scope.report.error("D308", "`has` and a list need `any`, `all` or `none` between them", node.span)
        return None
    items = quoted_list(rest, scope) if found[1] else [rest]
    values = None if items is None else read_values(items, rest, field.type.item, scope)
    if values is None:
        return None
    texts = tuple(value for value in values if isinstance(value, str))
    if found[1] == "any":
        return HasAny(texts)
    return HasNone(texts) if found[1] == "none" else HasAll(texts)


def _compare(node: ScalarNode, field: Field, scope: Scope) -> Test | None:
    """Return a comparison with a literal or with another field."""
    found = _OPERATOR.match(node.text)
    assert found is not None
    operator = Operator(found[0])
    operand = node.cut(found.end())
    if not operand.text:
        scope.report.error("D308", f"nothing stands after `{operator.value}`", node.span)
        return None
    equality = operator in (Operator.EQUAL, Operator.NOT_EQUAL)
    if PATH.fullmatch(operand.text):
        return _compare_field(operand, operator, field, scope)
    if isinstance(field.type, SetOf):
        _misfit(node, f"`{field.path}` is a {field.type}, which is tested with `has`", scope)
        return None
    if not equality and field.type not in ORDERED:
        hint = (
            f"list the values that you mean: [{', '.join(field.type.values)}]" if isinstance(field.type, Term) else None
        )
        _misfit(node, f"`{operator.value}` needs an order, and `{field.path}` ({field.type}) has none", scope, hint)
        return None
    if _is_no_literal(operand.text, field) and (meant := meant_interval(node, field.type)):
        report_interval(node, meant, scope)
        return None
    value = read_value(operand, field.type, scope)
    if value is None:
        return None
    if equality:
        return Equals(value) if operator is Operator.EQUAL else NotOneOf((value,))
    return Compare(operator, value)


def _compare_field(operand: ScalarNode, operator: Operator, field: Field, scope: Scope) -> Test | None:
    """Return a comparison with another field of the same type."""
    other = scope.find(operand)
    if other is None:
        return None
    counts = {Scalar.INTEGER, Scalar.NUMBER}
    if other.type != field.type and not {other.type, field.type} <= counts:
        message = f"`{field.path}` ({field.type}) cannot be compared with `{other.path}` ({other.type})"
        scope.report.error("D306", message, operand.span)
        return None
    if operator not in (Operator.EQUAL, Operator.NOT_EQUAL) and field.type not in ORDERED:
        _misfit(operand, f"`{operator.value}` needs an order, and `{field.path}` ({field.type}) has none", scope)
        return None
    return CompareField(operator, other.path)


def _foreign(node: ScalarNode, _field: Field, scope: Scope) -> None:
    """Report the operators of other languages."""
    found = _FOREIGN.match(node.text)
    assert found is not None
    joined = found[0] if found[0][0].isalpha() else "".join(found[0].split())
    operator = _OURS.get(joined, joined)
    ours = f"{operator} {node.text[found.end() :].strip()}"
    place = node.cut(0, found.end())
    said = f"`{found[0]}` is not an operator of tests"
    scope.report.error("D308", said, place.span, hint=f'write "{ours}"', instead=operator)


def _broken_interval(node: ScalarNode, field: Field, scope: Scope) -> Test | None:
    """Return equality with a text that has two points, unless the field's type has intervals."""
    if field.type not in ORDERED:
        return _equal(node, field, scope)
    tell_broken_interval(node, field.type, scope)
    return None


def _end(pattern: re.Pattern[str], node: ScalarNode) -> int:
    found = pattern.match(node.text)
    assert found is not None
    return found.end()


def _like(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.match(text) is not None


_FORMS: tuple[tuple[Callable[[str], bool], Form], ...] = (
    (_like(_HAS), _has),
    (_like(_NOT), _excluded),
    (_like(_FOREIGN), _foreign),
    (_like(_OPERATOR), _compare),
    (lambda text: text[0] in "[(" and text[-1] in "])" and ".." in text, read_interval),
    (lambda text: text[0] == "[" and text[-1] == "]", _one_of),
    (lambda text: ".." in text, _broken_interval),
    (lambda _: True, _equal),
)
# The first four forms begin with one of these characters; most tests do not.
_LEADING = frozenset("hn<>=!") | {word[0] for word in _OURS}
_WITHOUT_LEADING = _FORMS[4:]
