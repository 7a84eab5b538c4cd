"""D608 for rules: a worse price, a later payment, for which fewer people must sign than for a better one.

A rule of price approval that ends where things get worse is looked at: what it asks for must be asked for beyond it
too, by another rule or by authority. Two requests that the engine decides say whether it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from engine.assure.check.cracks import in_cracks
from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.levels import MOST_PLACES, better_than, no_better, worse_than
from engine.assure.check.showing import decision_of
from engine.assure.check.tables import Table, rule_spaces
from engine.assure.check.words import label, listed, named, phrase
from engine.program import Program
from engine.space.boxes import TooComplexError
from engine.space.dims import Box, Dim, Mask
from engine.space.orientation import direction
from engine.space.rule_space import RuleSpace, Shown, Verdict
from rules.ir import Also, AtLeast, Effect, Hold, Policy, Raise, Reject, Rule
from rules.traverse import tests_of

ASKING = (Reject, Hold, AtLeast, Raise, Also)
# The solver is asked about so many rules of a list; of further ones only what simple requests show is found.
MOST_SOLVED = 12
OUTCOMES = {"auto_approved": 0, "requires_approval": 0, "held": 1, "rejected": 2}
REJECTED = OUTCOMES["rejected"]
# How much a decision asks for: an outcome's rank, the level's, and who else signs.
Weight: TypeAlias = tuple[int, int, frozenset[str]]


def chains(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield rules of price approval beyond whose worse end less is asked for."""
    if table.section != "price_approval.rules":
        return
    ending = {rule.id for alone in rule_spaces(program, table, today=today) for rule in _ending(alone)}
    if not ending or program.policy.price_approval is None:
        return
    rules = [*program.policy.price_approval.authority, *table.rules]
    whole = RuleSpace(program, table.kind, rules, today=today, section=table.section, unsettled=table.notes.unsettled)
    between = in_cracks(whole)
    looked_at = 0
    for number, rule in enumerate(whole.rules):
        if rule.id not in ending or rule.section != table.section:
            continue
        for clause in whole.of_rule[number]:
            for dim in _ends(whole, clause):
                looked_at += 1
                look = _Look(whole, number, between.get(dim.number, 0), solve=looked_at <= MOST_SOLVED)
                try:
                    found = _less_beyond(look, clause, dim)
                except TooComplexError:
                    yield Unsettled(table.section, f"whether less is asked for beyond `{rule.id}`", rule.span)
                    break
                if found is not None:
                    yield found


def _ending(rule_space: RuleSpace) -> Iterator[Rule]:
    """Yield the rules that ask for something, and end on the worse side of a field."""
    for rule, clauses in zip(rule_space.rules, rule_space.of_rule, strict=True):
        if any(isinstance(effect, ASKING) for effect in rule.effects) and any(
            True for clause in clauses for _ in _ends(rule_space, clause)
        ):
            yield rule


def _ends(rule_space: RuleSpace, clause: Box) -> Iterator[Dim]:
    """Yield the fields on whose worse side a clause ends."""
    for dim in (rule_space.space.dims[number] for number in sorted(clause)):
        sign, mask = direction(dim), clause[dim.number] & dim.given
        if sign and mask and worse_than(dim, mask, sign) & ~mask:
            yield dim


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at one of the rules: which slots lie between bands and do not count, and whether the solver is asked."""

    whole: RuleSpace
    number: int
    between: Mask
    solve: bool


def _less_beyond(look: _Look, clause: Box, dim: Dim) -> Finding | None:
    whole, number = look.whole, look.number
    rule, sign = whole.rules[number], direction(dim)
    mask = clause[dim.number] & dim.given
    beyond = worse_than(dim, mask, sign) & ~mask & ~look.between
    if not beyond:
        return None
    given = {one: (found & whole.space.dims[one].given) or found for one, found in clause.items()}
    stops = [n for n, one in enumerate(whole.rules) if n != number and _has(one, Reject, Hold)]
    for effect in rule.effects:
        if not isinstance(effect, ASKING):
            continue
        equals = [n for n, one in enumerate(whole.rules) if _asks_as_much(whole.policy, one, effect)]
        bits = whole.bits_of(equals)
        for place in whole.cover.some_uncovered({**given, dim.number: beyond}, bits, most=MOST_PLACES):
            less = better_than(dim, place[dim.number], sign) & mask
            better = whole.find({**place, dim.number: less}, fires=(number,), silent=stops, solve=look.solve)
            if isinstance(better, Verdict):
                continue
            there = {
                n: no_better(whole.space.dims[n], slot, direction(whole.space.dims[n]))
                for n, slot in whole.place(better).items()
            }
            there[dim.number] = worse_than(dim, whole.place(better)[dim.number], sign) & beyond
            worse = whole.find(there, silent=equals, solve=look.solve)
            if not isinstance(worse, Verdict) and _lighter(whole.program, effect, worse, better):
                return _told(whole, rule, dim, better=better, worse=worse)
    return None


def _has(rule: Rule, *effects: type[Effect]) -> bool:
    return any(isinstance(one, effects) for one in rule.effects)


def _asks_as_much(policy: Policy, rule: Rule, effect: Effect) -> bool:
    """Return whether a rule asks for as much as an effect, or stops what the effect would let pass."""
    assert policy.price_approval is not None
    rank = policy.price_approval.ranks
    for one in rule.effects:
        match one, effect:
            case (Reject(), _) | (Hold(), Hold() | AtLeast() | Raise() | Also()):
                return True
            case AtLeast(level), AtLeast(wanted):
                if rank[level] >= rank.get(wanted, 0):
                    return True
            case Raise(levels), Raise(wanted_levels):
                if levels >= wanted_levels:
                    return True
            case Also(role), Also(wanted_role):
                if role == wanted_role:
                    return True
            case _:
                pass  # any other pair of effects asks for different things
    return False


def _lighter(program: Program, effect: Effect, worse: Shown, better: Shown) -> bool:
    """Return whether a decision asks for less than another: in something, and for more in nothing."""
    one, other = _weight(program, worse), _weight(program, better)
    if one is None or other is None or (other[0] == REJECTED and not isinstance(effect, Reject)):
        return False
    (outcome, level, signers), (wanted, higher, more) = one, other
    if outcome != wanted:
        return outcome < wanted
    return level <= higher and len(signers) <= len(more) and (level < higher or len(signers) < len(more))


def _weight(program: Program, shown: Shown) -> Weight | None:
    """Return how much a decision asks for; None if it is open."""
    assert program.policy.price_approval is not None
    decision = decision_of(program, shown).to_json()
    outcome = OUTCOMES.get(str(decision["outcome"]))
    if outcome is None:
        return None
    rank = {level.id: number for number, level in enumerate(program.policy.price_approval.ladder, 1)}
    result: Any = decision["result"]
    signers = frozenset(str(one["role"]) for step in result["chain"] for one in step["approvers"])
    return outcome, rank.get(str(result["level"]), 0), signers


def _told(whole: RuleSpace, rule: Rule, dim: Dim, *, better: Shown, worse: Shown) -> Finding:
    words = [phrase(dim, whole.place(one)[dim.number]) for one in (better, worse)]
    asked = [_asked(whole.program, one) for one in (better, worse)]
    ends = [test for test in tests_of(rule.when) if test.field == dim.path]
    return Finding(
        "D608",
        f"{named(rule)} ends where things get worse: with {words[0]} {asked[0]}, with {words[1]} {asked[1]}",
        ends[0].span if ends else rule.span,
        rule.section,
        (rule.id,),
        hint=f"what is asked for at a better {label(dim.path)} is asked for at a worse one too: leave out the end, "
        "or go on with a rule that asks for as much",
        shown=worse,
        beside=better,
    )


def _asked(program: Program, shown: Shown) -> str:
    outcome, _, signers = _weight(program, shown) or (0, 0, frozenset())
    if outcome:
        return "the deal is held" if outcome < REJECTED else "it is rejected"
    return f"{listed(sorted(signers), 'and')} must sign" if signers else "nobody has to sign"
