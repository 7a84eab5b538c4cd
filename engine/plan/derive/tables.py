"""Fields that a table derives: `first`, `sum`, `max` and `min` of its rows, and what undetermined rows leave open."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeAlias

from engine.core.exact import ZERO, Ratio, add, compare
from engine.core.facts import Facts, Row
from engine.core.interpret import as_ratio, plain
from engine.core.values import Value
from engine.core.views import UNKNOWN, State
from engine.plan.derive.derivation import Derivation
from engine.plan.groups import Engine, Group
from engine.plan.tables.bits import Bits, lowest_bit
from rules.ir import Assign, DerivedTable, Rule, Subject
from rules.traverse import rule_fields


def of_table(table: DerivedTable, subject: Subject) -> Derivation:
    """Return the derivation of a table's field, which stands in the rows of a subject."""
    path, group = table.field, Group.of(table.rows, subject)
    values = [_assigned(rule) for rule in table.rows]
    decide = _HITS[table.hit]
    first = table.hit == "first"

    def found(fired: Bits, undetermined: Bits) -> State:
        if first and not undetermined:  # by far the most frequent case
            return values[lowest_bit(fired)] if fired else None
        hits = [(value, bool(fired >> n & 1)) for n, value in enumerate(values) if (fired | undetermined) >> n & 1]
        return decide(hits)

    def evaluate(engine: Engine, facts: Facts, row: Row, number: int | None) -> State:
        match = engine.judge(group, facts.shared, row, number=number)
        facts.judged[path, number] = match.fired, match.undetermined
        return found(match.fired, match.undetermined)

    def look_up(facts: Facts, row: Row, number: int | None) -> State:
        judged = facts.judged[path, number] = group.index.match(facts.shared, row)
        return found(*judged)

    inputs = frozenset(path for rule in table.rows for path in rule_fields(rule))
    return Derivation(
        path=path,
        subject=subject,
        inputs=inputs,
        evaluate=evaluate,
        look_up=look_up,
        rules=table.rows,
    )


def _assigned(rule: Rule) -> Value:
    (effect,) = rule.effects
    assert isinstance(effect, Assign)
    return plain(effect.value)


# A table's hits in the owner's order: the row's value, and whether the row fires (else it is undetermined).
_Hits: TypeAlias = list[tuple[Value, bool]]


def _first(hits: _Hits) -> State:
    """Return the first firing row's value, unless an undetermined row before it could give another."""
    result: Value = None
    candidates = []
    for value, fires in hits:
        if fires:
            result = value
            break
        candidates.append(value)
    return result if all(_same(value, result) for value in candidates) else UNKNOWN


def _same(left: Value, right: Value) -> bool:
    if isinstance(left, tuple) and isinstance(right, tuple):
        return compare(left, right) == 0
    return left == right


def _sum(hits: _Hits) -> State:
    """Return the sum of the firing rows; an undetermined row that adds something makes it unknown."""
    if any(not fires and not _same(value, ZERO) for value, fires in hits):
        return UNKNOWN
    total: Ratio | None = ZERO
    for value, _ in hits:
        total = add(total, as_ratio(value)) if total is not None else None
    return total


def _extreme(sign: int) -> Callable[[_Hits], State]:
    """Return the largest (+1) or smallest (-1), unknown if an undetermined row could beat it."""

    def beats(left: Value, right: Value) -> bool:
        if isinstance(left, tuple) and isinstance(right, tuple):
            return compare(left, right) == sign
        return _moment_order(left, right) == sign

    def decide(hits: _Hits) -> State:
        best: Value = None
        for value, fires in hits:
            if fires and (best is None or beats(value, best)):
                best = value
        doubtful = any(not fires and (best is None or beats(value, best)) for value, fires in hits)
        return UNKNOWN if doubtful else best

    return decide


def _moment_order(left: Value, right: Value) -> int:
    assert isinstance(left, date | timedelta)
    assert isinstance(right, date | timedelta)
    return (left > right) - (left < right)  # type: ignore[operator]  # one field's values have one type


_HITS: dict[str, Callable[[_Hits], State]] = {
    "first": _first,
    "sum": _sum,
    "max": _extreme(1),
    "min": _extreme(-1),
}
