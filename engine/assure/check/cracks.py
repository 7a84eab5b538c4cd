"""D620: two bands that nearly meet: `<= 50_000` here, `>= 50_001` there, and 50,000.50 in neither.

Where no row at all is for what lies between, that is a gap (D601, D602). Here some row for anything is, and nobody
meant it to decide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import assert_never

from engine.assure.check.edits import instead
from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table, rule_spaces
from engine.assure.check.words import listed, named, phrase, written
from engine.program import Program
from engine.space.dims import Dim, Form, Mask
from engine.space.rule_space import RuleSpace, Verdict
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
    Within,
)
from rules.traverse import tests_of
from rules.types import Scalar

WITH_DECIMALS = (Scalar.MONEY, Scalar.RATE, Scalar.NUMBER)


@dataclass(frozen=True, slots=True)
class Crack:
    """The slot between two bands, and the tests that end and begin there with the rows that they stand in."""

    dim: Dim
    slot: int
    below: tuple[int, FieldTest]
    above: tuple[int, FieldTest]


def cracks_of(rule_space: RuleSpace) -> dict[tuple[int, int], Crack]:
    """Return the cracks by dimension and slot."""
    ends: dict[tuple[str, Fraction], list[tuple[int, FieldTest]]] = {}
    begins: dict[tuple[str, Fraction], list[tuple[int, FieldTest]]] = {}
    for row, rule in enumerate(rule_space.rules):
        for test in tests_of(rule.when):
            match test.test:
                case Compare(Operator.AT_MOST, Fraction() as value):
                    ends.setdefault((test.field, value), []).append((row, test))
                case Compare(Operator.AT_LEAST, Fraction() as value):
                    begins.setdefault((test.field, value), []).append((row, test))
                case Within(low, low_closed, high, high_closed):
                    if high_closed and isinstance(high, Fraction):
                        ends.setdefault((test.field, high), []).append((row, test))
                    if low_closed and isinstance(low, Fraction):
                        begins.setdefault((test.field, low), []).append((row, test))
                case (
                    Equals()
                    | OneOf()
                    | NotOneOf()
                    | Compare()
                    | CompareField()
                    | Present()
                    | Missing()
                    | HasAny()
                    | HasAll()
                    | HasNone()
                ):
                    pass
                case _:
                    assert_never(test.test)
    found: dict[tuple[int, int], Crack] = {}
    for dim in rule_space.space.dims:
        if dim.form is not Form.ORDERED or dim.type not in WITH_DECIMALS:
            continue
        for number, slot in enumerate(dim.slots):
            if slot.low is None or slot.high is None or slot.high - slot.low != _unit(dim, slot.low, slot.high):
                continue
            pairs = (
                (below, above)
                for below in ends.get((dim.path, slot.low), ())
                for above in begins.get((dim.path, slot.high), ())
            )
            pair = next((pair for pair in pairs if _meant_to_meet(rule_space, dim, pair[0][0], pair[1][0])), None)
            if pair is not None:
                found[dim.number, number] = Crack(dim, number, *pair)
    return found


def in_cracks(rule_space: RuleSpace) -> dict[int, Mask]:
    """Return by dimension the slots that lie between two bands."""
    found: dict[int, Mask] = {}
    for number, slot in cracks_of(rule_space):
        found[number] = found.get(number, 0) | 1 << slot
    return found


def _unit(dim: Dim, low: Fraction, high: Fraction) -> Fraction:
    """Return one in the last place of two values as an owner writes them."""
    per = 100 if dim.type is Scalar.RATE else 1
    places = next((n for n in range(12) if all((value * per * 10**n).denominator == 1 for value in (low, high))), 12)
    return Fraction(1, per * 10**places)


def _meant_to_meet(rule_space: RuleSpace, dim: Dim, below: int, above: int) -> bool:
    """Return whether two rows could be about the same request but for one field."""
    return below != above and any(
        rule_space.space.meet(
            {number: mask for number, mask in one.items() if number != dim.number},
            {number: mask for number, mask in other.items() if number != dim.number},
        )
        is not None
        for one in rule_space.of_rule[below]
        for other in rule_space.of_rule[above]
    )


def cracks(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield the cracks of a table; where a sum is counted in steps there are none."""
    if table.use == "sum":
        return
    for rule_space in rule_spaces(program, table, today=today):
        for crack in cracks_of(rule_space).values():
            (first, below), (second, above) = crack.below, crack.above
            found = rule_space.find({crack.dim.number: 1 << crack.slot}, silent=(first, second))
            if isinstance(found, Verdict) or (table.use != "each" and not found.fired):
                continue  # there is none, or it is a gap, and told as one
            rule, other = rule_space.rules[second], rule_space.rules[first]
            low = written(crack.dim.slots[crack.slot].low, crack.dim.type)
            fires = f"; {listed(sorted(found.fired), 'and')} decides" if table.use != "each" else ""
            yield Finding(
                "D620",
                f"{phrase(crack.dim, 1 << crack.slot)} is neither `{below.written}` ({named(other)}) nor "
                f"`{above.written}` ({named(rule)}){fires}",
                above.span,
                table.section,
                (rule.id, other.id),
                hint=f"let the bands meet: begin the next one with `> {low}` or `({low}..`",
                related=((below.span, "here the band below ends"),),
                shown=found,
                edits=instead(program.policy, above, beginning_above(above, low)),
            )


def beginning_above(test: FieldTest, low: str) -> str:
    """Return a test as one that begins above a value."""
    if isinstance(test.test, Within):
        return f'"({low}..{test.written.partition("..")[2]}"'
    return f'"> {low}"'
