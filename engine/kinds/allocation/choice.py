"""Between candidates: who is chosen in one combination of what is undetermined (docs/language.md section 8).

Each candidate stands in `Entries` once for every score that it could have, so that places by criteria are worked out
once; a combination is then a choice among entries, one for each candidate that is not excluded in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.answers.allocation import AllocationOutcome
from engine.core.facts import Facts, Row
from engine.core.views import UNKNOWN, View
from engine.kinds.allocation.candidates import Candidates, Scores, Scoring, score_of
from engine.kinds.elimination.criteria import Criteria, unknown_of
from engine.kinds.elimination.doubts import Doubt, TooMuchWorkError, Work
from engine.kinds.elimination.ranking import Choice, Scale, choose
from engine.plan.derive.derivations import Derivations
from engine.plan.groups import Engine
from rules.ir import Subject

SCORE = "partner.score"
MOST_ENTRIES = 8_000
# Outcome and chosen candidates.
Binding: TypeAlias = tuple[AllocationOutcome, frozenset[int]]


@dataclass(frozen=True, eq=False)
class Chosen:
    """What follows from one combination; `entries` are those who could be chosen in it."""

    binding: Binding
    missing: frozenset[str]
    entries: tuple[int, ...]
    choice: Choice


class Entries:
    """Every candidate with every score that it could have, placed by every criterion."""

    def __init__(
        self,
        *,
        candidates: Candidates,
        scores: Scores,
        score_doubts: Sequence[Doubt[Scoring]],
        criteria: Criteria,
        derivations: Derivations,
        engine: Engine,
        facts: Facts,
    ) -> None:
        """Score and place the entries.

        Raises:
            TooMuchWorkError: there are too many.
        """
        self.candidates = candidates
        self._scores = scores
        self._shared = facts.shared
        self._inputs = derivations.inputs
        self._bit = {doubt.effect: 1 << number for number, doubt in enumerate(score_doubts)}
        self._bits = [
            self.mask_of([doubt.effect for doubt in scores.doubted(candidate)])
            for candidate in range(len(candidates.ids))
        ]
        if sum((1 << bits.bit_count()) - 1 for bits in self._bits) > MOST_ENTRIES:
            raise TooMuchWorkError
        self._number: dict[tuple[int, int], int] = {}
        self.owner: list[int] = []
        self.rows: list[Row] = []
        for candidate in candidates.eligible:
            for mask in _submasks(self._bits[candidate]):
                self._number[candidate, mask] = len(self.rows)
                self.owner.append(candidate)
                self.rows.append(self._row(candidate, mask))
        self._usual: list[int] = []
        self._touched: list[tuple[int, int]] = []
        self.narrowed(frozenset(candidates.eligible))
        copies = facts.what_if(dict(facts.shared), lines=facts.lines, candidates=self.rows)
        derivations.derive(engine, copies, stage=1)
        self.scales: tuple[Scale, ...] = criteria.scales(engine, facts.shared, self.rows)

    def mask_of(self, effects: Iterable[Scoring]) -> int:
        """Return the mask of these score doubts; those that no entry is made for are left out."""
        return sum(self._bit.get(effect, 0) for effect in effects)

    def _row(self, candidate: int, mask: int) -> Row:
        row = dict(self.candidates.numbered[candidate][1])
        doubted = [doubt.effect for doubt in self._scores.doubted(candidate) if self._bit.get(doubt.effect, 0) & mask]
        score = score_of([*self._scores.points[candidate], *doubted])
        if score is not UNKNOWN:
            row[SCORE] = score
        return row

    def contending(self, excludable: frozenset[int]) -> frozenset[int]:
        """Return the candidates who could be first in some combination; who is `excludable` may be out.

        INVARIANT: the others are behind someone who is never out, by a criterion that everyone reaches whose values are
        all known, whatever their own scores are; so they neither come first nor stand in anyone's way.
        """
        variants: dict[int, list[int]] = {}
        for entry, owner in enumerate(self.owner):
            variants.setdefault(owner, []).append(entry)
        for scale in self.scales:
            places = scale.places
            entries = [entry for owned in variants.values() for entry in owned]
            sure = [
                max(places[entry] for entry in owned) for owner, owned in variants.items() if owner not in excludable
            ]
            if not sure or scale.unknown_among(entries):
                break
            limit = scale.reach[min(sure)]
            variants = {
                owner: owned for owner, owned in variants.items() if min(places[entry] for entry in owned) <= limit
            }
            left = [places[entry] for owned in variants.values() for entry in owned]
            if max(left) > scale.reach[min(left)]:
                break  # who stays depends on the combination
        return frozenset(variants)

    def narrowed(self, candidates: frozenset[int]) -> None:
        """Leave only these candidates in what `chosen` chooses from."""
        eligible = [candidate for candidate in self.candidates.eligible if candidate in candidates]
        self._usual = [self._number[candidate, 0] for candidate in eligible]
        self._touched = [(n, candidate) for n, candidate in enumerate(eligible) if self._bits[candidate]]

    def _present(self, excluded: frozenset[int], mask: int) -> tuple[int, ...]:
        """Return the entries of those who are not out, as these score doubts have them."""
        entries = list(self._usual)
        for place, candidate in self._touched:
            entries[place] = self._number[candidate, mask & self._bits[candidate]]
        return tuple([entry for entry in entries if self.owner[entry] not in excluded] if excluded else entries)

    def chosen(self, excluded: frozenset[int], mask: int, *, take: int, work: Work) -> Chosen:
        """Return who is chosen when these are out and these score doubts come true."""
        entries = self._present(excluded, mask)
        choice = choose(self.scales, entries, take)
        work.spend(choice.cost + len(entries))
        if choice.stuck is not None:
            scale = choice.stuck.scale
            missing: set[str] = set()
            for entry in scale.unknown_among(choice.stuck.rows):
                for path in unknown_of(scale, self.rows[entry], self._shared, Subject.PARTNER):
                    missing |= self._behind(path, entry)
            return Chosen(("needs_information", frozenset()), frozenset(missing), entries, choice)
        outcome: AllocationOutcome = "allocated" if entries else "fallback"
        owners = frozenset([self.owner[entry] for entry in choice.chosen])
        return Chosen((outcome, owners), frozenset(), entries, choice)

    def _behind(self, path: str, entry: int) -> frozenset[str]:
        """Return the fields because of which a field of an entry is unknown; nobody could give a score itself."""
        if path == SCORE:
            about = self._scores.doubted(self.owner[entry])
            doubted = [doubt.fields for doubt in about if doubt.effect.points is UNKNOWN]
            return self._scores.unknown[self.owner[entry]].union(*doubted)
        view = View(Subject.PARTNER, self._shared, self.rows[entry])
        unknown = [name for name in self._inputs.get(path, ()) if view[name] is UNKNOWN]
        return frozenset().union(*(self._behind(name, entry) for name in unknown)) if unknown else frozenset({path})


def _submasks(bits: int) -> list[int]:
    """Return every mask within the bits, in order.

    >>> _submasks(0b101)
    [0, 1, 4, 5]
    """
    masks = [0]
    while bits:
        low = bits & -bits
        masks += [mask | low for mask in masks]
        bits ^= low
    return masks
