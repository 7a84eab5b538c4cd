"""`calendars`: when people work: the hours of a day, weekdays, holidays and shifted workdays, known through a day.

Working time (`4wh`, `2wd`) is reckoned by the policy's calendar: its only one, or else the one called `default`.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, time

from rules.grammar import shape
from rules.grammar.literals import read_literal
from rules.grammar.scope import Scope
from rules.ir import Calendar
from rules.text.nodes import Entry, Node, ScalarNode
from rules.types import Scalar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT = "default"
_HOURS = re.compile(r"(?P<opens>[0-9]{2}:[0-9]{2})-(?P<closes>[0-9]{2}:[0-9]{2})", re.ASCII)
_MONDAY_TO_FRIDAY = frozenset(range(5))


def read_calendars(node: Node, scope: Scope) -> tuple[Calendar, ...]:
    """Return the calendars, the policy's own first."""
    found = shape.mapping(node, "`calendars`", scope.report)
    calendars = []
    for entry in found or ():
        if shape.is_misplaced(entry, scope.report):
            continue
        shape.name(entry.key, "a calendar's name", scope.report)
        calendar = _calendar(entry, scope)
        calendars += [calendar] if calendar else []
    if found is not None and not found.entries:
        scope.report.error("D312", "there is no calendar", node.span, hint=f"write `{DEFAULT}` with its `hours`")
    if found is not None and len(found.entries) > 1 and DEFAULT not in found.entries:
        hint = f"call the one that working time is reckoned by `{DEFAULT}`"
        scope.report.error("D312", "of several calendars none is the policy's own", node.span, hint=hint)
    scope.has_calendar = bool(calendars)
    scope.poisoned |= set() if calendars else {"calendars"}
    return tuple(sorted(calendars, key=lambda one: (one.name != DEFAULT, one.name)))


def _calendar(entry: Entry, scope: Scope) -> Calendar | None:
    parts = shape.fields_of(
        entry.value,
        "a calendar",
        scope.report,
        required=("hours", "through"),
        optional=("weekdays", "holidays", "workdays"),
    )
    if parts is None:
        return None
    through = _day(parts["through"].value, "`through`", scope) if "through" in parts else None
    hours = _hours(parts["hours"].value, scope) if "hours" in parts else ()
    weekdays = _weekdays(parts["weekdays"].value, scope) if "weekdays" in parts else _MONDAY_TO_FRIDAY
    holidays, workdays = _days(parts, "holidays", scope), _days(parts, "workdays", scope)
    for day in sorted(holidays.keys() & workdays.keys()):
        related = [(holidays[day].span, "a holiday here")]
        scope.report.error("D312", f"`{day}` is a holiday and a workday", workdays[day].span, related=related)
    if through is None or not hours:
        return None
    for day, word in {**holidays, **workdays}.items():
        if day > through:
            hint = "the calendar is known `through` its last day only: let it end later, or leave the day out"
            scope.report.error("D312", f"`{day}` lies beyond the calendar's end", word.span, hint=hint)
    return Calendar(entry.key.text, hours, weekdays, frozenset(holidays), frozenset(workdays), through)


def _hours(node: Node, scope: Scope) -> tuple[tuple[time, time], ...]:
    """Return the hours of a day, in order; they do not overlap."""
    hours: list[tuple[time, time]] = []
    for word in _words(node, "hours", scope):
        span = _span(word, scope)
        if span and hours and span[0] < hours[-1][1]:
            hint = "write the hours of a day in their order"
            scope.report.error("D312", f"`{word.text}` begins before the hours before it end", word.span, hint=hint)
        hours += [span] if span else []
    return tuple(hours)


def _span(word: ScalarNode, scope: Scope) -> tuple[time, time] | None:
    """Return when work begins and ends."""
    found = _HOURS.fullmatch(word.text)
    with suppress(ValueError):
        if found:
            opens, closes = time.fromisoformat(found["opens"]), time.fromisoformat(found["closes"])
            if opens < closes:
                return opens, closes
            scope.report.error(
                "D312", f"`{word.text}` ends before it begins", word.span, hint="a day has its own hours"
            )
            return None
    scope.report.error("D301", f"`{word.text}` is not a span of hours", word.span, hint="write it like `09:00-12:00`")
    return None


def _weekdays(node: Node, scope: Scope) -> frozenset[int]:
    words = _words(node, "weekdays", scope)
    names = [shape.one_of(word, WEEKDAYS, "a weekday", scope.report) for word in words]
    return frozenset(WEEKDAYS.index(name) for name in names if name)


def _days(parts: Mapping[str, Entry], key: str, scope: Scope) -> dict[date, ScalarNode]:
    """Return the days of a list, with their words; none is there twice."""
    days: dict[date, ScalarNode] = {}
    items = shape.listing(parts[key].value, f"`{key}`", scope.report) if key in parts else None
    for item in items.items if items else ():
        word = shape.word(item, f"each of `{key}`", scope.report)
        day = _day(item, f"each of `{key}`", scope) if word else None
        if word and day and day in days:
            related = [(days[day].span, "first here")]
            scope.report.error("D108", f"`{day}` stands twice among `{key}`", word.span, related=related)
        if word and day:
            days.setdefault(day, word)
    return days


def _words(node: Node, key: str, scope: Scope) -> list[ScalarNode]:
    """Return the words of a list that is not empty."""
    items = shape.listing(node, f"`{key}`", scope.report)
    if items and not items.items:
        scope.report.error("D312", f"`{key}` is empty", items.span)
    words = [shape.word(item, f"each of `{key}`", scope.report) for item in (items.items if items else ())]
    return [word for word in words if word]


def _day(node: Node, what: str, scope: Scope) -> date | None:
    word = shape.word(node, what, scope.report)
    value = read_literal(word, Scalar.DATE, scope.report) if word else None
    return value if isinstance(value, date) else None
