"""Looking for a request that a mutant decides otherwise, near one that a case gives already.

Nothing here decides by itself: a request is proposed, and both policies decide it. It is kept if what a case can expect
of the two decisions differs: the outcome, a part of the result, or else which rules fired.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from engine.assure.cases.case import Case, Data
from engine.assure.cases.expect import Seen, seen_of
from engine.assure.cases.parts import sections
from engine.assure.cases.recording import Question
from engine.assure.mutants.audits import audited
from engine.assure.mutants.hanging import comes_from, judged_in, letting, towards
from engine.assure.mutants.mutant import Mutant, NewCondition
from engine.assure.mutants.probe import Budget, Probe, same, seen
from engine.assure.mutants.requests import Place
from engine.assure.mutants.targets import distinguishing, passing
from engine.assure.mutants.trying import Recorded, changed_engine
from engine.backends.index import IndexEngine
from engine.core.decision import RefusedError
from engine.core.interpret import judge
from engine.core.views import State
from engine.decide import rule_on
from engine.plan.groups import Engine
from engine.program import Program, recompile
from rules.ir import AllOf, CompareField, Condition, FieldTest, Not, Rule, Subject
from rules.traverse import tests_of

EACH_START = 150  # requests decided from one start
MOST_STARTS = 8
MORE = 60  # requests tried in search of a neater one
DEEPEST = 4
_FRACTIONS = re.compile(r"\A-?\d+\.\d{3,}%?\Z")
ROWS = {Subject.LINE: "lines", Subject.CLAIM: "claims", Subject.PARTNER: "candidates"}


@dataclass(frozen=True, slots=True)
class Witness:
    """A request that a mutant decides otherwise: the case it is near to, and both decisions."""

    near: Case
    request: Mapping[str, Data]
    before: Seen
    after: Seen

    @property
    def is_plain(self) -> bool:
        """Return whether the outcome or the result differs, and not only which rules fired."""
        return self.before.outcome != self.after.outcome or self.before.result != self.after.result

    @property
    def is_neat(self) -> bool:
        """Return whether its figures are such as people write: no fractions of a cent."""
        return not any(_FRACTIONS.search(text) for text in _texts(self.request))

    @property
    def rank(self) -> tuple[bool, bool]:
        """Return how good a witness this is."""
        return self.is_plain, self.is_neat


class Search:
    """The search for one mutant."""

    def __init__(self, mutant: Mutant, recorded: Recorded) -> None:
        """Prepare to decide under the policy and under the mutant."""
        self.mutant = mutant
        self.recorded = recorded
        self.budget = Budget(EACH_START)
        self.firsts = frozenset(one.name for one in sections(recorded.program.policy) if one.first)
        self.changed: Program = (
            recompile(recorded.program, mutant.apply(recorded.program.policy), mutant.kinds)
            if changed_engine(mutant, recorded) is None
            else recorded.program
        )
        self.engine: Engine = changed_engine(mutant, recorded) or IndexEngine()

    def witness(self) -> Witness | None:
        """Return a request whose outcome or result differs, in figures that people write, or the nearest to it."""
        best: Witness | None = None
        patience = MORE
        for near, request in self._requests():
            found = self._compare(near, request)
            if found and (best is None or found.rank > best.rank):
                best = found
            if best is not None and best.is_plain:
                patience -= 1
                if best.is_neat or not patience:
                    break
        return best

    def _compare(self, near: Case, request: Mapping[str, Data]) -> Witness | None:
        recorded = self.recorded
        try:
            before = rule_on(recorded.program, near.kind, dict(request), now=recorded.now, engine=IndexEngine())
            after = rule_on(self.changed, near.kind, dict(request), now=recorded.now, engine=self.engine)
        except RefusedError:
            return None
        said = [seen_of(recorded.program, one) for one in (before, after)]
        if not differing(*said):
            return None
        return Witness(near, request, said[0], said[1])

    def _requests(self) -> Iterator[tuple[Case, Mapping[str, Data]]]:
        """Yield requests: those of cases that get another answer anyway, then changed ones."""
        for number in self.recorded.may_notice(self.mutant):
            case = self.recorded.cases[number]
            if case.kind in self.mutant.kinds:
                yield case, case.request
        rule = self.recorded.rules.get(self.mutant.key)
        for case, start in self._starts(rule) if rule else self._any_starts():
            self.budget.left = EACH_START
            for probe, locked in self._moved(rule, start) if rule else [(start, frozenset[Place]())]:
                yield case, probe.request
                for following in audited(probe, self.mutant, rule):
                    yield case, following
                if self.mutant.key[0].startswith("derive.") or self.mutant.key[0] == "special_orders.kinds":
                    yield from ((case, beyond.request) for beyond in self._downstream(probe, locked))

    def _any_starts(self) -> Iterator[tuple[Case, Probe]]:
        """Yield the requests of a few cases that could notice anything, for what is no rule."""
        for kind in sorted(self.mutant.kinds):
            numbers = self.recorded.by_kind.get(kind, [])
            for number in numbers[:: max(1, len(numbers) // MOST_STARTS)]:
                case = self.recorded.cases[number]
                subject = Subject.LINE if "lines" in case.request else Subject.DEAL
                probe = self._seen(case, case.request, subject, 0)
                if probe:
                    yield case, probe

    def _downstream(self, probe: Probe, locked: frozenset[Place]) -> Iterator[Probe]:
        """Yield probes in which a test of what follows from the changed field is at its limit."""
        field = "deal.special_kinds" if self.mutant.key[0] == "special_orders.kinds" else self.mutant.key[0][7:]
        inputs = probe.ruled.domain.derivations.inputs
        for rule in self.recorded.rules.values():
            if not judged_in(rule, probe):
                continue
            for test in tests_of(rule.when):
                read = [test.field, *([test.test.other] if isinstance(test.test, CompareField) else [])]
                if not any(comes_from(one, field, inputs) for one in read):
                    continue
                kind = probe.field(test.field).type
                both = [passing(test, kind, probe.view, wanted=wanted) for wanted in (True, False)]
                for value in dict.fromkeys(value for values in both for value in values if value is not None):
                    yield from (moved for moved, _ in probe.setting(test.field, value, locked))
                    yield from (moved for moved, _ in self._hanging(rule, test, value, probe, locked))

    def _starts(self, rule: Rule) -> Iterator[tuple[Case, Probe]]:
        """Yield the cases' requests as the rule's subjects see them, those nearest to fulfilling it first."""
        asked = self.recorded.asked.get(self.mutant.key, ())
        ordered = sorted(asked, key=lambda one: (_failing(rule, one[1]), one[0]))
        done: set[int] = set()
        for number, question, _ in ordered:
            case = self.recorded.cases[number]
            if number in done or case.kind not in self.mutant.kinds or len(done) >= MOST_STARTS:
                continue
            done.add(number)
            subjects = [one.subject for one in self._earlier_rows(rule) if one.subject is not Subject.DEAL]
            subject = subjects[0] if subjects and question.group.subject is Subject.DEAL else question.group.subject
            yield from ((case, probe) for probe in self._start(case, question, subject))

    def _start(self, case: Case, question: Question, subject: Subject) -> Iterator[Probe]:
        """Yield the case's request as the subject of a question sees it, and the same with one more line."""
        rows = case.request.get(ROWS[subject]) if subject is not Subject.DEAL else None
        for n in range(len(rows) if isinstance(rows, list) else 1):
            probe = self._seen(case, case.request, subject, n)
            if probe and all(same(probe.view[path], value) for path, value in question.snapshot.items()):
                yield probe
                if subject is Subject.LINE and isinstance(rows, list):
                    more = self._seen(case, {**case.request, "lines": [*rows, rows[n]]}, subject, n)
                    yield from [more] if more else ()

    def _seen(self, case: Case, request: Mapping[str, Data], subject: Subject, row: int) -> Probe | None:
        self.budget.left += 1
        found = self.recorded
        return seen(found.program, case.kind, request, subject, row, now=found.now, budget=self.budget)

    def _moved(self, rule: Rule, start: Probe) -> Iterator[tuple[Probe, frozenset[Place]]]:
        """Yield probes in which the rule and its mutant differ, each with what must not be changed any more."""
        none: frozenset[Place] = frozenset()
        reach = self.mutant.reach
        if not isinstance(reach, NewCondition) or reach.when is None:
            wanted = AllOf((*rule.when.parts, *self._earlier(rule)))
            for probe in self._fulfilled(wanted, start, none, depth=DEEPEST):
                read = [test.field for test in tests_of(rule.when)]
                yield (
                    probe,
                    frozenset(place for path in read for field, place in probe.levers(path) if field.path == path),
                )
            return
        new = reach.when
        pairs = zip(tests_of(rule.when), tests_of(new), strict=True)
        old_test, new_test = next((one, other) for one, other in pairs if one.test != other.test)
        kind = start.field(old_test.field).type
        for value in distinguishing(old_test, new_test, kind, start.view):
            for found, place in self._hanging(rule, old_test, value, start, none):
                if judge(rule.when, found.view) is not judge(new, found.view):
                    yield found, frozenset({place})

    def _hanging(
        self, rule: Rule, test: FieldTest, value: State, probe: Probe, locked: frozenset[Place]
    ) -> Iterator[tuple[Probe, Place]]:
        """Yield probes in which a field has a value and all else in its rule holds, whichever is seen to first."""
        rest = AllOf((*letting(rule.when, test).parts, *self._earlier(rule)))
        for prepared in islice(self._fulfilled(rest, probe, locked, depth=DEEPEST), 2):
            yield from prepared.setting(test.field, value, locked)
        for moved, place in probe.setting(test.field, value, locked):
            for found in self._fulfilled(rest, moved, locked | {place}, depth=DEEPEST):
                yield found, place

    def _earlier(self, rule: Rule) -> list[Condition]:
        """Return what must hold so that a row of a `first` table is asked at all: no row before it fires."""
        return [Not(one.when) for one in self._earlier_rows(rule)]

    def _earlier_rows(self, rule: Rule) -> list[Rule]:
        if rule.section not in self.firsts:
            return []
        rows = [one for key, one in self.recorded.rules.items() if key[0] == rule.section]
        return rows[: rows.index(rule)]

    def _fulfilled(self, wanted: AllOf, probe: Probe, locked: frozenset[Place], *, depth: int) -> Iterator[Probe]:
        """Yield probes in which a condition holds, changing no locked place."""
        failing = next((part for part in wanted.parts if judge(part, probe.view) is not True), None)
        if failing is None:
            yield probe
            return
        if depth:
            for changed, place in towards(failing, probe, locked, wanted=True):
                yield from self._fulfilled(wanted, changed, locked | {place}, depth=depth - 1)


def differing(before: Seen, after: Seen) -> bool:
    """Return whether a case could expect something of the one that the other does not meet."""
    return (before.outcome, before.result, before.possible, before.missing, before.statuses) != (
        after.outcome,
        after.result,
        after.possible,
        after.missing,
        after.statuses,
    )


def _failing(rule: Rule, question: Question) -> int:
    return sum(judge(part, question.snapshot) is not True for part in rule.when.parts)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = [*value.values()]
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value
