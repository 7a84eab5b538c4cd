"""What the other lines of a deal give a field of the deal: their sum or extreme, folded once for all lines."""

from collections.abc import Sequence

from engine.core.exact import ZERO, Ratio, add, subtract
from engine.core.facts import Row
from engine.core.interpret import EXTREME, combine
from engine.core.views import UNKNOWN, State
from engine.kinds.price.pieces import Fixed


class OtherLines:
    """What all lines but one add up to, or their extreme; each field is folded once for all lines of a deal."""

    def __init__(self, lines: Sequence[Row]) -> None:
        """Take a deal's lines."""
        self._lines = lines
        self._folds: dict[tuple[str, str], list[Fixed]] = {}

    def without(self, function: str, field: str, number: int) -> Fixed | None:
        """Return the fold over all other lines; None where there are none."""
        if len(self._lines) == 1:
            return None
        key = (function, field)
        if key not in self._folds:
            values = [row.get(field, UNKNOWN) for row in self._lines]
            rests = _rests(values) if function == "sum" else None
            if rests is None:
                before = _running(function, values)
                after = _running(function, values[::-1])[::-1]
                rests = [_folded(function, [*x, *y]) for x, y in zip(before, after, strict=True)]
            self._folds[key] = [Fixed(state) for state in rests]
        return self._folds[key][number]


def _rests(values: Sequence[State]) -> list[State] | None:
    """Return the sum less each of the values; None where one is no finite number."""
    numbers = [value for value in values if isinstance(value, tuple) and value[1]]
    if len(numbers) < len(values):
        return None
    total: Ratio | None = ZERO
    for value in numbers:
        total = add(total, value) if total is not None else None
    return [subtract(total, value) for value in numbers] if total is not None else None


def _running(function: str, values: Sequence[State]) -> list[list[State]]:
    """Return for each place the fold of what stands before it, as a list of none or one."""
    result: list[list[State]] = []
    fold: list[State] = []
    for value in values:
        result.append(fold)
        fold = [_folded(function, [*fold, value])]
    return result


def _folded(function: str, values: Sequence[State]) -> State:
    return combine(add if function == "sum" else EXTREME[function], values)
