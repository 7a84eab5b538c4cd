"""A rule's tests as trace entries: the owner's words, the value that was met, whether it holds, and by how much not.

What does not depend on a request is worked out once: which mapping a field stands in, and whether a test may hold for
a field that is not given. A rule that fired has only tests that hold, so these are not judged a second time.
"""

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from engine.decision import Json
from engine.facts import Row
from engine.interpret import Verdict, all_of, judge_test, negated
from engine.trace.distances import short_by
from engine.values import Value
from engine.views import OWN_OBJECTS, UNKNOWN
from rules.ir import AllOf, AnyOf, CompareField, Condition, FieldTest, Not, Subject, Test
from rules.types import Type

Entry: TypeAlias = dict[str, Json]
# The text of every known value that a trace shows of one row, by field.
Texts: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Scene:
    """The facts from one subject's view, and their texts."""

    shared: Row
    row: Row
    shared_texts: Texts
    texts: Texts


@dataclass(frozen=True, slots=True)
class TracedTest:
    """A unary test, ready to be shown. `own` and `other_own` tell whether a field stands in the subject's row."""

    field: str
    own: bool
    test: Test
    written: str
    kind: Type
    other: str | None
    other_own: bool

    def holding(self, scene: Scene) -> Entry:
        """Return the entry of a test that is known to hold."""
        texts = scene.texts if self.own else scene.shared_texts
        field = self.field
        if self.other is None and field in texts:
            return {"field": field, "test": self.written, "actual": texts[field], "holds": True}
        return self._entry(scene, verdict=True)

    def judged(self, scene: Scene) -> Entry:
        """Judge the test and return its entry."""
        value = (scene.row if self.own else scene.shared).get(self.field, UNKNOWN)
        other = None if self.other is None else self._other(scene).get(self.other, UNKNOWN)
        return self._entry(scene, verdict=judge_test(self.test, value, other))

    def _entry(self, scene: Scene, *, verdict: Verdict) -> Entry:
        values, texts = (scene.row, scene.texts) if self.own else (scene.shared, scene.shared_texts)
        entry: Entry = {
            "field": self.field,
            "test": self.written,
            "actual": texts.get(self.field),
            "holds": verdict,
        }
        if self.field not in values:
            entry["known"] = False
        other: Value = None
        if self.other is not None:
            entry["limit"] = (scene.texts if self.other_own else scene.shared_texts).get(self.other)
            other = self._other(scene).get(self.other)
            if self.other not in self._other(scene):
                entry["limit_known"] = False
        if verdict is False:
            short = short_by(self.test, values.get(self.field), other, self.kind)
            if short is not None:
                entry["short_by"] = short
        return entry

    def _other(self, scene: Scene) -> Row:
        return scene.row if self.other_own else scene.shared


@dataclass(frozen=True, slots=True)
class TracedGroup:
    """`any`, `all` or `not` of several; what stands under `not` are the tests that must not all hold."""

    word: str
    parts: tuple["Traced", ...]

    def holding(self, scene: Scene) -> Entry:
        """Return the entry; which of the parts hold is not known beforehand."""
        return self.judged(scene)

    def judged(self, scene: Scene) -> Entry:
        """Judge the parts and return the entry."""
        entries = [part.judged(scene) for part in self.parts]
        verdicts: list[Verdict] = [entry["holds"] for entry in entries]  # type: ignore[misc]  # `holds` is a verdict
        match self.word:
            case "any":
                verdict = negated(all_of([negated(one) for one in verdicts]))
            case "all":
                verdict = all_of(verdicts)
            case _:
                verdict = negated(all_of(verdicts))
        return {self.word: list[Json](entries), "holds": verdict}


Traced: TypeAlias = TracedTest | TracedGroup


def traced(condition: Condition, subject: Subject, kinds: "dict[str, Type]") -> Traced:
    """Return a condition as trace entries are made from it; `kinds` holds the type of every field."""
    match condition:
        case FieldTest(field, test, written):
            other = test.other if isinstance(test, CompareField) else None
            own = OWN_OBJECTS[subject]
            return TracedTest(
                field,
                field.partition(".")[0] in own,
                test,
                written,
                kinds[field],
                other,
                other is not None and other.partition(".")[0] in own,
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
