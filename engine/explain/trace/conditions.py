"""A rule's conditions as trace entries.

Entries that come again are made once, shared, and never changed: those of values of which there are few are kept while
the policy is in use, and those that read shared facts alone while one decision is told, for they are the same for every
line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from engine.core.decision import Json
from engine.core.interpret import Verdict, all_of, negated
from engine.explain.trace.kept import NOT_KNOWN, is_few_valued, keep
from engine.explain.trace.traced_subject import Entry, TracedSubject
from engine.explain.trace.unary import TracedLimit, TracedTest, traced_test
from rules.ir import AllOf, AnyOf, Condition, FieldTest, Not, Subject
from rules.types import Type


@dataclass(frozen=True, slots=True)
class TracedCompound:
    """`any`, `all` or `not` of several; what stands under `not` are the tests that must not all hold."""

    word: str
    parts: tuple["Traced", ...]

    def fields(self) -> Iterator[tuple[str, bool]]:
        """Yield the fields that the parts read, and whether they stand in the subject's row."""
        for part in self.parts:
            yield from part.fields()

    def entry(self, traced: TracedSubject) -> Entry:
        """Judge the parts and return the entry."""
        entries = [part.entry(traced) for part in self.parts]
        verdicts: list[Verdict] = [entry["holds"] for entry in entries]  # type: ignore[misc]  # `holds` is a verdict
        return {self.word: list[Json](entries), "holds": self._all(verdicts)}

    def _all(self, verdicts: list[Verdict]) -> Verdict:
        if self.word == "any":
            return negated(all_of([negated(one) for one in verdicts]))
        return all_of(verdicts) if self.word == "all" else negated(all_of(verdicts))


_Plain: TypeAlias = TracedTest | TracedLimit | TracedCompound


@dataclass(frozen=True, slots=True)
class Kept:
    """A condition on values of which there are few: its entry is made once for each, or for each set of them."""

    part: _Plain
    reads: tuple[tuple[str, bool], ...]
    seen: dict[object, Entry] = field(default_factory=dict)

    def fields(self) -> Iterator[tuple[str, bool]]:
        """Yield the fields that the condition reads, and whether they stand in the subject's row."""
        yield from self.reads

    def entry(self, traced: TracedSubject) -> Entry:
        """Return the entry."""
        if len(self.reads) == 1:
            path, own = self.reads[0]
            key: object = (traced.row if own else traced.shared).get(path, NOT_KNOWN)
        else:
            key = tuple([(traced.row if own else traced.shared).get(path, NOT_KNOWN) for path, own in self.reads])
        return self.seen.get(key) or keep(self.seen, key, self.part.entry(traced))


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """A condition on shared facts alone, of a rule that is judged for one row after another: made once a decision."""

    part: "_Plain | Kept"

    def fields(self) -> Iterator[tuple[str, bool]]:
        """Yield the fields that the condition reads, and whether they stand in the subject's row."""
        return self.part.fields()

    def entry(self, traced: TracedSubject) -> Entry:
        """Return the entry."""
        told = traced.told.get(self)
        if told is None:
            told = traced.told[self] = self.part.entry(traced)
        return told


Traced: TypeAlias = _Plain | Kept | Common


def traced(condition: Condition, subject: Subject, kinds: Mapping[str, Type], places: int) -> Traced:
    """Return a condition as trace entries are made from it; `kinds` holds the type of every field.

    `places` are the decimals of the currency's smallest amount.
    """
    plain = _plain(condition, subject, kinds, places)
    reads = tuple(dict.fromkeys(plain.fields()))
    part: _Plain | Kept = Kept(plain, reads) if all(is_few_valued(path, kinds[path]) for path, _ in reads) else plain
    return part if subject is Subject.DEAL or any(own for _, own in reads) else Common(part)


def _plain(condition: Condition, subject: Subject, kinds: Mapping[str, Type], places: int) -> _Plain:
    match condition:
        case FieldTest():
            return traced_test(condition, subject, kinds, places)
        case AllOf(parts):
            return _group("all", parts, subject, kinds, places)
        case AnyOf(parts):
            return _group("any", parts, subject, kinds, places)
        case Not(AllOf(parts)):
            return _group("not", parts, subject, kinds, places)
        case Not(part):
            return _group("not", (part,), subject, kinds, places)
        case _:
            assert_never(condition)


def _group(
    word: str, parts: tuple[Condition, ...], subject: Subject, kinds: Mapping[str, Type], places: int
) -> TracedCompound:
    return TracedCompound(word, tuple([traced(part, subject, kinds, places) for part in parts]))
