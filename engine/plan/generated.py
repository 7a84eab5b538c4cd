"""Functions made from source that other modules write: formulas, prices, look-ups.

The sources are made of names that their writers count up, of numbers, and of field paths quoted by `repr`: nothing of a
policy's text reaches them unquoted. Equal sources, which the kinds of decision share, are compiled once.
"""

from functools import lru_cache
from types import CodeType
from typing import Any


@lru_cache(maxsize=4_096)
def _code(source: str) -> CodeType:
    return compile(source, "<generated>", "exec")


def compile_function(source: str, name: str, names: dict[str, Any]) -> Any:  # noqa: ANN401 - the writer knows its type
    """Return the function `name` that the source defines, with `names` as its globals."""
    exec(_code(source), names)  # noqa: S102 - see above
    return names[name]
