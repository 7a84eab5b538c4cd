"""Tests of a trace in the words of people: `discount 22.00% > 18% (over by 4.00 points)`."""

from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from engine.core.decision import Language
from engine.core.parts import Shown
from engine.core.traced import TracedRule, TracedTest
from engine.explain.words.numbers import decimal, figure, grouped, points, separated
from engine.explain.words.phrases import field_label, say

# What a value that fails a comparison does instead.
OPPOSITE = {"<=": ">", ">=": "<", "<": ">=", ">": "<="}
OVER = ("<=", "<")
_POINTS = 1


def failures(rule: TracedRule, language: Language) -> list[str]:
    """Return each test of a rule that does not hold, with how far the value is from its limit."""
    return [failure(test, language) for test in rule.tests if test.holds is False]


def reasons(rule: TracedRule, language: Language) -> list[str]:
    """Return each test of a rule that holds."""
    return [holding(test, language) for test in rule.tests if test.holds is True]


def unknowns(rule: TracedRule, language: Language) -> list[str]:
    """Return each test of a rule that is undetermined, by the fields that are not known."""
    fields = [name for test in rule.tests if test.holds is None for name in _unknown(test)]
    return [say("unknown_field", language, field=name) for name in dict.fromkeys(fields)]


def failure(test: TracedTest, language: Language) -> str:
    """Return a failing test with the opposite of what it asks."""
    if test.field is None:
        return _group(test, language)
    label, actual = field_label(test.field, language), _actual(test.actual, language)
    operator, limit = _parts(test)
    if operator not in OPPOSITE:
        return say("fails", language, field=label, actual=actual, test=test.test)
    at_limit = test.short_by is not None and decimal(test.short_by.removesuffix("%")) == 0
    # A value that only looks like its limit once it is rounded is shown as it is.
    if actual == figure(limit) and isinstance(test.actual, str) and not at_limit:
        actual = test.actual
    shown = f"{label} {actual} {OPPOSITE[operator]} {limit}"
    if test.short_by is None:
        return shown
    if at_limit:
        return say("distance", language, test=shown, by=say("at_limit", language))
    over = "over" if operator in OVER else "short"
    return say("distance", language, test=shown, by=say(over, language, distance=_distance(test.short_by, language)))


def holding(test: TracedTest, language: Language) -> str:
    """Return a test that holds."""
    if test.field is None:
        return _group(test, language)
    label, written = field_label(test.field, language), test.test or ""
    if written in ("present", "missing"):
        return f"{label} {say(written, language)}"
    actual = _actual(test.actual, language)
    operator, limit = _parts(test)
    if operator in OPPOSITE:
        return f"{label} {actual} {operator} {limit}"
    return f"{label} {actual}" if not _is_interval(written) else f"{label} {actual} ∈ {written}"


def is_close(test: TracedTest) -> bool:
    """Return whether a failing test misses its limit by little: a point of a rate, a tenth of any other limit."""
    operator, _, written = (test.test or "").partition(" ")
    limit = written if test.limit is UNSET else str(test.limit)
    short = decimal((test.short_by or "").removesuffix("%"))
    wanted = decimal(limit.removesuffix("%"))
    if operator not in OPPOSITE or short is None or wanted is None:
        return False
    return bool(wanted) and short <= (_POINTS if limit.endswith("%") else abs(wanted) / 10)


def _group(test: TracedTest, language: Language) -> str:
    """Return `any`, `all` and `not` by the parts that made them what they are."""
    wanted = test.holds if test.not_ is None else not test.holds
    parts = [part for part in test.parts if part.holds is wanted] or test.parts
    told = [holding(part, language) if part.holds else failure(part, language) for part in parts]
    return say("comma", language).join(told)


def _parts(test: TracedTest) -> tuple[str, str]:
    """Split a test into its operator and what it compares with; another field is shown with its value."""
    operator, _, limit = (test.test or "").partition(" ")
    limit = separated(limit)
    if operator in OPPOSITE and isinstance(test.limit, str):
        limit = f"{limit} {figure(test.limit)}"
    return operator, limit


def _actual(value: Shown | UnsetType, language: Language) -> str:
    if value is None or value is UNSET:
        return say("nothing", language)
    if isinstance(value, bool):
        return say("yes" if value else "no", language)
    return figure(value) if isinstance(value, str) else f"[{', '.join(value)}]"


def _distance(text: str, language: Language) -> str:
    if not text.endswith("%"):
        return grouped(text)
    return say("in_points", language, points=points(text))


def _is_interval(test: str) -> bool:
    return ".." in test and test[:1] in "[("


def _unknown(test: TracedTest) -> Iterator[str]:
    if test.field is not None:
        if test.known is False or test.limit_known is None:
            yield test.field
        if test.limit_known is False:
            yield (test.test or "").partition(" ")[2]
    for part in test.parts:
        if part.holds is None:
            yield from _unknown(part)
