"""Kits and free parts: lines that are parts of another (docs/language.md, section 10, `line.included_in`)."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import permutations
from random import Random
from typing import Any

import pytest

from engine.core.decision import Kind, RefusedError
from engine.core.facts import Limits
from engine.texts import as_text
from tests.deciding import NOW, Data, decided, program_of
from tests.random_policies import random_policy
from tests.random_requests import Requests
from tests.small_policies import HEAD

POLICY = (
    HEAD
    + """
price_approval:
  ladder: [{level: rep, title: The rep}, {level: manager}, {level: director}]
  authority:
    columns: [id, level, line.discount, line.margin, deal.discount]
    rows:
      - [R, rep, "<= 10%", ">= 20%", "-"]
      - [M, manager, "<= 20%", ">= 10%", "-"]
      - [D, director, "<= 40%", ">= 0%", "-"]
  rules:
    - {id: many, when: {deal.line_count: "> 2"}, then: {hold: Too many lines}}
    - {id: free, when: {line.net_price: 0}, then: {hold: Free of charge}}
special_orders:
  gates: [order]
  kinds: [{kind: deep, when: {line.discount: "> 15%"}}]
  controls: [{id: thin, when: {line.margin: "< 20%"}, then: {hold: Thin margin}}]
"""
)
PC: dict[str, Data] = {"id": "PC", "quantity": 2, "list_price": "1000.00", "net_price": "950.00", "unit_cost": "700.00"}
MOUSE: dict[str, Data] = {
    "included_in": "PC",
    "quantity": 4,
    "list_price": "25.00",
    "net_price": 0,
    "unit_cost": "5.00",
}
DOCK: dict[str, Data] = {"id": "dock", "quantity": 1, "list_price": "100", "net_price": "95", "unit_cost": "60"}


def price(*lines: Mapping[str, Data], explain: str = "all", **more: Data) -> Data:
    return decided(program_of(POLICY), Kind.PRICE_APPROVAL, {"lines": list(lines), **more}, explain=explain)  # type: ignore[arg-type]


def refusals(*lines: Mapping[str, Data]) -> list[tuple[str, str]]:
    program = program_of(POLICY)
    with pytest.raises(RefusedError) as refused:
        program.reader.read({"lines": list(lines)}, Kind.PRICE_APPROVAL, now=NOW, limits=Limits())
    return [(fault.pointer, fault.message) for fault in refused.value.faults]


def test_a_parts_list_price_and_cost_are_its_lines() -> None:
    decision = price(PC, MOUSE, DOCK)
    totals = decision["result"]["totals"]
    # 2 x 1000 + 4 x 25 + 100; 2 x 700 + 4 x 5 + 60; the mice are no units and no line.
    assert (totals["list_total"], totals["cost_total"], totals["quantity"]) == ("2200.00", "1480.00", "3")
    assert totals["net_total"] == "1995.00"
    assert [line["line"] for line in decision["result"]["lines"]] == [1, 3]
    first, last = decision["result"]["lines"]
    assert (first["id"], first["includes"], last["id"]) == ("PC", [2], "dock")
    assert "includes" not in last
    assert first["discount"] == "9.5238%"  # 1 - 1900 / 2100
    assert decision["result"]["holds"] == []
    assert "PC" in str(decision["trace"]["steps"][0]["line_id"])


def test_where_the_price_of_a_kit_comes_from_is_told() -> None:
    facts = {
        (fact["field"], fact.get("line")): fact for fact in price(MOUSE, PC)["trace"]["facts"] if "line_id" in fact
    }
    assert facts["line.list_price", 2] == {
        "field": "line.list_price",
        "line": 2,
        "line_id": "PC",
        "value": "1050.00",
        "from": "1000.00 + 25.00 * 4 / 2, with line 1",
    }
    assert facts["line.unit_cost", 2]["from"] == "700.00 + 5.00 * 4 / 2, with line 1"
    assert facts["line.net_price", 2]["from"] == "request"


def kit_folded(lines: list[dict[str, Data]]) -> list[dict[str, Data]]:
    """Return the same lines without parts, their prices and costs added by hand."""
    folded = []
    for line in lines:
        if line.get("included_in") is not None:
            continue
        whole = {key: value for key, value in line.items() if key != "id"}
        for key in ("list_price", "unit_cost"):
            more = sum(
                Fraction(part[key]) * Fraction(part["quantity"])
                for part in lines
                if part.get("included_in") == line.get("id")
            )
            whole[key] = str(float(Fraction(line[key]) + more / Fraction(line["quantity"])))
        folded.append(whole)
    return folded


@pytest.mark.parametrize("order", [*permutations((PC, MOUSE, DOCK))], ids=str)
def test_a_kit_is_decided_like_one_line_of_the_same_totals(order: tuple[dict[str, Data], ...]) -> None:
    kit = price(*order, explain="none")
    plain = price(*kit_folded([*order]), explain="none")
    assert kit["outcome"] == plain["outcome"]
    for key in ("level", "chain", "totals"):
        assert kit["result"][key] == plain["result"][key]
    found, expected = (
        [{k: v for k, v in one.items() if k not in ("line", "line_id")} for one in result]
        for result in (kit["result"]["alternatives"], plain["result"]["alternatives"])
    )
    assert found == expected


def test_an_alternative_holds_when_it_is_followed() -> None:
    deep = {**PC, "net_price": "800.00"}
    decision = price(MOUSE, deep)
    (alternative,) = [one for one in decision["result"]["alternatives"] if one["level"] == "rep"]
    assert (alternative["line"], alternative["line_id"]) == (2, "PC")
    better = price(MOUSE, {**deep, "net_price": alternative["net_price"]})
    assert better["result"]["lines"][0]["level"] == "rep"
    cent_less = str(round(float(alternative["net_price"]) - 0.01, 2))
    assert price(MOUSE, {**deep, "net_price": cent_less})["result"]["lines"][0]["level"] != "rep"


@pytest.mark.parametrize(("field", "asked"), [("unit_cost", "line.unit_cost"), ("quantity", "line.quantity")])
def test_what_is_unknown_of_a_part_is_unknown_of_its_line(field: str, asked: str) -> None:
    decision = price(PC, {key: value for key, value in MOUSE.items() if key != field})
    assert decision["outcome"] == "needs_information"
    assert decision["missing"] == [asked]
    assert decision["result"]["lines"][0]["margin"] is None


def test_what_is_null_of_a_part_is_null_of_its_line() -> None:
    decision = price(PC, {**MOUSE, "unit_cost": None})
    assert decision["result"]["lines"][0]["margin"] is None
    assert decision["outcome"] == "rejected"


def test_a_part_may_be_free_on_the_list() -> None:
    assert price(PC, {**MOUSE, "list_price": 0})["result"]["totals"]["list_total"] == "2000.00"


@pytest.mark.parametrize(
    ("lines", "place", "words"),
    [
        ([PC, {**MOUSE, "included_in": "pc"}], "/lines/1/included_in", "names no line"),
        ([MOUSE], "/lines/0/included_in", "names no line"),
        ([{**PC, "included_in": "PC"}], "/lines/0/included_in", "itself"),
        ([{"id": "a", "included_in": "PC"}, {**MOUSE, "included_in": "a"}, PC], "/lines/1/included_in", "part itself"),
        ([{"id": "a", "included_in": "b"}, {"id": "b", "included_in": "a"}], "/lines/0/included_in", "each other"),
        ([PC, PC], "/lines/1/id", "same as in /lines/0"),
        ([PC, {**MOUSE, "net_price": "0.01"}], "/lines/1/net_price", "at most 0"),
        ([{**PC, "list_price": 0}], "/lines/0/list_price", "above 0"),
        ([PC, {**MOUSE, "list_price": -1}], "/lines/1/list_price", "at least 0"),
        ([PC, {**MOUSE, "included_in": 5}], "/lines/1/included_in", "not a text"),
    ],
)
def test_what_is_part_of_nothing_is_refused(lines: list[dict[str, Data]], place: str, words: str) -> None:
    found = refusals(*lines)
    assert (place, True) in [(where, words in message) for where, message in found]


def test_a_null_or_an_id_alone_makes_no_part() -> None:
    decision = price({**PC, "included_in": None}, {**DOCK, "included_in": None})
    assert [line["line"] for line in decision["result"]["lines"]] == [1, 2]
    assert [line["id"] for line in decision["result"]["lines"]] == ["PC", "dock"]


def test_ids_stand_wherever_a_line_is_named() -> None:
    request = {"lines": [MOUSE, {**PC, "net_price": "720.00"}], "order": {"gate": "order", "id": "O-1"}}
    decision = decided(program_of(POLICY), Kind.SPECIAL_ORDER, request, explain="all")
    assert decision["result"]["kinds"] == ["deep"]

    def named(value: Any) -> int:
        if isinstance(value, list):
            return sum(map(named, value))
        if not isinstance(value, dict):
            return 0
        own = "line" in value and "file" not in value
        assert not own or (value["line"], value["line_id"]) == (2, "PC"), value
        return own + sum(map(named, value.values()))

    assert named(decision) > 3


def test_quantities_may_have_parts() -> None:
    decision = price({"quantity": "1.5", "list_price": "100.01", "net_price": "90.01", "unit_cost": "60.01"})
    assert decision["result"]["totals"]["list_total"] == "150.015"
    assert decision["result"]["totals"]["quantity"] == "1.5"
    assert "1.5 x 90.01" in as_text(decision, "en")
    assert refusals({"quantity": 0}) == [("/lines/0/quantity", "`line.quantity` must be above 0")]


@pytest.mark.parametrize("seed", range(12))
def test_random_kits_are_decided_alike_by_all_engines(seed: int) -> None:
    program = program_of(random_policy(seed))
    requests, rng = Requests(program.policy), Random(seed)
    for kind in (Kind.PRICE_APPROVAL, Kind.SPECIAL_ORDER):
        for _ in range(6):
            request = requests.make(rng, kind)
            kit, *others = request["lines"]
            own = [{k: v for k, v in one.items() if k not in ("id", "included_in")} for one in (kit, *others)]
            own = [one for one in own if one.get("list_price") != 0]
            request["lines"] = [{**MOUSE, "included_in": "L0"}, *({**one, "id": f"L{n}"} for n, one in enumerate(own))]
            index, interpreter = (decided(program, kind, request, engine=one) for one in ("index", "interpreter"))
            assert index == interpreter
