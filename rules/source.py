"""Where things were written: spans and the files that they point into.

Spans go all the way from the YAML scalar to the trace, so that every rule can be shown with its own file and line.
They take no part in equality: two rules that say the same are equal wherever they stand.
"""

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class Source:
    """One policy file as it was read; `file` is its name as messages show it (relative to the first file's folder)."""

    file: str
    text: str

    def line(self, number: int) -> str:
        """Return a line's text without its end; the empty string past the end of the file."""
        lines = self.text.split("\n")
        return lines[number - 1].rstrip("\r") if 1 <= number <= len(lines) else ""
