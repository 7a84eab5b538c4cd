"""Text in columns for a terminal; Chinese characters are two columns wide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from unicodedata import combining, east_asian_width

WIDTH = 100
INDENT = "  "
GAP = "  "


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled row of a table, and the notes that stand under it."""

    label: str
    cells: Sequence[str]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows whose cells stand in common columns; the columns in `right` hold figures."""

    rows: Sequence[Row]
    right: frozenset[int] = field(default_factory=frozenset)


def width(text: str) -> int:
    """Return how many columns a text takes.

    >>> width("line"), width("第2行")
    (4, 5)
    """
    if text.isascii():
        return len(text)
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """Return a text filled up with blanks."""
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def head(left: str, right: str) -> str:
    """Return the first line: the outcome, and at its end the policy."""
    gap = max(len(GAP), WIDTH - width(left) - width(right))
    return f"{left}{' ' * gap}{right}"


def body(tables: Iterable[Table]) -> list[str]:
    """Return the tables line by line; all labels share one column."""
    shown = [table for table in tables if table.rows]
    label_width = max((width(row.label) for table in shown for row in table.rows), default=0)
    lines: list[str] = []
    for table in shown:
        widths = _widths(table)
        for row in table.rows:
            cells = [
                padded(cell, columns, right=number in table.right)
                for number, (cell, columns) in enumerate(zip(row.cells, widths, strict=False))
                if columns or len(row.cells) == 1
            ]
            start = INDENT + padded(row.label, label_width) + GAP
            lines.append((start + GAP.join(cells)).rstrip())
            lines += [INDENT + " " * label_width + GAP + note for note in row.notes]
    return lines


def _widths(table: Table) -> list[int]:
    """Return the columns' widths, 0 for empty ones; a row with one cell is a sentence and takes no part."""
    rows = [row.cells for row in table.rows if len(row.cells) > 1] or [row.cells for row in table.rows]
    count = max(len(cells) for cells in rows)
    found = [max((width(cells[n]) for cells in rows if n < len(cells)), default=0) for n in range(count)]
    return found or [0]
