"""Walking a line's price upwards through a large authority table, from one change of the matching rows to the next.

At a price each column of the table's index leaves some rows standing, and says by one division at which higher price
it will leave others. The walk stops at those prices only, so that it depends on how many bands lie between the asked
price and list, and not on how many rows the table has.
"""

from bisect import bisect_right
from collections.abc import Sequence

from engine.kinds.price.straight import Straight
from engine.plan.tables.bits import Bits, lowest_bit
from engine.plan.tables.columns import Thresholds


def lowest_prices(
    columns: Sequence[tuple[Thresholds, Straight]],
    wanted: Bits,
    *,
    low: int,
    high: int,
    ranks: Sequence[int],
    below: Sequence[Bits],
) -> dict[int, int]:
    """Return for each rank of which a wanted row stands at some price, if no lower rank does before, the lowest such.

    Args:
        columns: the limits on each moving field as an index, and the field as a function of the price in cents.
        wanted: the rows to look for; bit i is row i, and rows stand lowest rank first.
        low: the first price looked at.
        high: the last one.
        ranks: each row's rank.
        below: for each rank the rows of lower ranks.
    """
    lowest: dict[int, int] = {}
    price = low
    while price <= high and wanted:
        standing, change = wanted, high + 1
        for thresholds, form in columns:
            slot = _slot(thresholds, form, price)
            standing &= thresholds.slots[slot]
            change = min(change, _next_change(thresholds, form, slot, high))
        if standing:
            rank = ranks[lowest_bit(standing)]
            lowest[rank] = price
            wanted &= below[rank]
        price = change
    return lowest


def _slot(thresholds: Thresholds, form: Straight, price: int) -> int:
    a, b, c, d = form
    whole, rest = divmod((a + b * price) * thresholds.scale, c + d * price)
    return bisect_right(thresholds.keys, 2 * whole + (rest > 0))


def _next_change(thresholds: Thresholds, form: Straight, slot: int, high: int) -> int:
    """Return the lowest price above at which the field leaves its slot; past `high` if it stays there.

    A key 2t stands for reaching the threshold t, a key 2t + 1 for passing it.
    """
    a, b, c, d = form
    slope = b * c - a * d  # the sign of the field's slope, which is the same at every price
    if slope > 0 and slot < len(thresholds.keys):
        t, passed = divmod(thresholds.keys[slot], 2)
        constant, factor = a * thresholds.scale - t * c - passed, b * thresholds.scale - t * d
        return -(constant // factor) if factor > 0 else high + 1
    if slope < 0 and slot > 0:
        t, passed = divmod(thresholds.keys[slot - 1], 2)
        constant, factor = a * thresholds.scale - t * c + (not passed), b * thresholds.scale - t * d
        return -(constant // factor) if factor < 0 else high + 1
    return high + 1
