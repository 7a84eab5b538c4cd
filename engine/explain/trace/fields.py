"""Which facts a trace lists, and in which order: what the listed rules read, and what that was derived from.

Every field has a bit, in the vocabulary's order, so that the fields of many rules unite in one `|` and leave it in
order. What a field was derived from follows from the policy alone and is worked out once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from engine.core.views import is_own
from engine.explain.trace.numbers import writer
from engine.explain.trace.origins import Origin, origin_of
from engine.explain.trace.shown import Shown, ShownField
from engine.plan.derive.derivation import Derivation
from engine.plan.derive.derivations import Derivations
from engine.plan.tables.bits import positions
from rules.ir import DerivedTable, Field, Policy, Subject
from rules.text.source import Span
from rules.types import Type
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


class FieldBook:
    """The fields that one kind of decision can trace."""

    def __init__(self, policy: Policy, derivations: Derivations) -> None:
        """Number the fields in the vocabulary's order."""
        self._folder = PurePath(policy.sources[0].file).parent
        fields = [AS_OF, *policy.fields.values()]
        self.types: dict[str, Type] = {field.path: field.type for field in fields}
        self._fields = tuple(fields)
        self._bits = {field.path: 1 << number for number, field in enumerate(fields)}
        self._derivations: dict[str, Derivation] = {one.path: one for one in derivations}
        self._tables = {one.field: one for one in policy.derive if isinstance(one, DerivedTable)}
        self._reads: dict[tuple[str, Subject], Reads] = {}
        self._origins: dict[tuple[str, Subject], str | Origin] = {}

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

    def shown(self, bits: int, subject: Subject) -> Shown:
        """Return fields of one row, in the vocabulary's order."""
        fields = [self._fields[number] for number in positions(bits)]
        return Shown([ShownField(field.path, writer(field.type), self._origin(field, subject)) for field in fields])

    def _closure(self, path: str, subject: Subject) -> Reads:
        key = (path, subject)
        if key not in self._reads:
            own = is_own(path, subject)
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

    def _origin(self, field: Field, subject: Subject) -> str | Origin:
        key = (field.path, subject)
        if key not in self._origins:
            derivation, table = self._derivations.get(field.path), self._tables.get(field.path)
            self._origins[key] = origin_of(field, derivation, table, subject)
        return self._origins[key]


class Listing:
    """The facts of one subject's rows, each set of fields prepared when it is first shown."""

    def __init__(self, book: FieldBook, subject: Subject) -> None:
        """Remember the book."""
        self._book = book
        self._subject = subject
        self._shown: dict[int, Shown] = {}

    def __getitem__(self, bits: int) -> Shown:
        """Return some of the fields."""
        found = self._shown.get(bits)
        if found is None:
            if len(self._shown) > 4_096:  # an outer bound; a policy's rules read few different sets of fields
                self._shown.clear()
            found = self._shown[bits] = self._book.shown(bits, self._subject)
        return found
