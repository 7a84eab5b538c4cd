"""Settings that several sections have: how long something holds, in months, days, hours or working time."""

from rules.durations import Duration, parse
from rules.grammar import misspelt, shape
from rules.grammar.scope import Scope
from rules.text.nodes import Node, ScalarNode


def duration(node: Node, what: str, scope: Scope) -> Duration | None:
    """Return a duration above zero."""
    word = shape.word(node, what, scope.report)
    value = read_duration(word, scope) if word else None
    if word and value and value.is_nothing:
        scope.report.error("D410", f"{what} must be longer than nothing", word.span)
        return None
    return value


def read_duration(word: ScalarNode, scope: Scope) -> Duration | None:
    """Return the duration that a word says; working time needs a calendar."""
    value = parse(word.text)
    if value is None:
        offers = tuple(offer for offer in misspelt.duration(word.text) if parse(offer))
        hint = misspelt.asked(offers) or "write `30d`, `48h`, `15m`, `6mo`, or working time: `2wd`, `4wh`"
        instead = word.instead(offers[0]) if len(offers) == 1 else None
        if offers and not scope.has_calendar and (found := parse(offers[0])) and found.is_working_time:
            hint, instead = f"{hint}, and what working time is under `calendars`", None
        scope.report.error("D301", f"`{word.text}` is not a duration", word.span, hint=hint, instead=instead)
    elif value.is_too_long:
        scope.report.error("D303", f"`{word.text}` is longer than 100 years", word.span)
    elif value.is_working_time and not scope.has_calendar:
        if "calendars" not in scope.poisoned:
            hint = "write `calendars` with the hours of work, the holidays, and the day through which they are known"
            scope.report.error("D412", f"`{word.text}` is working time, and there is no calendar", word.span, hint=hint)
    else:
        return value
    return None
