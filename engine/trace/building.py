"""A ruling as a trace (CONTRACT.md section 2): facts, rules and steps, from which the outcome can be recomputed.

What follows from the policy alone is prepared once for each kind of decision and kept while the policy is in use; a
decision then costs what it lists, a look-up or two for each field of a rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from engine.decision import Explain, Json, Kind, Language
from engine.derive.derivations import Derivations
from engine.facts import Facts, Row
from engine.matching import Engine, Group, Match
from engine.ruling import Ruling
from engine.tables.bits import Bits, positions
from engine.trace.conditions import Scene, Texts
from engine.trace.fields import FieldBook, entries, put_texts
from engine.trace.origins import Case
from engine.trace.rules import BLOCKED, FIRED, UNDETERMINED, Status, TracedGroup
from engine.trace.selection import Selection
from engine.words import step_text
from rules.ir import Policy, Subject

# What a reader wants to know of a line, whatever the rules ask.
ALWAYS: dict[Kind, tuple[str, ...]] = {
    Kind.PRICE_APPROVAL: ("line.product_line", "line.quantity", "line.net_price"),
}
# The field whose value names a subject in the trace; a line has its number.
NAMED_BY = {Subject.CLAIM: "claim.id", Subject.PARTNER: "partner.id"}
KEPT = 32  # programs of four kinds each; older ones are prepared anew if they come back

_Place: TypeAlias = tuple[Subject, int | None]
_Where: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The rules to list of one match, and those among them that fail by exactly one test."""

    match: Match
    group: TracedGroup
    bits: Bits
    once: Bits


class Tracer:
    """Makes the traces of one kind of decision under one policy."""

    def __init__(self, policy: Policy, kind: Kind, derivations: Derivations) -> None:
        """Prepare the fields; rules are prepared as they come."""
        self.derivations = derivations
        self._policy = policy
        self._book = FieldBook(policy, derivations)
        self._groups: dict[Group, tuple[TracedGroup, Selection]] = {}
        self._always = self._book.reads(ALWAYS.get(kind, ()), Subject.LINE)

    def trace(
        self, engine: Engine, facts: Facts, ruling: Ruling, *, explain: Explain, language: Language
    ) -> dict[str, Json]:
        """Return the trace."""
        chosen = self._choose(engine, facts, ruling, explain)
        scenes, listed = self._facts(engine, facts, chosen)
        rules: list[Json] = []
        for one in chosen:
            scene, place = scenes[one.group.subject, one.match.number]
            fired, open_, once = one.match.fired, one.match.undetermined, one.once
            for number in positions(one.bits):
                bit = 1 << number
                status: Status = FIRED if fired & bit else UNDETERMINED if open_ & bit else BLOCKED
                misses_once = bool(once & bit)
                rules.append(
                    one.group[number].entry(
                        status, place, scene, facts=facts, language=language, misses_once=misses_once
                    )
                )
        steps: list[Json] = [
            {"step": step.step, **step.data, "text": step_text(step.step, step.data, language)} for step in ruling.steps
        ]
        return {"facts": listed, "rules": rules, "steps": steps, "basis": dict(ruling.basis)}

    def _choose(self, engine: Engine, facts: Facts, ruling: Ruling, explain: Explain) -> list[_Chosen]:
        open_ = ruling.outcome == "needs_information"
        chosen = []
        for match in ruling.matches:
            group, selection = self._group(match.group)
            bits, once = selection.select(engine, facts.shared, match, explain, undetermined=open_)
            if bits:
                chosen.append(_Chosen(match, group, bits, once))
        return chosen

    def _group(self, group: Group) -> tuple[TracedGroup, Selection]:
        found = self._groups.get(group)
        if found is None:
            found = self._groups[group] = (TracedGroup(group, self._book), Selection(group, self._policy))
        return found

    def _facts(
        self, engine: Engine, facts: Facts, chosen: list[_Chosen]
    ) -> tuple[dict[_Place, tuple[Scene, _Where]], list[Json]]:
        """Return each subject's view with the texts of its values, and the list of facts."""
        shared_bits, line_bits = self._always.shared, self._always.own
        own: dict[_Place, int] = {}
        for one in chosen:
            reads = one.group.reads(one.bits)
            shared_bits |= reads.shared
            line_bits |= reads.lines
            place = (one.group.subject, one.match.number)
            own[place] = own.get(place, 0) | reads.own
        listed: list[Json] = []
        texts: Texts = {}
        shown = self._book.shown(shared_bits, Subject.DEAL)
        put_texts(shown, facts.shared, texts)
        scene = Scene(facts.shared, {}, texts, {})
        scenes: dict[_Place, tuple[Scene, _Where]] = {(Subject.DEAL, None): (scene, {})}
        listed += entries(shown, Case(engine, facts, scene, None), texts, {})
        for subject, number, row in _rows(facts):
            bits = own.get((subject, number), 0) | (line_bits if subject is Subject.LINE else 0)
            if not bits and (subject, number) not in own:
                continue
            row_texts: Texts = {}
            shown = self._book.shown(bits, subject)
            put_texts(shown, row, row_texts)
            scene = Scene(facts.shared, row, texts, row_texts)
            where = _where(subject, number, row)
            scenes[subject, number] = (scene, where)
            listed += entries(shown, Case(engine, facts, scene, number), row_texts, where)
        return scenes, listed


def _rows(facts: Facts) -> Iterator[tuple[Subject, int, Row]]:
    """Yield the rows of every subject but the deal. Where no lines are given at all, one of which nothing is known."""
    for subject, rows in (
        (Subject.LINE, [{}] if facts.lines is None else facts.lines),
        (Subject.CLAIM, facts.claims or []),
        (Subject.PARTNER, facts.candidates or []),
    ):
        for number, row in enumerate(rows):
            yield subject, number, row


def _where(subject: Subject, number: int, row: Row) -> _Where:
    """Say whose an entry is."""
    if subject is Subject.LINE:
        return {"line": number + 1} if row else {}
    name = row.get(NAMED_BY[subject])
    return {subject.value: name if isinstance(name, str) else None}


# Tracers in use, by the identity of their derivations, which each of them keeps alive.
_TRACERS: dict[int, Tracer] = {}


def build_trace(  # noqa: PLR0917 - what a decision is made of, in the order in which it came about
    policy: Policy,
    kind: Kind,
    engine: Engine,
    facts: Facts,
    ruling: Ruling,
    derivations: Derivations,
    *,
    explain: Explain,
    language: Language,
) -> dict[str, Json] | None:
    """Return the trace of a ruling; None if none is wanted."""
    if explain == "none":
        return None
    tracer = _TRACERS.get(id(derivations))
    if tracer is None:
        for oldest in [*_TRACERS][: max(0, len(_TRACERS) - KEPT + 1)]:  # other threads may be at it too
            _TRACERS.pop(oldest, None)
        tracer = _TRACERS[id(derivations)] = Tracer(policy, kind, derivations)
    return tracer.trace(engine, facts, ruling, explain=explain, language=language)
