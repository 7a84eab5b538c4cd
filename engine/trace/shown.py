"""The facts of one row as a trace lists them: what each field's value reads, and where it came from.

Fields that are shown again and again, as a policy's usual ones are for every line, are written out as a function: it
does what the loop over the fields does, in half the time. `tests/test_trace.py` holds the two together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.decision import Json
from engine.generated import function
from engine.trace import kept
from engine.trace.origins import Filled, Origin
from engine.trace.scene import Scene
from engine.views import UNKNOWN

Writer: TypeAlias = Callable[[Any], Json]
# Puts the texts of the known values into the scene's, and returns the entries.
Tell: TypeAlias = Callable[[Scene], list[Json]]


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field as a trace shows it; where its values are texts already, nothing writes them."""

    path: str
    write: Writer | None
    origin: str | Origin


class Shown:
    """The fields of one row that a trace shows, in the vocabulary's order; `key` says whose row it is, if anyone's."""

    def __init__(self, fields: Sequence[ShownField], key: str | None) -> None:
        """Remember the fields."""
        self._fields = tuple([(field.path, field.write, field.origin) for field in fields])
        self._key = key
        self._told = 0
        self._unrolled: Tell | None = None

    def tell(self, scene: Scene) -> list[Json]:
        """Put the texts of the known values into the scene's, and return the entries of all fields."""
        if scene.key == self._key:  # the one line of a request without lines has no number
            if self._unrolled is not None:
                return self._unrolled(scene)
            self._told += 1
            if self._told > kept.OFTEN:
                self._unrolled = _unrolled(self._fields, self._key)
        row, texts = scene.row, scene.texts
        for path, write, _ in self._fields:
            if path in row:
                value: Any = row[path]
                texts[path] = value if value is None or write is None else write(value)
        place = {} if scene.key is None else {scene.key: scene.name}
        listed: list[Json] = []
        for path, _, origin in self._fields:
            came = origin if isinstance(origin, str) else origin(scene)
            if path in texts:
                listed.append({"field": path, **place, "value": texts[path], "from": came})
            else:
                listed.append({"field": path, **place, "value": None, "known": False, "from": _unknown(came)})
        return listed


def _unknown(came: str) -> str:
    return "not given" if came == "request" else came


def _unrolled(fields: Sequence[tuple[str, Writer | None, str | Origin]], key: str | None) -> Tell:
    """Write the loops out as a function: a field's value is `v` with its number, and the value's text `t`."""
    names: dict[str, Any] = {"UNKNOWN": UNKNOWN}
    lines = [
        "def tell(scene):",
        "    get, texts, shared, name = scene.row.get, scene.texts, scene.shared_texts, scene.name",
    ]
    for number, (path, write, _) in enumerate(fields):
        names[f"write{number}"] = write
        written = f"None if v{number} is None else write{number}(v{number})" if write else f"v{number}"
        lines += [
            f"    v{number} = get({path!r}, UNKNOWN)",
            f"    if v{number} is UNKNOWN: t{number} = None",
            f"    else: texts[{path!r}] = t{number} = {written}",
        ]
    place = "" if key is None else f"{key!r}: name, "
    numbers = {path: number for number, (path, _, _) in enumerate(fields)}
    lines.append("    return [")
    for number, (path, _, origin) in enumerate(fields):
        names[f"origin{number}"] = origin
        came = unknown = f"origin{number}" if isinstance(origin, str) else _came(origin, number, numbers)
        if isinstance(origin, str):
            names[f"unknown{number}"], unknown = _unknown(origin), f"unknown{number}"
        lines += [
            f"        {{'field': {path!r}, {place}'value': t{number}, 'from': {came}}}",
            f"        if v{number} is not UNKNOWN else",
            f"        {{'field': {path!r}, {place}'value': None, 'known': False, 'from': {unknown}}},",
        ]
    lines.append("    ]")
    made: Tell = function("\n".join(lines), "tell", names)
    return made


def _came(origin: Origin, number: int, numbers: dict[str, int]) -> str:
    """Write what tells where a value came from: a formula of known values is filled in on the spot."""
    if not isinstance(origin, Filled) or not origin.fields:
        return f"origin{number}(scene)"
    values = [f"t{numbers[path]}" if mine else f"shared.get({path!r})" for path, mine in origin.fields]
    known = " and ".join([f"{value} is not None" for value in dict.fromkeys(values)])
    return f"{origin.pattern!r} % ({', '.join(values)},) if {known} else origin{number}(scene)"
