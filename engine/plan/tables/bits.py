"""Sets of rules as the bits of one integer: bit i stands for rule i."""

from collections.abc import Collection, Iterator, Sequence
from typing import TypeAlias

Bits: TypeAlias = int


def bits_of(numbers: Collection[int]) -> Bits:
    """Return the bits of some rules.

    >>> bin(bits_of([1, 3]))
    '0b1010'
    """
    if len(numbers) == 1:
        (number,) = numbers
        return 1 << number
    if not numbers:
        return 0
    # To set bits one after the other in one integer would copy it for each of them.
    buffer = bytearray((max(numbers) >> 3) + 1)
    for number in numbers:
        buffer[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(buffer, "little")


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


def numbers_of(bits: Bits) -> list[int]:
    """Return the positions of all set bits, lowest first: quicker than `positions` where all of them are wanted.

    >>> numbers_of(0b1010)
    [1, 3]
    """
    found = []
    # From the highest down: to find the lowest bit of a large integer takes a walk over all of its digits.
    while bits:
        highest = bits.bit_length() - 1
        found.append(highest)
        bits ^= 1 << highest
    found.reverse()
    return found


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
