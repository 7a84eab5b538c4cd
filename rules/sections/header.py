"""The head of a policy: its name and version, its currency and its days."""

import re
from contextlib import suppress
from zoneinfo import ZoneInfo

from rules.grammar import shape
from rules.reports.report import Report
from rules.text.nodes import Entry

POLICY_NAME = re.compile(r"[a-z0-9-]{1,80}")
CURRENCY = re.compile(r"[A-Z]{3}")
OF_THE_MACHINE = ("localtime", "posixrules", "Factory")  # found in zone databases, and no zone
VERSION = re.compile(r"[^\s`](?:[^`\n]{0,78}[^\s`])?")


def read_head(entries: dict[str, Entry], report: Report) -> tuple[str, str, str, str]:
    """Return name, version, currency and time zone; what cannot be read is told, and empty."""
    return (
        _matching(entries, "policy", POLICY_NAME, "use small letters, digits and `-`", report),
        _matching(entries, "version", VERSION, "use at most 80 characters in one line", report),
        _matching(entries, "currency", CURRENCY, "write its ISO 4217 code, such as `CNY`", report),
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


def _zone(entries: dict[str, Entry], report: Report) -> str:
    entry = entries.get("timezone")
    found = shape.word(entry.value, "`timezone`", report) if entry else None
    if found is None:
        return ""
    with suppress(OSError, ValueError, KeyError):
        if found.text not in OF_THE_MACHINE:
            return ZoneInfo(found.text).key
    report.error("D311", f"unknown time zone `{found.text}`", found.span, hint="write an IANA name: `Asia/Shanghai`")
    return ""
