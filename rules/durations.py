"""How long something holds, as a policy says it: calendar months and days, elapsed time, and working time.

A setting such as `validity: 30d` is no number of seconds: a day or a month keeps the local hour across a change of
clocks, an hour is an elapsed hour, and working time follows the policy's calendar (docs/language.md section 2). What
it comes to is known only from a moment on (`engine/core/moments.py`). A field of the type `duration` is measured
instead, and its values are plain lengths of time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_WRITTEN = re.compile(
    r"(?:(?P<months>[0-9]{1,6})mo)?(?:(?P<days>[0-9]{1,6})d)?(?:(?P<hours>[0-9]{1,6})h)?(?:(?P<minutes>[0-9]{1,6})m)?"
    r"(?:(?P<working_days>[0-9]{1,6})wd)?(?:(?P<working_hours>[0-9]{1,6})wh)?"
)
LONGEST_DAYS = 36_500
_MONTH_DAYS = 30  # nobody reckons with it: it bounds how long a duration may be
_HOUR = 60


@dataclass(frozen=True, slots=True)
class Duration:
    """So many calendar months, then days, then elapsed minutes, then working days, then working hours."""

    months: int = 0
    days: int = 0
    minutes: int = 0
    working_days: int = 0
    working_hours: int = 0

    @property
    def is_working_time(self) -> bool:
        """Return whether a calendar is needed to reckon with it."""
        return bool(self.working_days or self.working_hours)

    @property
    def is_nothing(self) -> bool:
        """Return whether it is no time at all."""
        return self == Duration()

    @property
    def is_too_long(self) -> bool:
        """Return whether it is longer than a hundred years, roughly."""
        days = self.months * _MONTH_DAYS + self.days + self.working_days + self.working_hours
        return days + self.minutes // (24 * _HOUR) > LONGEST_DAYS

    def __str__(self) -> str:
        """Return it as an author writes it.

        >>> [str(parse(text)) for text in ("30d", "1d12h", "90m", "6mo", "2wd4wh")]
        ['30d', '1d12h', '90m', '6mo', '2wd4wh']
        """
        hours, minutes = (self.minutes // _HOUR, 0) if self.minutes % _HOUR == 0 else (0, self.minutes)
        parts = ((self.months, "mo"), (self.days, "d"), (hours, "h"), (minutes, "m"))
        working = ((self.working_days, "wd"), (self.working_hours, "wh"))
        return "".join([f"{count}{unit}" for count, unit in (*parts, *working) if count]) or "0d"


def parse(text: str) -> Duration | None:
    """Return the duration that a text says; None if it says none.

    >>> parse("1d12h")
    Duration(months=0, days=1, minutes=720, working_days=0, working_hours=0)
    >>> parse("2 weeks")
    """
    found = _WRITTEN.fullmatch(text) if text.isascii() else None
    if not text or found is None:
        return None
    said = {unit: int(count) for unit, count in found.groupdict("0").items()}
    minutes = said.pop("hours") * _HOUR + said.pop("minutes")
    return Duration(minutes=minutes, **said)


def beside(duration: Duration) -> Iterator[Duration]:
    """Yield the durations that are one of its smallest unit shorter, if anything is left of it, and longer.

    >>> [str(other) for text in ("30d", "48h", "15m", "1wh") for other in beside(parse(text) or Duration())]
    ['29d', '31d', '47h', '49h', '14m', '16m', '2wh']
    """
    units = {"working_hours": 1, "working_days": 1, "minutes": 1 if duration.minutes % _HOUR else _HOUR, "days": 1}
    unit = next((unit for unit in units if getattr(duration, unit)), "months")
    for step in (-units.get(unit, 1), units.get(unit, 1)):
        other = replace(duration, **{unit: getattr(duration, unit) + step})
        if not other.is_nothing:
            yield other


def never_ends_before(one: Duration, other: Duration) -> bool:
    """Return whether it is certain that of two durations that begin together one does not end before the other.

    Clocks are changed by an hour and months have 28 days at least; how much time working time takes is not known here.

    >>> pairs = (("30d", "30d"), ("1mo", "48h"), ("1mo", "30d"), ("2d", "48h"), ("8wh", "4wh"), ("9h", "8wh"))
    >>> [never_ends_before(parse(one) or Duration(), parse(other) or Duration()) for one, other in pairs]
    [True, True, False, False, True, False]
    """
    if all(getattr(one, unit) >= getattr(other, unit) for unit in Duration.__slots__):
        return True
    least = (one.months * 28 + one.days) * 24 * _HOUR - _HOUR * bool(one.months or one.days) + one.minutes
    most = (other.months * 31 + other.days) * 24 * _HOUR + _HOUR * bool(other.months or other.days) + other.minutes
    return not other.is_working_time and least >= most
