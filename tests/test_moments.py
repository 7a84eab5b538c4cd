"""Reckoning with time: months and days keep the local hour, hours elapse, working time follows the calendar."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.decision import RefusedError
from engine.core.moments import BeyondCalendarError, Reckoning, after
from rules.durations import Duration, beside, parse
from rules.ir import Calendar
from rules.load import load_text
from tests.deciding import BACKENDS, SHIPPED, Data, decided, program_at, program_of

SHANGHAI = "Asia/Shanghai"
BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"  # its clocks are changed by half an hour
CALENDAR = program_at(SHIPPED).policy.calendar
OFFICE = Calendar("default", ((time(9), time(17)),), frozenset(range(5)), frozenset(), frozenset(), date(2030, 12, 31))


def said(text: str) -> Duration:
    found = parse(text)
    assert found is not None
    return found


def ends(begins: str, duration: str, zone: str, calendar: Calendar | None = CALENDAR) -> str:
    """Return when a duration ends that begins at a local time."""
    moment = datetime.fromisoformat(begins).replace(tzinfo=ZoneInfo(zone))
    return after(moment, said(duration), calendar).isoformat()


@pytest.mark.parametrize(
    ("begins", "duration", "expected"),
    [
        ("2026-02-13 17:30", "4wh", "2026-02-14T13:30:00+08:00"),  # on to a shifted workday, round its break
        ("2026-09-30 16:00", "8wh", "2026-10-08T16:00:00+08:00"),  # over the National Day
        ("2026-11-20 09:00", "3wh", "2026-11-20T12:00:00+08:00"),  # the end of the morning, not the afternoon's begin
        ("2026-11-20 12:30", "1wh", "2026-11-20T14:00:00+08:00"),
        ("2026-11-20 18:00", "1wh", "2026-11-23T10:00:00+08:00"),
        ("2026-11-21 09:00", "8wh", "2026-11-23T18:00:00+08:00"),  # from a Saturday on
        ("2026-11-20 03:00:00.5", "1wh", "2026-11-20T10:00:00+08:00"),
        ("2026-11-20 09:00:00.5", "3wh", "2026-11-20T13:00:00.500000+08:00"),
        ("2026-11-20 20:00", "1wd", "2026-11-23T20:00:00+08:00"),
        ("2026-02-13 10:00", "1wd", "2026-02-14T10:00:00+08:00"),
        ("2026-02-13 10:00", "2wd", "2026-02-24T10:00:00+08:00"),
        ("2026-11-20 16:00", "1wd4wh", "2026-11-24T11:00:00+08:00"),
        ("2026-11-19 16:00", "1d4wh", "2026-11-23T11:00:00+08:00"),
        ("2026-12-31 09:00", "8wh", "2026-12-31T18:00:00+08:00"),  # as far as the calendar goes
    ],
)
def test_working_time(begins: str, duration: str, expected: str) -> None:
    assert ends(begins, duration, SHANGHAI) == expected


@pytest.mark.parametrize(
    ("begins", "duration", "zone", "expected"),
    [
        ("2026-03-29 01:30", "1h", BERLIN, "2026-03-29T03:30:00+02:00"),
        ("2026-03-29 01:30", "2h", BERLIN, "2026-03-29T04:30:00+02:00"),
        ("2026-03-28 12:00", "24h", BERLIN, "2026-03-29T13:00:00+02:00"),
        ("2026-03-28 12:00", "1d", BERLIN, "2026-03-29T12:00:00+02:00"),
        ("2026-03-28 02:30", "1d", BERLIN, "2026-03-29T03:30:00+02:00"),  # half past two is left out
        ("2026-10-24 12:00", "24h", BERLIN, "2026-10-25T11:00:00+01:00"),
        ("2026-10-24 12:00", "1d", BERLIN, "2026-10-25T12:00:00+01:00"),
        ("2026-10-24 02:30", "1d", BERLIN, "2026-10-25T02:30:00+02:00"),  # there are two; the first
        ("2026-10-25 02:30", "1h", BERLIN, "2026-10-25T02:30:00+01:00"),
        ("2026-03-07 12:00", "48h", NEW_YORK, "2026-03-09T13:00:00-04:00"),
        ("2026-10-31 12:00", "48h", NEW_YORK, "2026-11-02T11:00:00-05:00"),
        ("2026-10-31 12:00", "2d", NEW_YORK, "2026-11-02T12:00:00-05:00"),
        ("2026-04-04 12:00", "24h", LORD_HOWE, "2026-04-05T11:30:00+10:30"),
        ("2026-10-03 12:00", "24h", LORD_HOWE, "2026-10-04T12:30:00+11:00"),
        ("2026-10-03 02:15", "1d", LORD_HOWE, "2026-10-04T02:45:00+11:00"),
        ("2026-08-31 09:00", "1mo", SHANGHAI, "2026-09-30T09:00:00+08:00"),
        ("2026-01-31 09:00", "1mo", BERLIN, "2026-02-28T09:00:00+01:00"),
        ("2028-01-31 09:00", "1mo", BERLIN, "2028-02-29T09:00:00+01:00"),
        ("2028-02-29 09:00", "12mo", BERLIN, "2029-02-28T09:00:00+01:00"),
        ("2026-10-15 09:00", "6mo", BERLIN, "2027-04-15T09:00:00+02:00"),
        ("2026-11-30 09:00", "3mo1d", NEW_YORK, "2027-03-01T09:00:00-05:00"),
        ("2026-02-28 02:30", "1mo1d", BERLIN, "2026-03-29T03:30:00+02:00"),
        ("2026-03-28 12:00", "1d1h", BERLIN, "2026-03-29T13:00:00+02:00"),
        ("2026-03-27 16:00", "8wh", BERLIN, "2026-03-30T16:00:00+02:00"),
        ("2026-10-23 16:00", "1wd", NEW_YORK, "2026-10-26T16:00:00-04:00"),
    ],
)
def test_a_change_of_clocks_and_the_ends_of_months(begins: str, duration: str, zone: str, expected: str) -> None:
    assert ends(begins, duration, zone, OFFICE) == expected


@pytest.mark.parametrize(
    ("begins", "duration"),
    [
        ("2026-12-31 10:00", "8wh"),
        ("2026-12-31 10:00", "1wd"),
        ("2027-01-04 10:00", "1wh"),
        ("2026-01-05 09:00", "300wd"),
    ],
)
def test_beyond_its_last_day_a_calendar_knows_nothing(begins: str, duration: str) -> None:
    with pytest.raises(BeyondCalendarError, match="runs past 2026-12-31, the last day of the calendar `default`"):
        ends(begins, duration, SHANGHAI)


def test_work_at_night_elapses_too() -> None:
    night = Calendar("night", ((time(1), time(4)),), frozenset(range(7)), frozenset(), frozenset(), date(2026, 12, 31))
    assert ends("2026-03-28 12:00", "3wh", BERLIN, night) == "2026-03-30T02:00:00+02:00"  # two hours on the 29th
    assert ends("2026-10-24 12:00", "3wh", BERLIN, night) == "2026-10-25T03:00:00+01:00"  # four hours on the 25th


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.sampled_from([  # noqa: DTZ001
    ZoneInfo(zone) for zone in (SHANGHAI, BERLIN, NEW_YORK, LORD_HOWE)
]))  # fmt: skip


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


@given(MOMENTS, st.integers(1, 200))
def test_working_hours_end_within_working_hours(moment: datetime, hours: int) -> None:
    end = after(moment, Duration(working_hours=hours), OFFICE)
    assert end.weekday() < 5
    assert time(9) < end.time() <= time(17)
    assert utc(end) - utc(moment) >= timedelta(hours=hours)


@given(MOMENTS, st.integers(1, 60), st.integers(1, 60))
def test_working_hours_add_up(moment: datetime, first: int, second: int) -> None:
    once = after(moment, Duration(working_hours=first + second), OFFICE)
    assert after(after(moment, Duration(working_hours=first), OFFICE), Duration(working_hours=second), OFFICE) == once


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=9)), st.integers(1, 40))
def test_who_begins_later_does_not_end_before(moment: datetime, later: timedelta, count: int) -> None:
    other = (utc(moment) + later).astimezone(moment.tzinfo)
    for duration in (Duration(working_hours=count), Duration(minutes=count)):
        assert utc(after(moment, duration, OFFICE)) <= utc(after(other, duration, OFFICE))


@given(MOMENTS, st.integers(0, 90), st.integers(0, 24))
def test_days_and_months_keep_the_local_hour(moment: datetime, days: int, months: int) -> None:
    end = after(moment, Duration(months=months, days=days))
    wall = moment.replace(tzinfo=None, fold=0)
    if end.time() != wall.time():  # an hour that is left out
        assert timedelta() < end.replace(tzinfo=None) - datetime.combine(end.date(), wall.time()) <= timedelta(hours=1)
    if not months:
        assert (end.date() - wall.date()).days == days


@given(MOMENTS, st.integers(0, 10_000))
def test_an_hour_is_an_elapsed_hour(moment: datetime, minutes: int) -> None:
    assert utc(after(moment, Duration(minutes=minutes))) - utc(moment) == timedelta(minutes=minutes)


DURATIONS = st.builds(Duration, *[st.integers(0, 99)] * 5)


@given(DURATIONS)
def test_a_duration_is_read_as_it_is_written(duration: Duration) -> None:
    assert parse(str(duration)) == duration


@given(DURATIONS.filter(lambda duration: not duration.is_nothing))
def test_the_durations_beside_one_are_others(duration: Duration) -> None:
    found = list(beside(duration))
    assert duration not in found
    assert 1 <= len(found) == len(set(found)) <= 2
    assert all(parse(str(other)) == other and not other.is_nothing for other in found)


# --- near to each other --------------------------------------------------------------------------------------------


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("values", "within", "reach"),
    [
        # An hour apart across the change of clocks, and two.
        (["2026-03-29T00:30Z", "2026-03-29T01:30Z", "2026-03-29T02:30Z"], "1h", [1, 2, 2]),
        (["2026-03-29T00:30Z", "2026-03-29T02:30Z"], "1h", [0, 1]),
        (["2026-03-28T12:00Z", "2026-03-29T11:00Z", "2026-03-29T12:00Z"], "1d", [1, 2, 2]),  # a day of 23 hours
        (["2026-03-28T12:00Z", "2026-03-29T11:00Z", "2026-03-29T12:00Z"], "24h", [2, 2, 2]),
        (["2026-03-29T12:00Z", "2026-03-29T11:00Z", "2026-03-28T12:00Z"], "1d", [1, 2, 2]),
        (["2026-10-25T12:00Z", "2026-10-24T11:00Z", "2026-10-24T10:59Z"], "1d", [1, 2, 2]),  # and one of 25
        (["2026-01-31T12:00Z", "2026-02-28T12:00Z", "2026-03-01T00:00Z"], "1mo", [1, 2, 2]),
        (["2026-11-20T14:00Z", "2026-11-23T09:00Z", "2026-11-23T10:00Z"], "4wh", [2, 2, 2]),
    ],
)
def test_how_far_a_tolerance_reaches(values: list[str], within: str, reach: list[int]) -> None:
    reckoning = Reckoning(ZoneInfo(BERLIN), OFFICE)
    assert reckoning.reaches([at(value) for value in values], said(within)) == reach


def test_days_have_no_clocks() -> None:
    days = [date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26), date(2026, 10, 27)]
    reckoning = Reckoning(ZoneInfo(BERLIN), OFFICE)
    assert reckoning.reaches(days, said("48h")) == [2, 3, 3, 3]
    assert reckoning.reaches(days, said("2d")) == [2, 3, 3, 3]
    assert reckoning.reaches(days[::-1], said("2d")) == [2, 3, 3, 3]
    assert reckoning.reaches(days, said("1wd")) == [2, 2, 3, 3]
    assert reckoning.reaches(days[:1], said("1wd")) == [0]


def test_the_end_of_a_calendar_matters_only_where_it_could() -> None:
    reckoning = Reckoning(ZoneInfo(BERLIN), OFFICE)
    last = [at("2030-12-31T15:30Z"), at("2030-12-31T16:00Z")]
    assert reckoning.reaches(last, said("4wh")) == [1, 1]
    with pytest.raises(BeyondCalendarError):
        reckoning.reaches([*last, at("2031-01-02T09:00Z")], said("4wh"))


@given(st.lists(st.datetimes(datetime(2026, 3, 27), datetime(2026, 4, 2)), min_size=1, max_size=8, unique=True))  # noqa: DTZ001
def test_what_is_near_is_near_both_ways(found: list[datetime]) -> None:
    values = sorted(moment.replace(tzinfo=UTC) for moment in found)
    reckoning = Reckoning(ZoneInfo(BERLIN), OFFICE)
    for within in (said("36h"), said("5wh"), said("90m")):
        earliest = reckoning.reaches(values, within)
        latest = reckoning.reaches(values[::-1], within)
        count = len(values)
        near = {(early, late) for early in range(count) for late in range(early, earliest[early] + 1)}
        assert near == {
            (count - 1 - far, count - 1 - best) for best in range(count) for far in range(best, latest[best] + 1)
        }


# --- deciding ------------------------------------------------------------------------------------------------------

HEAD = 'policy: time\nversion: "1"\ncurrency: EUR\ntimezone: Europe/Berlin\n'
OFFICE_HOURS = """calendars:
  default: {hours: ["09:00-17:00"], holidays: [2026-12-25], through: 2026-12-31}
"""
PRICE = """price_approval:
  ladder: [{level: rep, respond_within: 4wh}]
  authority: {columns: [level, line.net_price], rows: [[rep, present]]}
  rules:
    - {when: {deal.payment_days: ">= 30"}, then: {expire: %s}}
    - {when: {deal.payment_days: ">= 60"}, then: {expire: %s}}
"""
LINES = [{"quantity": 1, "list_price": "1", "net_price": "1"}]


def valid_until(first: str, second: str, as_of: str, days: int = 60) -> Any:
    text = HEAD + OFFICE_HOURS + PRICE % (first, second)
    request = {"as_of": as_of, "deal": {"payment_days": days}, "lines": LINES}
    found = [decided(program_of(text), "price_approval", request, engine=engine) for engine in BACKENDS]
    assert found[0] == found[1]
    return found[0]["result"]["valid_until"]


def test_hours_are_not_those_of_the_clock_on_the_wall() -> None:
    begins = "2026-03-29T01:30:00+01:00"
    assert valid_until("1h", "1h", begins) == "2026-03-29T03:30:00+02:00"
    assert valid_until("2h", "2h", begins) == "2026-03-29T04:30:00+02:00"


def test_the_first_end_counts_not_the_shortest_words() -> None:
    assert valid_until("24h", "1d", "2026-03-28T12:00:00+01:00") == "2026-03-29T12:00:00+02:00"  # a day of 23 hours
    assert valid_until("24h", "1d", "2026-10-24T12:00:00+02:00") == "2026-10-25T11:00:00+01:00"  # a day of 25 hours
    assert valid_until("1mo", "30d", "2026-02-01T12:00:00+01:00") == "2026-03-01T12:00:00+01:00"
    assert valid_until("1mo", "30d", "2026-07-01T12:00:00+02:00") == "2026-07-31T12:00:00+02:00"
    assert valid_until("9wh", "1d", "2026-11-20T12:00:00+01:00") == "2026-11-21T12:00:00+01:00"
    assert valid_until("5wh", "1d", "2026-11-20T12:00:00+01:00") == "2026-11-20T17:00:00+01:00"


def test_beyond_the_calendar_nothing_is_decided() -> None:
    assert valid_until("8wh", "8wh", "2026-12-31T09:00:00+01:00") == "2026-12-31T17:00:00+01:00"
    for engine in BACKENDS:
        text = HEAD + OFFICE_HOURS + PRICE % ("8wh", "1d")
        request: Data = {"as_of": "2026-12-31T09:30:00+01:00", "deal": {"payment_days": 60}, "lines": LINES}
        with pytest.raises(RefusedError) as refused:
            decided(program_of(text), "price_approval", request, engine=engine)
        (fault,) = refused.value.faults
        assert (fault.pointer, fault.code) == ("/as_of", "beyond_calendar")
        assert fault.message == (
            "working time from 2026-12-31T09:30:00+01:00 runs past 2026-12-31, the last day of the calendar `default`"
        )
        assert fault.hint
    # A rule that does not fire asks for no working time.
    request["deal"]["payment_days"] = 0
    assert decided(program_of(text), "price_approval", request)["result"]["valid_until"] is None


def test_a_claim_out_of_the_calendar_is_named_for_itself() -> None:
    text = (
        HEAD
        + OFFICE_HOURS
        + "deal_registration:\n  priority: [{id: first, earliest: claim.registered_at, within: 4wh}]\n"
    )
    claims = [
        {"id": "A", "partner": {"id": "a"}, "registered_at": "2026-12-31T16:00:00+01:00"},
        {"id": "B", "partner": {"id": "b"}, "registered_at": "2027-01-04T09:00:00+01:00"},
    ]
    request = {"as_of": "2027-01-05T09:00:00+01:00", "claims": claims}
    with pytest.raises(RefusedError) as refused:
        decided(program_of(text), "deal_registration", request)
    assert refused.value.faults[0].pointer == ""
    claims[0]["registered_at"] = "2026-12-30T16:00:00+01:00"
    assert decided(program_of(text), "deal_registration", request)["result"]["winner"] == "A"


def test_the_trace_has_what_time_was_reckoned_by() -> None:
    text = HEAD + OFFICE_HOURS + PRICE % ("8wh", "1d")
    basis = decided(program_of(text), "price_approval", {"lines": LINES, "deal": {"payment_days": 0}})["trace"]["basis"]
    assert basis["timezone"] == BERLIN
    assert basis["calendar"] == {
        "hours": ["09:00-17:00"],
        "weekdays": ["mon", "tue", "wed", "thu", "fri"],
        "holidays": ["2026-12-25"],
        "workdays": [],
        "through": "2026-12-31",
    }


# --- writing -------------------------------------------------------------------------------------------------------


def codes(text: str) -> list[str]:
    return [found.code for found in load_text(text).diagnostics]


@pytest.mark.parametrize(
    ("calendar", "code"),
    [
        ("hours: [], through: 2026-12-31", "D312"),
        ("hours: ['9-17'], through: 2026-12-31", "D301"),
        ("hours: ['09:00-25:00'], through: 2026-12-31", "D301"),
        ("hours: ['17:00-09:00'], through: 2026-12-31", "D312"),
        ("hours: ['09:00-12:00', '11:00-17:00'], through: 2026-12-31", "D312"),
        ("hours: ['09:00-12:00']", "D103"),
        ("hours: ['09:00-12:00'], through: '2026'", "D301"),
        ("hours: ['09:00-12:00'], through: 2026-12-31, weekdays: [monday]", "D104"),
        ("hours: ['09:00-12:00'], through: 2026-12-31, weekdays: []", "D312"),
        ("hours: ['09:00-12:00'], through: 2026-12-31, holidays: [2027-01-01]", "D312"),
        ("hours: ['09:00-12:00'], through: 2026-12-31, holidays: [2026-05-01], workdays: [2026-05-01]", "D312"),
        ("hours: ['09:00-12:00'], through: 2026-12-31, holidays: [2026-05-01, 2026-05-01]", "D108"),
        ("hours: ['09:00-12:00'], through: 2026-12-31, from: 2026-01-01", "D102"),
    ],
)
def test_a_calendar_that_cannot_be_meant(calendar: str, code: str) -> None:
    assert codes(f"{HEAD}calendars: {{default: {{{calendar}}}}}\n{PRICE % ('4wh', '4wh')}") == [code]


def test_which_calendar_is_the_policys_own() -> None:
    day = 'hours: ["09:00-12:00"], through: 2026-12-31'
    other = 'hours: ["10:00-12:00"], through: 2026-12-31'
    only = load_text(f"{HEAD}calendars: {{berlin: {{{day}}}}}\n{PRICE % ('4wh', '4wh')}").policy
    assert only
    assert only.calendar
    assert only.calendar.name == "berlin"
    both = load_text(f"{HEAD}calendars: {{berlin: {{{day}}}, default: {{{other}}}}}\n{PRICE % ('4wh', '4wh')}").policy
    assert both
    assert both.calendar
    assert both.calendar.name == "default"
    assert codes(f"{HEAD}calendars: {{berlin: {{{day}}}, paris: {{{other}}}}}\n{PRICE % ('4wh', '4wh')}") == ["D312"]
    assert codes(f"{HEAD}calendars: {{}}\n{PRICE % ('4wh', '4wh')}") == ["D312"]


@pytest.mark.parametrize("written", ["4wh", "2wd", "1d2wd", "2 working days", "3个工作日"])
def test_working_time_needs_a_calendar(written: str) -> None:
    assert set(codes(HEAD + PRICE % (written, "1d"))) <= {"D412", "D301"}
    assert load_text(HEAD + PRICE % (written, "1d")).policy is None


@pytest.mark.parametrize("default", ["1mo", "4wh", "2wd", "2 months", "1d2wh"])
def test_a_field_of_the_type_duration_is_measured(default: str) -> None:
    text = f"{HEAD}{OFFICE_HOURS}facts: {{deal.term: {{type: duration, default: {default}}}}}\n{PRICE % ('1d', '1d')}"
    (found,) = load_text(text).diagnostics
    assert found.code == "D301"
    assert "measured" in found.message
