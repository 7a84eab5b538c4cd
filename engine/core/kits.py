"""Kits: lines of a request that are parts of another line (docs/language.md, section 10, `line.included_in`).

A part has no price of its own and is not judged. Its list price and cost stand in the line that it is included in: that
line's unit list price is its own and the parts' totals by its quantity, and so is its unit cost. All that reads a line
reads those, so that totals, discounts, margins and the search for prices know nothing of kits.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from engine.core.decision import Fault
from engine.core.values import Value
from rules.reports.nearest import nearest

ID, PART_OF, QUANTITY = "line.id", "line.included_in", "line.quantity"
# What a part adds to its line, per unit.
ADDED = ("line.list_price", "line.unit_cost")


class Part(NamedTuple):
    """A line that is included in another: its number in the request, from 1, and what it gives."""

    number: int
    row: Mapping[str, Value]


class Kit(NamedTuple):
    """What a line gives of its own, before the parts are added, and its parts."""

    own: Mapping[str, Value]
    parts: tuple[Part, ...]


class Kits(NamedTuple):
    """The lines that are judged, by the numbers that they have in the request, and those of them that have parts.

    Requests whose lines have neither ids nor parts have none of this.
    """

    numbers: tuple[int, ...]
    by_place: Mapping[int, Kit]

    def lacking(self, path: str, lines: Sequence[Mapping[str, Value]]) -> Iterator[str]:
        """Yield the fields that a caller could give so that an added field becomes known on every line."""
        for place, line in enumerate(lines):
            kit = self.by_place.get(place)
            if kit is None:
                if path not in line:
                    yield path
                continue
            rows = (kit.own, *(part.row for part in kit.parts))
            yield from (name for name in (path, QUANTITY) if any(name not in row for row in rows))


def has_kits(lines: Sequence[Mapping[str, Value]]) -> bool:
    """Return whether lines have ids, or are included in others: whether there is anything to look at here."""
    return any(row.get(ID) is not None or row.get(PART_OF) is not None for row in lines)


def faults_of(lines: Sequence[Mapping[str, Value]]) -> Iterator[Fault]:
    """Yield what is wrong with the ids of lines, and with what is included in which."""
    first: dict[Value, int] = {}
    for n, row in enumerate(lines):
        identity = row.get(ID)
        if identity is None:
            continue
        if identity in first:
            yield Fault(f"/lines/{n}/id", "duplicate", f"`{ID}` is the same as in /lines/{first[identity]}")
        first.setdefault(identity, n)
    for n, row in enumerate(lines):
        outer = row.get(PART_OF)
        if outer is None:
            continue
        place = f"/lines/{n}/included_in"
        if outer not in first:
            near = nearest(str(outer), [str(one) for one in first])
            hint = f"did you mean `{near}`?" if near else "give the `id` of the line that this one comes with"
            yield Fault(place, "unknown_line", f"`{PART_OF}` names no line of this request", hint)
        elif first[outer] == n:
            yield Fault(place, "included", "a line cannot be a part of itself", "leave it out")
        elif (above := lines[first[outer]].get(PART_OF)) is not None:
            if row.get(ID) is not None and above == row.get(ID):
                message = f"this line and /lines/{first[outer]} are parts of each other"
            else:
                message = f"/lines/{first[outer]} is a part itself"
            yield Fault(place, "included", message, "name the line that has the price: parts have no parts")


def assembled(lines: Sequence[dict[str, Value]]) -> tuple[list[dict[str, Value]], Kits]:
    """Return the lines that are judged, with the prices and costs of their parts, and which they are.

    The lines have no fault.
    """
    parts: dict[Value, list[Part]] = {}
    for number, row in enumerate(lines, start=1):
        outer = row.get(PART_OF)
        if outer is not None:
            parts.setdefault(outer, []).append(Part(number, row))
    judged: list[dict[str, Value]] = []
    numbers: list[int] = []
    by_place: dict[int, Kit] = {}
    for number, row in enumerate(lines, start=1):
        if row.get(PART_OF) is not None:
            continue
        identity = row.get(ID)
        own = parts.get(identity, ()) if identity is not None else ()
        if own:
            kit = by_place[len(judged)] = Kit(dict(row), tuple(own))
            for path in ADDED:
                _add(row, path, kit)
        judged.append(row)
        numbers.append(number)
    return judged, Kits(tuple(numbers), by_place)


def _add(row: dict[str, Value], path: str, kit: Kit) -> None:
    """Put a line's field with what its parts add to it; it is unknown if one of them is, and else null if one is."""
    rows = (kit.own, *(part.row for part in kit.parts))
    values = [one[name] for one in rows for name in (path, QUANTITY) if name in one]
    row.pop(path, None)
    if len(values) < 2 * len(rows):
        return
    if None in values:
        row[path] = None
        return
    of_parts = sum(_number(part.row[path]) * _number(part.row[QUANTITY]) for part in kit.parts)
    row[path] = (_number(kit.own[path]) + of_parts / _number(kit.own[QUANTITY])).as_integer_ratio()


def _number(value: Value) -> Fraction:
    assert isinstance(value, tuple)
    return Fraction(*value)
