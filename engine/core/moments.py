"""When something ends that begins now: a moment and a duration make a moment (docs/language.md section 2).

Months and days keep the local hour; hours elapse, also across a change of clocks; working time follows a calendar, and
beyond the last day that the calendar knows there is no answer: next year's holidays are not guessed.

To add a length of time to a moment with a zone, or to compare two of one zone, is to go by what clocks show, which is
not what has passed. Whatever is reckoned from a moment is reckoned here.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import accumulate
from zoneinfo import ZoneInfo

from engine.core.decision import Json
from rules.durations import Duration
from rules.ir import Calendar, Policy
from rules.sections.calendars import WEEKDAYS

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class BeyondCalendarError(Exception):
    """Working time runs past the last day that the calendar knows."""

    def __init__(self, calendar: Calendar, moment: datetime) -> None:
        """Take the calendar, and the moment from which the time was to be reckoned."""
        super().__init__(
            f"working time from {moment.isoformat()} runs past {calendar.through}, "
            f"the last day of the calendar `{calendar.name}`"
        )
        self.calendar = calendar
        self.moment = moment


@dataclass(frozen=True, eq=False)
class Reckoning:
    """How a policy reckons with time: its zone, whose days and hours are the local ones, and its calendar."""

    zone: tzinfo
    calendar: Calendar | None

    @staticmethod
    def of(policy: Policy) -> "Reckoning":
        """Return how a policy reckons."""
        return Reckoning(ZoneInfo(policy.timezone), policy.calendar)

    def after(self, moment: datetime, duration: Duration) -> datetime:
        """Return the moment so long after another, in the policy's zone.

        Raises:
            BeyondCalendarError: the calendar does not reach so far.
        """
        return after(moment.astimezone(self.zone), duration, self.calendar)

    def first_end(self, moment: datetime, durations: Iterable[Duration]) -> datetime | None:
        """Return when the first of several durations ends, which need not be the one that looks shortest."""
        ends = [self.after(moment, duration) for duration in dict.fromkeys(durations)]
        return min(ends, key=_instant, default=None)

    def reaches(self, values: Sequence[date], duration: Duration) -> list[int]:
        """Return for each of several days or moments the place of the farthest one that it is near to.

        The values differ and stand in order, best first: the earliest or the latest. Two are near to each other if the
        duration from the earlier one on ends no earlier than the later one; and what lies between is near too.
        """
        places = range(len(values))
        if len(places) < 2:
            return [*places]
        moments = [value if isinstance(value, datetime) else _midnight(value) for value in values]
        instants = [_instant(moment) for moment in moments]
        ends = [_instant(end) for end in self._ends(values, moments, duration)]
        if instants[0] < instants[-1]:
            return [bisect_right(instants, end) - 1 for end in ends]
        # From the latest on: the farthest value from which the duration reaches the best.
        farthest = [-end for end in accumulate(reversed(ends), max)][::-1]
        return [bisect_right(farthest, -instant) - 1 for instant in instants]

    def _ends(self, values: Sequence[date], moments: Sequence[datetime], duration: Duration) -> Iterator[datetime]:
        """Yield when the duration ends from each moment on; where a calendar ends before, it reaches all within it.

        Days have no clocks to be changed: from one to the next it is 24 hours.
        """
        zone = self.zone if isinstance(values[0], datetime) else UTC
        latest = max(moments, key=_instant)
        for moment in moments:
            try:
                yield latest if moment is latest else after(moment.astimezone(zone), duration, self.calendar)
            except BeyondCalendarError as beyond:
                if latest.astimezone(zone).date() > beyond.calendar.through:
                    raise
                yield latest


def after(moment: datetime, duration: Duration, calendar: Calendar | None = None) -> datetime:
    """Return the moment so long after another, in the zone of the first.

    Args:
        moment: with a time zone, whose days and hours are the local ones.
        duration: how long.
        calendar: whose working time is meant; a policy that says working time has one.

    Raises:
        BeyondCalendarError: the calendar does not reach so far.

    >>> berlin = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    >>> [after(berlin, Duration(minutes=hours * 60)).isoformat() for hours in (1, 2)]
    ['2026-03-29T03:30:00+02:00', '2026-03-29T04:30:00+02:00']
    >>> after(datetime(2026, 8, 31, 9, tzinfo=UTC), Duration(months=1)).isoformat()
    '2026-09-30T09:00:00+00:00'
    """
    if duration.months:
        years, month = divmod(moment.month - 1 + duration.months, 12)
        year, month = moment.year + years, month + 1
        day = min(moment.day, monthrange(year, month)[1])
        moment = _shown(moment.replace(year=year, month=month, day=day, fold=0))
    if duration.days:
        moment = _shown(moment + duration.days * _DAY)
    if duration.minutes:
        moment = (moment.astimezone(UTC) + timedelta(minutes=duration.minutes)).astimezone(moment.tzinfo)
    if duration.is_working_time:
        assert calendar is not None
        begins = moment
        try:
            moment = _days_of_work(moment, duration.working_days, calendar)
            moment = _hours_of_work(moment, timedelta(hours=duration.working_hours), calendar)
        except _OutOfDaysError:
            raise BeyondCalendarError(calendar, begins) from None
    return moment


def reckoned_by(policy: Policy) -> dict[str, Json]:
    """Return what a trace's reader needs to reckon as the policy does: its zone, and its calendar if it has one."""
    found: dict[str, Json] = {"timezone": policy.timezone}
    if calendar := policy.calendar:
        found["calendar"] = {
            "hours": [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in calendar.hours],
            "weekdays": [WEEKDAYS[day] for day in sorted(calendar.weekdays)],
            "holidays": [day.isoformat() for day in sorted(calendar.holidays)],
            "workdays": [day.isoformat() for day in sorted(calendar.workdays)],
            "through": calendar.through.isoformat(),
        }
    return found


class _OutOfDaysError(Exception):
    """A day is asked for that the calendar does not know."""


def _shown(moment: datetime) -> datetime:
    """Return a local time as one that clocks show: where they are put forward, as much later."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo)


def _days_of_work(moment: datetime, days: int, calendar: Calendar) -> datetime:
    """Return the same local hour on the so-manieth working day after a moment's day."""
    day = moment.date()
    for _ in range(days):
        day += _DAY
        while not _is_workday(day, calendar):
            day += _DAY
    return _shown(datetime.combine(day, moment.time(), moment.tzinfo)) if days else moment


def _hours_of_work(moment: datetime, left: timedelta, calendar: Calendar) -> datetime:
    """Return when so much working time has passed."""
    now, day = moment.astimezone(UTC), moment.date()
    while left:
        for opens, closes in calendar.hours if _is_workday(day, calendar) else ():
            start, end = (datetime.combine(day, hour, moment.tzinfo).astimezone(UTC) for hour in (opens, closes))
            worked = max(end - max(start, now), timedelta())
            if worked >= left:
                return (end - (worked - left)).astimezone(moment.tzinfo)
            left -= worked
        day += _DAY
    return moment


def _is_workday(day: date, calendar: Calendar) -> bool:
    """Return whether people work on a day: by the weekday, but for holidays and shifted workdays."""
    if day > calendar.through:
        raise _OutOfDaysError
    return day in calendar.workdays or (day.weekday() in calendar.weekdays and day not in calendar.holidays)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _instant(moment: datetime) -> int:
    """Return a moment's place on the one line of time, in microseconds."""
    return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND
