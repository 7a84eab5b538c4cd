"""A list of rules under analysis: its space, its clauses, and requests that show something about it.

Nothing is claimed of a request that the engine has not decided: `find` returns one only after both engines, reading it
as any other request, let exactly those rules fire that the finding says.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from fractions import Fraction
from functools import cached_property
from zoneinfo import ZoneInfo

from engine.backends.index import IndexEngine
from engine.backends.interpreter import InterpreterEngine
from engine.core.decision import Json, Kind, RefusedError
from engine.core.facts import Limits
from engine.core.interpret import judge
from engine.core.views import View
from engine.core.writing import UnwritableError
from engine.plan.derive.derivations import Derivations, derivations
from engine.plan.groups import Group
from engine.plan.tables.bits import positions
from engine.program import Program
from engine.space import smt, solver
from engine.space.boxes import Cover
from engine.space.dims import Box
from engine.space.direct import leaves_of, proposals, usual
from engine.space.division import Space
from engine.space.encoding import Encoding
from engine.space.inputs import Inputs
from engine.space.places import lies_in, slot_of
from engine.space.requests import Leaves, request_of
from rules.ir import Field, Policy, Rule, Subject
from rules.kinds import SECTIONS
from rules.traverse import rule_fields
from rules.vocabulary import AS_OF


class Verdict(Enum):
    """Why there is no request."""

    IMPOSSIBLE = "impossible"
    UNSETTLED = "unsettled"


@dataclass(frozen=True)
class Shown:
    """A request, and the rules of the list that fire on it."""

    kind: Kind
    request: dict[str, Json]
    fired: frozenset[str]
    section: str
    today: date


class RuleSpace:
    """Some rules with one subject, or of the deal, as one kind of decision sees them."""

    def __init__(
        self,
        program: Program,
        kind: Kind,
        rules: Sequence[Rule],
        *,
        today: date,
        section: str | None = None,
        unsettled: set[str] | None = None,
    ) -> None:
        """Lay out the space of the rules; those of the deal are judged with the one subject that others have.

        What is shown says which rules of one section fire; by default the first rule's. In `unsettled` the section is
        noted where a question about it stays open.
        """
        self.program = program
        self.policy: Policy = program.policy
        self.kind = kind
        self.rules = tuple(rules)
        self.subject = next((rule.subject for rule in rules if rule.subject is not Subject.DEAL), Subject.DEAL)
        self.today = today
        self.unsettled = set() if unsettled is None else unsettled
        self.section = section or (rules[0].section if rules else "")
        self.fields: dict[str, Field] = {**self.policy.fields, AS_OF.path: AS_OF}
        self.space = Space(self.fields, [rule.when for rule in rules])
        self._inputs = Inputs(self.policy)
        self.owners: list[int] = []
        self.clauses: list[Box] = []
        self.of_rule: list[tuple[Box, ...]] = []
        self.bits: list[int] = []
        for number, rule in enumerate(rules):
            clauses = self.space.clauses(rule.when)
            self.of_rule.append(clauses)
            self.bits.append(((1 << len(clauses)) - 1) << len(self.clauses))
            self.clauses += clauses
            self.owners += [number] * len(clauses)
        self.cover = Cover(self.space, self.clauses)

    def bits_of(self, rules: Iterable[int]) -> int:
        """Return the clauses of some rules."""
        bits = 0
        for number in rules:
            bits |= self.bits[number]
        return bits

    def rules_of(self, bits: int) -> list[int]:
        """Return the rules of some clauses."""
        return sorted({self.owners[number] for number in positions(bits)})

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """Return the given fields that the rules depend on, directly or not."""
        return self._inputs.leaves(self.rules)

    @cached_property
    def _others(self) -> tuple[str, ...]:
        """Return the given fields that only other rules of this kind of decision need."""
        return tuple(
            path for path in self._inputs.leaves(SECTIONS[self.kind].all_rules(self.policy)) if path not in self.leaves
        )

    def inputs(self, path: str) -> frozenset[str]:
        """Return the fields that a field is computed from, directly or not."""
        return self._inputs.of(path)

    @cached_property
    def _fields_read(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(path for rule in self.rules for path in rule_fields(rule)))

    @cached_property
    def _derivations(self) -> Derivations:
        return derivations(self.policy, self.kind, self._fields_read)

    @cached_property
    def _group(self) -> Group:
        return Group.of(self.rules, self.subject)

    def fired(self, request: dict[str, Json], box: Box, judged: Collection[int]) -> frozenset[int] | None:
        """Return the numbers of the rules that fire on a request's first line, claim or candidate, if it is in a box.

        None where one is undetermined, the request is refused, or the interpreter does not agree about the judged ones.
        """
        fired: frozenset[int] | None = None
        index, plain = IndexEngine(), InterpreterEngine()
        for engine in (index, plain):
            view = self._view(request, engine)
            if view is None:
                return None
            if fired is None:
                match = index.judge(self._group, view.shared, view.row)
                if match.undetermined or not lies_in(self.space, box, view):
                    return None
                fired = frozenset(positions(match.fired))
            elif any(judge(self.rules[n].when, view) is not (n in fired) for n in judged):
                return None
        return fired

    def _view(self, request: dict[str, Json], engine: IndexEngine | InterpreterEngine) -> View | None:
        """Return what an engine knows of a request's first line, claim or candidate; None if the request is refused."""
        now = datetime.combine(self.today, time(9), ZoneInfo(self.policy.timezone))
        try:
            facts = self.program.reader.read(request, self.kind, now=now, limits=Limits())
        except RefusedError:
            return None
        facts.shared[AS_OF.path] = facts.today
        self._derivations.derive(engine, facts)
        rows = {Subject.LINE: facts.lines, Subject.CLAIM: facts.claims, Subject.PARTNER: facts.candidates}
        return View(self.subject, facts.shared, (rows.get(self.subject) or [{}])[0])

    def place(self, shown: "Shown") -> Box:
        """Return the slots in which a request lies, as the plain interpreter sees it."""
        view = self._view(shown.request, InterpreterEngine())
        assert view is not None  # a request that was shown is not refused
        slots = ((dim.number, slot_of(dim, view)) for dim in self.space.dims)
        return {number: 1 << slot for number, slot in slots if slot >= 0}

    def find(
        self, box: Box, *, fires: Collection[int] = (), silent: Collection[int] | None = None, solve: bool = True
    ) -> "Shown | Verdict":
        """Return a request in a box on which some rules fire and others do not; by default all others.

        With `solve` the solver looks for one where simple values do not lead to any.
        """
        wanted = set(fires)
        still = set(range(len(self.rules))) - wanted if silent is None else set(silent)
        judged = sorted({*fires, *(still & {*self.rules_of(self.cover.meets(box))})})  # the others are silent there

        def shown(request: dict[str, Json]) -> "Shown | None":
            fired = self.fired(request, box, judged)
            if fired is None or not wanted <= fired or fired & still:
                return None
            told = frozenset(self.rules[n].id for n in fired if self.rules[n].section == self.section)
            return Shown(self.kind, request, told, self.section, self.today)

        if not solver.within_reach(self._fields_read):
            return self._unsettled()
        for values, day in proposals(self.policy, self.space, box, self.leaves, self.today):
            try:
                found = shown(self._request(leaves_of(values), day))
            except UnwritableError:
                continue
            if found:
                return found
        result = self._solved(box, fires, still, shown) if solve else Verdict.UNSETTLED
        return self._unsettled() if solve and result is Verdict.UNSETTLED else result

    def _unsettled(self) -> Verdict:
        """Note that a question about the rules' section stayed open, whatever comes of it."""
        self.unsettled.add(self.section)
        return Verdict.UNSETTLED

    def _request(self, leaves: Leaves, day: date) -> dict[str, Json]:
        """Return a request with these values, and everyday ones of what else is needed to decide it."""
        count = 1 + max((line for _, line in leaves), default=0)
        everyday = {
            (path, line): usual(self.policy, path)
            for path in self._others
            for line in range(count if path.startswith("line.") else 1)
        }
        return request_of(self.policy, self.kind, {**everyday, **leaves}, today=day)

    def possible(self, number: int) -> bool | None:
        """Return whether a rule can fire at all; None if that is not settled."""
        if not smt.AVAILABLE or not solver.within_reach(self._fields_read):
            self._unsettled()
            return None
        try:
            if self._impossible({}, (number,), ()):
                return False
            for lines, fixed in solver.attempts([*self.leaves]):
                encoding = self._encoding(lines, fixed)
                if solver.satisfiable(encoding, self._goals(encoding, {}, (number,), ())):
                    return True
        except smt.UnfitError:
            pass
        return None

    def _encoding(self, lines: int, fixed: Mapping[str, Fraction], *, any_lines: bool = False) -> Encoding:
        return Encoding(self.policy, self.kind, lines=lines, fixed=fixed, today=self.today, any_lines=any_lines)

    def _goals(self, encoding: Encoding, box: Box, fires: Collection[int], silent: Collection[int]) -> list[smt.Term3]:
        met = set(self.rules_of(self.cover.meets(box)))  # the others are silent there anyhow
        return [
            encoding.box(self.space, box),
            *(encoding.condition(self.rules[n].when) for n in fires),
            *(smt.z3.Not(encoding.condition(self.rules[n].when)) for n in sorted(met & {*silent})),
        ]

    def _impossible(self, box: Box, fires: Collection[int], silent: Collection[int]) -> bool:
        """Return whether it is proved that no request, of however many lines, lies in a box and lets rules fire."""
        encoding = self._encoding(1, {}, any_lines=True)
        return solver.satisfiable(encoding, self._goals(encoding, box, fires, silent)) is False

    def _solved(
        self,
        box: Box,
        fires: Collection[int],
        silent: Collection[int],
        shown: Callable[[dict[str, Json]], "Shown | None"],
    ) -> "Shown | Verdict":
        if not smt.AVAILABLE:
            return Verdict.UNSETTLED
        try:
            if self._impossible(box, fires, silent):
                return Verdict.IMPOSSIBLE
            for lines, fixed in solver.attempts([*self.leaves]):
                found = self._attempt(box, fires, silent, lines, fixed)
                result = shown(found) if found else None
                if result:
                    return result
        except smt.UnfitError:
            pass
        return Verdict.UNSETTLED

    def _attempt(
        self, box: Box, fires: Collection[int], silent: Collection[int], lines: int, fixed: Mapping[str, Fraction]
    ) -> dict[str, Json] | None:
        """Return a request of so many lines that the solver finds."""
        encoding = self._encoding(lines, fixed)
        goals = self._goals(encoding, box, fires, silent)
        wished = [encoding.field(AS_OF.path).value == self.today.toordinal()]
        for path in self.leaves:
            for line in range(lines if path.startswith("line.") else 1):
                encoding.field(path, line)
        found = solver.solve(encoding, goals, wished)
        if found is None:
            return None
        try:
            return self._request(found.leaves, found.today or self.today)
        except UnwritableError:
            return None


def everything(space: Space, *, null: bool) -> Box:
    """Return the box of all possible values, with null or without."""
    return {} if null else {dim.number: dim.given for dim in space.dims}
