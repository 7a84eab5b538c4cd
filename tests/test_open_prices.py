"""What no price is known for is `unknown`, and only what no value of a missing field can change is `impossible`."""

from collections import Counter
from copy import deepcopy
from decimal import Decimal
from math import floor
from random import Random

import pytest

from engine import texts
from engine.core.decision import Kind
from engine.kinds.price import result
from engine.program import Program
from rules.load import load_text
from tests.deciding import BACKENDS, Data, compiled, decided, program_of
from tests.policy_writer import written
from tests.random_prices import PriceAuthor, quote
from tests.random_requests import Requests
from tests.test_alternatives import CENT, at_price, levels_of, rank_of
from tests.test_unknown import AskingAuthor

BY_DISCOUNT = """
policy: by-discount
version: "1"
currency: CNY
timezone: Asia/Shanghai
price_approval:
  ladder:
    - {level: rep, title: Rep}
    - {level: director, title: Director}
  authority:
    columns: [id, level, %s]
    rows:
      - [R, rep, %s]
      - [D, director, %s]
  rules:
    - {id: floor, when: {%s}, then: {at_least: director}}
derive:
  - {field: line.room, type: money, formula: "line.net_price - line.floor_price"}
  - field: line.guarded
    type: boolean
    hit: first
    columns: [line.floor_price, value]
    rows: [[present, true], ["-", false]]
"""
DISCOUNT = ("line.discount", '"<= 10%"', '"-"')
LINE = {"quantity": 1, "list_price": "100.00", "net_price": "65.00"}


def found(program: Program, line: Data, engine: Data = "index", **objects: Data) -> Data:
    """Return what would let the rep sign."""
    decision = decided(program, "price_approval", {"lines": [line], **objects}, engine=engine)
    assert decision["outcome"] != "needs_information"
    return next(one for one in decision["result"]["alternatives"] if one["level"] == "rep")


@pytest.mark.parametrize("engine", BACKENDS)
@pytest.mark.parametrize(
    ("when", "lacking", "given", "price"),
    [
        ('line.net_price: "< line.floor_price"', "line.floor_price", "70.00", "90.00"),
        ('line.room: "< 0"', "line.floor_price", "95.00", "95.00"),
        ('line.margin: "< 20%"', "line.unit_cost", "74.00", "92.50"),
        ('deal.margin: "< 20%", line.quantity: ">= 1"', "line.unit_cost", "74.00", "92.50"),
        ('deal.payment_days: "> 30", line.quantity: ">= 1"', "deal.payment_days", 30, "90.00"),
        ("line.guarded: false", "line.floor_price", "1.00", "90.00"),
        ("line.floor_price: missing", "line.floor_price", "1.00", "90.00"),
        ("any: [{line.floor_price: missing}, {line.sku: X}]", "line.floor_price", "1.00", "90.00"),
    ],
)
def test_an_unknown_field_is_named(when: str, lacking: str, given: Data, price: str, engine: Data) -> None:
    program = program_of(BY_DISCOUNT % (*DISCOUNT, when))
    line = {**LINE, "sku": "Y"}
    assert found(program, line, engine) == {"line": 1, "level": "rep", "unknown": [lacking]}
    owner, _, name = lacking.partition(".")
    line, objects = ({**line, name: given}, {}) if owner == "line" else (line, {owner: {name: given}})
    assert found(program, line, engine, **objects)["net_price"] == price


def test_what_is_impossible_whatever_comes_stays_so() -> None:
    program = program_of(BY_DISCOUNT % ("line.product_line", "server", '"-"', 'line.net_price: "< line.floor_price"'))
    entry = found(program, {**LINE, "product_line": "desktop"})
    assert [(one["rule"], one["field"], one["holds"]) for one in entry["impossible"]] == [
        ("R", "line.product_line", False)
    ]


@pytest.mark.parametrize("lacking", ["list_price", "net_price"])
def test_a_price_that_is_not_known_is_named(lacking: str) -> None:
    program = program_of(BY_DISCOUNT % ("line.product_line", "server", '"-"', "line.sku: X"))
    line = {key: value for key, value in LINE.items() if key != lacking}
    assert found(program, {**line, "product_line": "server", "sku": "X"})["unknown"] == [f"line.{lacking}"]
    assert found(program, {**line, "product_line": "desktop", "sku": "Y"})["impossible"]


def test_a_text_says_what_is_not_known() -> None:
    program = program_of(BY_DISCOUNT % (*DISCOUNT, 'line.net_price: "< line.floor_price"'))
    decision = decided(program, "price_approval", {"lines": [LINE]})
    told = "whether the rep could sign at a net price up to list is not known without line.floor_price"
    assert told in texts.as_text(decision, "en")
    assert "缺少line.floor_price，无法判断目录价以内 rep 能否签批" in texts.as_text(decision, "zh")


# --- whatever comes ------------------------------------------------------------------------------------------------


class AskingPriceAuthor(AskingAuthor, PriceAuthor):
    """Writes policies on prices that often ask whether a field is there."""


class PlainPriceAuthor(PriceAuthor):
    """Writes policies on prices that never do."""

    presence = False


GIVEN = ("line.unit_cost", "line.floor_price", "line.target_margin", "line.product_line", "deal.payment_days")


def lacking_some(request: Data, rng: Random) -> Data:
    """Return a quote without some of what it gives."""
    request = deepcopy(request)
    for path in GIVEN:
        owner, _, name = path.partition(".")
        for holder in request["lines"] if owner == "line" else [request[owner]]:
            if rng.random() < 0.5:
                holder.pop(name, None)
    return request


def lowest(program: Program, request: Data, line: int, rank: int, levels: list[str]) -> Decimal | None:
    """Return the lowest price at which a rank may sign a line, by trying."""
    asked, most = (Decimal(str(request["lines"][line - 1][key])) for key in ("net_price", "list_price"))
    price = floor(asked * 100) * CENT + CENT
    while price <= most:
        tried = decided(program, Kind.PRICE_APPROVAL, at_price(request, line, price), explain="none")
        if tried["outcome"] != "needs_information" and rank_of(tried, line, levels) <= rank:
            return price
        price += CENT
    return None


def test_all_three_answers_are_given() -> None:
    """Else the test below would test nothing."""
    seen: Counter[str] = Counter()
    for seed in range(700, 740):
        program, rng = compiled(load_text(written(PlainPriceAuthor(Random(seed)).policy()))), Random(seed)
        decision = decided(program, Kind.PRICE_APPROVAL, lacking_some(quote(rng), rng), explain="fired")
        seen.update(key for one in decision["result"]["alternatives"] for key in one)
    assert min(seen["unknown"], seen["impossible"], seen["net_price"]) > 10, seen


@pytest.mark.parametrize("author", [PlainPriceAuthor, AskingPriceAuthor])
@pytest.mark.parametrize("first", range(700, 740, 10))
def test_whatever_comes(first: int, author: type[PriceAuthor], monkeypatch: pytest.MonkeyPatch) -> None:
    """Fill what is missing: no value makes the impossible possible, and a price does whatever comes."""
    named = result._alternatives  # noqa: SLF001 - of the prices tried nobody asks for more
    for seed in range(first, first + 10):
        program, rng = compiled(load_text(written(author(Random(seed)).policy()))), Random(seed)
        source = Requests(program.policy)
        request = lacking_some(quote(rng), rng)
        monkeypatch.setattr(result, "_alternatives", named)
        decision = decided(program, Kind.PRICE_APPROVAL, request, explain="fired")
        monkeypatch.setattr(result, "_alternatives", lambda *_: [])
        full = [source.filled(rng, Kind.PRICE_APPROVAL, request, GIVEN, null=0.2) for _ in range(4)]
        for one in decision["result"]["alternatives"]:
            levels, line = levels_of(decision), one["line"]
            rank = levels.index(one["level"])
            told = f"policy {seed}: {request}\n{one}"
            if "impossible" in one:
                assert all(lowest(program, filled, line, rank, levels) is None for filled in full), told
            elif "net_price" in one and author is PlainPriceAuthor:
                for filled in full:
                    at_it = at_price(filled, line, Decimal(one["net_price"]))
                    assert rank_of(decided(program, Kind.PRICE_APPROVAL, at_it), line, levels) <= rank, told
