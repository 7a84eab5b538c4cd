"""Claims after eligibility (docs/language.md section 7.1): what is certain of each, what undetermined rules leave open.

A rule that names a claim or its partner speaks of that claim; one that names only the deal, or a line, of all claims.
An *atom* is one thing said of one claim. What a rule would say is left out where it could not matter: a rejected claim
is rejected whatever else is said, and only a claim that could be protected has a protection to lose.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias, assert_never

from engine.core.facts import Facts, Row
from engine.core.interpret import Verdict, all_of
from engine.core.views import UNKNOWN, State
from engine.kinds.elimination.doubts import Doubt, Inputs, fields_of, merged, undetermined
from engine.plan.derive.derivations import Derivations
from engine.plan.groups import Engine, Group, Match, match_rows
from engine.plan.tables.bits import positions
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
    Protect,
    Raise,
    Reject,
    Rule,
    Score,
    Sign,
    Split,
    Subject,
)


class Fate(Enum):
    """What eligibility may say of a claim."""

    REJECTED = "rejected"
    FORFEITED = "forfeited"
    HELD = "held"


Atom: TypeAlias = tuple[int, Fate]


def fate_of(effect: Effect) -> Fate:
    """Return what becomes of a claim of which a rule of eligibility says so."""
    match effect:
        case Reject():
            return Fate.REJECTED
        case Forfeit():
            return Fate.FORFEITED
        case Hold():
            return Fate.HELD
        case (
            Sign()
            | AtLeast()
            | Raise()
            | Also()
            | Notify()
            | Expire()
            | IsKind()
            | Document()
            | Approve()
            | Deposit()
            | Block()
            | Audit()
            | Arbitrate()
            | Protect()
            | Exclude()
            | Score()
            | Split()
            | Assign()
        ):
            raise AssertionError(f"the loader lets no rule of eligibility say {effect!r}")
        case _:
            assert_never(effect)


@dataclass(frozen=True, eq=False)
class Claims:
    """The claims of a request in the order of their ids, in which all else counts them."""

    ids: tuple[str, ...]
    numbers: tuple[int, ...]  # where each stands in the request
    rows: tuple[Row, ...]
    matches: tuple[Match, ...]
    certain: frozenset[Atom]
    doubts: tuple[Doubt[frozenset[Atom]], ...]

    @property
    def numbered(self) -> tuple[tuple[int, Row], ...]:
        """Return the rows with their places in the request."""
        return tuple(zip(self.numbers, self.rows, strict=True))

    def is_certain(self, claim: int, fate: Fate) -> bool:
        """Return whether a fate is certain."""
        return (claim, fate) in self.certain

    def said(self, claim: int, *effects: type) -> Iterator[tuple[Rule, Reject | Forfeit | Hold]]:
        """Yield the fired rules with what they say of a claim, each rule once."""
        seen: set[str] = set()
        for match in self.matches:
            if not self._is_about(match, claim):
                continue
            for number in positions(match.fired):
                rule = match.group.rules[number]
                for effect in rule.effects if rule.id not in seen else ():
                    if isinstance(effect, Reject | Forfeit | Hold) and isinstance(effect, effects):
                        yield rule, effect
                seen.add(rule.id)

    def open(self, claim: int) -> list[str]:
        """Return the ids of the undetermined rules that are about a claim, each once."""
        about = [match for match in self.matches if self._is_about(match, claim)]
        return list(dict.fromkeys(rule.id for _, rule in undetermined(about)))

    def _is_about(self, match: Match, claim: int) -> bool:
        return match.group.subject is not Subject.CLAIM or match.number == self.numbers[claim]


def judge_claims(engine: Engine, groups: Iterable[Group], facts: Facts, inputs: Inputs, *, near: bool) -> Claims:
    """Judge eligibility, claim by claim."""
    given = facts.claims or []
    numbers = sorted(range(len(given)), key=lambda number: str(given[number]["claim.id"]))
    rows = [given[number] for number in numbers]
    numbered = list(zip(numbers, rows, strict=True))
    matches = tuple([match for group in groups for match in match_rows(engine, group, facts, numbered, near=near)])
    place = {number: claim for claim, number in enumerate(numbers)}
    certain = {
        atom
        for match in matches
        for number in positions(match.fired)
        for atom in _atoms(match, match.group.rules[number], place)
    }
    doubts = [
        Doubt(effect, fields_of(match, rule, facts.shared, inputs))
        for match, rule in undetermined(matches)
        if (effect := _alive(_atoms(match, rule, place), certain, rows, facts))
    ]
    ids = tuple([str(row["claim.id"]) for row in rows])
    return Claims(ids, tuple(numbers), tuple(rows), matches, frozenset(certain), merged(doubts))


def _atoms(match: Match, rule: Rule, place: dict[int, int]) -> frozenset[Atom]:
    """Return what a rule says, claim by claim."""
    if match.group.subject is Subject.CLAIM:
        assert match.number is not None
        claims: Sequence[int] = (place[match.number],)
    else:
        claims = range(len(place))
    fates = {fate_of(effect) for effect in rule.effects}
    return frozenset([(claim, fate) for claim in claims for fate in fates])


def _alive(atoms: frozenset[Atom], certain: set[Atom], rows: Sequence[Row], facts: Facts) -> frozenset[Atom]:
    """Return those that could change something."""
    return frozenset(
        [
            (claim, fate)
            for claim, fate in atoms - certain
            if (claim, Fate.REJECTED) not in certain
            and not (fate is not Fate.REJECTED and (claim, Fate.REJECTED) in atoms)
            and not (fate is Fate.FORFEITED and has_protection(rows[claim], facts) is False)
        ]
    )


def has_protection(row: Row, facts: Facts) -> Verdict:
    """Return whether a claim is protected as long as nothing forfeits it; None where that is not known."""
    status = row.get("claim.status", UNKNOWN)
    until = row.get("claim.protected_until", UNKNOWN)
    is_protected = None if status is UNKNOWN else status == "protected"
    runs = None if until is UNKNOWN else until is not None and until > facts.as_of  # type: ignore[operator]
    return all_of([is_protected, runs])


def queued_at(row: Row, facts: Facts, *, forfeited: bool) -> State:
    """Return since when a claim stands in the queue: since it was registered, or null once it has lost a protection.

    Who lost his protection, forfeited or ended, has lost his place; he keeps neither by being decided again.
    """
    registered = row.get("claim.registered_at", UNKNOWN)
    status = row.get("claim.status", UNKNOWN)
    runs = False if forfeited else has_protection({**row, "claim.status": "protected"}, facts)
    if registered is None or (status == "protected" and runs is False):
        return None
    if runs is True or (status is not UNKNOWN and status != "protected"):
        return registered
    return UNKNOWN


def put_protection(row: Row, facts: Facts, *, forfeited: bool) -> None:
    """Write down what is known of a claim after eligibility; unknown is not written."""
    protected = False if forfeited else has_protection(row, facts)
    queued = queued_at(row, facts, forfeited=forfeited)
    if protected is not None:
        row["claim.protected"] = protected
    if queued is not UNKNOWN:
        row["claim.queued_at"] = queued


@dataclass(frozen=True, eq=False)
class Variants:
    """Each claim twice: as it is, and with its protection forfeited."""

    rows: tuple[Row, ...]

    @staticmethod
    def of(claims: Claims, derivations: Derivations, engine: Engine, facts: Facts) -> "Variants":
        """Copy the claims, and derive what depends on protection."""
        rows = []
        for row in claims.rows:
            for forfeited in (False, True):
                copy = dict(row)
                put_protection(copy, facts, forfeited=forfeited)
                rows.append(copy)
        copies = facts.what_if(dict(facts.shared), lines=facts.lines, claims=rows)
        derivations.derive(engine, copies, stage=1)
        return Variants(tuple(rows))

    @staticmethod
    def number(claim: int, *, forfeited: bool) -> int:
        """Return where a variant stands."""
        return 2 * claim + forfeited

    @staticmethod
    def claim(variant: int) -> int:
        """Return the claim of a variant."""
        return variant // 2
