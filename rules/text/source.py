"""Where things were written: spans and the files that they point into.

Spans go all the way from the YAML scalar to the trace, so that every rule can be shown with its own file and line.
They take no part in equality: two rules that say the same are equal wherever they stand.
"""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a policy file; lines and columns count from 1, the end column is just past the last character."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        """Return `file:line:column`, the form that editors can jump to."""
        return f"{self.file}:{self.line}:{self.column}"

    def to(self, end: "Span") -> "Span":
        """Return the stretch from here to the end of another one of the same file, as far as that comes later."""
        if end.file != self.file or (end.end_line, end.end_column) < (self.end_line, self.end_column):
            return self
        return Span(self.file, self.line, self.column, end.end_line, end.end_column)


@dataclass(frozen=True, slots=True)
class Source:
    """One policy file as it was read; `file` is its name as messages show it (relative to the first file's folder)."""

    file: str
    text: str

    def line(self, number: int) -> str:
        """Return a line's text without its end; the empty string past the end of the file."""
        lines = _lines(self.text)
        return lines[number - 1].rstrip("\r") if 1 <= number <= len(lines) else ""


@lru_cache(maxsize=8)
def _lines(text: str) -> list[str]:
    """Return a text's lines; drawing many findings of one file asks for them again and again."""
    return text.split("\n")
