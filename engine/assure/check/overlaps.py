"""D603: rows of a first-hit table that match the same request and say different things.

A special row before a general one is how such tables are written, and no finding; two rows of which each matches
something that the other does not are one where the owner may not know that the order decides.
"""

from collections.abc import Iterator
from datetime import date

from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table, rule_spaces
from engine.assure.check.words import described, listed, named
from engine.program import Program
from engine.space.boxes import TooComplexError
from engine.space.dims import Box
from engine.space.rule_space import RuleSpace, Shown, Verdict

MOST_PARTNERS = 3


def overlaps(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield for each row the later rows that contradict it for some request."""
    if table.use != "first":
        return
    for rule_space in rule_spaces(program, table, today=today):
        for first in range(len(rule_space.rules)):
            try:
                yield from _of(rule_space, first, table)
            except TooComplexError:
                yield Unsettled(
                    table.section, f"what overlaps with `{rule_space.rules[first].id}`", rule_space.rules[first].span
                )


def _of(rule_space: RuleSpace, first: int, table: Table) -> Iterator[Finding | Unsettled]:
    meeting = [
        later
        for later in rule_space.rules_of(_met(rule_space, first))
        if later > first
        and rule_space.rules[later].effects != rule_space.rules[first].effects
        and not _inside(rule_space, first, later)
        and not _inside(rule_space, later, first)
    ]
    told: list[int] = []
    shown: Shown | None = None
    where: Box = {}
    for later in meeting:
        found = _example(rule_space, first, later)
        if found is None:
            continue
        told.append(later)
        if shown is None:
            where, shown = found
        if len(told) == MOST_PARTNERS:
            break
    if not told:
        return
    rule, others = rule_space.rules[first], [rule_space.rules[later] for later in told]
    more = f", and so with {listed(map(named, others[1:]), 'and')}" if len(others) > 1 else ""
    words = described(rule_space.space, where)
    yield Finding(
        "D603",
        f"{named(rule)} and {named(others[0])} of `{table.section}` both match a {table.subject_words} with "
        f"{words or 'any values'}, and say different things; {named(rule)} decides because it stands first{more}",
        rule.span,
        table.section,
        (rule.id, *(other.id for other in others)),
        hint="let the rows end where the next begin, or accept it if the order is meant",
        related=tuple((other.span, "this row would say something else") for other in others),
        shown=shown,
    )


def _met(rule_space: RuleSpace, first: int) -> int:
    bits = 0
    for clause in rule_space.of_rule[first]:
        bits |= rule_space.cover.meets(clause)
    return bits


def _inside(rule_space: RuleSpace, inner: int, outer: int) -> bool:
    """Return whether a row matches nothing that another does not match too."""
    among = rule_space.bits[outer]
    return all(rule_space.cover.first_uncovered(clause, among) is None for clause in rule_space.of_rule[inner])


def _example(rule_space: RuleSpace, first: int, later: int) -> tuple[Box, Shown] | None:
    """Return where two rows meet and no earlier row decides, with a request from there."""
    before = rule_space.bits_of(range(first))
    for left in rule_space.of_rule[first]:
        for right in rule_space.of_rule[later]:
            both = rule_space.space.meet(left, right)
            open_ = None if both is None else rule_space.cover.first_uncovered(both, before)
            if both is None or open_ is None:
                continue
            found = rule_space.find(_given(rule_space, open_), fires=(first, later), silent=range(first))
            if not isinstance(found, Verdict):
                return both, found
    return None


def _given(rule_space: RuleSpace, box: Box) -> Box:
    """Return a box with what is given rather than null, where it has both."""
    return {
        number: (mask & rule_space.space.dims[number].given) or mask
        for number, mask in {**{dim.number: dim.domain for dim in rule_space.space.dims}, **box}.items()
    }
