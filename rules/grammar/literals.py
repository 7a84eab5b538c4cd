"""Literals: from an author's words to an exact value of a type (LANGUAGE.md section 2).

Numbers are bounded, so that no policy can make arithmetic slow: 15 digits before the point, 12 after it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from rules.reports.report import Report
from rules.text.nodes import ScalarNode
from rules.types import Scalar, SetOf, Term, Type, Value

WHOLE_DIGITS = 15
DECIMALS = 12
YEARS = range(1900, 3000)
LONGEST = timedelta(days=36_500)

_NUMBER = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]+|[0-9]{1,3}(?:_[0-9]{3})+)(?:\.(?P<decimals>[0-9]+))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DURATION = re.compile(r"(?P<days>[0-9]{1,6}d)?(?P<hours>[0-9]{1,6}h)?(?P<minutes>[0-9]{1,6}m)?")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why words are no literal of a type."""

    code: str
    message: str
    hint: str | None = None


def read_literal(node: ScalarNode, type_: Type, report: Report) -> Value | None:
    """Return the value that a scalar stands for, or nothing once it is reported why it has none."""
    if node.unreadable:
        return None
    value: Value | Refused
    if isinstance(type_, Term):
        value = term_value(node.text, type_, report)
    elif isinstance(type_, SetOf):
        value = Refused("D301", f"a {type_} is a list", f"write [{node.text}]")
    else:
        value = PARSERS[type_](node.text)
    if not isinstance(value, Refused):
        return value
    half_width = unicodedata.normalize("NFKC", node.text)
    hint = value.hint
    if half_width != node.text and not isinstance(type_, Term):
        hint = f"write it in half-width characters: `{half_width}`"
    report.error(value.code, value.message, node.span, hint=hint)
    return None


def term_value(text: str, term: Term, report: Report) -> str | Refused:
    """Return a term's value as it was declared."""
    if text in term.values:
        return text
    return Refused("D104", f"`{text}` is no {term}", report.did_you_mean(text, term.values))


def number(text: str, what: str = "a number") -> Fraction | Refused:
    """Return an exact number.

    >>> number("-1_200.50")
    Fraction(-2401, 2)
    """
    if len(text) <= WHOLE_DIGITS and text.isascii() and text.isdigit():
        return Fraction(int(text))
    found = _NUMBER.fullmatch(text)
    if found is None:
        plain = text.replace(",", "").replace("_", "")
        hint = f"write {what} like {EXAMPLES[what]}"
        if plain.isascii() and plain.isdigit() and len(plain) <= WHOLE_DIGITS:
            hint = f"digits are grouped in threes with `_`: `{int(plain):_}`"
        return Refused("D301", f"`{text}` is not {what}", hint)
    whole = found["whole"].replace("_", "")
    decimals = found["decimals"] or ""
    if len(whole) > WHOLE_DIGITS or len(decimals) > DECIMALS:
        return Refused(
            "D303", f"`{text}` has too many digits", f"at most {WHOLE_DIGITS} before the point and {DECIMALS} after it"
        )
    value = Fraction(int(whole + decimals), 10 ** len(decimals))
    return -value if found["sign"] else value


def rate(text: str) -> Fraction | Refused:
    """Return a rate as a fraction.

    >>> rate("-2.5%")
    Fraction(-1, 40)
    """
    if not text.endswith("%"):
        missing = isinstance(number(text), Fraction)
        hint = f"a rate has its percent sign: `{text}%`" if missing else "write a rate like `15%`"
        return Refused("D302", f"`{text}` is not a rate", hint)
    value = number(text[:-1].rstrip(), "a rate")
    return value / 100 if isinstance(value, Fraction) else value


def money(text: str) -> Fraction | Refused:
    """Return an amount; money is in the policy's one currency, so that no sign of it is written."""
    return number(text, "money")


def integer(text: str) -> Fraction | Refused:
    """Return a whole number."""
    value = number(text, "an integer")
    if isinstance(value, Fraction) and "." in text:
        return Refused("D301", f"`{text}` is not an integer", "write it without a decimal point")
    return value


def boolean(text: str) -> bool | Refused:
    """Return true or false."""
    if text in ("true", "false"):
        return text == "true"
    return Refused("D301", f"`{text}` is neither `true` nor `false`", "a boolean is written `true` or `false`")


def plain_text(text: str) -> str:
    """Return text as it is; the reader made it NFC."""
    return text


def day(text: str) -> date | Refused:
    """Return a day of the calendar."""
    refused = Refused("D301", f"`{text}` is not a date", "write a date like `2026-11-21`")
    if not _DATE.fullmatch(text):
        return refused
    try:
        value = date.fromisoformat(text)
    except ValueError:
        return Refused("D301", f"`{text}` is no day of the calendar")
    return value if value.year in YEARS else Refused("D303", f"`{text}` lies too far away", "use years 1900 to 2999")


def timestamp(text: str) -> datetime | Refused:
    """Return a moment; it needs an offset from UTC, or nobody could know which moment it is."""
    if not _TIMESTAMP.fullmatch(text):
        hint = "write a timestamp with its offset, like `2026-11-21T09:00:00+08:00`"
        return Refused("D301", f"`{text}` is not a timestamp", hint)
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return Refused("D301", f"`{text}` is no moment of the calendar")
    return value if value.year in YEARS else Refused("D303", f"`{text}` lies too far away", "use years 1900 to 2999")


def duration(text: str) -> timedelta | Refused:
    """Return a length of time; a day has 24 hours.

    >>> duration("1d12h")
    datetime.timedelta(days=1, seconds=43200)
    """
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        return Refused(
            "D301", f"`{text}` is not a duration", "write days, hours or minutes, like `30d`, `48h` or `15m`"
        )
    value = timedelta(**{unit: int(count[:-1]) for unit, count in found.groupdict("0_").items()})
    return value if value <= LONGEST else Refused("D303", f"`{text}` is longer than 100 years")


PARSERS: Mapping[Scalar, Callable[[str], Value | Refused]] = {
    Scalar.MONEY: money,
    Scalar.RATE: rate,
    Scalar.INTEGER: integer,
    Scalar.NUMBER: number,
    Scalar.BOOLEAN: boolean,
    Scalar.TEXT: plain_text,
    Scalar.DATE: day,
    Scalar.TIMESTAMP: timestamp,
    Scalar.DURATION: duration,
}
EXAMPLES = {"a number": "`0.75`", "an integer": "`1_000`", "money": "`4400.00`", "a rate": "`15%`"}
