"""What is wrong with a policy, reported to the person who can fix it: a place, a sentence, a hint.

An author's mistake is a value in a list, never an exception; loading never stops at the first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rules.text.source import Source, Span

WIDEST = 200


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding; every `code` has a heading in `docs/diagnostics.md`.

    `instead` is what the words at the span should be, where the hint offers that: replacing them mends the mistake.
    """

    code: str
    message: str
    span: Span
    hint: str | None = None
    severity: Literal["error", "warning", "note"] = "error"
    related: tuple[tuple[Span, str], ...] = ()
    instead: str | None = None

    @property
    def headline(self) -> str:
        """Return `file:line:column: error[code]: message`."""
        return f"{self.span}: {self.severity}[{self.code}]: {self.message}"


def draw(diagnostic: Diagnostic, sources: Iterable[Source]) -> str:
    """Return the headline, the line with a caret under the words that are meant, and the hint."""
    texts = {source.file: source for source in sources}
    rows = [diagnostic.headline, *_excerpt(diagnostic.span, texts)]
    for span, note in diagnostic.related:
        rows += [f"  {span}: {note}", *_excerpt(span, texts)]
    if diagnostic.hint:
        rows.append(f"  = {diagnostic.hint}")
    return "\n".join(rows)


def _excerpt(span: Span, texts: dict[str, Source]) -> list[str]:
    """Return the gutter, the line and the carets; nothing when the file or line is not at hand."""
    source = texts.get(span.file)
    line = source.line(span.line) if source else ""
    if not line.strip():
        return []
    gutter = " " * len(str(span.line))
    last = min(span.end_column if span.end_line == span.line else len(line) + 1, len(line) + 1)
    column = span.column
    if len(line) > WIDEST:  # as much of a very long line as shows the words and what stands before them
        start = min(max(0, column - 1 - WIDEST // 2), len(line) - 1)
        line = f"{'…' if start else ''}{line[start : start + WIDEST]}{'…' if start + WIDEST < len(line) else ''}"
        column, last = column - start + bool(start), min(last - start + bool(start), WIDEST + 1)
    carets = "^" * max(1, last - column)
    # A tab before the caret is repeated, so that the caret stands under its words whatever the terminal's tab is.
    lead = "".join("\t" if letter == "\t" else " " for letter in line[: column - 1])
    return [f"{gutter} |", f"{span.line} | {line}", f"{gutter} | {lead}{carets}"]
