"""The head of a policy: its name and version, its currency and its days."""

import re
from contextlib import suppress
from zoneinfo import ZoneInfo, available_timezones

from rules.grammar import shape
from rules.reports.report import Report
from rules.text.nodes import Entry, ScalarNode

POLICY_NAME = re.compile(r"[a-z0-9-]{1,80}")
CURRENCY = re.compile(r"[A-Z]{3}")
OF_THE_MACHINE = ("localtime", "posixrules", "Factory")  # found in zone databases, and no zone
# What currencies are called that is no code of ISO 4217.
_CODES = {
    **dict.fromkeys(("RMB", "CNH", "¥", "￥", "元", "人民币", "YUAN", "RENMINBI"), "CNY"),
    "$": "USD",
    "US$": "USD",
    "DOLLAR": "USD",
    "€": "EUR",
    "EURO": "EUR",
    "£": "GBP",
    "HK$": "HKD",
    "YEN": "JPY",
}
_CITIES = dict.fromkeys(
    ("beijing", "cst", "utc+8", "gmt+8", "utc+08:00", "+08:00", "北京", "shenzhen"), "Asia/Shanghai"
)
VERSION = re.compile(r"[^\s`](?:[^`\n]{0,78}[^\s`])?")


def read_head(entries: dict[str, Entry], report: Report) -> tuple[str, str, str, str]:
    """Return name, version, currency and time zone; what cannot be read is told, and empty."""
    return (
        _matching(entries, "policy", POLICY_NAME, "use small letters, digits and `-`", report),
        _matching(entries, "version", VERSION, "use at most 80 characters in one line", report),
        _currency(entries, report),
        _zone(entries, report),
    )


def _matching(entries: dict[str, Entry], key: str, pattern: re.Pattern[str], hint: str, report: Report) -> str:
    entry = entries.get(key)
    found = shape.word(entry.value, f"`{key}`", report) if entry else None
    if found is None:
        return ""
    if not pattern.fullmatch(found.text):
        report.error("D310", f"`{key}` cannot be `{found.text}`", found.span, hint=hint)
    return found.text


def _currency(entries: dict[str, Entry], report: Report) -> str:
    entry = entries.get("currency")
    word = entry.value.text.upper() if entry and isinstance(entry.value, ScalarNode) else ""
    code = _CODES.get(word) or (word if CURRENCY.fullmatch(word) else None)
    if entry and isinstance(entry.value, ScalarNode) and code and entry.value.text != code:
        message, hint = f"`currency` cannot be `{entry.value.text}`", f"write its ISO 4217 code: `{code}`"
        report.error("D310", message, entry.value.span, hint=hint, instead=entry.value.instead(code))
        return code
    return _matching(entries, "currency", CURRENCY, "write its ISO 4217 code, such as `CNY`", report)


def _zone(entries: dict[str, Entry], report: Report) -> str:
    entry = entries.get("timezone")
    found = shape.word(entry.value, "`timezone`", report) if entry else None
    if found is None:
        return ""
    with suppress(OSError, ValueError, KeyError):
        if found.text not in OF_THE_MACHINE:
            return ZoneInfo(found.text).key
    zones = sorted(available_timezones())
    by_city = {zone.rpartition("/")[2].lower(): zone for zone in reversed(zones)}
    word = found.text.replace(" ", "_").lower()
    meant = _CITIES.get(word) or by_city.get(word) or report.nearest(found.text, zones)
    hint = f"did you mean `{meant}`?" if meant else "write an IANA name: `Asia/Shanghai`"
    report.error("D311", f"unknown time zone `{found.text}`", found.span, hint=hint)
    return ""
