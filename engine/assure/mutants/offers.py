"""A case for a mutant that no case notices: the request that distinguishes it, and what the policy decides on it.

An offered case is decided before it is shown: pasted as it stands it passes under the policy, and fails under the
mutant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.assure.cases.case import Case, Data
from engine.assure.cases.expect import Seen
from engine.assure.cases.running import held_against
from engine.assure.mutants.mutant import Mutant
from engine.assure.mutants.search import Search, Witness
from engine.assure.mutants.trying import Recorded
from engine.assure.mutants.yaml_case import case_yaml, read_back
from engine.backends.index import IndexEngine
from engine.core.decision import RefusedError
from engine.decide import decide
from engine.texts import as_text

# Keys of a result that say little to whoever reads a case, or much and the same in every case.
LAST = ("lines", "alternatives", "totals")
# By what people know an entry of a list.
KNOWN_BY = ("line", "level", "rule", "control", "claim", "partner", "step", "role")


@dataclass(frozen=True, slots=True)
class Offer:
    """A case that would notice a mutant: as YAML, as it is read back, and what is decided on it, with its trace."""

    text: str
    case: Case
    told: str


def offer_for(mutant: Mutant, recorded: Recorded) -> Offer | None:
    """Return a case that would notice a mutant, or None where none was found."""
    search = Search(mutant, recorded)
    witness = search.witness()
    if witness is None:
        return None
    text = case_yaml(name_of(mutant), witness.near.kind.value, witness.request, expectation(mutant, witness))
    case = read_back(text)
    program = search.changed
    passes = not _wrong(case, recorded, now=recorded.now)
    if not passes:
        return None
    try:
        noticed = bool(held_against(case, program, search.engine, now=recorded.now))
    except RefusedError:
        noticed = True
    if not noticed:
        return None
    decision = decide(recorded.program, case.kind, dict(case.request), now=recorded.now, engine=IndexEngine())
    return Offer(text, case, as_text(decision, "en"))


def _wrong(case: Case, recorded: Recorded, *, now: datetime) -> bool:
    return bool(held_against(case, recorded.program, IndexEngine(), now=now))


def name_of(mutant: Mutant) -> str:
    """Return a name that says what the case guards: the rule, and what must not be said instead."""
    before, becomes, after = mutant.words.partition(" becomes ")
    if becomes:
        return f"{mutant.rule}: {before}, not {after}".replace("`", "")
    return f"{mutant.rule}: not so if it {mutant.words}".replace("`", "")


def expectation(mutant: Mutant, witness: Witness) -> dict[str, Data]:
    """Return what the case expects: the outcome, and of all else the first thing in which the mutant differs."""
    before, after = witness.before, witness.after
    expect: dict[str, Data] = {"outcome": before.outcome}
    if before.level is not None:
        expect["level"] = before.level
    if before.outcome != after.outcome or (before.level is not None and before.level != after.level):
        return expect
    for key, said in _differences(mutant, before, after):
        return {**expect, key: said}
    return expect


def _differences(mutant: Mutant, before: Seen, after: Seen) -> Iterator[tuple[str, Data]]:
    """Yield what differs, the plainest first."""
    keys = [key for key in before.result if before.result[key] != after.result.get(key)]
    for key in [key for key in keys if key not in LAST]:
        yield key, distinguishing(before.result[key], after.result.get(key))
    if before.missing != after.missing:
        yield "missing", [*before.missing]
    if before.possible != after.possible:
        yield "possible", distinguishing(before.possible, after.possible)
    for status, found in before.statuses.items():
        lost = sorted(found - after.statuses[status], key=lambda name: (name != mutant.rule, name))
        if lost:
            yield status, [lost[0]]
    for key in [key for key in LAST if key in keys]:
        yield key, distinguishing(before.result[key], after.result.get(key))


def distinguishing(before: object, after: object) -> Data:
    """Return as much of a value as distinguishes it from another: what differs, and by what an entry is known.

    >>> distinguishing([{"line": 1, "x": 1, "y": 5}, {"line": 2}], [{"line": 1, "x": 3, "y": 5}, {"line": 2}])
    [{'line': 1, 'x': 1}, {'line': 2}]
    """
    if isinstance(before, Mapping):
        other = after if isinstance(after, Mapping) else {}
        return {
            str(key): distinguishing(value, other.get(key))
            for key, value in before.items()
            if key in KNOWN_BY or value != other.get(key)
        }
    if isinstance(before, list):
        others = after if isinstance(after, list) else []
        padded = [*others, *[None] * len(before)]
        return [distinguishing(one, padded[n]) if one != padded[n] else _known(one) for n, one in enumerate(before)]
    assert before is None or isinstance(before, bool | int | str)
    return before


def _known(value: object) -> Data:
    """Return by what an entry is known; an entry known by nothing is whole."""
    if isinstance(value, Mapping):
        return {str(key): distinguishing(item, None) for key, item in value.items() if key in KNOWN_BY}
    return distinguishing(value, None)
