"""Between claims: what follows from one combination of what eligibility leaves open (docs/language.md section 7).

A `Contest` holds what all combinations share: the claims, their places by every criterion, and the contest rules'
answers so far. `found` gives for one combination what binds (outcome, winner, statuses), once for each way in which
undetermined contest rules could go, and the fields that stand in the way where it cannot be told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.answers.registration import RegistrationOutcome
from engine.core.facts import Facts, Row
from engine.core.values import Value
from engine.core.views import UNKNOWN, State, View
from engine.kinds.elimination.criteria import unknown_of
from engine.kinds.elimination.doubts import Inputs, Work, fields_of, undetermined, unknown_sources
from engine.kinds.elimination.ranking import Round, Scale, rounds
from engine.kinds.registration.claims import Claims, Fate, Variants
from engine.plan.derive.derivations import Derivations
from engine.plan.groups import Engine, Group, Match, match_rows
from rules.ir import Subject
from rules.vocabulary import OWN_SALES

TIE = "tie"
# Outcome, winner, rejected claims, held claims.
Binding: TypeAlias = tuple[RegistrationOutcome, int | None, frozenset[int], frozenset[int]]


@dataclass(frozen=True, slots=True)
class Combination:
    """Who is in, as variants, and who is out or held, as claims."""

    contenders: tuple[int, ...]
    rejected: frozenset[int]
    held: frozenset[int]

    def binding(self, outcome: RegistrationOutcome, winner: int | None = None) -> Binding:
        """Return what binds if this is the outcome."""
        return outcome, winner, self.rejected, self.held


@dataclass(frozen=True, eq=False)
class Finding:
    """What follows from one combination.

    `outcomes` are those that remain, `missing` the fields that leave more than one. `decided_by` is a criterion's id,
    `tie`, None for a single contender, or UNKNOWN.
    """

    bindings: frozenset[Binding]
    outcomes: frozenset[RegistrationOutcome]
    missing: frozenset[str]
    combination: Combination
    rounds: tuple[Round, ...]
    left: tuple[int, ...]
    decided_by: State

    @property
    def contenders(self) -> tuple[int, ...]:
        """Return who is in, as variants."""
        return self.combination.contenders

    @property
    def recommended(self) -> int | None:
        """Return the claim that the elimination found first, unless it ended in a tie or could not end."""
        return Variants.claim(self.left[0]) if len(self.left) == 1 and self.decided_by is not UNKNOWN else None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What contest rules say: whether one fires, and the fields of those that are undetermined."""

    arbitrate: bool
    missing: frozenset[str]


class Contest:
    """All that combinations share."""

    def __init__(
        self,
        *,
        claims: Claims,
        variants: Variants,
        scales: Sequence[Scale],
        groups: Sequence[Group],
        derivations: Derivations,
        inputs: Inputs,
        engine: Engine,
        facts: Facts,
    ) -> None:
        """Take the claims, with their places by every criterion, and the contest rules."""
        self._claims = claims
        self._variants = variants
        self._scales = scales
        self._groups = groups
        self._derivations = derivations
        self._inputs = inputs
        self._engine = engine
        self._facts = facts
        self._by_claim = any(group.subject is Subject.CLAIM for group in groups)
        self._findings: dict[Combination, Finding] = {}
        self._verdicts: dict[tuple[int, int, State, tuple[int, ...]], Verdicts] = {}

    def found(self, mask: int, work: Work) -> Finding:
        """Return what follows when the doubts of a mask come true."""
        claims = self._claims
        atoms = set(claims.certain)
        for number, doubt in enumerate(claims.doubts):
            if mask >> number & 1:
                atoms |= doubt.effect
        rejected = frozenset([claim for claim, fate in atoms if fate is Fate.REJECTED])
        held = frozenset([claim for claim, fate in atoms if fate is Fate.HELD]) - rejected
        contenders = [
            Variants.number(claim, forfeited=(claim, Fate.FORFEITED) in atoms)
            for claim in range(len(claims.ids))
            if claim not in rejected
        ]
        combination = Combination(tuple(contenders), rejected, held)
        if combination not in self._findings:
            self._findings[combination] = self._find(combination, work)
        return self._findings[combination]

    def _find(self, combination: Combination, work: Work) -> Finding:
        contenders = combination.contenders
        if not contenders:
            bindings = {combination.binding("rejected")}
            return _finding(combination, bindings, rounds=(), left=(), decided=UNKNOWN)
        steps = tuple(rounds(self._scales, list(contenders)))
        work.spend(len(self._claims.ids) + sum(len(step.rows) for step in steps))
        last = steps[-1] if steps else None
        if last is not None and last.kept is None:
            return self._stuck(combination, steps, work)
        left = tuple(last.kept or ()) if last else contenders
        decided: Value = TIE if len(left) > 1 else last.scale.criterion.id if last else None
        verdicts = self._judge(contenders, decided, work)
        winner = Variants.claim(left[0])
        bindings = {combination.binding("contested"), combination.binding("awarded", winner)}
        if len(left) > 1 or winner in combination.held or verdicts.arbitrate:
            bindings = {combination.binding("contested")}
        elif not verdicts.missing:
            bindings = {combination.binding("awarded", winner)}
        missing = verdicts.missing if len(bindings) > 1 else frozenset()
        return _finding(combination, bindings, rounds=steps, left=left, decided=decided, missing=missing)

    def _stuck(self, combination: Combination, steps: tuple[Round, ...], work: Work) -> Finding:
        """Return the finding where a criterion is reached at which a contender's value is unknown."""
        last = steps[-1]
        verdicts = self._judge(combination.contenders, UNKNOWN, work)
        outcomes: set[RegistrationOutcome] = {"contested"}
        if not verdicts.arbitrate and any(Variants.claim(variant) not in combination.held for variant in last.rows):
            outcomes.add("awarded")
        shared = self._facts.shared
        missing: set[str] = set()
        for variant in last.scale.unknown_among(last.rows):
            row = self._variants.rows[variant]
            view = View(Subject.CLAIM, shared, row)
            missing |= unknown_sources(unknown_of(last.scale, row, shared, Subject.CLAIM), view, self._inputs)
        return Finding(
            bindings=frozenset({combination.binding("needs_information")}),
            outcomes=frozenset(outcomes),
            missing=frozenset(missing),
            combination=combination,
            rounds=steps,
            left=tuple(last.rows),
            decided_by=UNKNOWN,
        )

    def _judge(self, contenders: tuple[int, ...], decided: State, work: Work) -> Verdicts:
        """Return what the contest rules say of these contenders, who were distinguished by this."""
        if not self._groups:
            return Verdicts(arbitrate=False, missing=frozenset())
        of = [self._variants.rows[variant] for variant in contenders]
        rivals = contenders_among(of)
        key = (rivals, len(of), decided, contenders if self._by_claim else ())
        if key not in self._verdicts:
            facts = self._facts
            work.spend(100 * (len(facts.lines or ()) + len(contenders) + 1))
            shared = dict(facts.shared)
            rows = [dict(row) for row in of]
            lines = None if facts.lines is None else [dict(line) for line in facts.lines]
            copies = facts.what_if(shared, lines=lines, claims=rows)
            put_contest(shared, contenders=rivals, claims_in=len(of), decided=decided)
            self._derivations.derive(self._engine, copies, stage=2)
            matches = contest_matches(self._engine, self._groups, copies, tuple(enumerate(rows)))
            missing = [fields_of(match, rule, shared, self._inputs) for match, rule in undetermined(matches)]
            self._verdicts[key] = Verdicts(any(match.fired for match in matches), frozenset().union(*missing))
        return self._verdicts[key]


def _finding(
    combination: Combination,
    bindings: set[Binding],
    *,
    rounds: tuple[Round, ...],
    left: tuple[int, ...],
    decided: State,
    missing: frozenset[str] = frozenset(),
) -> Finding:
    outcomes = frozenset([outcome for outcome, *_ in bindings])
    return Finding(frozenset(bindings), outcomes, missing, combination, rounds, left, decided)


def contenders_among(rows: Iterable[Row]) -> int:
    """Return how many contend: one partner twice is one, and the maker's own sales are one."""
    return len({None if row.get("claim.by") == OWN_SALES else row.get("partner.id") for row in rows})


def put_contest(shared: Row, *, contenders: int | None, claims_in: int | None, decided: State) -> None:
    """Write down what contest rules see; None, and a criterion that is unknown, are not written."""
    if contenders is not None:
        shared["deal.contenders"] = (contenders, 1)
    if claims_in is not None:
        shared["deal.claims_in"] = (claims_in, 1)
    if decided is not UNKNOWN:
        shared["deal.decided_by"] = decided


def contest_matches(
    engine: Engine, groups: Iterable[Group], facts: Facts, contenders: Sequence[tuple[int, Row]], *, near: bool = False
) -> list[Match]:
    """Judge the contest rules; those about claims only for the contenders."""
    return [match for group in groups for match in match_rows(engine, group, facts, contenders, near=near)]
