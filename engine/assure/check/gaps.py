"""D601, D602: requests for which a table says nothing, though it says something about their neighbours.

In authority a gap is a line that nobody may sign although somebody may sign a worse one, or one that the ladder's top
may not sign whatever its price: a product line, class or channel that no row mentions. What lies beyond the most that
the top level may sign is no gap, and neither is what a rule rejects with a reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice, product
from typing import assert_never

from engine.assure.check.beyond import Authority
from engine.assure.check.cracks import beginning_above
from engine.assure.check.edits import instead, words_at
from engine.assure.check.findings import Edit, Finding, Unsettled
from engine.assure.check.limits import Limits
from engine.assure.check.tables import Table, rule_spaces
from engine.assure.check.words import described, written
from engine.plan.tables.bits import lowest_bit, positions
from engine.program import Program
from engine.space.boxes import TooComplexError, merged, runs
from engine.space.dims import Box, Dim, Form, Mask, ones
from engine.space.rule_space import RuleSpace, Shown, Verdict
from engine.space.solver import within_reach
from rules.grammar.points import point
from rules.ir import (
    Block,
    Compare,
    CompareField,
    Equals,
    Exclude,
    FieldTest,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    NotOneOf,
    OneOf,
    Operator,
    Policy,
    Present,
    Reject,
    Rule,
    Subject,
    Within,
)
from rules.kinds import SECTIONS
from rules.text.source import Span
from rules.traverse import condition_fields
from rules.types import Scalar, Value
from rules.vocabulary import AS_OF

MOST_CELLS = 4_000
MOST_HOLES = 500
FEW_BOXES = 500
REJECTING = (Reject, Exclude, Block)


@dataclass(frozen=True, slots=True)
class _Hole:
    """Cells that nothing covers, made as general as they can be, and those that show it.

    `others` are further boxes for the same sort of line, beyond other limits.
    """

    box: Box
    cells: tuple[Box, ...]
    others: tuple[Box, ...] = ()


def gaps(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield the gaps of a table."""
    if table.use in ("each", "sum"):
        return
    policy = program.policy
    rule_space, *more = rule_spaces(program, table, today=today)
    if more:
        return  # a row of a line and a row of the deal: any line may let the first fire
    count = len(table.rules)
    try:
        if table.use == "authority":
            rule_space = _with(program, table, rule_space, _stops(policy, table, rule_space), today)
        holes = _holes(policy, rule_space, count, table)
        if holes and table.use != "authority":
            stops = _stops(policy, table, rule_space)
            if stops:
                rule_space = _with(program, table, rule_space, stops, today)
                holes = _holes(policy, rule_space, count, table)
    except TooComplexError:
        yield Unsettled(table.section, "gaps: the table has too many combinations to walk", table.span)
        return
    limits = Limits.of(rule_space, count) if table.use == "authority" else None
    banded: list[tuple[Box, Shown]] = []
    for hole in holes:
        found = _shown(rule_space, hole)
        if found is Verdict.IMPOSSIBLE:
            continue
        if isinstance(found, Verdict):
            yield Unsettled(
                table.section, f"whether a request exists with {described(rule_space.space, hole.box)}", table.span
            )
            continue
        finding = _finding(rule_space, table, hole, found)
        if limits and not finding.edits and limits.would_cover(hole.cells):
            banded.append((hole.box, found))
        else:
            yield finding
    if limits and banded:
        yield limits.finding(table, banded)


def _with(program: Program, table: Table, rule_space: RuleSpace, stops: list[Rule], today: date) -> RuleSpace:
    """Return a table's rows with the rules that leave nothing for them to say."""
    if not stops:
        return rule_space
    return RuleSpace(program, table.kind, [*table.rules, *stops], today=today, unsettled=table.notes.unsettled)


def _stops(policy: Policy, table: Table, rule_space: RuleSpace) -> list[Rule]:
    """Return the rules that reject a price, and so leave nothing to sign; for other tables those of the same fields."""
    found = [
        rule
        for rule in SECTIONS[table.kind].all_rules(policy)
        if any(isinstance(one, REJECTING) for one in rule.effects)
    ]
    if table.use == "authority":
        return found
    about = {path for rule in table.rules for path in condition_fields(rule.when)}
    return [
        rule
        for rule in found
        if rule.subject in (Subject.DEAL, rule_space.subject)
        and about & {*condition_fields(rule.when)}
        and within_reach([*condition_fields(rule.when)])
        and not any(table.gives in {path} | rule_space.inputs(path) for path in condition_fields(rule.when))
    ]


def _shown(rule_space: RuleSpace, hole: _Hole) -> Shown | Verdict:
    """Return a request from one of a hole's cells, or else from what lies between them."""
    for cell in islice(hole.cells, 3):
        found = rule_space.find(cell, solve=False)
        if not isinstance(found, Verdict):
            return found
    around: dict[int, Mask] = {}
    for cell in hole.cells:
        for number, mask in cell.items():
            around[number] = around.get(number, 0) | mask
    return rule_space.find(around)


# --- finding holes -------------------------------------------------------------------------------------------------


def _holes(policy: Policy, rule_space: RuleSpace, count: int, table: Table) -> list[_Hole]:
    """Return the holes, the most general first."""
    universe = plausible(rule_space)
    among = rule_space.bits_of(range(count))  # what is rejected is told without the limits of the rules that reject it
    authority = Authority.of(policy, rule_space, count) if table.use == "authority" else None
    open_ = rule_space.cover.uncovered(universe, top=authority.top if authority else 0, limits=among)
    for number, mask in authority.unnamed.items() if authority else ():
        open_ += rule_space.cover.uncovered({**universe, number: mask})
    if len(open_) <= FEW_BOXES:
        open_ = merged(open_)
    holes: dict[tuple[tuple[int, Mask], ...], list[Box]] = {}
    for box in open_:
        for cell in islice(_cells(rule_space, box), MOST_CELLS):
            if authority and not authority.is_hole(cell):
                continue
            if len(holes) == MOST_HOLES:
                break
            general = widened(rule_space, cell, universe, among)
            holes.setdefault(tuple(sorted(general.items())), []).append(cell)
    found = sorted(holes.items(), key=lambda item: (len(item[0]), item[0]))
    kept: list[_Hole] = []
    for key, cells in found:
        box = dict(key)
        if not any(_within(rule_space, box, other.box) for other in kept):
            kept.append(_Hole(box, tuple(cells)))
    return kept if authority is None else _by_sort(kept, authority)


def _by_sort(holes: list[_Hole], authority: Authority) -> list[_Hole]:
    """Return one hole for each sort of line that the top of the ladder has no row for."""
    result: list[_Hole] = []
    sorts: dict[tuple[tuple[int, Mask], ...], int] = {}
    for hole in holes:
        sort = tuple(sorted((dim, mask) for dim, mask in hole.box.items() if not authority.directions[dim]))
        if sort not in sorts or any(authority.has_top(cell) for cell in hole.cells):
            sorts.setdefault(sort, len(result))
            result.append(hole)
        else:
            first = result[sorts[sort]]
            result[sorts[sort]] = replace(first, others=(*first.others, hole.box))
    return result


def plausible(rule_space: RuleSpace) -> Box:
    """Return the box of requests that a gap is looked for in: everything given, no day past, no count below zero."""
    box: dict[int, Mask] = {}
    for dim in rule_space.space.dims:
        mask = dim.given
        if dim.form is Form.ORDERED and dim.places:
            if dim.places[0] == 0 and dim.type is not Scalar.RATE:
                mask &= ~0b10
            if dim.path == AS_OF.path:
                now = point(rule_space.today)
                past = sum(
                    1 << n
                    for n, slot in enumerate(dim.slots)
                    if (slot.high is not None and slot.high <= now)
                    or (slot.value is not None and point(slot.value) < now)
                )
                mask &= ~past
        box[dim.number] = mask
    return box


def _cells(rule_space: RuleSpace, box: Box) -> Iterator[Box]:
    """Yield a box in parts that are one stretch in every ordered dimension."""
    choices = []
    for number, mask in sorted(box.items()):
        dim = rule_space.space.dims[number]
        if dim.form is Form.ORDERED:
            choices.append([(number, part) for part in _stretches(dim, mask)])
        else:
            choices.append([(number, mask)])
    for chosen in product(*choices):
        yield dict(chosen)


def _stretches(dim: Dim, mask: Mask) -> list[Mask]:
    """Return the stretches of a mask; slots that no value lies in do not part them."""
    gap = dim.all & ~dim.domain
    whole = mask
    for first, final in runs(gap):
        if first and mask >> first - 1 & 1 and mask >> final + 1 & 1:
            whole |= ones(first, final)
    return [ones(first, final) & dim.domain for first, final in runs(whole)]


def widened(rule_space: RuleSpace, cell: Box, universe: Box, among: int) -> Box:
    """Return a box around a cell that no clause meets either, with as few and as wide limits as can be."""
    box = dict(cell)
    dims = sorted(box, key=lambda number: (rule_space.space.dims[number].form is not Form.ORDERED, number))
    for number in reversed(dims):
        without = {**box, number: universe[number]}
        if not rule_space.cover.meets(without, among):
            box = without
    for number in dims:
        if box[number] == universe[number]:
            continue
        for slot in _outward(box[number], universe[number]):
            wider = {**box, number: box[number] | 1 << slot}
            touches = rule_space.space.dims[number].form is not Form.ORDERED or _adjacent(
                rule_space.space.dims[number], box[number], slot
            )
            if touches and not rule_space.cover.meets(wider, among):
                box = wider
    return {number: mask for number, mask in box.items() if mask != universe[number]}


def _outward(mask: Mask, universe: Mask) -> list[int]:
    """Return the slots outside of a mask, the nearest first."""
    low, high = lowest_bit(mask), mask.bit_length() - 1
    slots = positions(universe & ~mask)
    return sorted(slots, key=lambda slot: (low - slot if slot < low else slot - high, slot))


def _adjacent(dim: Dim, mask: Mask, slot: int) -> bool:
    low, high = lowest_bit(mask), mask.bit_length() - 1
    reach = ones(min(slot, low), max(slot, high)) & dim.domain & ~mask & ~(1 << slot)
    return not reach


def _within(rule_space: RuleSpace, inner: Box, outer: Box) -> bool:
    return all(not inner.get(number, rule_space.space.dims[number].given) & ~mask for number, mask in outer.items())


# --- telling -------------------------------------------------------------------------------------------------------


def _finding(rule_space: RuleSpace, table: Table, hole: _Hole, shown: Shown) -> Finding:
    words = _limits(rule_space, hole) if hole.others else described(rule_space.space, hole.box) or "any values"
    place, hint, edits = _place(rule_space, table, hole)
    if table.use == "authority":
        code, message = "D601", f"no level may sign a line with {words}"
        hint = hint or "add a row that says who may, or a rule that rejects it and says why"
    else:
        what = {
            "protection": "no row says how long a claim is protected",
            "split": "no row says how the deal is split",
        }.get(table.gives, f"`{table.gives}` has no value")
        code, message = "D602", f"{what} for a {table.subject_words} with {words}"
        hint = hint or 'add a row for it, or a last row with "-" for all that is left'
    return Finding(code, message, place, table.section, hint=hint, shown=shown, edits=edits)


def _limits(rule_space: RuleSpace, hole: _Hole) -> str:
    """Return the sort of line once, and each limit that the top of the ladder cannot go beyond."""
    ordered = {dim.number for dim in rule_space.space.dims if dim.form is Form.ORDERED}
    sort = described(rule_space.space, {number: mask for number, mask in hole.box.items() if number not in ordered})
    limits = [
        described(rule_space.space, {number: mask for number, mask in box.items() if number in ordered})
        for box in (hole.box, *hole.others)
    ]
    return f"{sort}{' and ' if sort else ''}{', or '.join(limits)}"


def _place(rule_space: RuleSpace, table: Table, hole: _Hole) -> tuple[Span, str | None, tuple[Edit, ...]]:
    """Return where a gap is best shown: at the bound of the band above it, with advice on how bands meet."""
    for number, mask in sorted(hole.box.items()):
        dim = rule_space.space.dims[number]
        if dim.form is not Form.ORDERED:
            continue
        first, last = lowest_bit(mask), mask.bit_length() - 1
        low, high = dim.slots[first].low, dim.slots[last].high
        if first == last and low is not None and high is not None and len(hole.box) == 1:
            below, above = dim.slots[first - 1].value, dim.slots[last + 1].value
            if isinstance(below, date) and dim.path == AS_OF.path:
                begin = (below + timedelta(days=1)).isoformat()
                return (
                    table.span,
                    f"no row is for the days up to {above}: let the next one begin (`from`) on {begin}",
                    (),
                )
            start = written(below, dim.type)
            hint = (
                f"what lies between {start} and {written(above, dim.type)} is open: begin the next band with "
                f"`> {start}` or `({start}..`"
            )
            for rule in rule_space.rules[: len(table.rules)]:
                for test in rule.when.parts:
                    if isinstance(test, FieldTest) and test.field == dim.path and _begins_at(test, above):
                        return test.span, hint, instead(rule_space.policy, test, beginning_above(test, start))
            return table.span, hint, ()
    return table.span, None, ()


def _beginning_on(rule_space: RuleSpace, table: Table, day: str, begin: str) -> tuple[Edit, ...]:
    """Return the change that lets a row begin on another day."""
    for rule in table.rules:
        for test in rule.when.parts:
            if isinstance(test, FieldTest) and test.field == AS_OF.path and isinstance(test.test, Within):
                words = words_at(rule_space.policy, test.span)
                if str(test.test.low) == day and words.count(day) == 1:
                    return (Edit(test.span, words.replace(day, begin)),)
    return ()


def _begins_at(test: FieldTest, value: Value | None) -> bool:
    match test.test:
        case Compare(Operator.AT_LEAST | Operator.GREATER, bound) | Within(bound, _, _, _):
            return bound == value
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
            return False
        case _:
            assert_never(test.test)
