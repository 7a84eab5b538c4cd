"""Unary tests and literals: what each form means, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from rules.grammar.literals import duration
from rules.ir import (
    Compare,
    CompareField,
    Equals,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    NotOneOf,
    OneOf,
    Operator,
    Present,
    Test,
    Within,
)
from rules.types import Value
from tests.small_policies import codes, read_test, with_test

SHARE = Fraction(3, 20)


@pytest.mark.parametrize(
    ("field", "written", "test"),
    [
        ("customer.class", "R", Equals("R")),
        ("customer.class", '"= R"', Equals("R")),
        ("customer.class", "[R, D]", OneOf(("R", "D"))),
        ("customer.class", '"[R, D]"', OneOf(("R", "D"))),
        ("customer.class", '"!= R"', NotOneOf(("R",))),
        ("customer.class", '"not [A, P]"', NotOneOf(("A", "P"))),
        ("customer.class", "present", Present()),
        ("customer.class", "missing", Missing()),
        ("deal.discount", '"> 15%"', Compare(Operator.GREATER, SHARE)),
        ("deal.discount", '">=15%"', Compare(Operator.AT_LEAST, SHARE)),
        ("deal.discount", '"< 15.00%"', Compare(Operator.LESS, SHARE)),
        ("deal.discount", '"<= -2.5%"', Compare(Operator.AT_MOST, Fraction(-1, 40))),
        ("deal.discount", "15%", Equals(SHARE)),
        ("deal.discount", '"15.000000000001%"', Equals(SHARE + Fraction(1, 10**14))),
        ("deal.discount", '"[8%..15%)"', Within(Fraction(2, 25), low_closed=True, high=SHARE, high_closed=False)),
        ("deal.discount", '"(..15%]"', Within(None, low_closed=False, high=SHARE, high_closed=True)),
        ("deal.discount", '"[15%..]"', Within(SHARE, low_closed=True, high=None, high_closed=False)),
        ("deal.discount", '"[15%..15%]"', Within(SHARE, low_closed=True, high=SHARE, high_closed=True)),
        ("deal.net_total", "1_200_000", Equals(Fraction(1_200_000))),
        ("deal.net_total", "4400.10", Equals(Fraction(44001, 10))),
        ("deal.discount", '"< deal.margin"', CompareField(Operator.LESS, "deal.margin")),
        ("partner.region", '"= customer.region"', CompareField(Operator.EQUAL, "customer.region")),
        ("partner.certifications", '"has server"', HasAll(("server",))),
        ("partner.certifications", '"has any [server, desktop]"', HasAny(("server", "desktop"))),
        ("partner.certifications", '"has all [server]"', HasAll(("server",))),
        ("partner.certifications", '"has none [server]"', HasNone(("server",))),
        ("customer.strategic", "true", Equals(value=True)),
        ("customer.name", "no", Equals("no")),
        ("customer.name", "12:30", Equals("12:30")),
        ("customer.name", '"a..b"', Equals("a..b")),
        ("customer.name", '"e\\u0301"', Equals("é")),
        ("deal.bid_date", "2026-11-21", Equals(date(2026, 11, 21))),
        ("claim.updated_at", '"< 2026-11-21T09:00:00Z"', Compare(Operator.LESS, datetime(2026, 11, 21, 9, tzinfo=UTC))),
    ],
)
def test_a_form_means_what_the_language_says(field: str, written: str, test: Test) -> None:
    assert read_test(field, written) == test


@pytest.mark.parametrize(
    ("field", "written", "code"),
    [
        ("customer.class", "X", "D104"),
        ("customer.class", "r", "D104"),
        ("customer.class", '"> R"', "D304"),
        ("customer.class", '"[R..A]"', "D304"),
        ("customer.class", '"has R"', "D304"),
        ("customer.class", '"has any [R]"', "D304"),
        ("customer.class", '"= deal.discount"', "D306"),
        ("customer.class", '"= customer.clas"', "D101"),
        ("customer.class", "[]", "D312"),
        ("customer.class", "[R, R]", "D312"),
        ("customer.class", "[[R]]", "D308"),
        ("customer.class", "{is: R}", "D308"),
        ("customer.class", '""', "D307"),
        ("customer.class", '"-"', "D307"),
        ("customer.class", "", "D307"),
        ("customer.class", '"not R"', "D104"),
        ("customer.class", '"not [R"', "D308"),
        ("partner.certifications", "server", "D304"),
        ("partner.certifications", "[server]", "D304"),
        ("partner.certifications", '"not [server]"', "D304"),
        ("partner.certifications", '"!= server"', "D304"),
        ("partner.certifications", '"has [server]"', "D308"),
        ("partner.certifications", '"has any server"', "D104"),
        ("partner.certifications", '"has sever"', "D104"),
        ("deal.discount", '"> 0.15"', "D302"),
        ("deal.discount", '">"', "D308"),
        ("deal.discount", '"=> 15%"', "D308"),
        ("deal.discount", '"8%..12%"', "D308"),
        ("deal.discount", '"[12%..8%]"', "D305"),
        ("deal.discount", '"(8%..8%]"', "D305"),
        ("deal.discount", '"[..]"', "D305"),
        ("deal.discount", '"[deal.margin..12%]"', "D301"),
        ("deal.discount", "deal.margin", "D301"),
        ("deal.net_total", "4400元", "D301"),
        ("deal.net_total", "1e3", "D301"),
        ("deal.net_total", "1_00", "D301"),
        ("deal.net_total", "1234567890123456", "D303"),
        ("deal.net_total", "0.1234567890123", "D303"),
        ("deal.line_count", "12.0", "D301"),
        ("customer.strategic", "yes", "D301"),
        ("customer.strategic", "True", "D301"),
        ("deal.bid_date", "2026-02-30", "D301"),
        ("deal.bid_date", "21.11.2026", "D301"),
        ("deal.bid_date", "0001-01-01", "D303"),
        ("claim.updated_at", '"< 2026-11-21T09:00:00"', "D301"),
        ("deal.discount", "> 15%", "D217"),
        ("deal.discount", ">= 15%", "D217"),
        ("deal.discount", "[8%..12%)", "D217"),
        ("deal.discount", "(8%..12%]", "D217"),
        ("deal.discount", "[8%..12%]", "D217"),
        ("customer.class", "!= R", "D217"),
        ("customer.class", "!=R", "D217"),
        ("customer.class", "not [A, P]", "D217"),
        ("partner.certifications", "has any [server]", "D217"),
    ],
)
def test_a_mistake_is_told_once_and_by_its_own_code(field: str, written: str, code: str) -> None:
    assert codes(with_test(field, written)) == [code]


@pytest.mark.parametrize(
    ("field", "written", "hint"),
    [
        ("deal.discount", "> 15%", 'quote it: "> 15%"'),
        ("deal.discount", '"≥ 15%"', 'write ">= 15%"'),
        ("deal.discount", '"15％"', "write it in half-width characters: `15%`"),
        ("deal.net_total", '"1,200,000"', "digits are grouped in threes with `_`: `1_200_000`"),
        ("deal.net_totl", '"1"', "did you mean `deal.net_total`?"),
        ("discount", "15%", "write `deal.discount` or `line.discount`"),
        ("deals.discount", "15%", "did you mean `deal.discount`?"),
        ("customer.class", '"> R"', "list the values that you mean: [R, D, A, P]"),
    ],
)
def test_a_hint_says_what_to_write(field: str, written: str, hint: str) -> None:
    (diagnostic,) = with_test(field, written).diagnostics
    assert diagnostic.hint == hint


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("30d", timedelta(days=30)),
        ("48h", timedelta(days=2)),
        ("1d12h", timedelta(hours=36)),
        ("15m", timedelta(minutes=15)),
    ],
)
def test_durations(written: str, value: Value) -> None:
    assert duration(written) == value
