"""The price that a decision names is the lowest at which the lower level may sign, and `impossible` is impossible."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import floor
from random import Random

import pytest

from engine.core.decision import Kind
from engine.kinds.price import alternatives, result
from engine.program import Program
from rules.load import load_text
from tests.agreement import pairs
from tests.deciding import Data, as_text, compiled, decided, shown
from tests.random_prices import price_policy, quote
from tests.sufficiency import highest_rank

CENT = Decimal("0.01")
POLICIES, QUOTES, BLOCK = 120, 4, 10


@dataclass(frozen=True)
class Named:
    """What a decision says of one line and one lower level."""

    line: int
    rank: int
    price: Decimal | None


def named(decision: Mapping[str, Data], levels: list[str]) -> Iterator[Named]:
    """Yield what a decision says would change it."""
    for entry in decision["result"]["alternatives"]:
        price = Decimal(entry["net_price"]) if "net_price" in entry else None
        yield Named(entry["line"], levels.index(entry["level"]), price)


def levels_of(decision: Mapping[str, Data]) -> list[str]:
    return list(decision["trace"]["basis"]["levels"])


def at_price(request: Mapping[str, Data], line: int, price: Decimal) -> dict[str, Data]:
    """Return the request with another net price of one line."""
    lines = [dict(one) for one in request["lines"]]
    lines[line - 1]["net_price"] = f"{price}"
    return {**request, "lines": lines}


def test_random_policies_name_prices() -> None:
    """The generator reaches both answers, or the tests below would test nothing."""
    found = [
        one.price is not None for _, _, decision in quotes(range(40)) for one in named(decision, levels_of(decision))
    ]
    assert found.count(True) > 50
    assert found.count(False) > 50


def quotes(seeds: range) -> Iterator[tuple[Program, dict[str, Data], dict[str, Data]]]:
    for seed in seeds:
        program = compiled(load_text(price_policy(seed)))
        rng = Random(seed)
        for _ in range(QUOTES):
            request = quote(rng)
            yield program, request, decided(program, Kind.PRICE_APPROVAL, request, explain="fired")


@pytest.mark.parametrize("first", range(0, POLICIES, BLOCK))
def test_no_cent_less_would_do(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Try every price from the one asked up to list; every other block walks even a table of one row."""
    monkeypatch.setattr(alternatives, "FEW", alternatives.FEW if first // BLOCK % 2 else 0)
    cases = list(quotes(range(first, first + BLOCK)))
    monkeypatch.setattr(result, "_alternatives", lambda *_: [])  # of the prices tried nobody asks for more
    for program, request, decision in cases:
        levels = levels_of(decision)
        expected = [
            one for line in range(1, len(request["lines"]) + 1) for one in by_trying(program, request, decision, line)
        ]
        assert list(named(decision, levels)) == expected, f"{as_text(request)}\n{shown(decision)}"


def by_trying(
    program: Program, request: Mapping[str, Data], decision: Mapping[str, Data], line: int
) -> Iterator[Named]:
    """Yield for every level below the one that a line needs the lowest price that would do."""
    levels = levels_of(decision)
    needed = rank_of(decision, line, levels)
    asked, most = (Decimal(str(request["lines"][line - 1][key])) for key in ("net_price", "list_price"))
    lowest: dict[int, Decimal] = {}
    price = floor(asked * 100) * CENT + CENT
    while price <= most:
        tried = decided(program, Kind.PRICE_APPROVAL, at_price(request, line, price), explain="none")
        lowest.setdefault(rank_of(tried, line, levels), price)
        price += CENT
    for rank in range(min(needed, len(levels))):
        reached = [price for found, price in lowest.items() if found <= rank]
        yield Named(line, rank, min(reached, default=None))


def rank_of(decision: Mapping[str, Data], line: int, levels: list[str]) -> int:
    """Return the rank of a line's level; nobody is above the top."""
    level = decision["result"]["lines"][line - 1]["level"]
    return len(levels) if level is None else levels.index(level)


@pytest.mark.parametrize("first", range(20_000, 20_000 + POLICIES, BLOCK))
def test_deciding_again_at_the_named_price_gives_the_level(first: int) -> None:
    """Policies and requests of any kind, with facts missing: then the level is one that no missing fact can lift."""
    for seed in range(first, first + BLOCK):
        for pair in pairs(seed, 40):
            if pair.kind is not Kind.PRICE_APPROVAL:
                continue
            decision = decided(pair.program, pair.kind, pair.request)
            for one in named(decision, levels_of(decision)):
                if one.price is not None:
                    told = f"policy {seed}, request {pair.number}: {one}\n{shown(decision)}"
                    at_it = at_price(pair.request, one.line, one.price)
                    assert may_sign(pair.program, at_it, one), told
                    below = one.price - CENT
                    if below > Decimal(str(pair.request["lines"][one.line - 1]["net_price"])):
                        assert not may_sign(pair.program, at_price(pair.request, one.line, below), one), told


def may_sign(program: Program, request: Mapping[str, Data], one: Named) -> bool:
    """Return whether a level may sign a line, whatever the undetermined rules would do."""
    decision = decided(program, Kind.PRICE_APPROVAL, request)
    return highest_rank(decision, one.line) <= one.rank


# Fields of a line that the price of another moves: through fields of the deal, as formulas, tables and kinds.
CROSSING = """
policy: crossing
version: "1"
currency: CNY
timezone: Asia/Shanghai
price_approval:
  ladder:
    - {level: boss, title: Boss, respond_within: 8h}
  authority:
    columns: [id, level, %s]
    rows:
      - [A, automatic, "%s"]
      - [B, boss, ""]
  chain: stepwise
special_orders:
  gates: [order]
  controls: []
  kinds:
    - {kind: lopsided, when: {line.share: "> 45%%"}}
derive:
  - {field: line.share, type: rate, formula: "line.net_total / deal.net_total"}
  - {field: line.part, type: rate, formula: "line.share * 2 - line.share"}
  - field: line.weight
    type: number
    hit: first
    columns: [line.share, value]
    rows: [["> 50%%", 3], ["> 20%%", 1], ["", 0]]
  - {field: deal.most, type: rate, formula: "max(line.share)"}
  - {field: deal.least, type: rate, formula: "min(line.part)"}
  - {field: deal.weight, type: number, formula: "sum(line.weight)"}
"""


@pytest.mark.parametrize(
    ("field", "test"),
    [
        ("deal.most", "<= 45%"),
        ("deal.least", ">= 25%"),
        ("deal.weight", "<= 3"),
        ("deal.special_kinds", "has none [lopsided]"),
    ],
)
def test_a_price_that_moves_the_other_lines_too(field: str, test: str) -> None:
    program = compiled(load_text(CROSSING % (field, test)))
    rng = Random(field)
    named_any = False
    for _ in range(6):
        lines = [
            {"quantity": rng.randrange(1, 4), "list_price": "9.00", "net_price": f"{rng.randrange(50, 900) / 100:.2f}"}
            for _ in range(3)
        ]
        decision = decided(program, Kind.PRICE_APPROVAL, {"lines": lines}, explain="near")
        for one in named(decision, levels_of(decision)):
            asked = Decimal(str(lines[one.line - 1]["net_price"]))
            cents = range(int(asked * 100) + 1, 901)
            would_do = (
                cent * CENT for cent in cents if _level(program, at_price({"lines": lines}, one.line, cent * CENT), one)
            )
            assert next(would_do, None) == one.price
            named_any |= one.price is not None
    assert named_any


def test_of_many_lines_that_move_each_other_no_price_is_named() -> None:
    program = compiled(load_text(CROSSING % ("deal.most", "<= 1%")))
    lines = [{"quantity": 1, "list_price": "9.00", "net_price": "5.00"}] * (alternatives.MOST_ACROSS + 1)
    assert decided(program, Kind.PRICE_APPROVAL, {"lines": lines[1:]}, explain="none")["result"]["alternatives"]
    assert not decided(program, Kind.PRICE_APPROVAL, {"lines": lines}, explain="none")["result"]["alternatives"]


def _level(program: Program, request: Mapping[str, Data], one: Named) -> bool:
    decision = decided(program, Kind.PRICE_APPROVAL, request, explain="none")
    level: str = decision["result"]["lines"][one.line - 1]["level"]
    return level == "automatic"
