"""A decision held against what a case expects of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.answers.price import PriceResult
from engine.assure.cases.case import Data
from engine.core.parts import to_json
from engine.decide import Ruled, summed_up
from engine.plan.tables.bits import positions
from engine.program import Program
from rules.reports.nearest import nearest

STATUSES = ("fired", "blocked", "undetermined")
OF_DECISION = ("outcome", "summary", "missing", "possible")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One expectation that was not met, at its place in `expect`; `hint` helps where the place itself is wrong."""

    place: str
    expected: Data
    actual: object
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a decision shows of itself to a case: everything but the words of its trace."""

    outcome: str
    level: str | None  # of a price
    result: Mapping[str, object]
    missing: list[str]
    possible: object
    statuses: Mapping[str, frozenset[str]]
    summary: Callable[[], str]

    def of_decision(self, key: str) -> object:
        """Return one of `OF_DECISION`."""
        return self.summary() if key == "summary" else getattr(self, key)


def seen_of(program: Program, ruled: Ruled) -> Seen:
    """Return what a case may ask of a ruling; a rule has a status for each subject that it is judged for."""
    found: dict[str, set[str]] = {status: set() for status in STATUSES}
    for match in ruled.ruling.matches:
        rules = match.group.rules
        rest = (1 << len(rules)) - 1 & ~match.fired & ~match.undetermined
        for status, bits in zip(STATUSES, (match.fired, rest, match.undetermined), strict=True):
            found[status].update(rules[number].id for number in positions(bits))

    def words() -> str:
        return summed_up(program, ruled, "en")

    return Seen(
        ruled.ruling.outcome,
        ruled.ruling.result.level if isinstance(ruled.ruling.result, PriceResult) else None,
        to_json(ruled.ruling.result),
        [*ruled.missing],
        to_json(ruled.ruling.possible) if ruled.ruling.possible else None,
        {status: frozenset(ids) for status, ids in found.items()},
        words,
    )


def mismatches(expect: Mapping[str, Data], seen: Seen) -> Iterator[Mismatch]:
    """Yield each expectation that a decision does not meet."""
    for key, wanted in expect.items():
        if key in STATUSES:
            yield from _of_status(key, wanted, seen)
        elif key == "not_fired":
            found = seen.statuses["fired"] & _names(wanted)
            if found:
                yield Mismatch(key, wanted, f"{', '.join(sorted(found))} fired")
        elif key in OF_DECISION:
            yield from differences(wanted, seen.of_decision(key), key)
        elif key not in seen.result:
            meant = nearest(key, (*STATUSES, "not_fired", *OF_DECISION, *seen.result))
            hint = f"did you mean `{meant}`?" if meant else f"the result has {', '.join(seen.result)}"
            yield Mismatch(key, wanted, "the result has no such key", hint)
        else:
            yield from differences(wanted, seen.result[key], key)


def rules_named(expect: Mapping[str, Data]) -> frozenset[str]:
    """Return the rules that a case speaks of."""
    return frozenset(name for key in (*STATUSES, "not_fired") for name in _names(expect.get(key)))


def _names(wanted: Data) -> frozenset[str]:
    return frozenset(str(one) for one in wanted) if isinstance(wanted, list) else frozenset()


def _of_status(key: str, wanted: Data, seen: Seen) -> Iterator[Mismatch]:
    """Hold named rules against those of a status; an empty list expects none at all."""
    found, names = seen.statuses[key], _names(wanted)
    if not isinstance(wanted, list):
        yield Mismatch(key, wanted, sorted(found), "write a list of rules")
    elif not names and found:
        yield Mismatch(key, wanted, sorted(found))
    for name in sorted(names - found):
        others = [status for status in STATUSES if name in seen.statuses[status]]
        judged = {one for ids in seen.statuses.values() for one in ids}
        meant = None if others else nearest(name, sorted(judged))
        told = f"{name} is {' and '.join(others)}" if others else f"{name} was not judged"
        yield Mismatch(key, [name], told, f"did you mean `{meant}`?" if meant else None)


def differences(wanted: Data, found: object, place: str) -> Iterator[Mismatch]:
    """Yield where a value is not as wanted: of an object only the wanted keys count, a list has the wanted length."""
    if isinstance(wanted, dict) and isinstance(found, Mapping):
        for key, value in wanted.items():
            yield from differences(value, found.get(key), f"{place}.{key}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(one, other, f"{place}[{number}]")
    elif wanted != found or isinstance(wanted, bool) != isinstance(found, bool):
        yield Mismatch(place, wanted, found)
