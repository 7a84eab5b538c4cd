"""Taking a tree apart: is this a mapping with these keys, a list, a word, a text for people?

Each function returns what it was asked for, or nothing once the mistake is reported.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import assert_never

from rules.grammar.literals import read_literal
from rules.ir import Text
from rules.reports.report import Report
from rules.text.nodes import Entry, ListNode, MappingNode, Node, ScalarNode
from rules.text.riddles import SECTIONS, TOP_LEVEL, report_cut_off
from rules.text.source import Span
from rules.types import Scalar, SetOf, Type, Value

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
LANGUAGE = re.compile(r"[a-z]{2}(-[A-Za-z]{2,4})?")


def kind_of(node: Node) -> str:
    """Return what a node is, in an author's words."""
    match node:
        case ScalarNode():
            return "empty" if node.empty else "a word"
        case ListNode():
            return "a list"
        case MappingNode():
            return "a mapping"
        case _:
            assert_never(node)


def mapping(node: Node, what: str, report: Report) -> MappingNode | None:
    """Return a mapping."""
    if isinstance(node, MappingNode):
        return node
    _wrong_shape(node, f"{what} must be a mapping", "write `key: value` pairs", report)
    return None


def listing(node: Node, what: str, report: Report) -> ListNode | None:
    """Return a list."""
    if isinstance(node, ListNode):
        return node
    _wrong_shape(node, f"{what} must be a list", "write `[a, b]`, or items that begin with `- `", report)
    return None


def word(node: Node, what: str, report: Report) -> ScalarNode | None:
    """Return a scalar that is not empty."""
    if isinstance(node, ScalarNode) and not node.empty:
        return None if node.unreadable else node
    _wrong_shape(node, f"{what} must be a value", None, report)
    return None


def _wrong_shape(node: Node, message: str, hint: str | None, report: Report) -> None:
    if isinstance(node, ScalarNode) and node.unreadable:
        return
    report.error("D110", f"{message}, and this is {kind_of(node)}", node.span, hint=hint)


def fields_of(
    node: Node, what: str, report: Report, *, required: Sequence[str] = (), optional: Sequence[str] = ()
) -> dict[str, Entry] | None:
    """Return a mapping's entries; unknown and missing keys are reported, and the known ones returned all the same."""
    found = mapping(node, what, report)
    if found is None:
        return None
    known = (*required, *optional)
    before: Entry | None = None
    for entry in found:
        if entry.key.text not in known:
            start, colon, rest = entry.key.text.partition(":")
            hint = report.did_you_mean(entry.key.text, known)
            if colon and start in known:
                hint = f"put a blank after the colon: `{start}: {rest}`"
            elif misplaced := elsewhere(entry.key.text, found.span):
                hint = misplaced
            elif above := _above(entry, before, found):
                near = f"{hint} or, " if hint and report.nearest(entry.key.text, known) else ""
                hint = f"{near}if it belongs to `{above}`, indent it by {found.span.column + 1} blanks"
            report.error("D102", f"{what} has no key `{entry.key.text}`", entry.key.span, hint=hint)
        before = entry
    missing = [f"`{key}`" for key in required if key not in found.entries]
    if missing:
        report.error("D103", f"{what} needs the key{'s' if len(missing) > 1 else ''} {', '.join(missing)}", found.span)
    return {key: entry for key, entry in found.entries.items() if key in known}


def elsewhere(key: str, span: Span) -> str | None:
    """Return a hint for a key of the policy itself that is indented, so that it stands within something else."""
    if key not in TOP_LEVEL or span.column == 1:
        return None
    return f"`{key}` is a key of the policy: begin it at the start of the line"


def is_misplaced(entry: Entry, report: Report) -> bool:
    """Return whether a section stands among what another one declares; its author is shown where it begins."""
    hint = elsewhere(entry.key.text, entry.key.span) if entry.key.text in SECTIONS else None
    if hint:
        report.error("D226", f"the section `{entry.key.text}` stands within another one", entry.key.span, hint=hint)
    return hint is not None


def _above(entry: Entry, before: Entry | None, within: MappingNode) -> str | None:
    """Return the key of a mapping, or of nothing, that stands above a key at the start of a line."""
    if before is None or entry.key.span.column != within.span.column:
        return None
    below = isinstance(before.value, MappingNode) and before.value.span.line > before.key.span.line
    empty = isinstance(before.value, ScalarNode) and before.value.empty
    return before.key.text if below or empty else None


def name(node: Node, what: str, report: Report, pattern: re.Pattern[str] = NAME) -> ScalarNode | None:
    """Return a name: letters, digits, `_` and `-`. Any other is reported, and returned for those that use it."""
    found = word(node, what, report)
    if found is not None and not pattern.fullmatch(found.text):
        allowed = "letters, digits, `_` and `-`" if pattern is NAME else "small letters, digits and `_`"
        report.error("D107", f"`{found.text}` cannot be {what}", found.span, hint=f"use {allowed}, a letter first")
    return found


def text(node: Node, what: str, report: Report) -> Text | None:
    """Return words for people: one string, or one for each language."""
    if isinstance(node, ScalarNode):
        found = _whole(node, what, report)
        return Text((("", found.text),)) if found else None
    if not isinstance(node, MappingNode) or not node.entries:
        _wrong_shape(node, f"{what} must be text", "write a string, or `{en: …, zh: …}`", report)
        return None
    words = []
    for entry in node:
        if not LANGUAGE.fullmatch(entry.key.text):
            report.error("D107", f"`{entry.key.text}` is no language", entry.key.span, hint="write a code: `en`, `zh`")
        found = _whole(entry.value, what, report)
        if found:
            words.append((entry.key.text, found.text))
    return Text(tuple(words)) if words else None


def _whole(node: Node, what: str, report: Report) -> ScalarNode | None:
    """Return a text; one that a `#` cuts off is reported, and returned as far as it goes."""
    found = word(node, what, report)
    if found and found.cut_off:
        report_cut_off(f"{found.text} {found.cut_off.text}", found.cut_off.span, report, is_sure=False)
    return found


def count(node: Node, what: str, report: Report) -> int | None:
    """Return a whole number from 1 to 1,000."""
    found = word(node, what, report)
    value = read_literal(found, Scalar.INTEGER, report) if found else None
    if isinstance(value, Fraction) and found:
        if 1 <= value <= 1_000:
            return int(value)
        report.error("D410", f"{what} must be a whole number from 1 to 1_000", found.span)
    return None


def percent(value: Fraction) -> str:
    """Return a rate as an author writes it.

    >>> percent(Fraction(1, 8))
    '12.5%'
    """
    # Literals have at most 14 decimals as fractions, so that this is exact for a sum of them.
    whole, rest = divmod(abs(value) * 100, 1)
    decimals = f"{round(rest * 10**14):014d}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' if decimals else ''}{decimals}%"


def one_of(node: Node, choices: Sequence[str], what: str, report: Report) -> str | None:
    """Return one of a few words."""
    found = word(node, what, report)
    if found is None or found.text in choices:
        return found.text if found else None
    hint = report.did_you_mean(found.text, choices)
    report.error("D104", f"{what} cannot be `{found.text}`", found.span, hint=hint)
    return None


def value(node: Node, type_: Type, what: str, report: Report) -> Value | None:
    """Return a value of a type; a set's is a list."""
    if not isinstance(type_, SetOf):
        found = word(node, what, report)
        return read_literal(found, type_, report) if found else None
    items = listing(node, what, report)
    if items is None:
        return None
    words = [word(item, f"each value of {what}", report) for item in items.items]
    values = [read_literal(item, type_.item, report) for item in words if item]
    return frozenset(value for value in values if isinstance(value, str))
