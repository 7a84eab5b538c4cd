"""A rule's tests as trace entries: the owner's words, the value that was met, whether it holds, and by how much not.

What does not depend on a request is worked out once, such as the mapping that a field stands in. Entries that come
again are made once, shared, and never changed: those of values of which there are few are kept while the policy is in
use, and those that read shared facts alone while one decision is told, for they are the same for every line.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from operator import ge, gt, le, lt
from typing import TypeAlias, assert_never

from engine.decision import Json
from engine.exact import Ratio, ratio
from engine.interpret import Verdict, all_of, judge_test, negated
from engine.trace.distances import gap_text, short_by
from engine.trace.kept import NOT_KNOWN, is_coarse, keep
from engine.trace.scene import Entry, Scene
from engine.values import Value
from engine.views import OWN_OBJECTS, UNKNOWN
from rules.ir import AllOf, AnyOf, Compare, CompareField, Condition, FieldTest, Not, Operator, Subject, Test
from rules.types import NUMERIC, Type

_SIGNS: dict[Operator, Callable[[int, int], bool]] = {
    Operator.LESS: lt,
    Operator.AT_MOST: le,
    Operator.GREATER: gt,
    Operator.AT_LEAST: ge,
}


@dataclass(frozen=True, slots=True, eq=False)
class TracedTest:
    """A unary test, ready to be shown.

    `own` and `other_own` tell whether a field stands in the subject's row, and `common` that the test reads shared
    facts alone and is asked for one row after another. `seen` keeps the entries for values of which there are few; None
    for figures and texts.
    """

    field: str
    own: bool
    common: bool
    test: Test
    written: str
    kind: Type
    other: str | None
    other_own: bool
    seen: dict[object, Entry] | None

    def entry(self, scene: Scene) -> Entry:
        """Judge the test and return its entry."""
        if self.common:
            told = scene.told.get(self)
            if told is not None:
                return told
        if self.seen is None:
            entry = self._judged(scene)
        else:
            value = (scene.row if self.own else scene.shared).get(self.field, NOT_KNOWN)
            found = self.seen.get(value)
            entry = found if found is not None else keep(self.seen, value, self._judged(scene))
        if self.common:
            scene.told[self] = entry
        return entry

    def fields(self) -> Iterator[tuple[bool, str]]:
        """Yield the fields that the test reads, and whether they stand in the subject's row."""
        yield self.own, self.field
        if self.other is not None:
            yield self.other_own, self.other

    def _judged(self, scene: Scene) -> Entry:
        values, texts = (scene.row, scene.texts) if self.own else (scene.shared, scene.shared_texts)
        others, other_texts = (scene.row, scene.texts) if self.other_own else (scene.shared, scene.shared_texts)
        other = others.get(self.other, UNKNOWN) if self.other is not None else None
        verdict = judge_test(self.test, values.get(self.field, UNKNOWN), other)
        entry: Entry = {"field": self.field, "test": self.written, "actual": texts.get(self.field), "holds": verdict}
        if self.field not in texts:
            entry["known"] = False
        if self.other is not None:
            entry["limit"] = other_texts.get(self.other)
            if other is UNKNOWN:
                entry["limit_known"] = False
        if verdict is False:
            limit: Value = None if other is UNKNOWN else other
            short = short_by(self.test, values.get(self.field), limit, self.kind)
            if short is not None:
                entry["short_by"] = short
        return entry


@dataclass(frozen=True, slots=True, eq=False)
class TracedLimit:
    """A comparison of a figure with a number, or with another figure, the short way: by far the most frequent test.

    `holds` tells from the sign of the difference between value and limit, and zero, whether the test holds; `limit` is
    None where `other` has it. `general` tells of what is null, unknown or without bounds.
    """

    general: TracedTest
    field: str
    own: bool
    common: bool
    written: str
    kind: Type
    holds: Callable[[int, int], bool]
    limit: Ratio | None
    other: str | None
    other_own: bool

    def entry(self, scene: Scene) -> Entry:
        """Judge the test and return its entry."""
        if self.common:
            told = scene.told.get(self)
            if told is not None:
                return told
        entry = self._judged(scene) or self.general.entry(scene)
        if self.common:
            scene.told[self] = entry
        return entry

    def fields(self) -> Iterator[tuple[bool, str]]:
        """Yield the fields that the test reads, and whether they stand in the subject's row."""
        return self.general.fields()

    def _judged(self, scene: Scene) -> Entry | None:
        """Return the entry; None where value or limit are no finite numbers."""
        value = (scene.row if self.own else scene.shared).get(self.field)
        limit: Value = self.limit
        if self.other is not None:
            limit = (scene.row if self.other_own else scene.shared).get(self.other)
        if type(value) is not tuple or type(limit) is not tuple:
            return None
        (n, d), (m, e) = value, limit
        if not d or not e:
            return None
        gap = n * e - m * d
        holds = self.holds(gap, 0)
        actual = (scene.texts if self.own else scene.shared_texts)[self.field]
        entry: Entry = {"field": self.field, "test": self.written, "actual": actual, "holds": holds}
        if self.other is not None:
            entry["limit"] = (scene.texts if self.other_own else scene.shared_texts)[self.other]
        if not holds:
            entry["short_by"] = gap_text((abs(gap), d * e), self.kind)
        return entry


@dataclass(frozen=True, slots=True, eq=False)
class TracedGroup:
    """`any`, `all` or `not` of several; what stands under `not` are the tests that must not all hold.

    `seen` keeps the entries by the values of `reads`, where all parts keep theirs.
    """

    word: str
    parts: tuple["Traced", ...]
    reads: tuple[tuple[bool, str], ...]
    seen: dict[object, Entry] | None

    def entry(self, scene: Scene) -> Entry:
        """Judge the parts and return the entry."""
        if self.seen is None:
            return self._judged(scene)
        row, shared = scene.row, scene.shared
        values = tuple([(row if own else shared).get(field, NOT_KNOWN) for own, field in self.reads])
        found = self.seen.get(values)
        return found if found is not None else keep(self.seen, values, self._judged(scene))

    def fields(self) -> Iterator[tuple[bool, str]]:
        """Yield the fields that the parts read, and whether they stand in the subject's row."""
        for part in self.parts:
            yield from part.fields()

    def _judged(self, scene: Scene) -> Entry:
        entries = [part.entry(scene) for part in self.parts]
        verdicts: list[Verdict] = [entry["holds"] for entry in entries]  # type: ignore[misc]  # `holds` is a verdict
        return {self.word: list[Json](entries), "holds": self._all(verdicts)}

    def _all(self, verdicts: list[Verdict]) -> Verdict:
        if self.word == "any":
            return negated(all_of([negated(one) for one in verdicts]))
        return all_of(verdicts) if self.word == "all" else negated(all_of(verdicts))


Traced: TypeAlias = TracedTest | TracedLimit | TracedGroup


def traced(condition: Condition, subject: Subject, kinds: Mapping[str, Type]) -> Traced:
    """Return a condition as trace entries are made from it; `kinds` holds the type of every field."""
    match condition:
        case FieldTest():
            return _test(condition, subject, kinds)
        case AllOf(parts):
            return _group("all", parts, subject, kinds)
        case AnyOf(parts):
            return _group("any", parts, subject, kinds)
        case Not(AllOf(parts)):
            return _group("not", parts, subject, kinds)
        case Not(part):
            return _group("not", (part,), subject, kinds)
        case _:
            assert_never(condition)


def _test(condition: FieldTest, subject: Subject, kinds: Mapping[str, Type]) -> TracedTest | TracedLimit:
    field, test, kind = condition.field, condition.test, kinds[condition.field]
    other = test.other if isinstance(test, CompareField) else None
    own, other_own = [path.partition(".")[0] in OWN_OBJECTS[subject] for path in (field, other or "")]
    common = subject is not Subject.DEAL and not own and not other_own
    seen: dict[object, Entry] | None = {} if other is None and is_coarse(field, kind) else None
    general = TracedTest(field, own, common, test, condition.written, kind, other, other_own, seen)
    sign = _SIGNS.get(test.operator) if isinstance(test, Compare | CompareField) else None
    limit = ratio(test.value) if isinstance(test, Compare) and isinstance(test.value, Fraction) else None
    if seen is not None or sign is None or kind not in NUMERIC:
        return general
    return TracedLimit(general, field, own, common, condition.written, kind, sign, limit, other, other_own)


def _group(word: str, parts: tuple[Condition, ...], subject: Subject, kinds: Mapping[str, Type]) -> TracedGroup:
    inner = tuple([traced(part, subject, kinds) for part in parts])
    reads = tuple(dict.fromkeys(one for part in inner for one in part.fields()))
    keeps = all(not isinstance(part, TracedLimit) and part.seen is not None for part in inner)
    return TracedGroup(word, inner, reads, {} if keeps else None)
