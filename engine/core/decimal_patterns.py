"""Regular expressions for texts of decimal digits that are at most, or at least, a bound.

JSON Schema bounds JSON numbers and not texts, and requests write most numbers as texts. The patterns are those of
ECMA-262 that Python reads alike; leading zeros, zeros at the end and a minus zero are what they are for the reader.
"""

from collections.abc import Iterator
from fractions import Fraction

_PLACES = 14


def at_most(bound: Fraction) -> str:
    """Return a pattern of the decimal texts that are no larger than a bound, to be anchored by the caller.

    >>> import re
    >>> [bool(re.fullmatch(at_most(Fraction(25, 2)), text)) for text in ("12.5", "012.50", "-99", "12.51", "13")]
    [True, True, True, False, False]
    """
    if bound < 0:
        return f"-{_no_smaller(-bound)}"
    return _any(r"-[0-9]+(\.[0-9]+)?", *_no_larger(bound))


def at_least(bound: Fraction) -> str:
    """Return a pattern of the decimal texts that are no smaller than a bound, to be anchored by the caller."""
    if bound <= 0:
        return _any(r"[0-9]+(\.[0-9]+)?", *[f"-{one}" for one in _no_larger(-bound)])
    return _no_smaller(bound)


def _no_larger(bound: Fraction) -> Iterator[str]:
    """Yield patterns of texts without a sign up to a bound that is none below zero."""
    whole, decimals = _digits(bound)
    smaller = list(_smaller(whole))
    if smaller:
        yield rf"0*{_any(*smaller)}(\.[0-9]+)?"
    ends = [f"{decimals[:n]}[0-{int(digit) - 1}][0-9]*" for n, digit in enumerate(decimals) if digit != "0"]
    ends += [decimals[:n] for n in range(1, len(decimals))]
    ends.append(f"{decimals}0*" if decimals else "0+")
    yield rf"0*{whole}(\.{_any(*ends)})?"


def _no_smaller(bound: Fraction) -> str:
    """Return a pattern of texts without a sign from a bound above zero on."""
    whole, decimals = _digits(bound)
    larger = [f"[1-9][0-9]{{{len(whole)},}}", *_larger(whole)]
    above = rf"0*{_any(*larger)}(\.[0-9]+)?"
    if not decimals:
        return _any(above, rf"0*{whole}(\.[0-9]+)?")
    ends = [f"{decimals[:n]}[{int(digit) + 1}-9][0-9]*" for n, digit in enumerate(decimals) if digit != "9"]
    return _any(above, rf"0*{whole}\.{_any(*ends, f'{decimals}[0-9]*')}")


def _smaller(whole: str) -> Iterator[str]:
    if len(whole) > 1:
        yield f"[0-9]{{1,{len(whole) - 1}}}"
    for n, digit in enumerate(whole):
        if digit != "0":
            yield _then(f"{whole[:n]}[0-{int(digit) - 1}]", len(whole) - n - 1)


def _larger(whole: str) -> Iterator[str]:
    for n, digit in enumerate(whole):
        if digit != "9":
            yield _then(f"{whole[:n]}[{int(digit) + 1}-9]", len(whole) - n - 1)


def _then(start: str, more: int) -> str:
    return f"{start}[0-9]{{{more}}}" if more else start


def _digits(bound: Fraction) -> tuple[str, str]:
    whole, rest = divmod(bound, 1)
    return str(whole), f"{round(rest * 10**_PLACES):0{_PLACES}d}".rstrip("0")


def _any(*patterns: str) -> str:
    return f"({'|'.join(patterns)})"
