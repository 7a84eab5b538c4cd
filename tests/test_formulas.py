"""Formulas: their syntax, their types, and what is refused."""

from fractions import Fraction

import pytest

from rules.ir import Aggregate, Arithmetic, Constant, Extreme, FieldValue
from rules.traverse import expression_fields
from rules.types import Scalar
from tests.small_policies import codes, read_formula, with_formula

DISCOUNT = FieldValue("line.discount", Scalar.RATE)


def test_products_bind_closer_than_sums_and_minus_closest() -> None:
    expression = read_formula("100% + -line.discount * 2")
    minus = Arithmetic("-", Constant(Fraction(0), Scalar.RATE), DISCOUNT, Scalar.RATE)
    twice = Arithmetic("*", minus, Constant(Fraction(2), Scalar.INTEGER), Scalar.RATE)
    assert expression == Arithmetic("+", Constant(Fraction(1), Scalar.RATE), twice, Scalar.RATE)


def test_differences_go_from_left_to_right() -> None:
    expression = read_formula("line.discount - line.margin - 1%")
    assert isinstance(expression, Arithmetic)
    assert expression.right == Constant(Fraction(1, 100), Scalar.RATE)


def test_a_negative_literal_is_one_number() -> None:
    assert read_formula("-2.5%") == Constant(Fraction(-1, 40), Scalar.RATE)


def test_a_plain_number_beside_an_amount_is_an_amount() -> None:
    expression = read_formula("max(line.net_price, 1_000)", "money")
    price = FieldValue("line.net_price", Scalar.MONEY)
    assert expression == Extreme("max", (price, Constant(Fraction(1000), Scalar.MONEY)), Scalar.MONEY)


def test_a_field_of_the_deal_aggregates_lines() -> None:
    expression = read_formula("sum(line.net_total)", "money", "deal.result")
    assert expression == Aggregate("sum", "line.net_total", Scalar.MONEY)
    assert list(expression_fields(expression)) == ["line.net_total"]


@pytest.mark.parametrize(
    ("formula", "type_"),
    [
        ("line.net_price * line.discount", "money"),
        ("line.net_price * line.quantity", "money"),
        ("0.5 * line.net_price", "money"),
        ("line.discount * line.margin", "rate"),
        ("line.discount * 0.5", "rate"),
        ("line.approved_quantity * 2", "integer"),
        ("line.quantity * 2", "number"),
        ("line.quantity * 0.5", "number"),
        ("line.net_price / line.list_price", "rate"),
        ("line.net_price / line.discount", "money"),
        ("line.net_price / line.quantity", "money"),
        ("line.discount / 2", "rate"),
        ("line.discount / line.margin", "number"),
        ("line.quantity / 2", "number"),
        ("line.quantity + 0.5", "number"),
        ("min(line.quantity, 0.5)", "number"),
        ("(line.net_price)", "money"),
    ],
)
def test_an_operation_has_the_type_that_the_language_says(formula: str, type_: str) -> None:
    assert codes(with_formula(formula, type_)) == []


@pytest.mark.parametrize(
    ("formula", "type_", "code"),
    [
        ("1 - line.discount", "rate", "D502"),
        ("line.net_price + line.discount", "money", "D502"),
        ("line.net_price * line.list_price", "money", "D502"),
        ("line.discount / line.net_price", "rate", "D502"),
        ("2 / line.discount", "number", "D502"),
        ("line.sku", "number", "D502"),
        ("line.quantity * 2", "integer", "D502"),
        ("line.approved_quantity / 2", "integer", "D502"),
        ("line.discount", "text", "D502"),
        ("5", "rate", "D502"),
        ("line.discont", "rate", "D101"),
        ("line.discount +", "rate", "D501"),
        ("(line.discount", "rate", "D501"),
        ("line.discount)", "rate", "D501"),
        ("line.discount line.margin", "rate", "D501"),
        ("--line.discount", "rate", "D501"),
        ("line.discount ** 2", "rate", "D501"),
        ("average(line.discount, 1%)", "rate", "D501"),
        ("max()", "rate", "D501"),
        ("max(line.discount)", "rate", "D506"),
        ("sum(line.discount)", "rate", "D506"),
        ("1__0", "number", "D301"),
        ("(" * 30 + "1%" + ")" * 30, "rate", "D501"),
        ("1%" + " + 1%" * 200, "rate", "D501"),
        ("1%" + " + 1%" * 2000, "rate", "D507"),
    ],
)
def test_a_mistake_in_a_formula_is_told_once(formula: str, type_: str, code: str) -> None:
    assert codes(with_formula(formula, type_)) == [code]


def test_a_rate_that_lacks_its_sign_gets_a_hint() -> None:
    (diagnostic,) = with_formula("1 - line.discount").diagnostics
    assert diagnostic.hint == "as a rate, write `100%`"
    (diagnostic,) = with_formula("5").diagnostics
    assert diagnostic.hint == "a rate has its percent sign: `5%`"
