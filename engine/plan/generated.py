"""Functions made from source that other modules write: stages of derived fields, and formulas as straight lines.

This is the only module that compiles anything. A source is made of what its helpers give: names that are counted up,
numerals, and field paths in quotes; nothing of a policy's text reaches one unquoted. Equal sources, which the kinds of
decision share, are compiled once.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import count
from types import CodeType
from typing import Any


class Names:
    """Names for the variables of one source, no two alike."""

    def __init__(self) -> None:
        """Start to count."""
        self._numbers = count()

    def new(self, *letters: str) -> tuple[str, ...]:
        """Return one name for each of some letters, all with the same new number.

        >>> names = Names()
        >>> names.new("n", "d"), names.new("v")
        (('n0', 'd0'), ('v1',))
        """
        number = next(self._numbers)
        return tuple([f"{letter}{number}" for letter in letters])


def quoted(text: str) -> str:
    """Return a text as a literal: whatever stands in it, it stays text.

    >>> quoted("line.discount")
    "'line.discount'"
    """
    return repr(text)


def numeral(number: int) -> str:
    """Return a whole number as an operand, one below zero in brackets.

    >>> numeral(7), numeral(-7)
    ('7', '(-7)')
    """
    return str(number) if number >= 0 else f"({number})"


def field_of(path: str, *, own: bool) -> str:
    """Return where a field stands: in the subject's row, or in the shared facts.

    >>> field_of("line.discount", own=True)
    "row['line.discount']"
    """
    return f"{'row' if own else 'shared'}[{quoted(path)}]"


def indented(lines: Iterable[str], levels: int = 1) -> list[str]:
    """Return statements as they stand inside so many others."""
    return [f"{'    ' * levels}{line}" for line in lines]


@lru_cache(maxsize=4_096)
def _code(source: str) -> CodeType:
    return compile(source, "<generated>", "exec")


def compile_function(lines: Iterable[str], name: str, names: dict[str, Any]) -> Any:  # noqa: ANN401 - the writer knows its type
    """Return the function `name` that the lines define, with `names` as its globals."""
    exec(_code("\n".join(lines)), names)  # noqa: S102 - see above
    return names[name]
