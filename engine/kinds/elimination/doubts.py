"""Undetermined rules and what hangs on them: unknown is not false, and does not matter where nothing would change.

A domain turns each undetermined rule into a doubt: what it would do if it fired, and the fields that leave it open.
Doubts that would do the same are one. The domain then decides for every combination of doubts, numbered by a mask of
which of them come true, and `decisive` says which doubts make a difference.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar, assert_never

from engine.core.facts import Row
from engine.core.interpret import judge
from engine.core.values import PartialSet
from engine.core.views import UNKNOWN, State, View
from engine.plan.groups import Match
from engine.plan.tables.bits import positions
from rules.ir import AllOf, AnyOf, CompareField, Condition, FieldTest, Not, Rule

# With more doubts than this the domains ask for information (docs/language.md section 3).
MOST_DOUBTS = 12
# How many contenders all combinations may look at before a domain gives up, whoever wrote the request.
MOST_WORK = 6_000_000
NO_LIMIT = 1 << 60

Effect = TypeVar("Effect", bound=Hashable)
# What each derived field is computed from.
Inputs: TypeAlias = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Doubt(Generic[Effect]):
    """Something that may or may not happen, and the fields on which it depends."""

    effect: Effect
    fields: frozenset[str]


class TooMuchWorkError(Exception):
    """The combinations would take longer than a decision may."""


class Work:
    """Counts what deciding all combinations costs; the same for the same request, unlike a clock."""

    def __init__(self, most: int = MOST_WORK) -> None:
        """Take the most that may be spent."""
        self._left = most

    def spend(self, cost: int) -> None:
        """Count a cost.

        Raises:
            TooMuchWorkError: more than the most has been spent.
        """
        self._left -= cost
        if self._left < 0:
            raise TooMuchWorkError


def merged(doubts: Iterable[Doubt[Effect]]) -> tuple[Doubt[Effect], ...]:
    """Return the doubts with those of the same effect made one, in the order in which they came."""
    fields: dict[Effect, frozenset[str]] = {}
    for doubt in doubts:
        fields[doubt.effect] = fields.get(doubt.effect, frozenset()) | doubt.fields
    return tuple([Doubt(effect, found) for effect, found in fields.items()])


def decisive(answers: Sequence[Hashable], doubts: int) -> list[int]:
    """Return the numbers of the doubts that change an answer; `answers[mask]` is what follows when `mask` comes true.

    >>> decisive(["same", "same", "other", "other"], 2)
    [1]
    """
    return [
        number
        for number in range(doubts)
        if any(answer != answers[mask ^ 1 << number] for mask, answer in enumerate(answers))
    ]


def undetermined(matches: Iterable[Match]) -> Iterator[tuple[Match, Rule]]:
    """Yield each undetermined rule with the match that it belongs to."""
    for match in matches:
        for number in positions(match.undetermined):
            yield match, match.group.rules[number]


def fields_of(match: Match, rule: Rule, shared: Row, inputs: Inputs) -> frozenset[str]:
    """Return the fields that leave a rule undetermined."""
    view = View(match.group.subject, shared, match.row)
    return unknown_sources(unknown_fields(rule.when, view), view, inputs)


def unknown_sources(paths: Iterable[str], view: View, inputs: Inputs) -> frozenset[str]:
    """Return the unknown fields from which unknown ones are derived, for one subject; not those that others lack."""
    found: set[str] = set()
    for path in paths:
        unknown = [name for name in inputs.get(path, ()) if _is_unknown(view[name])]
        found |= unknown_sources(unknown, view, inputs) if unknown else {path}
    return frozenset(found)


def _is_unknown(state: State) -> bool:
    return state is UNKNOWN or isinstance(state, PartialSet)


def unknown_fields(condition: Condition, view: View) -> Iterator[str]:
    """Yield the unknown fields of those parts of a condition that are undetermined."""
    if judge(condition, view) is not None:
        return
    match condition:
        case FieldTest(field, test):
            names = (field, test.other) if isinstance(test, CompareField) else (field,)
            for name in names:
                if _is_unknown(view[name]):
                    yield name
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from unknown_fields(part, view)
        case Not(part):
            yield from unknown_fields(part, view)
        case _:
            assert_never(condition)


@dataclass(frozen=True, slots=True)
class Hits:
    """What a table with hit policy first gives: its first firing rule, and the undetermined rules before that one."""

    first: Rule | None
    doubtful: tuple[tuple[Match, Rule], ...]


def hits(rules: Sequence[Rule], matches: Sequence[Match]) -> Hits:
    """Return the hits of a table whose rows may be judged for different subjects; one firing line is enough."""
    fired = {match.group.rules[n].id for match in matches for n in positions(match.fired)}
    open_: dict[str, list[tuple[Match, Rule]]] = {}
    for match, rule in undetermined(matches):
        open_.setdefault(rule.id, []).append((match, rule))
    doubtful: list[tuple[Match, Rule]] = []
    for rule in rules:
        if rule.id in fired:
            return Hits(rule, tuple(doubtful))
        doubtful += open_.get(rule.id, ())
    return Hits(None, tuple(doubtful))
