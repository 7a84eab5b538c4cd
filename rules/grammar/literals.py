"""Literals: from an author's words to an exact value of a type (docs/language.md section 2).

Numbers are bounded, so that no policy can make arithmetic slow: 15 digits before the point, 12 after it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from rules.durations import parse
from rules.grammar import misspelt
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
LONGEST_DAY = 11  # characters of a date in any form that is known
_SEVERAL = re.compile(r"\s*(?:[,;|/、，；]|\bor\b|或)\s*")
_DURATION = re.compile(r"(?P<days>[0-9]{1,6}d)?(?P<hours>[0-9]{1,6}h)?(?P<minutes>[0-9]{1,6}m)?")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why words are no literal of a type."""

    code: str
    message: str
    hint: str | None = None
    instead: str | None = None


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
    instead = None if value.instead is None else node.instead(value.instead)
    report.error(value.code, value.message, node.span, hint=value.hint, instead=instead)
    return None


def term_value(text: str, term: Term, report: Report) -> str | Refused:
    """Return a term's value as it was declared."""
    if text in term.values:
        return text
    several = [piece.strip() for piece in _SEVERAL.split(text)]
    if len(several) > 1 and set(several) <= set(term.values):
        listed = f"[{', '.join(several)}]"
        return Refused("D104", f"`{text}` is no {term}, but several", f"write a list: {listed}")
    near = report.nearest(text, term.values)
    return Refused("D104", f"`{text}` is no {term}", report.did_you_mean(text, term.values), near)


def number(text: str, what: str = "a number") -> Fraction | Refused:
    """Return an exact number.

    >>> number("-1_200.50")
    Fraction(-2401, 2)
    """
    if len(text) <= WHOLE_DIGITS and text.isascii() and text.isdigit():
        return Fraction(int(text))
    found = _NUMBER.fullmatch(text)
    if found is None:
        return _no_number(text, what)
    whole = found["whole"].replace("_", "")
    decimals = found["decimals"] or ""
    if len(whole) > WHOLE_DIGITS or len(decimals) > DECIMALS:
        return Refused(
            "D303", f"`{text}` has too many digits", f"at most {WHOLE_DIGITS} before the point and {DECIMALS} after it"
        )
    value = Fraction(int(whole + decimals), 10 ** len(decimals))
    return -value if found["sign"] else value


def _no_number(text: str, what: str) -> Refused:
    """Return why words are no number, and the number that was probably meant."""
    meant = _grouped(misspelt.digits(text))
    if meant is None:
        message = f"`{text}` is not {what}"
        if text.endswith("%") and isinstance(number(text[:-1].rstrip()), Fraction):
            return Refused("D301", f"`{text}` is a rate, and {what} is needed", f"write {what} like {EXAMPLES[what]}")
        long = [offer for offer in misspelt.duration(text) if offer.endswith("d")]
        if long and what != "money" and not text.isdigit():
            said = f"`{text}` is a length of time, and {what} is needed"
            return Refused("D301", said, f"for a number of days, write `{long[0][:-1]}`", long[0][:-1])
        return Refused("D301", message, f"write {what} like {EXAMPLES[what]}")
    currency = misspelt.currency_of(text)
    if currency:
        said = f"`{text}` is not {what}: money has no sign of a currency (`{currency}`), it is in the policy's one"
        return Refused("D301", said, f"write `{meant}`, if that is the currency", meant)
    if text.strip("-+.,_ '’").isdigit() or not any(map(str.isalpha, text)):
        hint = f"digits are grouped in threes with `_`: `{meant}`" if len(meant) > 3 else f"write `{meant}`"
        return Refused("D301", f"`{text}` is not {what}", hint, meant)
    return Refused("D301", f"`{text}` is not {what}: digits only, without a unit", f"write `{meant}`", meant)


def _grouped(plain: str | None) -> str | None:
    """Return plain digits as policies have them, if they are within bounds.

    >>> _grouped("1200000.50")
    '1_200_000.50'
    """
    if plain is None:
        return None
    whole, point, decimals = plain.partition(".")
    shown = f"{whole[:1] if whole[0] == '-' else ''}{int(whole.removeprefix('-')):_}{point}{decimals}"
    return shown if isinstance(number(shown), Fraction) else None


def rate(text: str) -> Fraction | Refused:
    """Return a rate as a fraction.

    >>> rate("-2.5%")
    Fraction(-1, 40)
    """
    value = number(text[:-1].rstrip(), "a rate") if text.endswith("%") else None
    if isinstance(value, Fraction):
        return value / 100
    offers = tuple(offer for offer in misspelt.percents(text) if isinstance(number(offer[:-1]), Fraction))
    instead = offers[0] if len(offers) == 1 else None
    if isinstance(value, Refused):
        return Refused(value.code, value.message, misspelt.asked(offers) or value.hint, instead)
    if not isinstance(number(text), Fraction):
        return Refused("D302", f"`{text}` is not a rate", misspelt.asked(offers) or "write a rate like `15%`", instead)
    either = " or ".join(f"`{offer}`" for offer in offers)
    question = "?" if len(offers) > 1 else ""
    hint = f"a rate has its percent sign: {either}{question}" if offers else "write a rate like `15%`"
    return Refused("D302", f"`{text}` is not a rate", hint, instead)


def money(text: str) -> Fraction | Refused:
    """Return an amount; money is in the policy's one currency, so that no sign of it is written."""
    return number(text, "money")


def integer(text: str) -> Fraction | Refused:
    """Return a whole number."""
    value = number(text, "an integer")
    if isinstance(value, Fraction) and "." in text:
        whole = f"{int(value):_}" if value.denominator == 1 else None
        hint = f"write `{whole}`" if whole else "write it without a decimal point"
        return Refused("D301", f"`{text}` is not an integer", hint, whole)
    return value


def boolean(text: str) -> bool | Refused:
    """Return true or false."""
    if text in ("true", "false"):
        return text == "true"
    meant = misspelt.boolean(text)
    hint = f"write `{meant}`" if meant else "a boolean is written `true` or `false`"
    return Refused("D301", f"`{text}` is neither `true` nor `false`", hint, meant)


def plain_text(text: str) -> str:
    """Return text as it is; the reader made it NFC."""
    return text


def day(text: str) -> date | Refused:
    """Return a day of the calendar."""
    if not _DATE.fullmatch(text):
        offers = misspelt.days(text[:10] if text[10:11] in ("T", " ") else text)
        hint = misspelt.asked(offers) or "write a date like `2026-11-21`"
        return Refused("D301", f"`{text}` is not a date", hint, offers[0] if len(offers) == 1 else None)
    try:
        value = date.fromisoformat(text)
    except ValueError:
        return Refused("D301", f"`{text}` is no day of the calendar")
    return value if value.year in YEARS else Refused("D303", f"`{text}` lies too far away", "use years 1900 to 2999")


def timestamp(text: str) -> datetime | Refused:
    """Return a moment; it needs an offset from UTC, or nobody could know which moment it is."""
    if not _TIMESTAMP.fullmatch(text):
        hint = "write a timestamp with its offset, like `2026-11-21T09:00:00+08:00`"
        found = misspelt.days(text[:10])
        if _TIMESTAMP.fullmatch(f"{text}Z"):
            hint = f"add its offset from UTC: `{text}+08:00`, or `{text}Z` for UTC itself"
        elif found and len(text) <= LONGEST_DAY:
            hint = f"write the time too, with its offset, like `{found[0]}T09:00:00+08:00`"
        return Refused("D301", f"`{text}` is not a timestamp", hint)
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return Refused("D301", f"`{text}` is no moment of the calendar")
    return value if value.year in YEARS else Refused("D303", f"`{text}` lies too far away", "use years 1900 to 2999")


def duration(text: str) -> timedelta | Refused:
    """Return a measured length of time: a day has 24 hours, and months and working time have no one length.

    >>> duration("1d12h")
    datetime.timedelta(days=1, seconds=43200)
    """
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        meant = misspelt.duration(text)
        offers = tuple(offer for offer in meant if _DURATION.fullmatch(offer))
        hint = misspelt.asked(offers) or "write days, hours or minutes, like `30d`, `48h` or `15m`"
        if parse(text) or (any(map(parse, meant)) and not offers):
            said = f"`{text}` has no length of its own, and a field of the type duration is a measured length of time"
            return Refused("D301", said, hint)
        return Refused("D301", f"`{text}` is not a duration", hint, offers[0] if len(offers) == 1 else None)
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
