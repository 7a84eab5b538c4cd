"""Hints for values and keys that a request cannot give: they work when they are followed, and keep what was meant."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.core.decision import Fault, Kind, RefusedError
from engine.core.facts import Limits, RequestReader
from engine.core.faults import HINTED
from engine.core.values import Value, WrongValueError, reader_of
from rules.ir import Field, Origin
from rules.types import Scalar, SetOf, Term, Type
from tests.small_policies import LANGUAGE, good_text

LINE = Term("product_line", ("desktop", "notebook", "server"))
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def read(value: object, type_: Type) -> Value:
    return reader_of(Field("line.x", type_, Origin.GIVEN))(value)


def hint_of(value: object, type_: Type) -> str:
    with pytest.raises(WrongValueError) as refused:
        read(value, type_)
    return refused.value.hint or ""


@pytest.mark.parametrize(
    ("type_", "given", "offers"),
    [
        (Scalar.MONEY, "1,234.50", ["1234.50"]),
        (Scalar.MONEY, "1.234,50", ["1234.50"]),
        (Scalar.MONEY, "¥100", ["100"]),
        (Scalar.MONEY, "￥１００", ["100"]),
        (Scalar.MONEY, "100元", ["100"]),
        (Scalar.MONEY, "CNY 4400.00", ["4400.00"]),
        (Scalar.MONEY, "20万", ["200000"]),
        (Scalar.MONEY, "200k", ["200000"]),
        (Scalar.MONEY, "１２００", ["1200"]),
        (Scalar.MONEY, " 1200 ", ["1200"]),
        (Scalar.MONEY, "+5", ["5"]),
        (Scalar.RATE, "15 %", ["15%"]),
        (Scalar.RATE, "15", ["15%"]),
        (Scalar.RATE, "0.15", ["15%", "0.15%"]),
        (Scalar.RATE, "1", ["1%", "100%"]),
        (Scalar.RATE, "12,5%", ["12.5%"]),
        (Scalar.RATE, "12％", ["12%"]),
        (Scalar.RATE, "15 percent", ["15%"]),
        (Scalar.RATE, "1,500%", ["1.500%", "1500%"]),
        (Scalar.INTEGER, "30 days", ["30"]),
        (Scalar.INTEGER, "1,000", ["1000"]),
        (Scalar.NUMBER, "2,5", ["2.5"]),
        (Scalar.DATE, "2026/11/21", ["2026-11-21"]),
        (Scalar.DATE, "21.11.2026", ["2026-11-21"]),
        (Scalar.DATE, "20261121", ["2026-11-21"]),
        (Scalar.DATE, "05/06/2026", ["2026-05-06", "2026-06-05"]),
        (Scalar.DATE, "2026-11-21T00:00:00Z", ["2026-11-21"]),
        (Scalar.TIMESTAMP, "2026-11-21 09:00:00+08:00", ["2026-11-21T09:00:00+08:00"]),
        (Scalar.TIMESTAMP, "2026-11-21T09:00:00", ["2026-11-21T09:00:00+08:00", "2026-11-21T09:00:00Z"]),
        (Scalar.TIMESTAMP, "2026/11/21 09:00", ["2026-11-21T09:00+08:00", "2026-11-21T09:00Z"]),
        (Scalar.TIMESTAMP, "2026-11-21", ["2026-11-21T09:00:00+08:00"]),
        (Scalar.DURATION, "30 days", ["30d"]),
        (Scalar.DURATION, "2 weeks", ["14d"]),
        (Scalar.DURATION, "30", ["30d", "30h"]),
        (Scalar.TEXT, 17, ["17"]),
        (Scalar.TEXT, Decimal("17.50"), ["17.50"]),
    ],
)
def test_what_a_hint_offers_is_taken(type_: Scalar, given: object, offers: list[str]) -> None:
    hint = hint_of(given, type_)
    assert re.findall(r'"([^"]*)"', hint) == offers
    for offer in offers:
        read(offer, type_)


@pytest.mark.parametrize(
    ("given", "offered"),
    [("true", "true"), ("Yes", "true"), ("no", "false"), ("是", "true"), (1, "true"), (0, "false")],
)
def test_true_and_false_have_no_quotes(given: object, offered: str) -> None:
    assert hint_of(given, Scalar.BOOLEAN) == f"write {offered}, without quotes"
    assert read(json.loads(offered), Scalar.BOOLEAN) is (offered == "true")


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("Desktop", "did you mean `desktop`?"),
        ("NOTEBOOK ", "did you mean `notebook`?"),
        ("phone", "one of: desktop, notebook, server"),
        (5, "one of: desktop, notebook, server"),
    ],
)
def test_a_terms_values_are_named(given: object, hint: str) -> None:
    assert hint_of(given, LINE) == hint


@pytest.mark.parametrize(
    ("given", "offered"),
    [("desktop", ["desktop"]), ("desktop, server", ["desktop", "server"]), ("desktop；server", ["desktop", "server"])],
)
def test_a_set_is_a_list(given: str, offered: list[str]) -> None:
    hint = hint_of(given, SetOf(LINE))
    assert json.loads(hint.removeprefix("write ")) == offered
    assert read(offered, SetOf(LINE)) == frozenset(offered)


def faults(request: dict[str, Any]) -> tuple[Fault, ...]:
    reader = RequestReader(good_text(LANGUAGE))
    with pytest.raises(RefusedError) as refused:
        reader.read(request, Kind.PRICE_APPROVAL, now=NOW, limits=Limits())
    return refused.value.faults


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("netPrice", "did you mean `net_price`?"),
        ("Net Price", "did you mean `net_price`?"),
        ("net-price", "did you mean `net_price`?"),
        ("nett_price", "did you mean `net_price`?"),
        ("payment_days", "`payment_days` is a field of `deal`"),
    ],
)
def test_a_misspelt_or_misplaced_key(key: str, hint: str) -> None:
    (fault,) = faults({"lines": [{key: 1}]})
    assert (fault.pointer, fault.code, fault.hint) == (f"/lines/0/{key}", "unknown_key", hint)


def test_hints_are_looked_for_as_long_as_anyone_reads_them() -> None:
    found = faults({"lines": [{f"nett_price{n}": 1, "net_price": "1,5"} for n in range(HINTED)]})
    assert len(found) == 2 * HINTED
    assert all(fault.hint for fault in found[:HINTED])
    assert not any(fault.hint for fault in found[HINTED:])
