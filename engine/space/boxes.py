"""Walking boxes: which part of a space no clause covers, exactly, without going through every combination of slots.

The walk takes one dimension after the other. In each, slots that leave the same clauses standing are one; where no
clause is left standing everything below is open, and where one of those left asks for nothing more all of it is
covered. What was found for a set of standing clauses is kept, so that tables of thousands of rows take milliseconds.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TypeAlias

from engine.plan.tables.bits import lowest_bit, positions
from engine.space.dims import Box, Mask
from engine.space.division import Space
from engine.space.orientation import direction

Bits: TypeAlias = int
MOST_NODES = 60_000
MOST_BOXES = 60_000
FEW = 48


class TooComplexError(Exception):
    """The walk would take longer than a check may."""


class Cover:
    """Clauses over one space, with their bits by dimension and slot; bit i is clause i."""

    def __init__(self, space: Space, clauses: Sequence[Box]) -> None:
        """Sort the clauses by dimension."""
        self.space = space
        self.clauses = tuple(clauses)
        self.all: Bits = (1 << len(clauses)) - 1
        masks: dict[int, dict[Mask, Bits]] = {}
        for number, clause in enumerate(clauses):
            for dim, mask in clause.items():
                by_mask = masks.setdefault(dim, {})
                by_mask[mask] = by_mask.get(mask, 0) | 1 << number
        self._masks = masks
        self._free = {dim: self.all & ~_union(found.values()) for dim, found in masks.items()}
        # Terms come before amounts, and of each what divides most with fewest cases.
        self.signs = {dim: direction(space.dims[dim], list(found)) for dim, found in masks.items()}
        self.order = sorted(masks, key=lambda dim: (self.signs[dim] != 0, len(masks[dim]), dim))
        self._slots: dict[int, list[Bits]] = {}
        self._containing: dict[tuple[int, Mask], Bits] = {}
        self._meeting: dict[tuple[int, Mask], Bits] = {}
        self.nodes = 0

    def domain(self, dim: int) -> Mask:
        """Return the possible slots of a dimension."""
        return self.space.dims[dim].domain

    def by_slot(self, dim: int) -> list[Bits]:
        """Return for each slot of a dimension the clauses that stand in it."""
        found = self._slots.get(dim)
        if found is None:
            count = len(self.space.dims[dim].slots)
            changes = [0] * (count + 1)
            for mask, bits in self._masks[dim].items():
                for first, final in runs(mask):
                    changes[first] ^= bits
                    changes[final + 1] ^= bits
            standing, found = self._free[dim], []
            for change in changes[:count]:
                standing ^= change
                found.append(standing)
            self._slots[dim] = found
        return found

    def meeting(self, dim: int, mask: Mask) -> Bits:
        """Return the clauses that stand in at least one of the slots."""
        key = (dim, mask)
        found = self._meeting.get(key)
        if found is None:
            if len(self._masks[dim]) <= mask.bit_count():
                met = (bits for one, bits in self._masks[dim].items() if one & mask)
                found = self._free[dim] | _union(met)
            else:
                slots = self.by_slot(dim)
                found = _union(slots[slot] for slot in positions(mask))
            self._meeting[key] = found
        return found

    def containing(self, dim: int, mask: Mask) -> Bits:
        """Return the clauses that stand in all of the slots."""
        key = (dim, mask)
        found = self._containing.get(key)
        if found is None:
            if len(self._masks[dim]) <= mask.bit_count():
                holds = (bits for one, bits in self._masks[dim].items() if not mask & ~one)
                found = self._free[dim] | _union(holds)
            else:
                slots, found = self.by_slot(dim), self.all
                for slot in positions(mask):
                    found &= slots[slot]
            self._containing[key] = found
        return found

    def meets(self, box: Box, among: Bits | None = None) -> Bits:
        """Return the clauses that share a point with a box."""
        standing = self.all if among is None else among
        for dim, mask in box.items():
            if dim in self._masks:
                standing &= self.meeting(dim, mask)
        return standing

    def contains(self, box: Box, among: Bits | None = None) -> Bits:
        """Return the clauses that contain all of a box."""
        standing = self.all if among is None else among
        for dim in self.order:
            standing &= self.containing(dim, box.get(dim, self.domain(dim)))
        return standing

    @cached_property
    def open_to_better(self) -> Bits:
        """Return the clauses that hold of everything better than what they hold of: limits, and no bands."""
        result = self.all
        for dim, found in self._masks.items():
            if self.signs[dim]:
                best = self.space.dims[dim].given
                best = best & -best if self.signs[dim] > 0 else 1 << (best.bit_length() - 1)
                for mask, bits in found.items():
                    inner = mask & self.space.dims[dim].given
                    if not mask & best or not _is_stretch(inner, self.space.dims[dim].given):
                        result &= ~bits
        return result

    def uncovered(
        self, box: Box, among: Bits | None = None, *, most: int = MOST_BOXES, top: Bits = 0, limits: Bits = 0
    ) -> list[Box]:
        """Return boxes that make up the part of a box that no clause covers.

        Args:
            box: where to look.
            among: the clauses that count; by default all.
            most: how many boxes are taken.
            top: where one of these clauses stands, and all of `limits` that stand are open to what is better, boxes are
                left out: there nothing worse than an open point is covered.
            limits: the clauses that `top` is about.

        Raises:
            TooComplexError: there are too many combinations, or more boxes than `most`.
        """
        found = _Walk(self, box, most=most + 1, top=top, limits=limits).open(0, self.meets(box, among))
        if len(found) > most:
            raise TooComplexError
        return [{**box, **one} for one in found]

    def first_uncovered(self, box: Box, among: Bits | None = None) -> Box | None:
        """Return a part of a box that no clause covers; None if all of it is covered.

        Raises:
            TooComplexError: there are too many combinations.
        """
        standing = self.meets(box, among)
        if self.contains(box, standing):
            return None
        found = _Walk(self, box, most=1).open(0, standing)
        return {**box, **found[0]} if found else None

    def some_uncovered(self, box: Box, among: Bits, *, most: int) -> list[Box]:
        """Return so many boxes, if there are as many, of the part of a box that no clause covers.

        Raises:
            TooComplexError: there are too many combinations.
        """
        found = _Walk(self, box, most=most).open(0, self.meets(box, among))
        return [{**box, **one} for one in found]


class _Walk:
    """One walk through a box."""

    def __init__(self, cover: Cover, box: Box, *, most: int, top: Bits = 0, limits: Bits = 0) -> None:
        self._cover = cover
        self._masks = [box.get(dim, cover.domain(dim)) for dim in cover.order]
        self._most = most
        self._top = top
        self._banded = limits & ~cover.open_to_better if top else 0
        self._better = next((n for n, dim in enumerate(cover.order) if cover.signs[dim]), len(cover.order))
        self._memo: dict[tuple[int, Bits], tuple[Box, ...]] = {}
        self._nodes = 0
        done = cover.all
        self._done = [done]
        for dim, mask in zip(reversed(cover.order), reversed(self._masks), strict=True):
            done &= cover.containing(dim, mask)
            self._done.append(done)
        self._done.reverse()

    def open(self, depth: int, standing: Bits) -> tuple[Box, ...]:
        """Return the open boxes below a point of the walk, in the dimensions that are left."""
        if not standing:
            return ({},)
        if standing & self._done[depth]:
            return ()
        if standing & self._top and depth >= self._better and not standing & self._banded:
            return ()
        key = (depth, standing)
        found = self._memo.get(key)
        if found is None:
            self._nodes += 1
            if self._nodes > MOST_NODES:
                raise TooComplexError
            found = self._memo[key] = self._below(depth, standing)
        return found

    def _below(self, depth: int, standing: Bits) -> tuple[Box, ...]:
        dim = self._cover.order[depth]
        result: list[Box] = []
        for left, mask in self._blocks(dim, self._masks[depth], standing):
            for box in self.open(depth + 1, left):
                result.append({dim: mask, **box} if mask != self._masks[depth] else box)
                if len(result) >= self._most:
                    return tuple(result)
        return tuple(result)

    def _blocks(self, dim: int, mask: Mask, standing: Bits) -> list[tuple[Bits, Mask]]:
        """Return the slots by the clauses that they leave standing, fewest standing first."""
        cover = self._cover
        free = cover._free[dim] & standing  # noqa: SLF001 - the walk is the cover's own
        blocks: dict[Bits, Mask] = {}
        if (standing & ~free).bit_count() <= FEW:
            parts = [(mask, free)]
            for number in positions(standing & ~free):
                wanted = cover.clauses[number][dim]
                parts = [
                    part
                    for found, bits in parts
                    for part in ((found & wanted, bits | 1 << number), (found & ~wanted, bits))
                    if part[0]
                ]
            for found, bits in parts:
                blocks[bits] = blocks.get(bits, 0) | found
        else:
            slots = cover.by_slot(dim)
            for slot in positions(mask):
                bits = slots[slot] & standing
                blocks[bits] = blocks.get(bits, 0) | 1 << slot
        return sorted(blocks.items(), key=lambda block: (block[0].bit_count(), block[1]))


def _union(bits: Iterable[Bits]) -> Bits:
    union = 0
    for one in bits:
        union |= one
    return union


def _is_stretch(mask: Mask, given: Mask) -> bool:
    """Return whether a mask has all the given slots between its ends."""
    low, high = lowest_bit(mask), mask.bit_length() - 1
    return not given & ((1 << high + 1) - (1 << low)) & ~mask


def runs(mask: Mask) -> Iterator[tuple[int, int]]:
    """Yield the stretches of set bits.

    >>> list(runs(0b1101110))
    [(1, 3), (5, 6)]
    """
    first = 0
    while mask:
        low = lowest_bit(mask)
        mask >>= low
        length = ((mask + 1) & -(mask + 1)).bit_length() - 1
        first += low
        yield first, first + length - 1
        mask >>= length
        first += length


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Return fewer boxes that make up the same: two that differ in one dimension only become one."""
    found = list({tuple(sorted(box.items())): dict(box) for box in boxes}.values())
    changed = True
    while changed:
        changed = False
        for dim in sorted({dim for box in found for dim in box}):
            groups: dict[tuple[tuple[int, Mask], ...], dict[int, Mask]] = {}
            rest: list[dict[int, Mask]] = []
            for box in found:
                if dim not in box:
                    rest.append(box)
                    continue
                key = tuple(sorted(item for item in box.items() if item[0] != dim))
                if key in groups:
                    groups[key][dim] |= box[dim]
                    changed = True
                else:
                    groups[key] = dict(box)
            found = [*rest, *groups.values()]
    return [dict(box) for box in found]
