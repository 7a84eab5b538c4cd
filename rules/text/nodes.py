"""The tree that the reader makes of a YAML file: words, lists and mappings, each with its place.

There are no types here. Every scalar is text (Unicode NFC) until the field that it belongs to gives it one, so `no`,
`12:30` and `1e3` reach the checks as they were written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from rules.text.source import Span


@dataclass(slots=True)
class ScalarNode:
    """A scalar: its text, its place, and how it was written (`''`, `'`, `"`, `|` or `>`).

    `unreadable` marks words that were reported already; whoever meets them says nothing more. `cut_off` is a
    comment behind them that may have been meant as part of a text.
    """

    text: str
    span: Span
    style: str = ""
    unreadable: bool = False
    cut_off: "ScalarNode | None" = None

    @property
    def empty(self) -> bool:
        """Return whether nothing was written."""
        return not self.text and not self.unreadable

    def cut(self, start: int, end: int | None = None) -> "ScalarNode":
        """Return a stretch of the text without the blanks around it, at its own place where that is known.

        >>> ScalarNode("> 15%", Span("p", 1, 1, 1, 6)).cut(1).span.column
        3
        """
        end = len(self.text) if end is None else end
        piece = self.text[start:end]
        start += len(piece) - len(piece.lstrip())
        piece = piece.strip()
        return ScalarNode(piece, self._place(start, start + len(piece)), self.style)

    def instead(self, text: str) -> str:
        """Return a text as it would stand at this scalar's place: in the same quotes, if they belong to it."""
        quoted = self.style in ("'", '"') and self.span.end_column - self.span.column == len(self.text) + 2
        return f"{self.style}{text}{self.style}" if quoted else text

    def _place(self, start: int, end: int) -> Span:
        """Return the place of a stretch; the whole scalar's when escapes or line breaks hide it."""
        span = self.span
        quote = 1 if self.style in ("'", '"') else 0
        if span.end_line != span.line or span.end_column - span.column != len(self.text) + 2 * quote:
            return span
        first = span.column + quote
        return Span(span.file, span.line, first + start, span.line, max(first + end, first + start + 1))


@dataclass(slots=True)
class ListNode:
    """A list."""

    items: tuple["Node", ...]
    span: Span


@dataclass(slots=True)
class Entry:
    """A key of a mapping with its value."""

    key: ScalarNode
    value: "Node"


@dataclass(slots=True)
class MappingNode:
    """A mapping; its keys differ."""

    entries: dict[str, Entry]
    span: Span

    def __iter__(self) -> Iterator[Entry]:
        """Iterate over the entries as they were written."""
        return iter(self.entries.values())

    def get(self, key: str) -> "Node | None":
        """Return the value under a key, if it is there."""
        entry = self.entries.get(key)
        return entry.value if entry else None


Node: TypeAlias = ScalarNode | ListNode | MappingNode


def written(node: Node) -> str:
    """Return what was written in one line, for traces and messages.

    >>> written(ListNode((ScalarNode("R", Span("p", 1, 1, 1, 2)), ScalarNode("D", Span("p", 1, 3, 1, 4))), None))
    '[R, D]'
    """
    match node:
        case ScalarNode():
            return node.text
        case ListNode():
            return f"[{', '.join(map(written, node.items))}]"
        case MappingNode():
            return f"{{{', '.join(f'{entry.key.text}: {written(entry.value)}' for entry in node)}}}"
        case _:
            assert_never(node)
