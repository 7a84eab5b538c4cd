"""Tests of a trace in the words of people: `discount 22.00% > 18% (over by 4.00 points)`."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from engine.core.decision import Language
from engine.explain.words.numbers import decimal, figure, grouped, points, separated
from engine.explain.words.phrases import field_label, say

Entry: TypeAlias = Mapping[str, Any]

# What a value that fails a comparison does instead.
OPPOSITE = {"<=": ">", ">=": "<", "<": ">=", ">": "<="}
OVER = ("<=", "<")
_POINTS = 1


def failures(rule: Entry, language: Language) -> list[str]:
    """Return each test of a rule that does not hold, with how far the value is from its limit."""
    return [failure(test, language) for test in rule["tests"] if test["holds"] is False]


def reasons(rule: Entry, language: Language) -> list[str]:
    """Return each test of a rule that holds."""
    return [holding(test, language) for test in rule["tests"] if test["holds"] is True]


def unknowns(rule: Entry, language: Language) -> list[str]:
    """Return each test of a rule that is undetermined, by the fields that are not known."""
    fields = [name for test in rule["tests"] if test["holds"] is None for name in _unknown(test)]
    return [say("unknown_field", language, field=name) for name in dict.fromkeys(fields)]


def failure(test: Entry, language: Language) -> str:
    """Return a failing test with the opposite of what it asks."""
    if "field" not in test:
        return _group(test, language)
    label, actual = field_label(test["field"], language), _actual(test["actual"], language)
    operator, limit = _parts(test)
    if operator not in OPPOSITE:
        return say("fails", language, field=label, actual=actual, test=test["test"])
    at_limit = "short_by" in test and decimal(test["short_by"].removesuffix("%")) == 0
    # A value that only looks like its limit once it is rounded is shown as it is.
    if actual == figure(limit) and isinstance(test["actual"], str) and not at_limit:
        actual = test["actual"]
    shown = f"{label} {actual} {OPPOSITE[operator]} {limit}"
    if "short_by" not in test:
        return shown
    if at_limit:
        return say("distance", language, test=shown, by=say("at_limit", language))
    over = "over" if operator in OVER else "short"
    return say("distance", language, test=shown, by=say(over, language, distance=_distance(test["short_by"], language)))


def holding(test: Entry, language: Language) -> str:
    """Return a test that holds."""
    if "field" not in test:
        return _group(test, language)
    label = field_label(test["field"], language)
    if test["test"] in ("present", "missing"):
        return f"{label} {say(test['test'], language)}"
    actual = _actual(test["actual"], language)
    operator, limit = _parts(test)
    if operator in OPPOSITE:
        return f"{label} {actual} {operator} {limit}"
    return f"{label} {actual}" if not _is_interval(test["test"]) else f"{label} {actual} ∈ {test['test']}"


def is_close(test: Entry) -> bool:
    """Return whether a failing test misses its limit by little: a point of a rate, a tenth of any other limit."""
    operator, _, written = str(test.get("test", "")).partition(" ")
    limit = str(test.get("limit", written))
    short = decimal(str(test.get("short_by", "")).removesuffix("%"))
    wanted = decimal(limit.removesuffix("%"))
    if operator not in OPPOSITE or short is None or wanted is None:
        return False
    return bool(wanted) and short <= (_POINTS if limit.endswith("%") else abs(wanted) / 10)


def _group(test: Entry, language: Language) -> str:
    """Return `any`, `all` and `not` by the parts that made them what they are."""
    word = next(iter(test))
    wanted = test["holds"] if word != "not" else not test["holds"]
    parts = [part for part in test[word] if part["holds"] is wanted] or list(test[word])
    told = [holding(part, language) if part["holds"] else failure(part, language) for part in parts]
    return say("comma", language).join(told)


def _parts(test: Entry) -> tuple[str, str]:
    """Split a test into its operator and what it compares with; another field is shown with its value."""
    operator, _, limit = str(test["test"]).partition(" ")
    limit = separated(limit)
    if operator in OPPOSITE and "limit" in test:
        value = test["limit"]
        limit = f"{limit} {figure(value)}" if isinstance(value, str) else limit
    return operator, limit


def _actual(value: object, language: Language) -> str:
    if value is None:
        return say("nothing", language)
    if isinstance(value, bool):
        return say("yes" if value else "no", language)
    if isinstance(value, list):
        return "[" + ", ".join([str(one) for one in value]) + "]"
    return figure(str(value))


def _distance(text: str, language: Language) -> str:
    if not text.endswith("%"):
        return grouped(text)
    return say("in_points", language, points=points(text))


def _is_interval(test: str) -> bool:
    return ".." in test and test[:1] in "[("


def _unknown(test: Entry) -> Iterator[str]:
    if "field" in test:
        if "known" in test or "limit_known" not in test:
            yield test["field"]
        if "limit_known" in test:
            yield test["test"].partition(" ")[2]
        return
    for part in test[next(iter(test))]:
        if part["holds"] is None:
            yield from _unknown(part)
