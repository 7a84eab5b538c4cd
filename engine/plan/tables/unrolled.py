"""The columns of an index as functions: the loop over columns written out, for it runs for every line of a request.

The agreement tests hold the functions to the interpreter.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, assert_never

from engine.core.facts import Row
from engine.core.views import UNKNOWN
from engine.plan.generated import compile_function
from engine.plan.tables.bits import Bits
from engine.plan.tables.columns import Column, Keyed, Thresholds

# From the shared facts and the row to the rules that hold, and those that hold or are undetermined.
MatchColumns: TypeAlias = Callable[[Row, Row], tuple[Bits, Bits]]
# The same, and the rules of which at most one column fails and all others hold: those that hold are among them.
NearColumns: TypeAlias = Callable[[Row, Row], tuple[Bits, Bits, Bits]]
# How many columns of each rule do not hold, as binary digits across the rules, ones first.
MissColumns: TypeAlias = Callable[[Row, Row], tuple[Bits, ...]]


def match_columns(columns: Sequence[Column], every: Bits) -> MatchColumns:
    """Write the columns out as a function that matches."""
    names = _names(columns, every)
    # As long as every field is known, the rules that are open are those that hold: the second set stays None.
    lines = ["def match(shared, row):", "    holds, open_ = every, None"]
    for number, column in enumerate(columns):
        lines += [
            _value(column, "value"),
            "    if value is UNKNOWN:",
            f"        open_ = (holds if open_ is None else open_) & open{number}",
            f"        holds &= holds{number}",
            "    else:",
            *_look_up(column, number),
            "        holds &= bits",
            "        if open_ is not None: open_ &= bits",
            "    if not holds and not open_: return 0, 0",
        ]
    lines.append("    return holds, holds if open_ is None else open_")
    made: MatchColumns = compile_function("\n".join(lines), "match", names)
    return made


def near_columns(columns: Sequence[Column], every: Bits) -> NearColumns:
    """Write the columns out as a function that matches and tells the near misses."""
    names = _names(columns, every)
    lines = [
        "def near(shared, row):",
        *_all_known(columns),
        "    holds, open_, near = every, None, every",
    ]
    for number, column in enumerate(columns):
        failed = f" | holds & fails{number}" if column.unknown_open != every else ""
        lines += [
            f"    if value{number} is UNKNOWN:",
            f"        open_ = (holds if open_ is None else open_) & open{number}",
            f"        near = near & holds{number}{failed}",
            f"        holds &= holds{number}",
            "    else:",
            f"        value = value{number}",
            *_look_up(column, number),
            # Of the rules that fail here stay those that held till now; those that go on holding are among them.
            "        near = near & bits | holds",
            "        holds &= bits",
            "        if open_ is not None: open_ &= bits",
        ]
    lines.append("    return holds, holds if open_ is None else open_, near")
    made: NearColumns = compile_function("\n".join(lines), "near", names)
    return made


def miss_columns(columns: Sequence[Column], every: Bits) -> MissColumns:
    """Write the columns out as a function that counts each rule's misses."""
    names = _names(columns, every)
    digits = [f"digit{place}" for place in range(len(columns).bit_length())]
    lines = ["def misses(shared, row):", *(f"    {digit} = 0" for digit in digits)]
    for number, column in enumerate(columns):
        lines += [
            _value(column, "value"),
            f"    if value is UNKNOWN: bits = holds{number}",
            "    else:",
            *_look_up(column, number),
            "    carry = every ^ bits",
        ]
        # So many columns count up to so many: what is carried ends at the number's own length.
        for digit in digits[: (number + 1).bit_length()]:
            lines.append(f"    {digit}, carry = {digit} ^ carry, {digit} & carry")
    lines.append(f"    return ({''.join(f'{digit}, ' for digit in digits)})")
    made: MissColumns = compile_function("\n".join(lines), "misses", names)
    return made


def _all_known(columns: Sequence[Column]) -> list[str]:
    """Return the statements that get the values, and that are done with them if all are known, as they mostly are."""
    lines = [_value(column, f"value{number}") for number, column in enumerate(columns)]
    if len(columns) < 2:
        return lines
    lines.append(f"    if {' and '.join(f'value{number} is not UNKNOWN' for number in range(len(columns)))}:")
    for number, column in enumerate(columns):
        lines += [f"        value = value{number}", *_look_up(column, number)]
        if number == 0:
            lines.append("        first = bits")
        elif number == 1:
            lines += ["        near = first | bits", "        holds = first & bits"]
        else:
            lines += ["        near = near & bits | holds", "        holds &= bits"]
    return [*lines, "        return holds, holds, near"]


def _names(columns: Sequence[Column], every: Bits) -> dict[str, Any]:
    names: dict[str, Any] = {"UNKNOWN": UNKNOWN, "bisect_right": bisect_right, "every": every}
    for number, column in enumerate(columns):
        open_ = column.unknown_open
        names |= {f"holds{number}": column.unknown_holds, f"open{number}": open_, f"fails{number}": every ^ open_}
        match column.look_up:
            case Keyed(table, other):
                names |= {f"find{number}": table.get, f"other{number}": other}
            case Thresholds(keys, slots) as thresholds:
                names |= {f"keys{number}": keys, f"slots{number}": slots, f"bits{number}": thresholds.bits}
            case _:
                assert_never(column.look_up)
    return names


def _value(column: Column, name: str) -> str:
    return f"    {name} = {'row' if column.own else 'shared'}.get({column.path!r}, UNKNOWN)"


def _look_up(column: Column, number: int) -> list[str]:
    """Return the statements that set `bits` for a known value."""
    match column.look_up:
        case Keyed():
            return [f"        bits = find{number}(value, other{number})"]
        case Thresholds(scale=scale):
            return [
                "        if value.__class__ is tuple and value[1]:",
                "            n, d = value",
                *([] if scale == 1 else [f"            n *= {scale}"]),
                # The floor of n / d and its ceiling: twice the whole number, and one more where there is a rest.
                f"            bits = slots{number}[bisect_right(keys{number}, n // d - -n // d if d != 1 else 2 * n)]",
                f"        else: bits = bits{number}(value)",
            ]
        case _:
            assert_never(column.look_up)
