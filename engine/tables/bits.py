"""Sets of rules as the bits of one integer: bit i stands for rule i."""

from collections.abc import Iterator, Sequence
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


def planes(numbers: Sequence[int]) -> tuple[Bits, ...]:
    """Return small numbers as binary digits across them: bit i of the first plane is the last digit of number i.

    >>> [bin(plane) for plane in planes((0, 3, 1))]
    ['0b110', '0b10']
    """
    digits = max(numbers, default=0).bit_length()
    return tuple([sum((number >> digit & 1) << i for i, number in enumerate(numbers)) for digit in range(digits)])


def least(bits: Bits, numbers: Sequence[Bits]) -> int:
    """Return the lowest set bit among those whose number, given as planes, is the smallest.

    >>> least(0b110, planes((0, 3, 1)))
    2
    """
    for plane in reversed(numbers):
        bits = bits & ~plane or bits
    return lowest_bit(bits)
