"""What a hint advises as a change of the policy's text, so that a test can follow it."""

from collections.abc import Iterable

from engine.assure.check.findings import Edit
from rules.ir import FieldTest, Policy
from rules.text.source import Span


def words_at(policy: Policy, span: Span) -> str:
    """Return the words of a place on one line."""
    for source in policy.sources:
        if source.file == span.file and span.line == span.end_line:
            return source.line(span.line)[span.column - 1 : span.end_column - 1]
    return ""


def instead(policy: Policy, test: FieldTest, text: str) -> tuple[Edit, ...]:
    """Return the change that writes another test in a test's place: in a table's cell, or behind its field's name."""
    there = words_at(policy, test.span)
    if not there:
        return ()
    name, colon, _ = there.partition(":")
    return (Edit(test.span, f"{name}: {text}" if colon and name.strip("\"' ") == test.field else text),)


def edited(texts: dict[str, str], edits: Iterable[Edit]) -> dict[str, str]:
    r"""Return the texts of files with some changes made, the last place first.

    >>> edited({"a": "one\ntwo"}, [Edit(Span("a", 2, 1, 2, 4), "three")])
    {'a': 'one\nthree'}
    """
    result = dict(texts)
    for edit in sorted(edits, key=lambda one: (one.span.line, one.span.column), reverse=True):
        lines = result[edit.span.file].split("\n")
        first, last = lines[edit.span.line - 1], lines[edit.span.end_line - 1]
        changed = f"{first[: edit.span.column - 1]}{edit.text}{last[edit.span.end_column - 1 :]}"
        lines[edit.span.line - 1 : edit.span.end_line] = [changed]
        result[edit.span.file] = "\n".join(lines)
    return result
