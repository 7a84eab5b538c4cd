"""D619: values of a term that no row names, though rows name the others: only rows for anything match them.

A new customer class, a new product line is added to its term, and no row is added for it: what was written for
exceptions, or for anything at all, decides. Where most rows name a value of the term, and most values are named, a
value that is not is told; a table of a few exceptions before a row for all the rest is meant that way.
"""

from collections.abc import Iterator
from datetime import date

from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table, rule_spaces
from engine.assure.check.words import described, label, listed, named
from engine.plan.tables.bits import positions
from engine.program import Program
from engine.space.dims import Dim, Form, Mask
from engine.space.rule_space import RuleSpace, Verdict
from rules.ir import Equals, OneOf
from rules.traverse import tests_of
from rules.types import Term


def unnamed_values(rule_space: RuleSpace, count: int) -> dict[int, Mask]:
    """Return by dimension the values that none of the first rules names, though most of them name most others."""
    found: dict[int, Mask] = {}
    for dim in rule_space.space.dims:
        if dim.form is not Form.KEYED or not isinstance(dim.type, Term):
            continue
        named_in = [_named(rule_space, dim, row) for row in range(count)]
        values = 0
        for mask in named_in:
            values |= mask
        rest = dim.given & ~values
        naming = sum(1 for mask in named_in if mask)
        if rest and rest.bit_count() < values.bit_count() and 2 * naming > count:
            found[dim.number] = rest
    return found


def _named(rule_space: RuleSpace, dim: Dim, row: int) -> Mask:
    """Return the values of a dimension that a row asks for by name."""
    asked = [test.test for test in tests_of(rule_space.rules[row].when) if test.field == dim.path]
    values = {
        value
        for test in asked
        for value in (test.values if isinstance(test, OneOf) else (test.value,) if isinstance(test, Equals) else ())
    }
    return sum(1 << n for n, slot in enumerate(dim.slots) if n and slot.value in values)


def unnamed(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield for each term the values that only rows for anything match."""
    if table.use in ("each", "sum"):
        return
    for rule_space in rule_spaces(program, table, today=today):
        for number, mask in unnamed_values(rule_space, len(rule_space.rules)).items():
            dim = rule_space.space.dims[number]
            for slot in positions(mask):
                yield from _told(rule_space, table, dim, 1 << slot)


def _told(rule_space: RuleSpace, table: Table, dim: Dim, value: Mask) -> Iterator[Finding]:
    rows = rule_space.rules_of(rule_space.cover.meets({dim.number: value}))
    for row in rows:
        found = rule_space.find({dim.number: value}, fires=(row,), silent=())
        if isinstance(found, Verdict):
            continue
        words = described(rule_space.space, {dim.number: value})
        only = f"only {listed((named(rule_space.rules[one]) for one in rows), 'and')}"
        match, name = ("matches", "names") if len(rows) == 1 else ("match", "name")
        yield Finding(
            "D619",
            f"no row of `{table.section}` names {words}: {only}, which {name} no {label(dim.path)}, {match} it",
            rule_space.rules[rows[-1]].span,
            table.section,
            tuple(rule_space.rules[one].id for one in rows),
            hint="add a row for it, or accept that it is treated like all the rest",
            shown=found,
        )
        return
