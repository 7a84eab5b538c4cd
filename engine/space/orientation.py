"""Which way is worse for the seller: more discount, less margin, a larger total."""

from collections.abc import Sequence

from engine.space.dims import Dim, Form, Mask
from rules.vocabulary import AS_OF

# The words of a field's name that say so: of two that do, the first counts.
WORSE_UP = frozenset({"discount", "exposure", "total", "concession", "days", "value", "amount"})
WORSE_DOWN = frozenset({"margin"})
# More of a margin that was lost is worse; what the partner keeps is a price for the seller.
TURNED_ROUND = frozenset({"lost", "below", "shortfall", "partner"})
# A margin to compare with is no margin, and days before a date are no days of credit; so these say nothing.
COMPARED_WITH = frozenset(
    {"last", "approved", "target", "floor", "limit", "cap", "max", "min", "median", "lead", "since"}
)
DISTANCES = frozenset({"above", "gap", "drift", "headroom", "below", "over", "lost", "shortfall"})


def direction(dim: Dim, masks: Sequence[Mask] = ()) -> int:
    """Return +1 where more of a field is worse for the seller, -1 where less is, and 0 where neither is known.

    Fields whose names say so go by their names. Others go by the side on which rows leave them open, if none leaves
    open the other: with limits on both sides, or bands, it is anybody's guess which end is the better one.
    """
    if dim.form is not Form.ORDERED or dim.path == AS_OF.path:
        return 0
    words = dim.path.partition(".")[2].split("_")
    if not COMPARED_WITH & {*words} or DISTANCES & {*words}:
        sign = next((1 if word in WORSE_UP else -1 for word in words if word in WORSE_UP | WORSE_DOWN), 0)
        if sign:
            return -sign if sign < 0 and TURNED_ROUND & {*words} else sign
    first, last = 1, len(dim.slots) - 1
    limits = {(mask >> first & 1, mask >> last & 1) for mask in masks if mask & dim.given != dim.given}
    return {frozenset({(1, 0)}): 1, frozenset({(0, 1)}): -1}.get(frozenset(limits), 0)
