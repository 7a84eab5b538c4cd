"""What a request may give for each type: every bound from both sides."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.core.values import (
    Value,
    WrongValueError,
    read_boolean,
    read_date,
    read_duration,
    read_integer,
    read_money,
    read_number,
    read_rate,
    read_text,
    read_timestamp,
    reader_of,
)
from rules.ir import Field, Origin
from rules.types import Scalar, SetOf, Term

NINES = "9" * 15
COLOUR = Term("colour", ("red", "green"))


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("007.50", Fraction(15, 2)),
        ("4400.00", 4400),
        ("-12.5", Fraction(-25, 2)),
        (NINES, int(NINES)),
        (f"-{NINES}.999999999999", -(Fraction(10**27 - 1, 10**12))),
        ("0.000000000001", Fraction(1, 10**12)),
        (10**15 - 1, 10**15 - 1),
        (1 - 10**15, 1 - 10**15),
        (Decimal("0.1"), Fraction(1, 10)),
        (Decimal("1e-12"), Fraction(1, 10**12)),
        (Decimal("1E+14"), 10**14),
        (Decimal("0E+999999"), 0),
        (Decimal("-0.0"), 0),
        (Decimal("1.50000000000000000000"), Fraction(3, 2)),
    ],
)
def test_numbers_are_exact(given: object, value: Fraction | int) -> None:
    for read in (read_money, read_number):
        assert Fraction(*read(given)) == value


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", "number"),
        ("1e3", "number"),
        ("+1", "number"),
        (" 1", "number"),
        ("1 ", "number"),
        ("1\n", "number"),
        ("1,000", "number"),
        ("1_000", "number"),
        (".5", "number"),
        ("5.", "number"),
        ("0x10", "number"),
        ("NaN", "number"),
        ("Infinity", "number"),
        ("１２", "number"),
        ("٣", "number"),
        ("1" + "0" * 15, "number"),
        ("0.0000000000001", "number"),
        ("12%", "number"),
        (10**15, "too_large"),
        (-(10**15), "too_large"),
        (Decimal("1E+15"), "too_large"),
        (Decimal("1E+999999"), "too_large"),
        (Decimal("1E-13"), "too_large"),
        (Decimal("0.1000000000001"), "too_precise"),
        (Decimal("NaN"), "number"),
        (Decimal("Infinity"), "number"),
        (True, "type"),
        (1.5, "type"),
        ([], "type"),
        ({}, "type"),
        (None, "type"),
    ],
)
def test_what_is_no_number_is_refused(given: object, code: str) -> None:
    for read in (read_money, read_number, read_integer):
        assert refusal(read, given) == code


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("12.5%", Fraction(1, 8)),
        ("-2.5%", Fraction(-1, 40)),
        ("0%", 0),
        ("15.0000001%", Fraction(150000001, 10**9)),
        (f"{NINES}%", Fraction(int(NINES), 100)),
        ("0.000000000001%", Fraction(1, 10**14)),
        (Decimal("0.125"), Fraction(1, 8)),
        (1, 1),
    ],
)
def test_rates_are_percent_or_fractions(given: object, value: Fraction | int) -> None:
    assert Fraction(*read_rate(given)) == value


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("0.125", "rate"),
        ("12.5 %", "number"),
        ("%", "number"),
        ("12.5%%", "number"),
        ("12,5%", "number"),
        (True, "type"),
    ],
)
def test_what_is_no_rate_is_refused(given: object, code: str) -> None:
    assert refusal(read_rate, given) == code


def test_integers_are_whole() -> None:
    assert read_integer("12.000") == (12, 1)
    assert read_integer(Decimal("3.0")) == (3, 1)
    assert refusal(read_integer, "12.5") == "integer"
    assert refusal(read_integer, Decimal("0.5")) == "integer"


@pytest.mark.parametrize("given", ["true", "false", 0, 1, None, "yes"])
def test_only_true_and_false_are_booleans(given: object) -> None:
    assert read_boolean(True)
    assert not read_boolean(False)
    assert refusal(read_boolean, given) == "type"


def test_texts_are_normalised_and_bounded() -> None:
    assert read_text("Cre\N{COMBINING GRAVE ACCENT}me") == "Crème"
    assert read_text("x" * 2_000) == "x" * 2_000
    assert refusal(read_text, "x" * 2_001) == "too_long"
    assert refusal(read_text, "half \ud800 of a pair") == "text"
    assert refusal(read_text, 5) == "type"


@pytest.mark.parametrize(
    ("given", "day"),
    [("1900-01-01", date(1900, 1, 1)), ("2200-12-31", date(2200, 12, 31)), ("2028-02-29", date(2028, 2, 29))],
)
def test_days(given: str, day: date) -> None:
    assert read_date(given) == day


@pytest.mark.parametrize(
    "given",
    [
        "1899-12-31",
        "2201-01-01",
        "2026-02-29",
        "20261121",
        "2026-W47-6",
        "2026-11-21T00:00:00Z",
        "26-11-21",
        "",
        "2026-1-1",
    ],
)
def test_what_is_no_day_is_refused(given: str) -> None:
    assert refusal(read_date, given) == "date"


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-11-21T09:00:00+08:00", datetime(2026, 11, 21, 1, tzinfo=UTC)),
        ("2026-11-21T01:00:00Z", datetime(2026, 11, 21, 1, tzinfo=UTC)),
        ("2026-11-21T01:00:00.000001-00:30", datetime(2026, 11, 21, 1, 30, 0, 1, tzinfo=UTC)),
        ("1900-01-01T00:00:00Z", datetime(1900, 1, 1, tzinfo=UTC)),
    ],
)
def test_moments_are_the_same_in_every_offset(given: str, moment: datetime) -> None:
    assert read_timestamp(given) == moment


@pytest.mark.parametrize(
    "given",
    [
        "2026-11-21T09:00:00",
        "2026-11-21 09:00:00Z",
        "2026-11-21",
        "2026-11-21T25:00:00Z",
        "1899-12-31T23:59:59Z",
        "",
        "now",
    ],
)
def test_what_is_no_moment_is_refused(given: str) -> None:
    assert refusal(read_timestamp, given) == "timestamp"


def test_durations() -> None:
    assert read_duration("999999d") == timedelta(days=999_999)
    assert read_duration("0m") == timedelta()
    assert read_duration("36h") == timedelta(hours=36)
    for given in ("1000000d", "5", "1w", "-1d", "1d12h", "1.5h", "", "P1D"):
        assert refusal(read_duration, given) == "duration"


def test_terms_are_their_values() -> None:
    read = reader(COLOUR)
    assert read("red") == "red"
    for given in ("Red", "rot", "", " red"):
        assert refusal(read, given) == "unknown_value"
    assert refusal(read, 1) == "type"


def test_sets_hold_each_member_once() -> None:
    read = reader(SetOf(COLOUR))
    assert read(["red", "red"]) == frozenset({"red"})
    assert read([]) == frozenset()
    assert refusal(read, "red") == "type"
    assert refusal(read, ["red", "rot"]) == "unknown_value"
    assert refusal(read, [None]) == "type"
    texts = reader(SetOf(Scalar.TEXT))
    assert len(texts([f"{number}" for number in range(1_000)])) == 1_000  # type: ignore[arg-type]  # it is a set
    assert refusal(texts, ["x"] * 1_001) == "too_long"


def test_fields_have_bounds_of_their_own() -> None:
    above = reader(Scalar.MONEY, above="0")
    assert above("0.000000000001") == (1, 10**12)
    assert refusal(above, "0") == "out_of_range"
    assert refusal(above, "-1") == "out_of_range"
    at_least = reader(Scalar.MONEY, at_least="0")
    assert at_least("0") == (0, 1)
    assert refusal(at_least, "-0.000000000001") == "out_of_range"
    both = reader(Scalar.RATE, at_least="-1/8", at_most="1/3")
    assert [both("-12.5%"), both(Decimal("0.333333333333"))] == [(-125, 1000), (333333333333, 10**12)]
    for outside in ("-12.500000000001%", "33.333333333334%", "34%", 1, -1, Decimal("-0.126")):
        assert refusal(both, outside) == "out_of_range"


def reader(
    kind: Scalar | Term | SetOf, *, above: str | None = None, at_least: str | None = None, at_most: str | None = None
) -> Callable[[object], Value]:
    bounds = [None if one is None else Fraction(one) for one in (above, at_least, at_most)]
    return reader_of(Field("line.x", kind, Origin.GIVEN, above=bounds[0], at_least=bounds[1], at_most=bounds[2]))


def refusal(read: Callable[[object], Value], given: object) -> str:
    with pytest.raises(WrongValueError) as refused:
        read(given)
    assert refused.value.message
    return refused.value.code
