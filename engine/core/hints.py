"""What a caller probably meant by a JSON value that a field cannot take.

A hint that is followed gives a value that is taken, and does not change by a factor what was meant: where two readings
are likely (`"0.15"` for a rate: 15% or 0.15%?) it asks. Hints are looked for only when they are read.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from rules.grammar import misspelt
from rules.ir import Field
from rules.reports.nearest import nearest
from rules.types import Scalar, Type

SHORT = 12  # names of a list that a hint shows
LONGEST = 80
PLACES = 14  # more than a bound can have

_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?")


def for_number(text: str, example: str, bounds: str) -> str:
    """Return a hint for a text of digits in another notation.

    >>> for_number("1,234.50", "0.75", "")
    'write "1234.50"'
    """
    plain = misspelt.digits(text)
    if plain is None or not _PLAIN.fullmatch(plain):
        return f"write {example}; {bounds}"
    condition = ", if that is the policy's currency" if misspelt.currency_of(text) else ""
    return f'write "{plain}"{condition}'


def for_integer(text: str, wrong: Exception) -> str | None:
    """Return a hint for a whole number: days are counted without their unit.

    >>> for_integer("30 days", ValueError())
    'for a number of days, write "30"'
    """
    days = [offer for offer in misspelt.duration(text) if offer.endswith("d") and not text.strip().isdigit()]
    if days:
        return f'for a number of days, write "{days[0][:-1]}"'
    hint: str | None = getattr(wrong, "hint", None)
    return hint


def for_rate(text: str) -> str:
    """Return a hint for a rate.

    >>> for_rate("0.15"), for_rate("12,5%")
    ('write "15%" or "0.15%": which is meant?', 'write "12.5%"')
    """
    offers = tuple(offer for offer in misspelt.percents(text) if _PLAIN.fullmatch(offer[:-1]))
    return misspelt.asked(offers, '"') or 'write "12.5%", or 0.125 as a JSON number'


def for_out_of_range(value: Fraction, field: Field) -> str:
    """Return a hint for a number outside a field's bounds: the likeliest slip that makes one within, or the bounds."""
    if field.type is Scalar.RATE and value >= 1 and field.takes(value / 100):
        return f'write "{number(value / 100, field.type)}" if that is meant: as a JSON number, 1 is 100%'
    if value < 0 and field.takes(-value):
        return f'write "{number(-value, field.type)}" if the sign is a slip'
    low, high = field.at_least, field.at_most
    if low is not None and low == high:
        return f"write {number(low, field.type)}, or leave it out"
    if low is not None:
        return f"write {number(low, field.type)} " + (
            f"to {number(high, field.type)}" if high is not None else "or more"
        )
    if field.above is not None:
        return f"write more than {number(field.above, field.type)}"
    return f"write at most {number(high, field.type)}" if high is not None else "write a smaller number"


def number(value: Fraction, kind: Type) -> str:
    """Return a number as requests write it: a rate in percent, without zeros that say nothing.

    >>> number(Fraction(1, 8), Scalar.RATE), number(Fraction(-3, 2), Scalar.NUMBER), number(Fraction(), Scalar.MONEY)
    ('12.5%', '-1.5', '0')
    """
    value = value * 100 if kind is Scalar.RATE else value
    sign = "%" if kind is Scalar.RATE else ""
    whole, rest = divmod(abs(value), 1)
    decimals = f"{round(rest * 10**PLACES):0{PLACES}d}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' if decimals else ''}{decimals}{sign}"


def for_boolean(value: object) -> str:
    """Return a hint for true or false; JSON has them without quotes.

    >>> for_boolean("yes"), for_boolean("perhaps")
    ('write true, without quotes', 'write true or false, without quotes')
    """
    number = type(value) is int and value in (0, 1)
    meant = misspelt.boolean(str(value)) if isinstance(value, str) or number else None
    return f"write {meant or 'true or false'}, without quotes"


def for_text(value: object) -> str | None:
    """Return a hint for a text: a number in quotes.

    >>> for_text(17)
    'write "17"'
    """
    if isinstance(value, bool):
        return f'write "{str(value).lower()}"'
    return f'write "{value}"' if isinstance(value, int | Decimal) and len(str(value)) <= LONGEST else None


def for_date(text: str) -> str:
    """Return a hint for a day.

    >>> for_date("21.11.2026"), for_date("2026-11-21T08:00:00Z")
    ('write "2026-11-21"', 'write "2026-11-21"')
    """
    offers = misspelt.days(text[:10] if text[10:11] in ("T", " ") else text)
    return misspelt.asked(offers, '"') or 'write "2026-11-21"'


def for_timestamp(text: str) -> str:
    """Return a hint for a moment with its offset.

    >>> for_timestamp("2026-11-21T09:00:00")
    'add the offset from UTC: "2026-11-21T09:00:00+08:00", or "2026-11-21T09:00:00Z" for UTC itself'
    """
    words = misspelt.half_width(text) if len(text) <= LONGEST else ""
    found = re.fullmatch(
        r"(\S+)[T ]\s*([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)\s*(Z|[+-][0-9]{2}:?[0-9]{2})?", words
    )
    days = misspelt.days(found[1] if found else words)
    if found and len(days) == 1:
        moment = f"{days[0]}T{found[2]}"
        if found[3]:
            return f'write "{moment}{found[3]}"'
        return f'add the offset from UTC: "{moment}+08:00", or "{moment}Z" for UTC itself'
    if len(days) == 1:
        return f'write the time too, with its offset, like "{days[0]}T09:00:00+08:00"'
    return 'write "2026-11-21T09:00:00+08:00"'


def for_duration(text: str, is_taken: Callable[[str], object]) -> str:
    """Return a hint for a length of time."""
    offers = tuple(offer for offer in misspelt.duration(text) if is_taken(offer))
    return misspelt.asked(offers, '"') or 'write "30d" or "48h"'


def for_term(text: str, values: Sequence[str]) -> str:
    """Return a hint for one of a term's values: the one most like a word, whatever its case, or what there are.

    >>> for_term("Desktop ", ("desktop", "server"))
    'did you mean `desktop`?'
    """
    return _nearest(text, values) or f"one of: {listed(values)}"


def for_set(value: object, read_item: Callable[[object], object]) -> str | None:
    """Return a hint for a list: a text alone, or several with commas between, in brackets."""
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    for items in ([value], [item.strip() for item in re.split("[,;，；、]", value)]):
        try:
            for item in items:
                read_item(item)
        except ValueError:
            continue
        return f"write {json.dumps(items, ensure_ascii=False)}"
    return "write a list"


def for_key(key: str, known: Sequence[str], objects: Mapping[str, Iterable[str]]) -> str:
    """Return a hint for an unknown key: one of the same words, one of another object, or the most like it.

    >>> for_key("netPrice", ["net_price"], {}), for_key("payment_days", ["id"], {"deal": ["payment_days"]})
    ('did you mean `net_price`?', '`payment_days` is a field of `deal`')
    """
    snake = re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key[:LONGEST].strip())).lower()
    if snake in known:
        return f"did you mean `{snake}`?"
    homes = [name for name, fields in objects.items() if snake in fields]
    if homes:
        return f"`{snake}` is a field of {' and '.join(f'`{home}`' for home in homes)}"
    return _nearest(snake, known) or "one of: " + ", ".join(known)


def _nearest(word: str, known: Sequence[str]) -> str | None:
    by_small_letters = {one.casefold(): one for one in reversed(known)}
    near = nearest(misspelt.half_width(word[:LONGEST]).casefold(), by_small_letters)
    return f"did you mean `{by_small_letters[near]}`?" if near else None


def listed(names: Sequence[str]) -> str:
    """Return names in a row: a short list in full, of a longer one the beginning."""
    more = f" and {len(names) - SHORT} more" if len(names) > SHORT else ""
    return ", ".join(names[:SHORT]) + more
