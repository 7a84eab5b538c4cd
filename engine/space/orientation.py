"""Which way is worse for the seller: more discount, less margin, a larger total."""

from collections.abc import Sequence

from engine.space.dims import Dim, Form, Mask
from rules.vocabulary import AS_OF

WORSE_UP = ("discount", "exposure", "total", "concession", "days", "value", "amount")
WORSE_DOWN = ("margin",)


def direction(dim: Dim, masks: Sequence[Mask] = ()) -> int:
    """Return +1 where more of a field is worse for the seller, -1 where less is, and 0 where neither is known.

    Fields whose names say so go by their names; others by the side on which most rows leave them open.
    """
    if dim.form is not Form.ORDERED or dim.path == AS_OF.path:
        return 0
    name = dim.path.partition(".")[2]
    if any(word in name for word in WORSE_DOWN):
        return -1
    if any(word in name for word in WORSE_UP):
        return 1
    last = len(dim.slots) - 1
    at_most = sum(1 for mask in masks if mask >> 1 & 1 and not mask >> last & 1)
    at_least = sum(1 for mask in masks if mask >> last & 1 and not mask >> 1 & 1)
    return (at_most > at_least) - (at_most < at_least)
