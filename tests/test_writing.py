"""What is written as a request's JSON reads back as the same value, or is refused: for every type, at every bound."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.exact import Ratio, compare, ratio
from engine.core.values import SET_SIZE, TEXT_LENGTH, Value, WrongValueError, reader_of_type
from engine.core.writing import UnwritableError, rounded, write_value
from rules.types import NUMERIC, Scalar, SetOf, Term, Type

COLOUR = Term("colour", ("red", "green", "été"))
KINDS: tuple[Type, ...] = (*Scalar, COLOUR, SetOf(Scalar.TEXT), SetOf(COLOUR))

numbers = st.one_of(
    st.fractions(),
    st.integers(-(10**28), 10**28).flatmap(
        lambda n: st.integers(0, 15).map(lambda places: Fraction(n, 10**places)),
    ),
    st.sampled_from([Fraction(10**15 - 1), Fraction(10**15), Fraction(10**27 - 1, 10**12), Fraction(1, 10**14)]),
)
texts = st.text(max_size=20) | st.just("e\u0301") | st.just("x" * (TEXT_LENGTH + 1))
VALUES: dict[Type, st.SearchStrategy[Value]] = {
    **{kind: numbers.map(ratio) for kind in NUMERIC},
    Scalar.BOOLEAN: st.booleans(),
    Scalar.TEXT: texts,
    Scalar.DATE: st.dates() | st.dates(date(1890, 1, 1), date(2210, 1, 1)),
    Scalar.TIMESTAMP: st.datetimes(datetime(1890, 1, 1), datetime(2210, 1, 1), timezones=st.timezones() | st.just(UTC)),  # noqa: DTZ001
    Scalar.DURATION: st.timedeltas() | st.integers(-10, 10**8).map(lambda minutes: timedelta(minutes=minutes)),
    COLOUR: st.sampled_from([*COLOUR.values, "blue"]),
    SetOf(Scalar.TEXT): st.frozensets(texts, max_size=4),
    SetOf(COLOUR): st.frozensets(st.sampled_from([*COLOUR.values, "blue"])),
}


def same(left: Value, right: Value) -> bool:
    if isinstance(left, tuple) and isinstance(right, tuple):
        return compare(left, right) == 0
    return type(left) is type(right) and left == right


@pytest.mark.parametrize("kind", KINDS, ids=str)
@given(data=st.data())
def test_reading_what_was_written_gives_the_value_back(kind: Type, data: st.DataObject) -> None:
    value = data.draw(VALUES[kind])
    try:
        written = write_value(value, kind)
    except UnwritableError:
        return
    assert same(reader_of_type(kind)(written), value)


@pytest.mark.parametrize("kind", sorted(NUMERIC, key=str), ids=str)
@given(whole=st.integers(1 - 10**15, 10**15 - 1), part=st.integers(0, 10**12 - 1))
def test_every_number_that_a_request_can_give_is_written(kind: Scalar, whole: int, part: int) -> None:
    number = Fraction(whole) if kind is Scalar.INTEGER else abs(whole) + Fraction(part, 10**12)
    if kind is Scalar.RATE:
        number /= 100
    assert same(reader_of_type(kind)(write_value(ratio(number), kind)), ratio(number))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ((1, 3), Scalar.NUMBER),
        ((1, 2), Scalar.INTEGER),
        ((1, 10**13), Scalar.MONEY),
        ((1, 10**15), Scalar.RATE),
        ((10**15, 1), Scalar.MONEY),
        ((-1, 0), Scalar.RATE),
        (timedelta(seconds=30), Scalar.DURATION),
        (timedelta(minutes=-1), Scalar.DURATION),
        (timedelta(minutes=1_000_001), Scalar.DURATION),
        (date(1899, 12, 31), Scalar.DATE),
        (datetime(2026, 1, 1), Scalar.TIMESTAMP),  # noqa: DTZ001 - without an offset
        ("e\u0301", Scalar.TEXT),
        ("\ud800", Scalar.TEXT),
        ("blue", COLOUR),
        (frozenset({"blue"}), SetOf(COLOUR)),
        (frozenset(map(str, range(SET_SIZE + 1))), SetOf(Scalar.TEXT)),
        (True, Scalar.TEXT),
        ((1, 1), Scalar.TEXT),
    ],
)
def test_what_no_request_can_give_is_refused(value: Value, kind: Type) -> None:
    with pytest.raises(UnwritableError):
        write_value(value, kind)


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (None, Scalar.MONEY, None),
        ((4400, 1), Scalar.MONEY, "4400.00"),
        ((44445, 10000), Scalar.MONEY, "4.4445"),
        ((-1, 8), Scalar.RATE, "-12.5%"),
        ((3, 2), Scalar.NUMBER, "1.5"),
        ((24, 2), Scalar.INTEGER, 12),
        (timedelta(days=2), Scalar.DURATION, "2d"),
        (timedelta(hours=36), Scalar.DURATION, "36h"),
        (timedelta(minutes=90), Scalar.DURATION, "90m"),
        (frozenset({"red", "green"}), SetOf(COLOUR), ["green", "red"]),
    ],
)
def test_a_value_is_written_as_people_write_it(value: Value, kind: Type, written: object) -> None:
    assert write_value(value, kind) == written


@pytest.mark.parametrize("kind", sorted(NUMERIC, key=str), ids=str)
@given(number=st.fractions(-(10**9), 10**9))
def test_a_rounded_number_can_be_written(kind: Scalar, number: Fraction) -> None:
    near: Ratio = rounded(ratio(number), kind)
    assert same(reader_of_type(kind)(write_value(near, kind)), near)
    assert abs(Fraction(*near) - number) <= Fraction(1, 2)


def test_a_reader_refuses_what_no_writer_writes() -> None:
    with pytest.raises(WrongValueError):
        reader_of_type(COLOUR)("blue")
