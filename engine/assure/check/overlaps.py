"""D603: rows of a first-hit table that match the same request and say different things.

A special row before a general one is how such tables are written, and no finding; two rows of which each matches
something that the other does not are one where the owner may not know that the order decides.
"""

from collections.abc import Iterator
from datetime import date

from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table, scenes
from engine.assure.check.words import described, listed, named
from engine.program import Program
from engine.space.boxes import TooComplexError
from engine.space.dims import Box
from engine.space.scene import Scene, Shown, Verdict

MOST_PARTNERS = 3


def overlaps(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield for each row the later rows that contradict it for some request."""
    if table.use != "first":
        return
    for scene in scenes(program, table, today=today):
        for first in range(len(scene.rules)):
            try:
                yield from _of(scene, first, table)
            except TooComplexError:
                yield Unsettled(table.section, f"what overlaps with `{scene.rules[first].id}`", scene.rules[first].span)


def _of(scene: Scene, first: int, table: Table) -> Iterator[Finding | Unsettled]:
    meeting = [
        later
        for later in scene.rules_of(_met(scene, first))
        if later > first
        and scene.rules[later].effects != scene.rules[first].effects
        and not _inside(scene, first, later)
        and not _inside(scene, later, first)
    ]
    told: list[int] = []
    shown: Shown | None = None
    where: Box = {}
    for later in meeting:
        found = _example(scene, first, later)
        if found is None:
            continue
        told.append(later)
        if shown is None:
            where, shown = found
        if len(told) == MOST_PARTNERS:
            break
    if not told:
        return
    rule, others = scene.rules[first], [scene.rules[later] for later in told]
    more = f", and so with {listed(map(named, others[1:]), 'and')}" if len(others) > 1 else ""
    words = described(scene.space, where)
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


def _met(scene: Scene, first: int) -> int:
    bits = 0
    for clause in scene.of_rule[first]:
        bits |= scene.cover.meets(clause)
    return bits


def _inside(scene: Scene, inner: int, outer: int) -> bool:
    """Tell whether a row matches nothing that another does not match too."""
    among = scene.bits[outer]
    return all(scene.cover.first_uncovered(clause, among) is None for clause in scene.of_rule[inner])


def _example(scene: Scene, first: int, later: int) -> tuple[Box, Shown] | None:
    """Return where two rows meet and no earlier row decides, with a request from there."""
    before = scene.bits_of(range(first))
    for left in scene.of_rule[first]:
        for right in scene.of_rule[later]:
            both = scene.space.meet(left, right)
            open_ = None if both is None else scene.cover.first_uncovered(both, before)
            if both is None or open_ is None:
                continue
            found = scene.find(_given(scene, open_), fires=(first, later), silent=range(first))
            if not isinstance(found, Verdict):
                return both, found
    return None


def _given(scene: Scene, box: Box) -> Box:
    """Return a box with what is given rather than null, where it has both."""
    return {
        number: (mask & scene.space.dims[number].given) or mask
        for number, mask in {**{dim.number: dim.domain for dim in scene.space.dims}, **box}.items()
    }
