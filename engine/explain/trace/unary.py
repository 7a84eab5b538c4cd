"""Unary tests as trace entries: the owner's words, the value that was met, whether it holds, and by how much not.

What does not depend on a request is worked out once, such as the mapping that a field stands in.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from operator import ge, gt, le, lt

from engine.core.exact import Ratio, ratio
from engine.core.values import Value
from engine.core.views import is_own
from engine.explain.trace.distances import gap_text, short_by
from engine.explain.trace.traced_subject import Entry, TracedSubject
from engine.plan.tables.conditions import Judge, compiled
from rules.ir import Compare, CompareField, FieldTest, Operator, Subject, Test
from rules.types import NUMERIC, Type

_SIGNS: dict[Operator, Callable[[int, int], bool]] = {
    Operator.LESS: lt,
    Operator.AT_MOST: le,
    Operator.GREATER: gt,
    Operator.AT_LEAST: ge,
}


@dataclass(frozen=True, slots=True)
class TracedTest:
    """A unary test, ready to be shown; `own` and `other_own` say whether a field stands in the subject's row."""

    field: str
    own: bool
    test: Test
    written: str
    kind: Type
    other: str | None
    other_own: bool
    judge: Judge
    places: int

    def fields(self) -> Iterator[tuple[str, bool]]:
        """Yield the fields that the test reads, and whether they stand in the subject's row."""
        yield self.field, self.own
        if self.other is not None:
            yield self.other, self.other_own

    def entry(self, traced: TracedSubject) -> Entry:
        """Judge the test and return its entry."""
        values, texts = (traced.row, traced.texts) if self.own else (traced.shared, traced.shared_texts)
        verdict = self.judge(traced.shared, traced.row)
        entry: Entry = {"field": self.field, "test": self.written, "actual": texts.get(self.field), "holds": verdict}
        if self.field not in texts:
            entry["known"] = False
        limit: Value = None
        if self.other is not None:
            others, other_texts = (traced.row, traced.texts) if self.other_own else (traced.shared, traced.shared_texts)
            limit = others.get(self.other)
            entry["limit"] = other_texts.get(self.other)
            if self.other not in others:
                entry["limit_known"] = False
        if verdict is False:
            short = short_by(self.test, values.get(self.field), limit, self.kind, self.places)
            if short is not None:
                entry["short_by"] = short
        return entry


@dataclass(frozen=True, slots=True)
class TracedLimit:
    """A comparison of a figure with a number, or with another figure, the short way: by far the most frequent test.

    `holds` tells from the sign of the difference between value and limit, and zero, whether the test holds; `limit` is
    None where `other` has it. `general` tells of what is null, unknown or without bounds.
    """

    general: TracedTest
    field: str
    own: bool
    written: str
    kind: Type
    holds: Callable[[int, int], bool]
    limit: Ratio | None
    other: str | None
    other_own: bool

    def fields(self) -> Iterator[tuple[str, bool]]:
        """Yield the fields that the test reads, and whether they stand in the subject's row."""
        return self.general.fields()

    def entry(self, traced: TracedSubject) -> Entry:
        """Judge the test and return its entry."""
        value = (traced.row if self.own else traced.shared).get(self.field)
        limit: Value = self.limit
        if self.other is not None:
            limit = (traced.row if self.other_own else traced.shared).get(self.other)
        if type(value) is not tuple or type(limit) is not tuple:
            return self.general.entry(traced)
        (n, d), (m, e) = value, limit
        if not d or not e:
            return self.general.entry(traced)
        gap = n * e - m * d
        holds = self.holds(gap, 0)
        actual = (traced.texts if self.own else traced.shared_texts)[self.field]
        entry: Entry = {"field": self.field, "test": self.written, "actual": actual, "holds": holds}
        if self.other is not None:
            entry["limit"] = (traced.texts if self.other_own else traced.shared_texts)[self.other]
        if not holds:
            entry["short_by"] = gap_text((abs(gap), d * e), self.kind, self.general.places)
        return entry


def traced_test(
    condition: FieldTest, subject: Subject, kinds: Mapping[str, Type], places: int
) -> TracedTest | TracedLimit:
    """Return a test as trace entries are made from it; `kinds` holds the type of every field."""
    field, test, written, kind = condition.field, condition.test, condition.written, kinds[condition.field]
    other = test.other if isinstance(test, CompareField) else None
    own, other_own = [is_own(path, subject) for path in (field, other or "")]
    general = TracedTest(field, own, test, written, kind, other, other_own, compiled(condition, subject), places)
    sign = _SIGNS.get(test.operator) if isinstance(test, Compare | CompareField) else None
    if sign is None or kind not in NUMERIC:
        return general
    limit = ratio(test.value) if isinstance(test, Compare) and isinstance(test.value, Fraction) else None
    return TracedLimit(general, field, own, written, kind, sign, limit, other, other_own)
