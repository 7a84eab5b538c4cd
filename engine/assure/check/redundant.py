"""D606: rows and rules without which every decision would be the same. D607: levels that add nothing to those below."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import assert_never

from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table, rule_spaces
from engine.assure.check.words import listed, named
from engine.program import Program
from engine.space.boxes import TooComplexError
from engine.space.dims import Box
from engine.space.rule_space import RuleSpace, Shown, Verdict
from rules.durations import never_ends_before
from rules.ir import (
    Also,
    Approve,
    Arbitrate,
    Assign,
    AtLeast,
    Audit,
    Block,
    Deposit,
    Document,
    Effect,
    Exclude,
    Expire,
    Forfeit,
    Hold,
    IsKind,
    Notify,
    Policy,
    Protect,
    Raise,
    Reject,
    Score,
    Sign,
    Split,
)
from rules.kinds import rules_of
from rules.traverse import literals, tests_of


def redundant(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield what could be left out."""
    for rule_space in rule_spaces(program, table, today=today):
        try:
            match table.use:
                case "authority":
                    yield from _authority(program.policy, rule_space, table)
                case "first":
                    yield from _first(rule_space, table)
                case "each":
                    yield from _each(program.policy, rule_space, table)
                case "best" | "sum":
                    pass  # every row may add to the result
                case _:
                    assert_never(table.use)
        except TooComplexError:
            yield Unsettled(table.section, "which rows change no decision", table.span)


# --- authority -----------------------------------------------------------------------------------------------------


def _authority(policy: Policy, rule_space: RuleSpace, table: Table) -> Iterator[Finding]:
    assert policy.price_approval is not None
    ladder, levels, rank = policy.price_approval.ladder, policy.price_approval.levels, policy.price_approval.ranks
    ranks = [rank[effect.level] for rule in rule_space.rules for effect in rule.effects if isinstance(effect, Sign)]
    at_or_below = [0] * (len(ladder) + 1)
    for row, found in enumerate(ranks):
        at_or_below[found] |= rule_space.bits[row]
    for number in range(1, len(ladder) + 1):
        at_or_below[number] |= at_or_below[number - 1]
    useless = set()
    for number, level in enumerate(ladder, 1):
        own = [row for row, found in enumerate(ranks) if found == number]
        if all(_covered(rule_space, row, at_or_below[number - 1]) for row in own):
            useless.add(number)
            if _asked_for(policy, level.id):
                continue  # a rule wants at least this level, whatever it may sign by itself
            why = "it has no row of its own" if not own else "its rows match nothing that lower levels may not sign"
            yield Finding(
                "D607",
                f"`{level.id}` may sign nothing that `{levels[number - 1]}` may not: {why}",
                rule_space.rules[own[0]].span if own else level.span,
                table.section,
                tuple(rule_space.rules[row].id for row in own),
                hint="widen its limits"
                if _mentioned(policy, level.id)
                else "widen its limits, or take the level out of the ladder" + (" with its rows" if own else ""),
                shown=next((_example(rule_space, row) for row in own if rule_space.of_rule[row]), None),
            )
    left = rule_space.cover.all  # the rows that are still needed, of this level and below
    for row in sorted(range(len(ranks)), key=lambda row: (-ranks[row], -row)):
        others = left & ~rule_space.bits[row]
        if ranks[row] in useless or not rule_space.of_rule[row]:
            continue
        others &= at_or_below[ranks[row]]
        if _covered(rule_space, row, others):
            left &= ~rule_space.bits[row]
            yield _needless(
                rule_space,
                table,
                row,
                _by(rule_space, row, others),
                "what it lets be signed {by} let{s} be signed already",
            )


def _asked_for(policy: Policy, level: str) -> bool:
    """Return whether a rule asks for a level."""
    return any(effect == AtLeast(level) for rule in rules_of(policy) for effect in rule.effects)


def _mentioned(policy: Policy, level: str) -> bool:
    """Return whether something else than authority names a level, so that it cannot be taken out alone."""
    tested = {value for rule in rules_of(policy) for test in tests_of(rule.when) for value in literals(test.test)}
    effects = [effect for rule in rules_of(policy) for effect in rule.effects]
    return (
        level in tested
        or any(effect in (Also(level), Notify(level), Approve(level), Assign(level)) for effect in effects)
        or any(field.default == level for field in policy.fields.values())
    )


def _covered(rule_space: RuleSpace, row: int, among: int) -> bool:
    return all(rule_space.cover.first_uncovered(clause, among) is None for clause in rule_space.of_rule[row])


def _by(rule_space: RuleSpace, row: int, among: int) -> list[int]:
    """Return rows that make another needless, none of them needless for that."""
    met = 0
    for clause in rule_space.of_rule[row]:
        met |= rule_space.cover.meets(clause, among)
    rows = rule_space.rules_of(met)
    for one in list(rows):
        rest = rule_space.bits_of(other for other in rows if other != one)
        if _covered(rule_space, row, rest):
            rows.remove(one)
    return rows


def _example(rule_space: RuleSpace, row: int, also: Iterable[int] = ()) -> Shown | None:
    clause = rule_space.of_rule[row][0]
    for other in also:
        for one in rule_space.of_rule[other]:
            both = rule_space.space.meet(clause, one)
            if both is not None:
                found = rule_space.find(_preferably_given(rule_space, both), fires=(row, other), silent=())
                return None if isinstance(found, Verdict) else found
    found = rule_space.find(_preferably_given(rule_space, clause), fires=(row,), silent=())
    return None if isinstance(found, Verdict) else found


def _preferably_given(rule_space: RuleSpace, box: Box) -> Box:
    return {number: (mask & rule_space.space.dims[number].given) or mask for number, mask in box.items()}


def _needless(rule_space: RuleSpace, table: Table, row: int, by: list[int], reason: str) -> Finding:
    rule = rule_space.rules[row]
    names = listed((named(rule_space.rules[one]) for one in by), "and")
    why = reason.format(by=names, s="s" if len(by) == 1 else "")
    return Finding(
        "D606",
        f"{named(rule)} changes no decision: {why}",
        rule.span,
        table.section,
        (rule.id,),
        hint="leave it out, or look for the limit that it was meant to have",
        related=tuple((rule_space.rules[one].span, "this one does the same") for one in by[:3]),
        shown=_example(rule_space, row, by),
    )


# --- first-hit tables ----------------------------------------------------------------------------------------------


def _first(rule_space: RuleSpace, table: Table) -> Iterator[Finding]:
    rest: list[int] = []  # rows that say what the last row says, which is for all that is left
    for row in range(len(rule_space.rules) - 1):
        before = rule_space.bits_of(range(row))
        try:
            open_ = [
                box
                for clause in rule_space.of_rule[row]
                for box in rule_space.cover.uncovered(clause, before, most=200)
            ]
        except TooComplexError:
            continue  # so many parts are hardly all decided alike without it
        next_rows = {_next(rule_space, row, box) for box in open_}
        if None not in next_rows and next_rows:
            by = sorted(one for one in next_rows if one is not None)
            if by == [len(rule_space.rules) - 1] and rule_space.of_rule[by[0]] == ({},):
                rest.append(row)
                continue
            yield _needless(rule_space, table, row, by, "{by} would say the same")
    if rest:
        yield _like_the_rest(rule_space, table, rest)


def _like_the_rest(rule_space: RuleSpace, table: Table, rows: list[int]) -> Finding:
    rules = [rule_space.rules[row] for row in rows]
    last = rule_space.rules[-1]
    say = "says" if len(rows) == 1 else "say"
    return Finding(
        "D606",
        f"{listed(map(named, rules), 'and')} {say} what {named(last)} says for all that is left",
        rules[0].span,
        table.section,
        tuple(rule.id for rule in rules),
        hint="leave them out, unless they are there to be read",
        related=((last.span, "this one does the same"),),
        shown=_example(rule_space, rows[0], [len(rule_space.rules) - 1]),
        severity="note",
    )


def _next(rule_space: RuleSpace, row: int, box: Box) -> int | None:
    """Return the row that would decide a box without this one, if it says the same."""
    later = rule_space.bits_of(range(row + 1, len(rule_space.rules)))
    for one in rule_space.rules_of(rule_space.cover.meets(box, later)):
        if rule_space.rules[one].effects != rule_space.rules[row].effects:
            return None
        if rule_space.cover.first_uncovered(box, rule_space.bits[one]) is None:
            return one
    return None


# --- lists of rules ------------------------------------------------------------------------------------------------


def _each(policy: Policy, rule_space: RuleSpace, table: Table) -> Iterator[Finding]:
    gone: set[int] = set()
    rank = _ranks(policy)
    for row in reversed(range(len(rule_space.rules))):
        rule = rule_space.rules[row]
        if not rule_space.of_rule[row] or not rule.effects:
            continue
        by: set[int] = set()
        for effect in rule.effects:
            others = [
                other
                for other in range(len(rule_space.rules))
                if other != row
                and other not in gone
                and any(_as_strong(one, effect, rank) for one in rule_space.rules[other].effects)
            ]
            bits = rule_space.bits_of(others)
            if not others or not _covered(rule_space, row, bits):
                break
            by |= set(_by(rule_space, row, bits))
        else:
            gone.add(row)
            yield _needless(rule_space, table, row, sorted(by), "wherever it fires {by} ask{s} for as much or more")


def _ranks(policy: Policy) -> dict[str, int]:
    return policy.price_approval.ranks if policy.price_approval else {}


def _as_strong(one: Effect, other: Effect, rank: dict[str, int]) -> bool:
    """Return whether an effect leaves nothing for another to do; effects that add up, or draw lots, never do."""
    match one:
        case Raise() | Score() | Audit():
            return False
        case AtLeast(level):
            return isinstance(other, AtLeast) and rank.get(level, 0) >= rank.get(other.level, 0)
        case Expire(after):
            return isinstance(other, Expire) and never_ends_before(other.after, after)
        case Deposit(rate):
            return isinstance(other, Deposit) and rate >= other.rate
        case (
            Sign()
            | Reject()
            | Hold()
            | Also()
            | Notify()
            | IsKind()
            | Document()
            | Approve()
            | Block()
            | Forfeit()
            | Arbitrate()
            | Protect()
            | Exclude()
            | Split()
            | Assign()
        ):
            return one == other
        case _:
            assert_never(one)
