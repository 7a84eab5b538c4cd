"""D608: a limit that points the wrong way: more discount for fewer approvers, a higher level with a tighter limit."""

from collections.abc import Iterator
from datetime import date

from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table, rule_spaces
from engine.assure.check.words import label, named, phrase
from engine.plan.tables.bits import lowest_bit
from engine.program import Program
from engine.space.dims import Box, Dim, Mask
from engine.space.orientation import direction
from engine.space.rule_space import RuleSpace, Verdict
from rules.ir import FieldTest, Sign
from rules.text.source import Span


def levels(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield the limits of authority that point the wrong way."""
    policy = program.policy
    if table.use != "authority" or policy.price_approval is None:
        return
    rank = policy.price_approval.ranks
    for rule_space in rule_spaces(program, table, today=today):
        ranks = [rank[effect.level] for rule in rule_space.rules for effect in rule.effects if isinstance(effect, Sign)]
        signs = {
            dim.number: direction(dim, [clause[dim.number] for clause in rule_space.clauses if dim.number in clause])
            for dim in rule_space.space.dims
        }
        yield from _open_on_the_wrong_side(rule_space, table, ranks, signs, top=len(policy.price_approval.ladder))
        yield from _narrower(rule_space, table, ranks, signs)


def _reach(dim: Dim, mask: Mask | None, sign: int) -> int:
    """Return how far a row goes on the worse side, as a number that grows with it."""
    mask = (dim.domain if mask is None else mask) & dim.given
    if not mask:
        return -1 << 30
    return mask.bit_length() if sign > 0 else -(mask & -mask).bit_length()


def _open_on_the_wrong_side(
    rule_space: RuleSpace, table: Table, ranks: list[int], signs: dict[int, int], *, top: int
) -> Iterator[Finding]:
    """Yield rows below the top that end a field on its better side and leave the worse one open."""
    for number, rule in enumerate(rule_space.rules):
        if ranks[number] == top:
            continue
        for clause in rule_space.of_rule[number]:
            for dim in (rule_space.space.dims[one] for one in sorted(clause)):
                sign, mask = signs[dim.number], clause[dim.number]
                worst = (dim.given.bit_length() - 1) if sign > 0 else lowest_bit(dim.given)
                best = lowest_bit(dim.given) if sign > 0 else dim.given.bit_length() - 1
                if not sign or not mask >> worst & 1 or mask >> best & 1:
                    continue
                found = rule_space.find(_only(rule_space, clause, dim, 1 << worst), fires=(number,), silent=())
                if isinstance(found, Verdict):
                    continue
                less = "<=" if sign > 0 else ">="
                yield Finding(
                    "D608",
                    f"{named(rule)} lets `{_level(rule_space, number)}` sign {phrase(dim, mask)} without an end: "
                    f"the worse the {label(dim.path)}, the fewer approvers",
                    _test_span(rule_space, number, dim.path) or rule.span,
                    table.section,
                    (rule.id,),
                    hint=f"a limit of authority on {label(dim.path)} is written with `{less}`, a band with both ends",
                    shown=found,
                )


def _narrower(rule_space: RuleSpace, table: Table, ranks: list[int], signs: dict[int, int]) -> Iterator[Finding]:
    """Yield higher levels that go less far than lower ones for the same sort of line."""
    groups: dict[tuple[tuple[int, Mask], ...], list[tuple[int, int, Box]]] = {}
    for number in range(len(rule_space.rules)):
        for clause in rule_space.of_rule[number]:
            sort = tuple(sorted((dim, mask) for dim, mask in clause.items() if not signs[dim]))
            groups.setdefault(sort, []).append((ranks[number], number, clause))
    for rows in groups.values():
        rows.sort(key=lambda row: (row[0], row[1]))
        for dim in (rule_space.space.dims[number] for number in sorted(signs) if signs[number]):
            yield from _less_far(rule_space, table, rows, dim, signs[dim.number])


def _less_far(
    rule_space: RuleSpace, table: Table, rows: list[tuple[int, int, Box]], dim: Dim, sign: int
) -> Iterator[Finding]:
    by_rank: dict[int, tuple[int, int]] = {}
    for rank, number, clause in rows:
        reach = _reach(dim, clause.get(dim.number), sign)
        if rank not in by_rank or reach > by_rank[rank][0]:
            by_rank[rank] = (reach, number)
    below: tuple[int, int] | None = None
    for rank in sorted(by_rank):
        reach, number = by_rank[rank]
        if below is not None and reach < below[0]:
            yield from _told_narrower(rule_space, table, below[1], number, dim)
        if below is None or reach > below[0]:
            below = (reach, number)


def _told_narrower(rule_space: RuleSpace, table: Table, lower: int, higher: int, dim: Dim) -> Iterator[Finding]:
    rule, other = rule_space.rules[higher], rule_space.rules[lower]
    for clause in rule_space.of_rule[lower]:
        tight = 0
        for one in rule_space.of_rule[higher]:
            tight |= one.get(dim.number, dim.domain)
        beyond = clause.get(dim.number, dim.domain) & dim.given & ~tight
        if not beyond:
            continue
        found = rule_space.find(_only(rule_space, clause, dim, beyond), fires=(lower,), silent=(higher,))
        if isinstance(found, Verdict):
            continue
        yield Finding(
            "D608",
            f"{named(rule)} gives `{_level(rule_space, higher)}` less than {named(other)} gives "
            f"`{_level(rule_space, lower)}` below it: not {phrase(dim, beyond) or label(dim.path)}",
            _test_span(rule_space, higher, dim.path) or rule.span,
            table.section,
            (rule.id, other.id),
            hint="a higher level goes at least as far as a lower one: look for a swapped limit or comparison",
            related=((_test_span(rule_space, lower, dim.path) or other.span, "the lower level's limit"),),
            shown=found,
        )
        return


def _only(rule_space: RuleSpace, clause: Box, dim: Dim, mask: Mask) -> Box:
    given = {number: (found & rule_space.space.dims[number].given) or found for number, found in clause.items()}
    return {**given, dim.number: mask}


def _level(rule_space: RuleSpace, number: int) -> str:
    (effect,) = rule_space.rules[number].effects
    assert isinstance(effect, Sign)
    return effect.level


def _test_span(rule_space: RuleSpace, number: int, path: str) -> Span | None:
    tests = (part for part in rule_space.rules[number].when.parts if isinstance(part, FieldTest) and part.field == path)
    return next((test.span for test in tests), None)
