"""Figures for people: thousands separators, and percents with two decimals, half up."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from engine.core.parts import Shown

_CENT = Decimal("0.01")


def percent(text: str) -> str:
    """Return a rate with two decimals.

    What is not zero is not shown as zero.

    >>> percent("15.3846%"), percent("-0.0050%"), percent("0.0004%"), percent("-∞")
    ('15.38%', '-0.01%', '0.0004%', '-∞')
    """
    number = decimal(text.removesuffix("%"))
    if number is None:
        return text
    rounded = number.quantize(_CENT, ROUND_HALF_UP)
    return f"{rounded}%" if rounded or not number else text


def brief(text: str) -> str:
    """Return a rate with at most two decimals; any other text stays as it is.

    >>> brief("30.0000%"), brief("12.3457%"), brief("0.0004%"), brief("customer_letter")
    ('30%', '12.35%', '0.0004%', 'customer_letter')
    """
    if not text.endswith("%"):
        return text
    number = percent(text).removesuffix("%")
    return (number.rstrip("0").rstrip(".") if "." in number else number) + "%"


def brief_values(values: Mapping[str, Shown]) -> Mapping[str, Shown]:
    """Return values with their rates brief, unless two that differ would read alike.

    >>> brief_values({"C-1": "12.0000%", "C-2": "13.3333%"}), brief_values({"C-1": "12.0000%", "C-2": "12.0001%"})
    ({'C-1': '12%', 'C-2': '13.33%'}, {'C-1': '12.0000%', 'C-2': '12.0001%'})
    """
    texts = {value for value in values.values() if isinstance(value, str)}
    if len({brief(text) for text in texts}) < len(texts):
        return values
    return {name: brief(value) if isinstance(value, str) else value for name, value in values.items()}


def points(text: str) -> str:
    """Return a difference of two rates in points, without the sign for percent.

    >>> points("4.0000%")
    '4.00'
    """
    return percent(text).removesuffix("%")


def grouped(text: str) -> str:
    """Return an amount with thousands separators; its decimals stay as they are.

    >>> grouped("1234567.50"), grouped("-1000")
    ('1,234,567.50', '-1,000')
    """
    number = decimal(text)
    return text if number is None else f"{number:,f}"


def separated(limit: str) -> str:
    """Return a limit of the policy with the separators that people use; whatever is not a number stays as it is.

    >>> separated("5_000_000"), separated("18%"), separated("signed_contract")
    ('5,000,000', '18%', 'signed_contract')
    """
    return limit.replace("_", ",") if limit.lstrip("-")[:1].isdigit() else limit


def figure(text: str) -> str:
    """Return a value of any kind for people.

    >>> figure("15.3846%"), figure("4400.00"), figure("2026-11-21"), figure("server")
    ('15.38%', '4,400.00', '2026-11-21', 'server')
    """
    if text.endswith("%"):
        return percent(text)
    return grouped(text) if "." in text or len(text) > 4 else text


def decimal(text: str) -> Decimal | None:
    """Return the number that a text is, with or without separators; None for any other text."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
