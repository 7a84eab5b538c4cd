"""What would change it: the lowest net price at which a lower level may sign a line, all else unchanged.

The price is exact to the cent: deciding again with it gives that level or a lower one, one cent less does not. Every
condition on the line's level becomes the set of prices at which it holds (see `repricing`), and the level can only
change at the ends of those sets.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from engine import figures
from engine.decision import Json
from engine.derive.derivations import Derivations
from engine.exact import Ratio, divide, subtract
from engine.facts import Facts, Row
from engine.interpret import judge
from engine.matching import Engine, Group
from engine.price.levels import Push, pushed
from engine.price.moving import Moving, Parted
from engine.price.repricing import OtherLines, PricedLine
from engine.price.spans import Spans, contains, intersection
from engine.price.straight import PRICE, NotStraightError
from engine.price.walk import lowest_prices
from engine.tables.bits import Bits, least, positions
from engine.tables.columns import Thresholds, look_up
from engine.views import UNKNOWN, View
from rules.fields import condition_fields, rule_fields
from rules.ir import Condition, Field, FieldTest, Rule, Subject, Test

LIST_PRICE = "line.list_price"
# Up to so many rows are solved one by one, which is quicker than a walk.
FEW = 16


@dataclass(frozen=True, slots=True)
class Lever:
    """A line's rule that lifts its level."""

    rule: Rule
    push: Push


@dataclass(frozen=True, eq=False)
class Repricing:
    """Authority and the lines' rules, taken apart into what a line's net price moves and what it does not.

    `rows` and `lifting` are the rows and the levers in these parts. `ranks` has the rank of each authority row's level,
    lowest first, `below` for each rank the rows of lower ranks, and `levers` the lines' rules that lift a level.
    `named` are the fields that the price moves and that rows or levers test. `columns` index the limits of the rows in
    `walkable` on such fields.
    """

    authority: Group
    rows: Parted
    lifting: Parted
    ranks: tuple[int, ...]
    below: tuple[Bits, ...]
    levers: tuple[Lever, ...]
    moving: Moving
    named: tuple[str, ...]
    fields: Mapping[str, Field]
    columns: tuple[tuple[str, Thresholds], ...]
    walkable: Bits

    @staticmethod
    def of(
        authority: Group,
        *,
        ranks: tuple[int, ...],
        below: tuple[Bits, ...],
        levers: Sequence[Lever],
        derivations: Derivations,
        fields: Mapping[str, Field],
    ) -> "Repricing":
        """Take the section's rules apart."""
        moving = Moving.of(derivations.stages[0])
        rows = moving.part(authority.rules)
        columns, walkable = _columns(rows)
        tested = {path for rule in (*authority.rules, *(one.rule for one in levers)) for path in rule_fields(rule)}
        return Repricing(
            authority=authority,
            rows=rows,
            lifting=moving.part([one.rule for one in levers]),
            ranks=ranks,
            below=below,
            levers=tuple(levers),
            moving=moving,
            named=tuple(sorted(path for path in tested if path == PRICE or path in moving.dependent)),
            fields=fields,
            columns=columns,
            walkable=walkable,
        )


def _columns(rows: Parted) -> tuple[tuple[tuple[str, Thresholds], ...], Bits]:
    """Index the rows whose moving conjuncts are limits, each on a field of its own."""
    tests: dict[str, list[tuple[Bits, Test]]] = {}
    walkable = 0
    for n, (conditions, limits) in enumerate(zip(rows.moving, rows.limits, strict=True)):
        parts = [part for part in conditions if isinstance(part, FieldTest)]
        if limits is None or len({part.field for part in parts}) < len(conditions):
            continue
        walkable |= 1 << n
        for part in parts:
            tests.setdefault(part.field, []).append((1 << n, part.test))
    every = (1 << len(rows.moving)) - 1
    columns = []
    for field, found in tests.items():
        column = look_up(found, given=every & ~sum(bit for bit, _ in found), null=0)
        assert isinstance(column, Thresholds)
        columns.append((field, column))
    return tuple(columns), walkable


def alternatives(
    repricing: Repricing,
    engine: Engine,
    facts: Facts,
    number: int,
    *,
    levels: Sequence[str],
    needed: int,
    others: OtherLines,
) -> Iterator[dict[str, Json]]:
    """Yield for each level below the one that a line needs the price that would do, or what stands in the way.

    Args:
        repricing: the section, taken apart.
        engine: matches rules.
        facts: the decided request, with derived fields.
        number: the line, from 0.
        levels: the levels by rank, `automatic` first.
        needed: the rank that the line needs now; the one above the top if nobody may sign it.
        others: the deal's lines, folded for sums.
    """
    row = (facts.lines or ())[number]
    asked, list_price = row.get(PRICE), row.get(LIST_PRICE)
    if not isinstance(asked, tuple) or not isinstance(list_price, tuple):
        return
    low = asked[0] * 100 // asked[1] + 1
    high = list_price[0] * 100 // list_price[1]
    line = PricedLine(facts, number, low=low, high=high, engine=engine, moving=repricing.moving, others=others)
    candidates, _ = engine.match(repricing.rows.fixed, facts.shared, row)
    held, open_ = engine.match(repricing.lifting.fixed, facts.shared, row)
    reachable = candidates & repricing.below[needed]
    lowest = _lowest_prices(repricing, line, reachable, held | open_, top=len(levels) - 1)
    obstacles: _Obstacles | None = None
    for rank in range(min(needed, len(levels))):
        prices = [price for reached, price in lowest.items() if reached <= rank]
        place: dict[str, Json] = {"line": number + 1, "level": levels[rank]}
        if prices:
            yield {**place, **_increase((min(prices), 100), asked)}
        else:
            if obstacles is None:
                at_list = line.at(high, repricing.named) if low <= high else (facts.shared, row)
                obstacles = _Obstacles(repricing, engine, *at_list, candidates=candidates)
            yield {**place, "impossible": obstacles.of(rank)}


def _prices(line: PricedLine, rules: Parted, n: int, *, certainly: bool) -> Spans:
    """Return the prices at which a rule's moving conjuncts all certainly hold, or may hold."""
    limits = rules.limits[n]
    if limits is not None and line.everywhere:
        with suppress(NotStraightError):
            return line.within(limits)  # the fields are known, so what may hold does
    spans = line.everywhere
    for condition in rules.moving[n]:
        if spans:
            spans = intersection(spans, line.truth(condition)[0 if certainly else 1])
    return spans


def _lowest_prices(repricing: Repricing, line: PricedLine, rows: Bits, liftable: Bits, *, top: int) -> dict[int, int]:
    """Return, by the rank that the line would need, the lowest price at which it is that rank.

    `rows` and `liftable` are the rows that hold, and the levers that may hold, as far as no price moves them. A rule
    that lifts the level counts wherever it may fire: what is undetermined must not make a price too low.
    """
    if not rows or not line.everywhere:
        return {}
    lifts = [
        (repricing.levers[n].push, spans)
        for n in positions(liftable)
        if (spans := _prices(line, repricing.lifting, n, certainly=False))
    ]
    lowest: dict[int, int] = {}
    many = rows & repricing.walkable
    if not lifts and many.bit_count() > FEW:
        with suppress(NotStraightError):
            columns = [(thresholds, line.straight_form(field)) for field, thresholds in repricing.columns]
            lowest = lowest_prices(
                columns, many, low=line.low, high=line.high, ranks=repricing.ranks, below=repricing.below
            )
            rows &= ~many
    allowed = [(repricing.ranks[n], _prices(line, repricing.rows, n, certainly=True)) for n in positions(rows)]
    if lifts:
        return _lifted(line, allowed, lifts, top=top)
    for rank, spans in allowed:
        if spans:
            lowest[rank] = min(spans[0][0], lowest.get(rank, spans[0][0]))
    return lowest


def _lifted(
    line: PricedLine, allowed: Sequence[tuple[int, Spans]], lifts: Sequence[tuple[Push, Spans]], *, top: int
) -> dict[int, int]:
    """Return the lowest price of each rank where rules lift it at some prices: it can only change at a set's ends."""
    ends = {line.low}
    for _, spans in (*allowed, *lifts):
        ends.update(end for first, last in spans for end in (first, last + 1))
    lowest: dict[int, int] = {}
    for price in sorted(end for end in ends if line.low <= end <= line.high):
        rank = min((rank for rank, spans in allowed if contains(spans, price)), default=top + 1)
        rank = pushed(rank, [push for push, spans in lifts if contains(spans, price)], top=top)
        lowest.setdefault(rank, price)
    return lowest


def _increase(price: Ratio, asked: Ratio) -> dict[str, Json]:
    more = subtract(price, asked)
    assert more is not None
    share = divide(more, asked)
    return {
        "net_price": figures.amount(price),
        "increase": figures.amount(more),
        "increase_rate": figures.rate(share) if share else None,
    }


class _Obstacles:
    """What stands in the way of a level at every price up to list: the tests that fail at list price."""

    def __init__(self, repricing: Repricing, engine: Engine, shared: Row, row: Row, *, candidates: Bits) -> None:
        """Take the facts as they would be at list price, and the rows of which the price is all that can fail."""
        self._repricing = repricing
        self._candidates = candidates
        self._misses = engine.misses(repricing.authority, shared, row)
        self._view = View(Subject.LINE, shared, row)
        self._told: dict[int, list[Json]] = {}

    def of(self, rank: int) -> list[Json]:
        """Return the tests that fail in the nearest row of a level, or else of the highest level below it.

        Rows of which the price is all that fails come before rows for other goods or customers. Where a row holds, the
        rules that lift the level stand in the way: their tests are returned.
        """
        repricing = self._repricing
        below = repricing.below[rank + 1]
        if not below:
            return []
        rows = below & ~repricing.below[repricing.ranks[below.bit_length() - 1]]
        nearest = least(rows & self._candidates or rows, self._misses)
        told = self._told.get(nearest)
        if told is None:
            told = self._told[nearest] = self._failing(repricing.authority.rules[nearest]) or self._lifting()
        return told

    def _failing(self, rule: Rule) -> list[Json]:
        parts = [part for part in rule.when.parts if judge(part, self._view) is not True]
        return [self._described(rule, part, holds=False) for part in parts]

    def _lifting(self) -> list[Json]:
        return [
            self._described(lever.rule, part, holds=True)
            for lever in self._repricing.levers
            if judge(lever.rule.when, self._view) is not False
            for part in lever.rule.when.parts
        ]

    def _described(self, rule: Rule, part: Condition, *, holds: bool) -> dict[str, Json]:
        if not isinstance(part, FieldTest):
            return {"rule": rule.id, "fields": [*sorted(set(condition_fields(part)))], "holds": holds}
        state = self._view[part.field]
        actual = None if state is UNKNOWN else figures.text(state, self._repricing.fields[part.field].type)
        return {"rule": rule.id, "field": part.field, "test": part.written, "actual": actual, "holds": holds}
