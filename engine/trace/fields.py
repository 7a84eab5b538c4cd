"""Which facts a trace lists, and in which order: what the listed rules read, and what that was derived from.

Every field has a bit, in the vocabulary's order, so that the fields of many rules unite in one `|` and leave it in
order. What a field was derived from follows from the policy alone and is worked out once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import Any

from engine import figures
from engine.decision import Json
from engine.derive.derivations import Derivation, Derivations
from engine.facts import Row
from engine.tables.bits import positions
from engine.trace.conditions import Texts
from engine.trace.origins import Case, Origin, origin_of
from engine.values import Value
from engine.views import OWN_OBJECTS
from rules.ir import DerivedTable, Policy, Subject
from rules.source import Span
from rules.types import Scalar, Type
from rules.vocabulary import AS_OF


@dataclass(frozen=True, slots=True)
class Reads:
    """Fields as bits: those of the shared facts, those of the subject's own row, and those of every line."""

    shared: int = 0
    own: int = 0
    lines: int = 0

    def __or__(self, other: "Reads") -> "Reads":
        """Return the fields of both."""
        return Reads(self.shared | other.shared, self.own | other.own, self.lines | other.lines)


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field as a trace shows it: how its value reads, and where it came from."""

    path: str
    text: Callable[[Any], Json]
    origin: str | Origin


class FieldBook:
    """The fields that one kind of decision can trace."""

    def __init__(self, policy: Policy, derivations: Derivations) -> None:
        """Number the fields in the vocabulary's order."""
        self._folder = PurePath(policy.sources[0].file).parent
        fields = [AS_OF, *policy.fields.values()]
        self.types: dict[str, Type] = {field.path: field.type for field in fields}
        self._fields = tuple(fields)
        self._bits = {field.path: 1 << number for number, field in enumerate(fields)}
        self._derivations: dict[str, Derivation] = {one.path: one for stage in derivations.stages for one in stage}
        self._tables = {one.field: one for one in policy.derive if isinstance(one, DerivedTable)}
        self._reads: dict[tuple[str, Subject], Reads] = {}
        self._shown: dict[tuple[int, Subject], tuple[ShownField, ...]] = {}
        self._each: dict[tuple[int, Subject], ShownField] = {}

    def file(self, span: Span) -> str:
        """Return a span's file as seen from the policy's own folder, so that it reads the same on every machine."""
        file = PurePath(span.file)
        return (file.relative_to(self._folder) if file.is_relative_to(self._folder) else file).as_posix()

    def reads(self, paths: Iterable[str], subject: Subject) -> Reads:
        """Return the fields, and all that they are derived from."""
        found = Reads()
        for path in paths:
            found |= self._closure(path, subject)
        return found

    def shown(self, bits: int, subject: Subject) -> tuple[ShownField, ...]:
        """Return the fields of one row, in the vocabulary's order."""
        key = (bits, subject)
        found = self._shown.get(key)
        if found is None:
            if len(self._shown) > 4_096:  # an outer bound; a policy's rules read few different sets of fields
                self._shown.clear()
            found = self._shown[key] = tuple([self._field(number, subject) for number in positions(bits)])
        return found

    def _closure(self, path: str, subject: Subject) -> Reads:
        key = (path, subject)
        if key not in self._reads:
            own = path.partition(".")[0] in OWN_OBJECTS[subject]
            found = Reads(own=self._bits[path]) if own else Reads(shared=self._bits[path])
            derivation = self._derivations.get(path)
            for name in sorted(derivation.inputs) if derivation else ():
                if not own and name.startswith("line."):
                    inner = self._closure(name, Subject.LINE)
                    found |= Reads(shared=inner.shared, lines=inner.own | inner.lines)
                else:
                    found |= self._closure(name, subject if own else Subject.DEAL)
            self._reads[key] = found
        return self._reads[key]

    def _field(self, number: int, subject: Subject) -> ShownField:
        key = (number, subject)
        if key not in self._each:
            field = self._fields[number]
            origin = origin_of(field, self._derivations.get(field.path), self._tables.get(field.path), subject)
            self._each[key] = ShownField(field.path, _NUMBERS.get(field.type) or partial(_general, field.type), origin)
        return self._each[key]


# How numbers are written; a number field's known value is a pair or null.
_NUMBERS: dict[Type, Callable[[Any], Json]] = {
    Scalar.RATE: figures.rate,
    Scalar.MONEY: figures.amount,
    Scalar.INTEGER: figures.number,
    Scalar.NUMBER: figures.number,
}


def _general(kind: Type, value: Value) -> Json:
    text = figures.text(value, kind)
    return list[Json](text) if isinstance(text, list) else text


def put_texts(shown: Iterable[ShownField], row: Row, texts: Texts) -> None:
    """Write down the known values of a row; a field that is unknown is left out."""
    for field in shown:
        path = field.path
        if path in row:
            value = row[path]
            texts[path] = None if value is None else field.text(value)


def entries(shown: Iterable[ShownField], case: Case, texts: Texts, place: Mapping[str, Json]) -> list[Json]:
    """Return the trace's entries of one row's fields; `place` says whose they are."""
    listed: list[Json] = []
    for field in shown:
        path, origin = field.path, field.origin
        came = origin if isinstance(origin, str) else origin(case)
        if path in texts:
            listed.append({"field": path, **place, "value": texts[path], "from": came})
        else:
            came = "not given" if came == "request" else came
            listed.append({"field": path, **place, "value": None, "known": False, "from": came})
    return listed
