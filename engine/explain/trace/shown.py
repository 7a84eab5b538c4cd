"""The facts of one row as a trace lists them: what each field's value reads, and where it came from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.core.decision import Json
from engine.explain.trace.origins import Origin
from engine.explain.trace.traced_subject import TracedSubject

Writer: TypeAlias = Callable[[Any], Json]


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field as a trace shows it; where its values are texts already, nothing writes them."""

    path: str
    write: Writer | None
    origin: str | Origin


class Shown:
    """The fields of one row that a trace shows, in the vocabulary's order."""

    def __init__(self, fields: Sequence[ShownField]) -> None:
        """Remember the fields: what each is named, what writes it, and where it came from, if always from there."""
        self._written = tuple([(field.path, field.write) for field in fields])
        self._fields = tuple(
            [
                (one.path, one.origin, None) if isinstance(one.origin, str) else (one.path, "", one.origin)
                for one in fields
            ]
        )

    def tell(self, traced: TracedSubject) -> list[Json]:
        """Put the texts of the known values into the traced's, and return the entries of all fields."""
        row, texts, key, name = traced.row, traced.texts, traced.key, traced.name
        for path, write in self._written:
            if path in row:
                value: Any = row[path]
                texts[path] = value if write is None or value is None else write(value)
        listed: list[Json] = []
        for path, always, origin in self._fields:
            came = always if origin is None else origin(traced)
            if path not in texts:
                place = {} if key is None else {key: name}
                unknown = "not given" if came == "request" else came
                listed.append({"field": path, **place, "value": None, "known": False, "from": unknown})
            elif key is None:
                listed.append({"field": path, "value": texts[path], "from": came})
            else:
                listed.append({"field": path, key: name, "value": texts[path], "from": came})
        return listed
