"""A rule's tests as trace entries: the owner's words, the value that was met, whether it holds, and by how much not.

What does not depend on a request is worked out once: which mapping a field stands in, and whether a test may hold for
a field that is not given. A rule that fired has only tests that hold, so these are not judged a second time.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, assert_never

from engine.decision import Json
from engine.exact import Ratio, compare, ratio
from engine.facts import Row
from engine.interpret import ACCEPTED, Verdict, all_of, judge_test, negated
from engine.trace.distances import distance, short_by
from engine.values import Value
from engine.views import OWN_OBJECTS, UNKNOWN, State
from rules.ir import AllOf, AnyOf, Compare, CompareField, Condition, FieldTest, Not, Subject, Test
from rules.types import Scalar, Term, Type

Entry: TypeAlias = dict[str, Json]
# The text of every known value that a trace shows of one row, by field.
Texts: TypeAlias = dict[str, Json]
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Scene:
    """The facts from one subject's view, and their texts."""

    shared: Row
    row: Row
    shared_texts: Texts
    texts: Texts


def _is_coarse(kind: Type) -> bool:
    """Tell whether few values of a type are met, again and again."""
    return kind in (Scalar.BOOLEAN, Scalar.INTEGER) or isinstance(kind, Term)


@dataclass(frozen=True, slots=True)
class TracedTest:
    """A unary test, ready to be shown.

    `own` and `other_own` tell whether a field stands in the subject's row. `limit` is the number that a comparison
    compares with. `seen` keeps the entries for values of which there are few; None for figures.
    """

    field: str
    own: bool
    test: Test
    written: str
    kind: Type
    other: str | None
    other_own: bool
    limit: Ratio | None
    seen: dict[State, Entry] | None

    def holding(self, scene: Scene) -> Entry:
        """Return the entry of a test that is known to hold."""
        if self.seen is not None:
            return self._seen(self.seen, scene)
        texts = scene.texts if self.own else scene.shared_texts
        if self.other is None and self.field in texts:
            return {"field": self.field, "test": self.written, "actual": texts[self.field], "holds": True}
        return self._entry(scene, verdict=True)

    def failing(self, scene: Scene) -> Entry:
        """Return the entry of a test that is known to fail."""
        return self._entry(scene, verdict=False) if self.seen is None else self._seen(self.seen, scene)

    def judged(self, scene: Scene) -> Entry:
        """Judge the test and return its entry."""
        return self._entry(scene, verdict=self.verdict(scene)) if self.seen is None else self._seen(self.seen, scene)

    def verdict(self, scene: Scene) -> Verdict:
        """Judge the test."""
        if self.seen is not None:
            return self._seen(self.seen, scene)["holds"]  # type: ignore[return-value]  # a verdict
        value = (scene.row if self.own else scene.shared).get(self.field, UNKNOWN)
        if self.limit is not None and type(value) is tuple:
            assert isinstance(self.test, Compare)
            return compare(value, self.limit) in ACCEPTED[self.test.operator]
        if self.other is None:
            return judge_test(self.test, value, None)
        return judge_test(self.test, value, (scene.row if self.other_own else scene.shared).get(self.other, UNKNOWN))

    def _seen(self, seen: dict[State, Entry], scene: Scene) -> Entry:
        """Return the entry for a value that comes again and again: made once, shared, and never changed."""
        value = (scene.row if self.own else scene.shared).get(self.field, UNKNOWN)
        entry = seen.get(value)
        if entry is None:
            entry = self._entry(scene, verdict=judge_test(self.test, value, None))
            if len(seen) < _KEPT:
                seen[value] = entry
        return entry

    def _entry(self, scene: Scene, *, verdict: Verdict) -> Entry:
        values, texts = (scene.row, scene.texts) if self.own else (scene.shared, scene.shared_texts)
        field = self.field
        if field in texts:
            entry: Entry = {"field": field, "test": self.written, "actual": texts[field], "holds": verdict}
        else:
            entry = {"field": field, "test": self.written, "actual": None, "holds": verdict, "known": False}
        other: Value = None
        if self.other is not None:
            others, other_texts = (scene.row, scene.texts) if self.other_own else (scene.shared, scene.shared_texts)
            other = others.get(self.other)
            entry["limit"] = other_texts.get(self.other)
            if self.other not in others:
                entry["limit_known"] = False
        if verdict is False:
            value = values.get(field)
            if self.limit is not None and value is not None:
                short = distance(value, self.limit, self.kind)
            else:
                short = short_by(self.test, value, other, self.kind)
            if short is not None:
                entry["short_by"] = short
        return entry


@dataclass(frozen=True, slots=True)
class TracedGroup:
    """`any`, `all` or `not` of several; what stands under `not` are the tests that must not all hold."""

    word: str
    parts: tuple["Traced", ...]

    def holding(self, scene: Scene) -> Entry:
        """Return the entry; which of the parts hold is not known beforehand."""
        return self.judged(scene)

    def failing(self, scene: Scene) -> Entry:
        """Return the entry, as above."""
        return self.judged(scene)

    def verdict(self, scene: Scene) -> Verdict:
        """Judge the parts."""
        return self._all([part.verdict(scene) for part in self.parts])

    def judged(self, scene: Scene) -> Entry:
        """Judge the parts and return the entry."""
        entries = [part.judged(scene) for part in self.parts]
        verdicts: list[Verdict] = [entry["holds"] for entry in entries]  # type: ignore[misc]  # `holds` is a verdict
        return {self.word: list[Json](entries), "holds": self._all(verdicts)}

    def _all(self, verdicts: list[Verdict]) -> Verdict:
        if self.word == "any":
            return negated(all_of([negated(one) for one in verdicts]))
        return all_of(verdicts) if self.word == "all" else negated(all_of(verdicts))


Traced: TypeAlias = TracedTest | TracedGroup


def traced(condition: Condition, subject: Subject, kinds: "dict[str, Type]") -> Traced:
    """Return a condition as trace entries are made from it; `kinds` holds the type of every field."""
    match condition:
        case FieldTest(field, test, written):
            other = test.other if isinstance(test, CompareField) else None
            own = OWN_OBJECTS[subject]
            return TracedTest(
                field=field,
                own=field.partition(".")[0] in own,
                test=test,
                written=written,
                kind=kinds[field],
                other=other,
                other_own=other is not None and other.partition(".")[0] in own,
                limit=ratio(test.value) if isinstance(test, Compare) and isinstance(test.value, Fraction) else None,
                seen={} if other is None and _is_coarse(kinds[field]) else None,
            )
        case AllOf(parts):
            return TracedGroup("all", tuple([traced(part, subject, kinds) for part in parts]))
        case AnyOf(parts):
            return TracedGroup("any", tuple([traced(part, subject, kinds) for part in parts]))
        case Not(AllOf(parts)):
            return TracedGroup("not", tuple([traced(part, subject, kinds) for part in parts]))
        case Not(part):
            return TracedGroup("not", (traced(part, subject, kinds),))
        case _:
            assert_never(condition)
