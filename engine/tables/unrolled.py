"""The columns of an index as one function: the loop over columns written out, for it runs for every line of a request.

The function says exactly what going through the columns one by one says (`Index.near` does); the agreement tests hold
both to the interpreter.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from engine.facts import Row
from engine.generated import function
from engine.tables.bits import Bits
from engine.tables.columns import Column, Keyed, Thresholds
from engine.views import UNKNOWN

# From the shared facts and the row to the rules that hold, and those that hold or are undetermined.
MatchColumns: TypeAlias = Callable[[Row, Row], tuple[Bits, Bits]]


def compiled(columns: Sequence[Column], every: Bits) -> MatchColumns:
    """Write the columns out as a function."""
    names: dict[str, Any] = {"UNKNOWN": UNKNOWN, "bisect_right": bisect_right, "every": every}
    # As long as every field is known, the rules that are open are those that hold: the second set stays None.
    lines = ["def match(shared, row):", "    holds, open_ = every, None"]
    for number, column in enumerate(columns):
        names |= {f"holds{number}": column.unknown_holds, f"open{number}": column.unknown_open}
        lines += [
            f"    value = {'row' if column.own else 'shared'}.get({column.path!r}, UNKNOWN)",
            "    if value is UNKNOWN:",
            f"        open_ = (holds if open_ is None else open_) & open{number}; holds &= holds{number}",
            "    else:",
            *(f"        {line}" for line in _look_up(column, number, names)),
            "        holds &= bits",
            "        if open_ is not None: open_ &= bits",
            "    if not holds and not open_: return 0, 0",
        ]
    lines.append("    return holds, holds if open_ is None else open_")
    made: MatchColumns = function("\n".join(lines), "match", names)
    return made


def _look_up(column: Column, number: int, names: dict[str, Any]) -> list[str]:
    """Return the statements that set `bits` for a known value."""
    match column.look_up:
        case Keyed(table, other):
            names |= {f"find{number}": table.get, f"other{number}": other}
            return [f"bits = find{number}(value, other{number})"]
        case Thresholds(keys, slots, scale, null) as thresholds:
            names |= {f"keys{number}": keys, f"slots{number}": slots, f"null{number}": null}
            names[f"bits{number}"] = thresholds.bits
            scaled = "n" if scale == 1 else f"n * {scale}"
            return [
                "if value.__class__ is tuple and value[1]:",
                "    n, d = value",
                f"    whole, rest = divmod({scaled}, d)",
                f"    bits = slots{number}[bisect_right(keys{number}, 2 * whole + 1 if rest else 2 * whole)]",
                f"else: bits = bits{number}(value)",
            ]
