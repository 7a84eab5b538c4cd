"""Sets of rules as the bits of one integer: bit i stands for rule i."""

from collections.abc import Iterator
from typing import TypeAlias

Bits: TypeAlias = int


def positions(bits: Bits) -> Iterator[int]:
    """Yield the positions of the set bits, lowest first.

    >>> list(positions(0b1010))
    [1, 3]
    """
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
