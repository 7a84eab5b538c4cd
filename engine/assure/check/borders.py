"""D617: a border that belongs to one side in one rule and to the other in another: `<= 10` here, `< 10` there."""

from collections.abc import Iterator
from datetime import date
from typing import assert_never

from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table
from engine.assure.check.words import label, named, written
from engine.program import Program
from engine.space.rule_space import RuleSpace, Verdict
from rules import types
from rules.ir import (
    Compare,
    CompareField,
    Equals,
    FieldTest,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    NotOneOf,
    OneOf,
    Operator,
    Present,
    Rule,
    Test,
    Within,
)
from rules.traverse import tests_of
from rules.vocabulary import AS_OF


def borders(program: Program, tables: tuple[Table, ...], *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield each value at which two rules disagree about which side it belongs to."""
    seen: dict[tuple[str, types.Value], dict[bool, tuple[Table, Rule, FieldTest]]] = {}
    for table in tables:
        if table.use == "sum":
            continue  # rows that add up count steps: `>= 3` is the third
        for rule in table.rules:
            for test in tests_of(rule.when):
                for value, below in cuts(test.test):
                    if test.field != AS_OF.path and value != 0:
                        sides = seen.setdefault((test.field, value), {})
                        sides.setdefault(below, (table, rule, test))
    for (path, value), sides in seen.items():
        if len(sides) == 2:
            yield _finding(program, path, value, list(sides.values()), today)


def cuts(test: Test) -> Iterator[tuple[types.Value, bool]]:
    """Yield a test's bounds, and for each whether the value itself belongs to what lies below it."""
    match test:
        case Compare(operator, value):
            yield value, operator in (Operator.AT_MOST, Operator.GREATER)
        case Within(low, low_closed, high, high_closed):
            if low is not None:
                yield low, not low_closed
            if high is not None:
                yield high, high_closed
        case Equals() | OneOf() | NotOneOf() | CompareField() | Present() | Missing() | HasAny() | HasAll() | HasNone():
            pass  # no value lies below another
        case _:
            assert_never(test)


def _finding(
    program: Program, path: str, value: types.Value, sides: list[tuple[Table, Rule, FieldTest]], today: date
) -> Finding:
    (_, first, one), (table, second, other) = sides
    type_ = program.policy.fields[path].type
    rule_space = RuleSpace(program, table.kind, [second], today=today, unsettled=table.notes.unsettled)
    dim = rule_space.space.plain(path)
    at = next((1 << n for n, slot in enumerate(dim.slots) if slot.value == value), dim.given)
    found = rule_space.find({dim.number: at}, silent=())
    return Finding(
        "D617",
        f"{label(path)} of exactly {written(value, type_)} is told two ways: `{one.written}` in {named(first)}, "
        f"`{other.written}` in {named(second)}",
        other.span,
        second.section,
        (second.id, first.id),
        hint="decide on which side the border lies, and write it the same everywhere",
        related=((one.span, "here the border lies on the other side"),),
        shown=None if isinstance(found, Verdict) else found,
    )
