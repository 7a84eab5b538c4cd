"""D608: a worse price that needs a lower level; a higher level whose limit is tighter than that of one below it.

What counts are the levels that result, not the rows: bands that follow each other point the right way, whichever rows
they stand in, and so does a row for prices that were approved before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.assure.check.cracks import in_cracks
from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table, rule_spaces
from engine.assure.check.words import described, label, named, phrase
from engine.plan.tables.bits import lowest_bit
from engine.program import Program
from engine.space.boxes import TooComplexError
from engine.space.dims import Box, Dim, Mask, ones
from engine.space.orientation import direction
from engine.space.rule_space import RuleSpace, Shown, Verdict
from rules.ir import FieldTest, Sign
from rules.text.source import Span

# So many places of one row are looked at for a pair of requests.
MOST_PLACES = 8


@dataclass(frozen=True, slots=True)
class _Authority:
    """Rows of authority with the rank of what they let sign: 0 is automatic."""

    rule_space: RuleSpace
    table: Table
    ranks: tuple[int, ...]
    signs: dict[int, int]
    cracks: dict[int, Mask]
    levels: tuple[str, ...]

    def up_to(self, rank: int) -> int:
        """Return the clauses of rows that let this rank or a lower one sign."""
        return self.rule_space.bits_of(row for row, found in enumerate(self.ranks) if found <= rank)

    def level(self, shown: Shown) -> tuple[int, int]:
        """Return the rank that a request needs, and the row that says so."""
        return min((self.ranks[row], row) for row, rule in enumerate(self.rule_space.rules) if rule.id in shown.fired)


def levels(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield the limits of authority that point the wrong way."""
    policy = program.policy
    if table.use != "authority" or policy.price_approval is None:
        return
    rank = policy.price_approval.ranks
    for rule_space in rule_spaces(program, table, today=today):
        ranks = [rank[one.level] for rule in rule_space.rules for one in rule.effects if isinstance(one, Sign)]
        signs = {
            dim.number: direction(dim, [clause[dim.number] for clause in rule_space.clauses if dim.number in clause])
            for dim in rule_space.space.dims
        }
        authority = _Authority(
            rule_space, table, tuple(ranks), signs, in_cracks(rule_space), policy.price_approval.levels
        )
        yield from _lower_for_worse(authority)
        yield from _narrower(authority)


# --- a worse price, a lower level ----------------------------------------------------------------------------------


def better_than(dim: Dim, mask: Mask, sign: int) -> Mask:
    """Return the slots that are better than the worst of some."""
    return dim.given & (ones(1, mask.bit_length() - 2) if sign > 0 else ~ones(0, lowest_bit(mask)))


def worse_than(dim: Dim, mask: Mask, sign: int) -> Mask:
    """Return the slots that are worse than the best of some."""
    return better_than(dim, mask, -sign)


def no_better(dim: Dim, mask: Mask, sign: int) -> Mask:
    """Return a place's slots with those that are worse."""
    return mask | worse_than(dim, mask, sign) if sign else mask


def _lower_for_worse(authority: _Authority) -> Iterator[Finding | Unsettled]:
    """Yield rows that let a level sign though what is better, all else being no better, needs a higher one."""
    rule_space = authority.rule_space
    for row, clauses in enumerate(rule_space.of_rule):
        done: set[int] = set()
        for clause in clauses:
            for dim in (rule_space.space.dims[one] for one in sorted(clause)):
                sign, mask = authority.signs[dim.number], clause[dim.number] & dim.given
                if not sign or not mask or dim.number in done or not better_than(dim, mask, sign) & ~mask:
                    continue
                found = _inversion(authority, row, clause, dim)
                if found is not None:
                    done.add(dim.number)
                    yield found


def _inversion(authority: _Authority, row: int, clause: Box, dim: Dim) -> Finding | Unsettled | None:
    rule_space, rank, sign = authority.rule_space, authority.ranks[row], authority.signs[dim.number]
    mask = clause[dim.number] & dim.given
    lower = authority.up_to(rank)
    better_slots = better_than(dim, mask, sign) & ~mask & ~authority.cracks.get(dim.number, 0)
    if not better_slots:
        return None
    region = {**_given(rule_space, clause), dim.number: better_slots}
    try:
        open_ = rule_space.cover.some_uncovered(region, lower, most=MOST_PLACES)
    except TooComplexError:
        question = f"whether what is worse than `{rule_space.rules[row].id}` needs a lower level"
        return Unsettled(authority.table.section, question, rule_space.rules[row].span)
    silent = rule_space.rules_of(lower)
    for place in open_:
        for above in rule_space.rules_of(rule_space.cover.meets(place, rule_space.cover.all & ~lower))[:MOST_PLACES]:
            better = rule_space.find(place, fires=(above,), silent=silent)
            if isinstance(better, Verdict):
                continue
            here = rule_space.place(better)
            there = {
                number: no_better(rule_space.space.dims[number], slot, authority.signs[number])
                for number, slot in here.items()
            }
            there[dim.number] = worse_than(dim, here[dim.number], sign) & mask
            worse = rule_space.find(
                {number: found or here[number] for number, found in there.items()}, fires=(row,), silent=()
            )
            if not isinstance(worse, Verdict):
                return _told(authority, dim, better, worse)
    return None


def _told(authority: _Authority, dim: Dim, better: Shown, worse: Shown) -> Finding:
    rule_space = authority.rule_space
    rank, row = authority.level(worse)
    higher, above = authority.level(better)
    rule, other = rule_space.rules[row], rule_space.rules[above]
    words = [phrase(dim, rule_space.place(one)[dim.number]) for one in (better, worse)]
    return Finding(
        "D608",
        f"a line with {words[0]} needs `{authority.levels[higher]}` ({named(other)}), and one with {words[1]} only "
        f"`{authority.levels[rank]}` ({named(rule)}): the worse the {label(dim.path)}, the lower the level",
        _test_span(rule_space, row, dim.path) or rule.span,
        authority.table.section,
        (rule.id, other.id),
        hint="look for a swapped limit or comparison: what is worse never needs a lower level",
        related=((_test_span(rule_space, above, dim.path) or other.span, "this row is for the better one"),),
        shown=worse,
        beside=better,
    )


# --- a higher level, a tighter limit -------------------------------------------------------------------------------


def _narrower(authority: _Authority) -> Iterator[Finding]:
    """Yield limits that no higher level's row reaches, though it goes further otherwise, so that nobody may sign."""
    rule_space = authority.rule_space
    told: set[tuple[int, int]] = set()
    for dim in (rule_space.space.dims[number] for number, sign in sorted(authority.signs.items()) if sign):
        groups: dict[tuple[tuple[int, Mask], ...], list[tuple[int, int, Box]]] = {}
        for row, clauses in enumerate(rule_space.of_rule):
            for clause in clauses:
                sort = tuple(sorted((number, mask) for number, mask in clause.items() if not authority.signs[number]))
                groups.setdefault(sort, []).append((authority.ranks[row], row, clause))
        for rows in groups.values():
            for low, high in _tighter(rows, dim, authority.signs[dim.number]):
                finding = None if (low[1], high[1]) in told else _beyond(authority, dim, low, high)
                if finding is not None:
                    told.add((low[1], high[1]))
                    yield finding


_Row = tuple[int, int, Box]


def _tighter(rows: list[_Row], dim: Dim, sign: int) -> Iterator[tuple[_Row, _Row]]:
    """Yield for each rank's furthest row the furthest of the lower rank that has a limit further out, if any has."""
    furthest: dict[int, tuple[int, _Row]] = {}
    for row in rows:
        reach = _reach(dim, row[2].get(dim.number), sign)
        if row[0] not in furthest or reach > furthest[row[0]][0]:
            furthest[row[0]] = (reach, row)
    below: tuple[int, _Row] | None = None
    for rank in sorted(furthest):
        reach, row = furthest[rank]
        if below is not None and reach < below[0]:
            yield below[1], row
        if dim.number in row[2] and (below is None or reach > below[0]):
            below = (reach, row)


def _reach(dim: Dim, mask: Mask | None, sign: int) -> int:
    """Return how far a row goes on the worse side, as a number that grows with it."""
    mask = (dim.domain if mask is None else mask) & dim.given
    if not mask:
        return -1 << 30
    return mask.bit_length() if sign > 0 else -(mask & -mask).bit_length()


def _beyond(authority: _Authority, dim: Dim, low: _Row, high: _Row) -> Finding | None:
    """Return the finding that nobody may sign what lies within the lower row's limit and the higher row's others."""
    rule_space, sign = authority.rule_space, authority.signs[dim.number]
    (_, lower, reaching), (_, higher, tight) = low, high
    limit = tight.get(dim.number, dim.given) & dim.given
    beyond = (
        reaching[dim.number]
        & dim.given
        & (
            ones(limit.bit_length(), len(dim.slots))
            if sign > 0
            else lowest_bit(limit) and ones(1, lowest_bit(limit) - 1)
        )
    )
    region = {**_given(rule_space, tight), dim.number: beyond}
    if not beyond:
        return None
    try:
        open_ = rule_space.cover.some_uncovered(region, rule_space.cover.all, most=MOST_PLACES)
    except TooComplexError:
        return None  # the search for gaps has the same to say, and says that it is open
    for place in open_:
        found = rule_space.find(place)
        if isinstance(found, Verdict):
            continue
        rule, other = rule_space.rules[higher], rule_space.rules[lower]
        words = described(
            rule_space.space,
            {number: mask for number, mask in rule_space.place(found).items() if authority.signs[number]},
        )
        return Finding(
            "D608",
            f"{named(rule)} gives `{authority.levels[high[0]]}` less than {named(other)} gives "
            f"`{authority.levels[low[0]]}` below it: nobody may sign a line with {words}",
            _test_span(rule_space, higher, dim.path) or rule.span,
            authority.table.section,
            (rule.id, other.id),
            hint="a higher level goes at least as far as a lower one: look for a swapped limit or comparison",
            related=((_test_span(rule_space, lower, dim.path) or other.span, "the lower level's limit"),),
            shown=found,
        )
    return None


def _given(rule_space: RuleSpace, clause: Box) -> Box:
    return {number: (found & rule_space.space.dims[number].given) or found for number, found in clause.items()}


def _test_span(rule_space: RuleSpace, number: int, path: str) -> Span | None:
    tests = (part for part in rule_space.rules[number].when.parts if isinstance(part, FieldTest) and part.field == path)
    return next((test.span for test in tests), None)
