"""The whole run: every mutant tried, a case looked for wherever none noticed, and the score."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing import get_all_start_methods, get_context

from engine.assure.mutants.mutant import Mutant
from engine.assure.mutants.offers import Offer, offer_for
from engine.assure.mutants.trying import Recorded, noticed_by, record

CHUNK = 16


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a mutant: the number of the case that noticed it; else a case that would, if one was found."""

    mutant: Mutant
    noticed_by: int | None
    offer: Offer | None

    @property
    def lives(self) -> bool:
        """Return whether no case noticed."""
        return self.noticed_by is None


def score(tried: Sequence[Tried]) -> Fraction:
    """Return the share of mutants that some case noticed; without mutants, all."""
    return Fraction(sum(not one.lives for one in tried), len(tried)) if tried else Fraction(1)


def try_all(
    mutants: Sequence[Mutant], recorded: Recorded, *, jobs: int, progress: Callable[[int, int], None]
) -> list[Tried]:
    """Try mutants in several processes; the answer does not depend on how many there are."""
    found: list[Tried] = []
    for number, (noticed, offer) in enumerate(_answers(mutants, recorded, jobs)):
        found.append(Tried(mutants[number], noticed, offer))
        progress(number + 1, len(mutants))
    return found


def fewest(tried: Sequence[Tried], recorded: Recorded) -> list[tuple[Offer, list[Mutant]]]:
    """Return the offered cases that are needed, each with the mutants that it notices, in the order of the policy.

    A case at a limit often notices several mutants of it; one that an earlier case notices needs no case of its own.
    """
    taken = record(recorded.program, (), now=recorded.now)
    found: list[tuple[Offer, list[Mutant]]] = []
    for one in tried:
        number = noticed_by(one.mutant, taken) if one.lives else None
        if number is not None:
            found[number][1].append(one.mutant)
        elif one.offer:
            taken.add(one.offer.case)
            found.append((one.offer, [one.mutant]))
    return found


def locked(
    mutants: Sequence[Mutant], recorded: Recorded, *, jobs: int, progress: Callable[[int, int], None]
) -> tuple[list[Tried], list[tuple[Offer, list[Mutant]]]]:
    """Add to the recorded cases those that are needed, and return what has then become of the mutants, and the cases.

    A request that was found for one mutant may be near one for another: this is repeated until nothing more is found.
    """
    became: dict[int, Tried] = {}
    needed: list[tuple[int, Offer, list[Mutant]]] = []
    number = {id(mutant): place for place, mutant in enumerate(mutants)}
    living = mutants
    while True:
        tried = try_all(living, recorded, jobs=jobs, progress=progress)
        became |= {number[id(one.mutant)]: one for one in tried}
        more = fewest(tried, recorded)
        if not more:
            return [became[place] for place in sorted(became)], [(offer, noticed) for _, offer, noticed in needed]
        for offer, noticed in more:
            recorded.add(offer.case)
            needed.append((number[id(noticed[0])], offer, noticed))
        needed.sort(key=lambda one: one[0])
        living = [one.mutant for one in tried if one.lives]


_Answer = tuple[int | None, Offer | None]
# What a worker process works on; it inherits the recorded questions, which are too many to send.
_WORK: list[tuple[Sequence[Mutant], Recorded]] = []


def _answers(mutants: Sequence[Mutant], recorded: Recorded, jobs: int) -> Iterator[_Answer]:
    if jobs < 2 or len(mutants) < 2 * CHUNK or "fork" not in get_all_start_methods():
        yield from (_answer(mutant, recorded) for mutant in mutants)
        return
    _WORK.append((mutants, recorded))
    try:
        with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
            yield from pool.map(_answer_to, range(len(mutants)), chunksize=CHUNK)
    finally:
        _WORK.pop()


def _answer_to(number: int) -> _Answer:
    mutants, recorded = _WORK[-1]
    return _answer(mutants[number], recorded)


def _answer(mutant: Mutant, recorded: Recorded) -> _Answer:
    noticed = noticed_by(mutant, recorded)
    return noticed, None if noticed is not None else offer_for(mutant, recorded)
