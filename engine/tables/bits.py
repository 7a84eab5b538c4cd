"""Sets of rules as the bits of one integer: bit i stands for rule i."""

from collections.abc import Iterator
from typing import TypeAlias

Bits: TypeAlias = int


def lowest_bit(bits: Bits) -> int:
    """Return the position of the lowest set bit; -1 where none is.

    >>> lowest_bit(0b1100), lowest_bit(0)
    (2, -1)
    """
    return (bits & -bits).bit_length() - 1


def positions(bits: Bits) -> Iterator[int]:
    """Yield the positions of the set bits, lowest first.

    >>> list(positions(0b1010))
    [1, 3]
    """
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
