"""JSON values of a request as typed, exact values; each reader refuses what it cannot take, in words for the caller.

Values past this point: `Ratio` for money, rates, integers and numbers; `str` (NFC) for text and terms; `bool`; `date`;
`datetime` in UTC; `timedelta`; `frozenset[str]` for sets; None for null. Nobody asks for their type again.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TypeAlias, assert_never
from unicodedata import normalize

from engine.core import hints
from engine.core.exact import Ratio
from rules.durations import parse
from rules.ir import Field
from rules.types import Scalar, SetOf, Term, Type

WHOLE_DIGITS = 15
DECIMAL_PLACES = 12
TEXT_LENGTH = 2_000
SET_SIZE = 1_000
YEARS = range(1900, 2201)

_DURATION = re.compile(r"([0-9]{1,6})([dhm])", re.ASCII)
_DURATION_UNIT = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_POWERS = tuple(10**n for n in range(DECIMAL_PLACES + 3))
_BOUND = 10**WHOLE_DIGITS
_BOUNDS = f"at most {WHOLE_DIGITS} digits before the point and {DECIMAL_PLACES} after it"
_AMOUNT = '"4400.00"'
_NUMBER = "0.75"


@dataclass(frozen=True, slots=True)
class PartialSet:
    """A derived set of which some members are certain and of others it is not known whether they belong."""

    known: frozenset[str]
    maybe: frozenset[str]


Value: TypeAlias = Ratio | str | bool | date | datetime | timedelta | frozenset[str] | PartialSet | None


# A hint, or what looks for it once somebody asks.
Hint: TypeAlias = str | Callable[[], str | None] | None


class WrongValueError(ValueError):
    """A JSON value that the field cannot take."""

    def __init__(self, code: str, message: str, hint: Hint = None) -> None:
        """Take the fault's code, its message (the field's name goes before it) and a hint, or how to look for one."""
        super().__init__(message)
        self.code = code
        self.message = message
        self._hint = hint

    @property
    def hint(self) -> str | None:
        """Return the hint, looked for now; a request may have more faults than anyone reads hints of."""
        return self._hint() if callable(self._hint) else self._hint


def _digits(text: str, example: str) -> Ratio:
    """Read a text of digits, with a point among them or without, perhaps after a minus sign."""
    whole, point, decimals = text.partition(".")
    digits = whole if whole.isdigit() else whole.removeprefix("-")
    if digits.isdigit() and len(digits) <= WHOLE_DIGITS and text.isascii():
        if not point:
            return int(whole), 1
        if decimals.isdigit() and len(decimals) <= DECIMAL_PLACES:
            return int(whole + decimals), _POWERS[len(decimals)]
    raise WrongValueError(
        "number", f"is not a plain decimal number: {_shown(text)}", partial(hints.for_number, text, example, _BOUNDS)
    )


def _number(value: object, example: str) -> Ratio:
    """Read a JSON number or a string of digits."""
    if type(value) is str:
        return _digits(value, example)
    if type(value) is int:
        if not -_BOUND < value < _BOUND:
            raise WrongValueError("too_large", f"has more than {WHOLE_DIGITS} digits before the point")
        return value, 1
    if type(value) is Decimal:
        return _decimal(value, example)
    raise WrongValueError("type", f"is {_kind_of(value)}, not a number", f"write {example}")


def _decimal(value: Decimal, example: str) -> Ratio:
    if not value.is_finite():
        raise WrongValueError("number", f"is not a number: {_shown(str(value))}", f"write {example}")
    if not value:
        return 0, 1
    # `adjusted` bounds the size before anything expands it: 1e999999 stays a few bytes.
    if not -DECIMAL_PLACES <= value.adjusted() < WHOLE_DIGITS:
        raise WrongValueError("too_large", f"is out of bounds: {_shown(str(value))}", f"write {example}")
    pair = value.as_integer_ratio()
    if _POWERS[DECIMAL_PLACES] % pair[1]:
        raise WrongValueError("too_precise", f"has more than {DECIMAL_PLACES} decimal places")
    return pair


def read_money(value: object) -> Ratio:
    """Read an amount: `"4400.00"` or a JSON number."""
    return _number(value, _AMOUNT)


def read_number(value: object) -> Ratio:
    """Read a number: `"0.75"` or a JSON number."""
    return _number(value, _NUMBER)


def read_rate(value: object) -> Ratio:
    """Read a rate: `"12.5%"`, or a JSON number as a fraction (`0.125`)."""
    if type(value) is not str:
        return _number(value, '"12.5%" or 0.125')
    if not value.endswith("%"):
        raise WrongValueError("rate", f"has no %: {_shown(value)}", partial(hints.for_rate, value))
    try:
        n, d = _digits(value[:-1], '"12.5%"')
    except WrongValueError:
        message = f"is not a rate: {_shown(value)}"
        raise WrongValueError("number", message, partial(hints.for_rate, value)) from None
    return n, d * 100


def read_integer(value: object) -> Ratio:
    """Read a whole number."""
    if type(value) is int and -_BOUND < value < _BOUND:
        return value, 1
    try:
        n, d = _number(value, "12")
    except WrongValueError as wrong:
        if type(value) is not str:
            raise
        raise WrongValueError(wrong.code, wrong.message, partial(hints.for_integer, value, wrong)) from None
    if n % d:
        raise WrongValueError("integer", "is not a whole number")
    return n // d, 1


def read_boolean(value: object) -> bool:
    """Read true or false."""
    if value is True or value is False:
        return value
    raise WrongValueError("type", f"is {_kind_of(value)}, not true or false", partial(hints.for_boolean, value))


def read_text(value: object) -> str:
    """Read a text, normalised to NFC."""
    if type(value) is not str:
        raise WrongValueError("type", f"is {_kind_of(value)}, not a text", partial(hints.for_text, value))
    if len(value) > TEXT_LENGTH:
        raise WrongValueError("too_long", f"has {len(value)} characters, more than {TEXT_LENGTH}")
    if value.isascii():
        return value
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in value):
        raise WrongValueError("text", "has half of a surrogate pair, which is not a character")
    return normalize("NFC", value)


def read_date(value: object) -> date:
    """Read a day: `"2026-11-21"`."""
    text = read_text(value)
    try:
        day = date.fromisoformat(text) if len(text) == 10 and text[4] == text[7] == "-" else None
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise WrongValueError("date", f"is not a date: {_shown(text)}", partial(hints.for_date, text))
    return day


def read_timestamp(value: object) -> datetime:
    """Read a moment with an offset, as UTC: `"2026-11-21T09:00:00+08:00"`."""
    text = read_text(value)
    try:
        moment = datetime.fromisoformat(text) if text[10:11] == "T" else None
        moment = moment.astimezone(UTC) if moment and moment.tzinfo and moment.year in YEARS else None
    except ValueError:
        moment = None
    if moment is None:
        message = f"is not a time with an offset: {_shown(text)}"
        raise WrongValueError("timestamp", message, partial(hints.for_timestamp, text))
    return moment


def read_duration(value: object) -> timedelta:
    """Read a length of time: `"30d"`, `"48h"`, `"15m"`."""
    match = _DURATION.fullmatch(read_text(value))
    if match is None:
        said = parse(str(value))
        is_measured = said is None or not (said.months or said.is_working_time)
        message = f"is {'not a duration' if is_measured else 'no measured length of time'}: {_shown(str(value))}"
        raise WrongValueError("duration", message, partial(hints.for_duration, str(value), _DURATION.fullmatch))
    return int(match[1]) * _DURATION_UNIT[match[2]]


_SCALAR_READER: dict[Scalar, Callable[[object], Value]] = {
    Scalar.MONEY: read_money,
    Scalar.RATE: read_rate,
    Scalar.INTEGER: read_integer,
    Scalar.NUMBER: read_number,
    Scalar.BOOLEAN: read_boolean,
    Scalar.TEXT: read_text,
    Scalar.DATE: read_date,
    Scalar.TIMESTAMP: read_timestamp,
    Scalar.DURATION: read_duration,
}


def _term_reader(term: Term) -> Callable[[object], str]:
    values = frozenset(term.values)

    def read(value: object) -> str:
        if type(value) is str and value in values:
            return value
        if type(value) is not str:
            message = f"is {_kind_of(value)}, not a text"
            raise WrongValueError("type", message, partial(hints.for_term, str(value), term.values))
        text = read_text(value)
        if text in values:
            return text
        message = f"is not a value of {term.name}: {_shown(text)}"
        raise WrongValueError("unknown_value", message, partial(hints.for_term, text, term.values))

    return read


def _set_reader(item: Scalar | Term) -> Callable[[object], frozenset[str]]:
    read_item = _term_reader(item) if isinstance(item, Term) else read_text

    def read(value: object) -> frozenset[str]:
        if type(value) is not list:
            message = f"is {_kind_of(value)}, not a list"
            raise WrongValueError("type", message, partial(hints.for_set, value, read_item))
        if len(value) > SET_SIZE:
            raise WrongValueError("too_long", f"has {len(value)} members, more than {SET_SIZE}")
        return frozenset([read_item(one) for one in value])

    return read


def reader_of(field: Field) -> Callable[[object], Value]:
    """Return the function that reads this field's JSON values (null aside), or raises `WrongValueError`."""
    read = reader_of_type(field.type)
    is_bounded = any(bound is not None for bound in (field.at_least, field.above, field.at_most))
    return _bounded(read, field) if is_bounded else read


def reader_of_type(kind: Type) -> Callable[[object], Value]:
    """Return the function that reads a type's JSON values, whatever bounds a field has."""
    match kind:
        case Term():
            return _term_reader(kind)
        case SetOf(item):
            return _set_reader(item)
        case Scalar():
            return _SCALAR_READER[kind]
        case _:
            assert_never(kind)


def _bounded(read: Callable[[object], Value], field: Field) -> Callable[[object], Value]:
    low = field.above if field.above is not None else field.at_least
    floor, floor_under = low.as_integer_ratio() if low is not None else (-_BOUND, 1)
    least = 1 if field.above is not None else 0
    top, top_under = field.at_most.as_integer_ratio() if field.at_most is not None else (_BOUND, 1)
    # Most of what requests have is amounts as texts; they are read without the calls between.
    example = _AMOUNT if read is read_money else _NUMBER if read is read_number else None

    def read_bounded(value: object) -> Value:
        number = _digits(value, example) if example and type(value) is str else read(value)
        assert type(number) is tuple
        n, d = number
        # Whole numbers: above zero means at least one.
        if n * floor_under - floor * d < least or n * top_under > top * d:
            raise _out_of_range(number, field)
        return number

    return read_bounded


def _out_of_range(number: Ratio, field: Field) -> WrongValueError:
    value = Fraction(*number)
    if field.at_most is not None and value > field.at_most:
        words = f"at most {hints.number(field.at_most, field.type)}"
    elif field.above is not None:
        words = f"above {hints.number(field.above, field.type)}"
    else:
        words = f"at least {hints.number(field.at_least or Fraction(0), field.type)}"
    return WrongValueError("out_of_range", f"must be {words}", partial(hints.for_out_of_range, value, field))


def _kind_of(value: object) -> str:
    """Name a JSON value's kind for a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    for kind, words in ((dict, "an object"), (list, "a list"), (str, "a text")):
        if isinstance(value, kind):
            return words
    return "a number"


def _shown(text: str) -> str:
    """Quote a caller's text, shortened, so that a message stays one line."""
    short = text if len(text) <= 40 else text[:39] + "…"
    return '"' + short.encode("utf-8", "replace").decode().replace("\n", " ") + '"'
