"""What an author, or a caller, probably meant by words that are no literal.

Each function returns words that are one, or nothing: a hint must work when it is followed, and must not change what was
meant by a factor. Where two readings are likely (`0.15` for a rate: 15% or 0.15%?) both are offered, as a question.
Digits are returned as `1200000.50`, plain; who shows them groups them in the way of his language.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

LONGEST = 60  # of words that are looked at; what is longer was not meant as a literal

_CURRENCY = re.compile(
    r"(?:RMB|CNY|CN¥|¥|USD|US\$|\$|EUR|€|GBP|£|JPY|HKD|HK\$|人民币|美元|欧元|元|圆|块)", re.IGNORECASE
)
_SCALES: Mapping[str, int] = {
    "k": 10**3, "thousand": 10**3, "千": 10**3, "m": 10**6, "mn": 10**6, "mio": 10**6, "million": 10**6,
    "万": 10**4, "萬": 10**4, "w": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "億": 10**8,
    "bn": 10**9, "b": 10**9, "billion": 10**9,
}  # fmt: skip
_SCALED = re.compile(
    rf"(?P<digits>-?[0-9][0-9.,_' ]*?)\s*(?P<scale>{'|'.join(sorted(_SCALES, key=len, reverse=True))})", re.IGNORECASE
)
_GROUPED = (
    (re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"), ",", "."),
    (re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3}){2,}(?:,[0-9]+)?|-?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+"), ".", ","),
    (re.compile(r"-?[0-9]{1,3}(?:[ '’][0-9]{3})+(?:[.,][0-9]+)?"), " '’", ".,"),
    (re.compile(r"-?[0-9]{1,4}(?:,[0-9]{4})+(?:\.[0-9]+)?"), ",", "."),
    (re.compile(r"-?[0-9_]+,[0-9]{1,2}"), "_", ","),
    (re.compile(r"[-+]?[0-9][0-9_,]*(?:\.[0-9]+)?"), "_,", "."),
    (re.compile(r"-?\.[0-9]+"), "", "."),
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_UNITS: Mapping[str, tuple[int, str]] = {
    **dict.fromkeys(("minutes", "minute", "mins", "min", "m", "分钟", "分"), (1, "m")),
    **dict.fromkeys(("hours", "hour", "hrs", "hr", "h", "小时", "个小时"), (1, "h")),
    **dict.fromkeys(("days", "day", "d", "天", "日"), (1, "d")),
    **dict.fromkeys(("weeks", "week", "wks", "wk", "w", "周", "个星期", "星期"), (7, "d")),
    **dict.fromkeys(("months", "month", "mos", "mo", "个月", "月"), (1, "mo")),
    **dict.fromkeys(("years", "year", "yrs", "yr", "y", "年"), (12, "mo")),
    **dict.fromkeys(
        ("working days", "working day", "business days", "business day", "wd", "个工作日", "工作日"), (1, "wd")
    ),
    **dict.fromkeys(("working hours", "working hour", "business hours", "wh", "工作小时"), (1, "wh")),
}
_DURATION = re.compile(rf"([0-9]{{1,6}})[\s-]*({'|'.join(sorted(_UNITS, key=len, reverse=True))})\.?", re.IGNORECASE)
_YES = frozenset(["true", "yes", "y", "on", "1", "t", "是", "对", "有", "真"])
_NO = frozenset(["false", "no", "n", "off", "0", "f", "否", "不", "无", "没有", "假"])


def half_width(text: str) -> str:
    """Return words in the characters of ASCII, as far as they have such."""
    return unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("–", "-")


def digits(text: str) -> str | None:
    """Return plain digits for a number in another notation.

    >>> [digits(words) for words in ("1,234.50", "1.000,00", "200万", "¥100", "2m", "１０００", "12,5")]
    ['1234.50', '1000.00', '2000000', '100', '2000000', '1000', '12.5']
    """
    if len(text) > LONGEST:
        return None
    words = _CURRENCY.sub("", half_width(text)).strip()
    scale = 1
    if found := _SCALED.fullmatch(words):
        words, scale = found["digits"].strip(), _SCALES[found["scale"].lower()]
    for pattern, groups, points in _GROUPED:
        if pattern.fullmatch(words):
            plain = "".join("." if char in points else char for char in words if char not in groups).removeprefix("+")
            value = Decimal(plain) * scale
            exact = plain if scale == 1 else format(value.quantize(Decimal(1)) if value == int(value) else value, "f")
            return f"0{exact}" if exact.startswith(".") else exact.replace("-.", "-0.")
    return None


def currency_of(text: str) -> str | None:
    """Return the sign or name of a currency beside a number."""
    found = _CURRENCY.search(half_width(text)) if len(text) <= LONGEST else None
    return found.group() if found else None


def percents(text: str) -> tuple[str, ...]:
    """Return the rates that may be meant: none, one, or two between which only its author can choose.

    >>> percents("0.15"), percents("15"), percents("15 percent"), percents("12,5%")
    (('15%', '0.15%'), ('15%',), ('15%',), ('12.5%',))
    """
    if len(text) > LONGEST:
        return ()
    words = half_width(text)
    bare = re.sub(r"\s*(?:%|percent|per cent|pct|pc)\s*$", "", words, flags=re.IGNORECASE)
    if found := re.fullmatch(r"百分之\s*(.+)", words):
        bare = found[1]
    if _CURRENCY.search(bare) or _SCALED.fullmatch(bare):
        return ()
    plain = digits(bare)
    if plain is None:
        return ()
    if re.fullmatch(r"-?[0-9]{1,3},[0-9]{3}", bare):  # a thousand and more, or three decimals
        return f"{bare.replace(',', '.')}%", f"{plain}%"
    if bare != words or not Decimal(plain):
        return (f"{plain}%",)
    return rates(Fraction(plain))


def rates(value: Fraction) -> tuple[str, ...]:
    """Return what a number without its percent sign may mean as a rate.

    >>> rates(Fraction(15)), rates(Fraction("1.5"))
    (('15%',), ('1.5%', '150%'))
    """
    as_percent, as_fraction = f"{_plain(value)}%", f"{_plain(value * 100)}%"
    if abs(value) >= 2:  # as a fraction it would be 200% and more
        return (as_percent,)
    return (as_percent, as_fraction) if abs(value) >= 1 else (as_fraction, as_percent)


def _plain(value: Fraction) -> str:
    shown = format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")
    return "0" if shown == "-0" else shown


def asked(offers: tuple[str, ...], quote: str = "`") -> str | None:
    """Return offers as a hint: what to write, or which of two is meant.

    >>> asked(("15%", "0.15%"), '"')
    'write "15%" or "0.15%": which is meant?'
    """
    if not offers:
        return None
    shown = [f"{quote}{one}{quote}" for one in offers]
    return f"write {shown[0]}" if len(shown) == 1 else f"write {' or '.join(shown)}: which is meant?"


def boolean(text: str) -> str | None:
    """Return `true` or `false` for another word that says so."""
    word = half_width(text).lower() if len(text) <= LONGEST else ""
    return "true" if word in _YES else "false" if word in _NO else None


def days(text: str) -> tuple[str, ...]:
    """Return the days that may be meant by a date in another form.

    >>> days("21.11.2026"), days("2026/1/5"), days("05/06/2026"), days("21 Nov 2026")
    (('2026-11-21',), ('2026-01-05',), ('2026-05-06', '2026-06-05'), ('2026-11-21',))
    """
    words = half_width(text) if len(text) <= LONGEST else ""
    if found := re.fullmatch(r"([0-9]{4})\s*[-/.年 ]\s*([0-9]{1,2})\s*[-/.月 ]\s*([0-9]{1,2})\s*日?", words):
        return _existing((found[1], found[2], found[3]))
    if found := re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", words):
        return _existing((found[1], found[2], found[3]))
    if found := re.fullmatch(r"([0-9]{1,2})\.\s*([0-9]{1,2})\.\s*([0-9]{4})", words):
        return _existing((found[3], found[2], found[1]))
    if found := re.fullmatch(r"([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{4})", words):
        return _existing((found[3], found[1], found[2]), (found[3], found[2], found[1]))
    if found := re.fullmatch(r"([0-9]{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3})[a-z]*\.?,?[ -]([0-9]{4})", words):
        return _existing((found[3], str(_MONTHS.get(found[2].lower(), 0)), found[1]))
    if found := re.fullmatch(r"([A-Za-z]{3})[a-z]*\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})", words):
        return _existing((found[3], str(_MONTHS.get(found[1].lower(), 0)), found[2]))
    return ()


def _existing(*readings: tuple[str, str, str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for year, month, day in readings:
        try:
            found[date(int(year), int(month), int(day)).isoformat()] = None
        except ValueError:
            continue
    return tuple(found)


def duration(text: str) -> tuple[str, ...]:
    """Return the lengths of time that may be meant; whether the unit of months exists is for the reader to see.

    >>> duration("30 days"), duration("2 weeks"), duration("30"), duration("P30D"), duration("48小时")
    (('30d',), ('14d',), ('30d', '30h'), ('30d',), ('48h',))
    """
    words = half_width(text) if len(text) <= LONGEST else ""
    if found := _DURATION.fullmatch(words):
        count, unit = _UNITS[found[2].lower()]
        return (f"{int(found[1]) * count}{unit}",)
    if found := re.fullmatch(r"P([0-9]{1,6})([DW])|PT([0-9]{1,6})([HM])", words):
        if found[1]:
            return (f"{int(found[1]) * (7 if found[2] == 'W' else 1)}d",)
        return (f"{int(found[3])}{found[4].lower()}",)
    return (f"{int(words)}d", f"{int(words)}h") if re.fullmatch(r"[0-9]{1,6}", words) and int(words) else ()


_JOINED = re.compile(
    r"(?P<low>[^\s~]+?)\s*(?:\.{3,}|…|~|至|到)\s*(?P<high>\S+)|(?P<low2>\S+)\s+(?:-|to)\s+(?P<high2>\S+)"
)
_HYPHEN = re.compile(r"(?P<low>-?[0-9][0-9_.,]*\s*%?)\s*-\s*(?P<high>[0-9][0-9_.,]*\s*%?)")
_BETWEEN = re.compile(r"between\s+(?P<low>\S+)\s+and\s+(?P<high>\S+)", re.IGNORECASE)
_BOTH = re.compile(
    r"(?P<first>[<>]=?)\s*(?P<one>[^\s,<>&]+)\s*(?:,|and|&&?|且)\s*(?P<second>[<>]=?)\s*(?P<two>[^\s,<>&]+)"
)
_AROUND = re.compile(r"(?P<one>[^\s<>]+)\s*(?P<first><=?)\s*[\w.]+\s*(?P<second><=?)\s*(?P<two>[^\s<>]+)")
_BRACKETS = re.compile(
    r"(?P<opens>[\[(\]]?)\s*(?P<low>[^\s,;]+?)\s*(?:[,;]|(?P<sign>\.{2,}|…))\s*(?P<high>[^\s,;]+?)\s*(?P<closes>[\])\[]?)"
)


def interval(text: str) -> tuple[str, str, str, str] | None:
    """Return an interval in another notation: its opening bracket, its ends and its closing bracket.

    >>> interval("5%-10%"), interval(">= 5% and < 10%")
    (('[', '5%', '10%', ']'), ('[', '5%', '10%', ')'))
    """
    words = half_width(text).replace("—", "-").replace("∼", "~") if len(text) <= LONGEST else ""
    if found := _BOTH.fullmatch(words):
        if found["first"][0] == ">" and found["second"][0] == "<":
            return _interval(found["first"], found["one"], found["two"], found["second"])
        if found["first"][0] == "<" and found["second"][0] == ">":
            return _interval(found["second"], found["two"], found["one"], found["first"])
    if found := _AROUND.fullmatch(words):
        return _interval(found["first"], found["one"], found["two"], found["second"])
    if found := _BRACKETS.fullmatch(words):
        opens, closes = found["opens"], found["closes"]
        if found["sign"] or "(" in opens or ")" in closes:
            opening, closing = (
                ("(" if opens in ("(", "]") and opens else "["),
                (")" if closes in (")", "[") and closes else "]"),
            )
            return opening, found["low"], found["high"], closing
    for pattern in (_BETWEEN, _HYPHEN, _JOINED):
        if found := pattern.fullmatch(words):
            ends = found.groupdict()
            low, high = ends.get("low") or ends.get("low2"), ends.get("high") or ends.get("high2")
            if low and high:
                return _interval("<=", low, high, "<=")
    return None


def _interval(first: str, low: str, high: str, second: str) -> tuple[str, str, str, str]:
    if high.endswith("%") and not low.endswith("%"):
        low += "%"  # 5-10% is from 5% to 10%
    return ("[" if first.endswith("=") else "("), low, high, ("]" if second.endswith("=") else ")")
