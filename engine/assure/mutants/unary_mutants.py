"""The neighbours of a unary test: each threshold by its smallest unit, each operator to its neighbour."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, assert_never

from engine.assure.mutants.units import next_of, steps, written
from rules.ir import (
    Compare,
    CompareField,
    Equals,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    NotOneOf,
    OneOf,
    Operator,
    Present,
    Test,
    Within,
)
from rules.types import ORDERED, Scalar, Type, Value

NEIGHBOUR = {
    Operator.LESS: Operator.AT_MOST,
    Operator.AT_MOST: Operator.LESS,
    Operator.GREATER: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.GREATER,
    Operator.EQUAL: Operator.NOT_EQUAL,
    Operator.NOT_EQUAL: Operator.EQUAL,
}
# Where the values are whole, `< 5` says what `<= 4` says, which is a mutant already.
WHOLE = (Scalar.INTEGER, Scalar.DATE)


def neighbours(test: Test, kind: Type) -> Iterator[Test]:
    """Yield the tests one small step away; `kind` is the field's type."""
    match test:
        case Equals(value):
            yield from _of_value(value, kind)
        case OneOf(values):
            yield from (OneOf(rest) for rest in _fewer(values))
            yield from (OneOf((*values, more)) for more in _more(values, kind))
        case NotOneOf((value,)):
            yield Equals(value)
            yield from (NotOneOf((other,)) for other in _others(value, kind))
        case NotOneOf(values):
            yield from (NotOneOf(rest) for rest in _fewer(values))
            yield from (NotOneOf((*values, more)) for more in _more(values, kind))
        case Compare(operator, value):
            yield from (Compare(operator, other) for other in steps(value, kind))
            if kind not in WHOLE:
                yield Compare(NEIGHBOUR[operator], value)
        case Within():
            yield from _of_interval(test, kind)
        case CompareField(operator, other):
            yield CompareField(NEIGHBOUR[operator], other)
        case Present():
            yield Missing()
        case Missing():
            yield Present()
        case HasAny(values):
            yield from (HasAny(_texts(rest)) for rest in _fewer(values))
            if len(values) == 1:
                yield HasNone(values)
        case HasAll(values):
            yield HasAny(values) if len(values) > 1 else HasNone(values)
        case HasNone(values):
            yield from (HasNone(_texts(rest)) for rest in _fewer(values))
            if len(values) == 1:
                yield HasAny(values)
        case _:
            assert_never(test)


def worded(test: Test, kind: Type) -> str:
    """Return a test as an owner writes it."""

    def listed(values: tuple[Value, ...]) -> str:
        return f"[{', '.join(written(value, kind) for value in values)}]"

    match test:
        case Equals(value):
            return written(value, kind)
        case OneOf(values):
            return listed(values) if len(values) > 1 else written(values[0], kind)
        case NotOneOf((value,)):
            return f"!= {written(value, kind)}"
        case NotOneOf(values):
            return f"not {listed(values)}"
        case Compare(operator, value):
            return f"{operator.value} {written(value, kind)}"
        case Within(low, low_closed, high, high_closed):
            least, most = (written(end, kind) if end is not None else "" for end in (low, high))
            return f"{'[' if low_closed else '('}{least}..{most}{']' if high_closed else ')'}"
        case CompareField(operator, other):
            return f"{operator.value} {other}"
        case Present():
            return "present"
        case Missing():
            return "missing"
        case HasAny(values):
            return f"has any {listed(values)}"
        case HasAll(values):
            return f"has all {listed(values)}" if len(values) > 1 else f"has {values[0]}"
        case HasNone(values):
            return f"has none {listed(values)}"
        case _:
            assert_never(test)


def _of_value(value: Value, kind: Type) -> Iterator[Test]:
    if isinstance(value, bool):
        yield Equals(not value)
        return
    yield from (Equals(other) for other in _others(value, kind))
    yield NotOneOf((value,))


def _others(value: Value, kind: Type) -> Iterator[Value]:
    """Yield the values beside one: both neighbours of an ordered one, the next of a term."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        other = next_of(value, kind)
        if other is not None:
            yield other
    elif kind in ORDERED:
        yield from steps(value, kind)


def _fewer(values: tuple[Value, ...]) -> Iterator[tuple[Value, ...]]:
    """Yield the list without each of its values, as long as something is left."""
    if len(values) > 1:
        for n in range(len(values)):
            yield (*values[:n], *values[n + 1 :])


def _texts(values: tuple[Value, ...]) -> tuple[str, ...]:
    return tuple([value for value in values if isinstance(value, str)])


def _more(values: tuple[Value, ...], kind: Type) -> Iterator[Value]:
    """Yield the value of a term that comes after the list's last one and is not in it."""
    last = values[-1]
    for _ in range(len(values) + 1):
        following = next_of(last, kind) if isinstance(last, str) else None
        if following is None:
            return
        if following not in values:
            yield following
            return
        last = following


def _of_interval(test: Within, kind: Type) -> Iterator[Test]:
    for end in ("low", "high"):
        value, closed = getattr(test, end), getattr(test, f"{end}_closed")
        if value is None:
            continue
        changed: list[dict[str, Any]] = [{end: other} for other in steps(value, kind)]
        if kind not in WHOLE:
            changed.append({f"{end}_closed": not closed})
        for change in changed:
            found = replace(test, **change)
            if _holds_something(found):
                yield found


def _holds_something(test: Within) -> bool:
    low, high = test.low, test.high
    if isinstance(low, Fraction) and isinstance(high, Fraction):
        return low < high or (low == high and test.low_closed and test.high_closed)
    return True
