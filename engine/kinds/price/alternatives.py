"""What would change it: the lowest net price at which a lower level may sign a line, all else unchanged.

The price is exact to the cent: deciding again with it gives that level or a lower one, one cent less does not. Every
condition on the line's level becomes the set of prices at which it holds (see `priced_line`), and the level can only
change at the ends of those sets.
"""

from collections.abc import Sequence
from contextlib import suppress

from engine.answers.price import Alternative
from engine.core import figures
from engine.core.exact import Ratio, divide, subtract
from engine.core.facts import Facts
from engine.kinds.price.levels import LevelChange, changed
from engine.kinds.price.moving import Parted
from engine.kinds.price.obstacles import Obstacles
from engine.kinds.price.other_lines import OtherLines
from engine.kinds.price.price_walk import lowest_prices
from engine.kinds.price.priced_line import PricedLine
from engine.kinds.price.repricing import Repricing
from engine.kinds.price.spans import Spans, contains, intersection
from engine.kinds.price.straight import PRICE, NotStraightError
from engine.plan.groups import Engine
from engine.plan.tables.bits import Bits, positions

LIST_PRICE = "line.list_price"
# Up to so many rows are solved one by one, which is quicker than a walk.
FEW = 16
# Where the price of a line moves what the deal finds in all others, all of them are priced beside it, for every line:
# so many lines take a quarter of a second, and of more no price is named.
MOST_ACROSS = 50


def alternatives(
    repricing: Repricing,
    engine: Engine,
    facts: Facts,
    number: int,
    *,
    levels: Sequence[str],
    needed: int,
    others: OtherLines,
) -> list[Alternative]:
    """Return for each level below the one that a line needs the price that would do, or what stands in the way.

    Args:
        repricing: the section, taken apart.
        engine: matches rules.
        facts: the decided request, with derived fields.
        number: the line, from 0.
        levels: the levels by rank, `automatic` first.
        needed: the rank that the line needs now; the one above the top if nobody may sign it.
        others: the deal's lines, folded for sums.
    """
    lines = facts.lines or ()
    if repricing.moving.across and len(lines) > MOST_ACROSS:
        return []
    row = lines[number]
    asked, list_price = row.get(PRICE), row.get(LIST_PRICE)
    if not isinstance(asked, tuple) or not isinstance(list_price, tuple):
        return []
    low = asked[0] * 100 // asked[1] + 1
    high = list_price[0] * 100 // list_price[1]
    line = PricedLine(facts, number, low=low, high=high, engine=engine, moving=repricing.moving, others=others)
    candidates = engine.judge(repricing.rows.fixed, facts.shared, row).fired
    liftable = [n for n, judge in enumerate(repricing.may_lift) if judge(facts.shared, row) is not False]
    reachable = candidates & repricing.authority.below[needed]
    lowest = _lowest_prices(repricing, line, reachable, liftable, top=len(levels) - 1)
    obstacles: Obstacles | None = None
    found: list[Alternative] = []
    for rank in range(min(needed, len(levels))):
        prices = [price for reached, price in lowest.items() if reached <= rank]
        if prices:
            found.append(_priced(number + 1, levels[rank], (min(prices), 100), asked))
        else:
            if obstacles is None:
                at_list = line.at(high, repricing.named) if low <= high else (facts.shared, row)
                obstacles = Obstacles(repricing, engine, *at_list, candidates=candidates)
            found.append(Alternative(line=number + 1, level=levels[rank], impossible=obstacles.of(rank)))
    return found


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


def _lowest_prices(
    repricing: Repricing, line: PricedLine, rows: Bits, liftable: Sequence[int], *, top: int
) -> dict[int, int]:
    """Return, by the rank that the line would need, the lowest price at which it is that rank.

    `rows` and `liftable` are the rows that hold, and the levers that may hold, as far as no price moves them. A rule
    that lifts the level counts wherever it may fire: what is undetermined must not make a price too low.
    """
    if not rows or not line.everywhere:
        return {}
    lifts = [
        (repricing.levers[n].change, spans)
        for n in liftable
        if (spans := _prices(line, repricing.lifting, n, certainly=False))
    ]
    lowest: dict[int, int] = {}
    many = rows & repricing.walkable
    if not lifts and many.bit_count() > FEW:
        with suppress(NotStraightError):
            columns = [(thresholds, line.straight_form(path)) for path, thresholds in repricing.columns]
            lowest = lowest_prices(
                columns,
                many,
                low=line.low,
                high=line.high,
                ranks=repricing.authority.ranks,
                below=repricing.authority.below,
            )
            rows &= ~many
    allowed = [
        (repricing.authority.ranks[n], _prices(line, repricing.rows, n, certainly=True)) for n in positions(rows)
    ]
    if lifts:
        return _lifted(line, allowed, lifts, top=top)
    for rank, spans in allowed:
        if spans:
            lowest[rank] = min(spans[0][0], lowest.get(rank, spans[0][0]))
    return lowest


def _lifted(
    line: PricedLine, allowed: Sequence[tuple[int, Spans]], lifts: Sequence[tuple[LevelChange, Spans]], *, top: int
) -> dict[int, int]:
    """Return the lowest price of each rank where rules lift it at some prices: it can only change at a set's ends."""
    ends = {line.low}
    for _, spans in (*allowed, *lifts):
        ends.update(end for first, last in spans for end in (first, last + 1))
    lowest: dict[int, int] = {}
    for price in sorted(end for end in ends if line.low <= end <= line.high):
        rank = min((rank for rank, spans in allowed if contains(spans, price)), default=top + 1)
        rank = changed(rank, [change for change, spans in lifts if contains(spans, price)], top=top)
        lowest.setdefault(rank, price)
    return lowest


def _priced(line: int, level: str, price: Ratio, asked: Ratio) -> Alternative:
    more = subtract(price, asked)
    assert more is not None
    share = divide(more, asked)
    return Alternative(
        line=line,
        level=level,
        net_price=figures.amount(price),
        increase=figures.amount(more),
        increase_rate=figures.rate(share) if share else None,
    )
