"""Formulas: the types of their operations (docs/language.md section 4).

Amounts add to amounts, rates to rates; a rate of an amount is an amount, an amount by an amount a rate. A plain number
beside an amount, as in `deal.net_total + 1_000`, is an amount too: money has no sign of its own to write.
"""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Literal, assert_never

from rules.grammar.formula_syntax import Call, Negation, Operand, Operation, Syntax, parse
from rules.grammar.literals import Refused, integer, number, rate
from rules.grammar.misspelt import asked, rates
from rules.grammar.scope import Scope
from rules.ir import Aggregate, Arithmetic, Constant, Expression, Extreme, FieldValue
from rules.text.nodes import ScalarNode
from rules.types import NUMERIC, Scalar

MONEY, RATE, INTEGER, NUMBER = Scalar.MONEY, Scalar.RATE, Scalar.INTEGER, Scalar.NUMBER
PLAIN = frozenset({INTEGER, NUMBER})
LINES = "line."


def read_formula(node: ScalarNode, wanted: Scalar, scope: Scope, *, aggregates: bool = False) -> Expression | None:
    """Return a formula of the wanted type; nothing once it is reported what is wrong with it.

    With `aggregates`, the formula computes a field of the deal: `sum`, `min` and `max` of a line's field are over all
    lines.
    """
    syntax = parse(node, scope.report)
    found = _Checker(scope, aggregates=aggregates).expression(syntax) if syntax else None
    if found is None:
        return None
    if found.type == INTEGER and wanted is NUMBER:
        return found
    found = _as_money(found) if wanted is MONEY else found
    if found.type != wanted:
        rate_meant = wanted is RATE and isinstance(found, Constant) and found.type in PLAIN
        offers = _rates(found.value) if rate_meant and isinstance(found, Constant) else ()
        hint = f"a rate has its percent sign: `{offers[0]}`" if len(offers) == 1 else asked(offers)
        scope.report.error("D502", f"the formula computes {found.type} where {wanted} is needed", node.span, hint=hint)
        return None
    return found


def combine(operator: str, left: Scalar, right: Scalar) -> Scalar | None:
    """Return the type of an operation, or nothing if it has no meaning.

    >>> combine("/", Scalar.MONEY, Scalar.MONEY)
    <Scalar.RATE: 'rate'>
    """
    if operator in ("+", "-"):
        return _common(left, right)
    if operator == "*":
        if left in PLAIN and right in PLAIN:
            return _common(left, right)
        if MONEY in (left, right):
            return MONEY if left != right else None
        return RATE
    if left in PLAIN:
        return NUMBER if right in PLAIN else None
    if left == right:
        return RATE if left is MONEY else NUMBER
    return left if left is MONEY or right in PLAIN else None


def _common(left: Scalar, right: Scalar) -> Scalar | None:
    """Return the type of a sum, or of the smaller of two values."""
    if left == right:
        return left
    return NUMBER if {left, right} == PLAIN else None


def _as_money(expression: Expression) -> Expression:
    """Return a plain literal as an amount, and any other expression as it is."""
    if isinstance(expression, Constant) and expression.type in PLAIN:
        return replace(expression, type=MONEY)
    return expression


def _rates(value: Fraction) -> tuple[str, ...]:
    """Return what a plain number may mean as a rate; the 1 of `1 - line.discount` is the whole."""
    return ("100%",) if value == 1 else rates(value)


def _scalar(expression: Expression) -> Scalar:
    assert isinstance(expression.type, Scalar)
    return expression.type


class _Checker:
    """Turns syntax into typed expressions."""

    def __init__(self, scope: Scope, *, aggregates: bool) -> None:
        self.scope = scope
        self.report = scope.report
        self.aggregates = aggregates

    def expression(self, syntax: Syntax) -> Expression | None:
        """Return the expression of any syntax."""
        match syntax:
            case Operand():
                return self.literal(syntax.words) if syntax.is_literal else self.field(syntax.words)
            case Negation():
                return self.negation(syntax)
            case Operation():
                return self.operation(syntax)
            case Call():
                return self.call(syntax)
            case _:
                assert_never(syntax)

    def literal(self, words: ScalarNode) -> Expression | None:
        """Return a number; the form of a literal shows its type."""
        if words.text.endswith("%"):
            type_, value = RATE, rate(words.text)
        elif "." in words.text:
            type_, value = NUMBER, number(words.text)
        else:
            type_, value = INTEGER, integer(words.text)
        if isinstance(value, Refused):
            self.report.error(value.code, value.message, words.span, hint=value.hint)
            return None
        return Constant(value, type_)

    def field(self, words: ScalarNode) -> Expression | None:
        """Return a field that can be reckoned with."""
        found = self.scope.find(words)
        if found is None:
            return None
        if found.type not in NUMERIC:
            self.report.error("D502", f"a formula cannot reckon with `{found.path}` ({found.type})", words.span)
            return None
        if self.aggregates and found.object == "line":
            hint = f"write `sum({found.path})`, or `min` or `max` of it"
            self.report.error(
                "D506", f"a deal has many lines, so which `{found.path}` is meant?", words.span, hint=hint
            )
            return None
        return FieldValue(found.path, found.type)

    def negation(self, syntax: Negation) -> Expression | None:
        """Return an operand with its sign turned."""
        operand = self.expression(syntax.operand)
        if operand is None:
            return None
        if isinstance(operand, Constant):
            return replace(operand, value=-operand.value)
        return Arithmetic("-", Constant(Fraction(0), operand.type), operand, operand.type)

    def operation(self, syntax: Operation) -> Expression | None:
        """Return an operation whose sides fit."""
        left, right = self.expression(syntax.left), self.expression(syntax.right)
        if left is None or right is None:
            return None
        if syntax.operator in ("+", "-"):
            left, right = self.alike(left, right)
        type_ = combine(syntax.operator, _scalar(left), _scalar(right))
        if type_ is None:
            self.misfit(syntax.words, f"`{syntax.operator}`", (left, right))
            return None
        return Arithmetic(syntax.operator, left, right, type_)

    def alike(self, left: Expression, right: Expression) -> tuple[Expression, Expression]:
        """Return both sides; a plain literal beside an amount is an amount."""
        if MONEY in (left.type, right.type):
            return _as_money(left), _as_money(right)
        return left, right

    def call(self, syntax: Call) -> Expression | None:
        """Return `min` or `max` of operands, or an aggregate over the lines."""
        function = syntax.function.text
        if function not in ("sum", "min", "max"):
            hint = "formulas have `min`, `max` and, in a field of the deal, `sum`"
            self.report.error("D501", f"unknown function `{function}`", syntax.function.span, hint=hint)
            return None
        only = syntax.operands[0] if len(syntax.operands) == 1 else None
        if only is not None and self.aggregates and isinstance(only, Operand) and only.words.text.startswith(LINES):
            return self.aggregate("sum" if function == "sum" else "min" if function == "min" else "max", only.words)
        if function == "sum":
            hint = "in a field of the deal, write `sum(line.x)`; elsewhere write `+`"
            self.report.error(
                "D506", "`sum` is of one field of the lines, in a field of the deal", syntax.words.span, hint=hint
            )
            return None
        if only is not None:
            hint = "in a field of the deal, one field of the lines: `max(line.x)`"
            self.report.error("D506", f"`{function}` needs two operands or more", syntax.words.span, hint=hint)
            return None
        return self.extreme("min" if function == "min" else "max", syntax)

    def aggregate(self, function: Literal["sum", "min", "max"], words: ScalarNode) -> Expression | None:
        """Return an aggregate of a line's field."""
        found = self.scope.find(words)
        if found is None:
            return None
        if found.type not in NUMERIC:
            self.report.error("D502", f"`{function}` of `{found.path}` ({found.type}) has no meaning", words.span)
            return None
        return Aggregate(function, found.path, found.type)

    def extreme(self, function: Literal["min", "max"], syntax: Call) -> Expression | None:
        """Return the smallest or largest of operands of one type."""
        found = [self.expression(operand) for operand in syntax.operands]
        operands = [operand for operand in found if operand is not None]
        if len(operands) < len(found):
            return None
        if any(operand.type == MONEY for operand in operands):
            operands = [_as_money(operand) for operand in operands]
        type_: Scalar | None = _scalar(operands[0])
        for operand in operands[1:]:
            type_ = _common(type_, _scalar(operand)) if type_ else None
        if type_ is None:
            self.misfit(syntax.words, f"`{function}`", operands)
            return None
        return Extreme(function, tuple(operands), type_)

    def misfit(self, words: ScalarNode, what: str, operands: Iterable[Expression]) -> None:
        """Report that operands do not fit together."""
        operands = list(operands)
        kinds = " and ".join(dict.fromkeys(f"{operand.type}" for operand in operands))
        plain = next((one for one in operands if isinstance(one, Constant) and one.type in PLAIN), None)
        hint = None
        if plain and any(one.type == RATE for one in operands):
            hint = f"as a rate, {asked(_rates(plain.value))}"
        self.report.error("D502", f"{what} has no meaning between {kinds}: `{words.text}`", words.span, hint=hint)
