"""Lines as the request counts and names them, in what was decided.

Deciding counts the lines that are judged. Where some are parts of others, or lines have ids, what is said of a line has
the number that it has in the request, and its id beside it.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from msgspec.structs import replace

from engine.answers.price import LineResult
from engine.core.decision import Json
from engine.core.facts import Facts
from engine.core.kits import ID
from engine.core.parts import Part
from engine.plan.ruling import Ruling

AnyPart = TypeVar("AnyPart", bound=Part)


def with_line_names(ruling: Ruling, facts: Facts) -> Ruling:
    """Return a ruling whose result and steps name lines as the request does."""
    if facts.kits is None:
        return ruling
    steps = tuple([_named(step, facts) for step in ruling.steps])
    lists: dict[str, Any] = {
        name: [_named(one, facts) for one in found]
        for name in ruling.result.__struct_fields__
        if isinstance(found := getattr(ruling.result, name), list | tuple)
        and any(isinstance(one, Part) for one in found)
    }
    return ruling._replace(result=replace(ruling.result, **lists), steps=steps)


def _named(part: AnyPart, facts: Facts) -> AnyPart:
    if not isinstance(part, Part) or (line := getattr(part, "line", None)) is None:
        return part
    assert facts.kits is not None
    place = line - 1
    found: dict[str, Any] = {"line": facts.line_number(place)}
    found["id" if isinstance(part, LineResult) else "line_id"] = line_id(facts, place)
    if isinstance(part, LineResult) and place in facts.kits.by_place:
        found["includes"] = [one.number for one in facts.kits.by_place[place].parts]
    return replace(part, **found)


def line_id(facts: Facts, place: int) -> str | None:
    """Return the id of a judged line; None if it has none."""
    found = (facts.lines or ())[place].get(ID)
    return found if isinstance(found, str) else None


def name_lines(entries: Sequence[Json], facts: Facts) -> list[Json]:
    """Return a trace's entries, each with the id of its line beside the line's number."""
    if facts.kits is None:
        return [*entries]
    ids = {facts.line_number(place): line_id(facts, place) for place in range(len(facts.lines or ()))}
    named: list[Json] = []
    for entry in entries:
        number = entry.get("line") if isinstance(entry, dict) else None
        if isinstance(entry, dict) and isinstance(number, int) and (name := ids.get(number)) is not None:
            before = [*entry.items()]
            at = [key for key, _ in before].index("line") + 1
            named.append(dict([*before[:at], ("line_id", name), *before[at:]]))
        else:
            named.append(entry)
    return named
