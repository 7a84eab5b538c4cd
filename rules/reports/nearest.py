"""The word that someone probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like `word`, or None when none is like it.

    >>> nearest("line.discont", ["line.discount", "line.margin"])
    'line.discount'
    """
    # Likeness is quadratic in the length: a hostile megabyte of a name is not compared.
    matches = get_close_matches(word[:80], list(known), n=1)
    return matches[0] if matches else None
