"""What is wrong with a policy, told to the person who can fix it: a place, a sentence, a hint.

An author's mistake is a value in a list, never an exception; loading never stops at the first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rules.source import Source, Span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding; every `code` has a heading in `docs/diagnostics.md`."""

    code: str
    message: str
    span: Span
    hint: str | None = None
    severity: Literal["error", "warning"] = "error"
    related: tuple[tuple[Span, str], ...] = ()

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
    last = span.end_column if span.end_line == span.line else len(line) + 1
    carets = "^" * max(1, min(last, len(line) + 1) - span.column)
    # A tab before the caret is repeated, so that the caret stands under its words whatever the terminal's tab is.
    lead = "".join("\t" if letter == "\t" else " " for letter in line[: span.column - 1])
    return [f"{gutter} |", f"{span.line} | {line}", f"{gutter} | {lead}{carets}"]
