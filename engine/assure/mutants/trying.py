"""Trying mutants: which case notices, asking only the cases that can.

Every case is decided once with all its questions remembered. A rule with another condition can only matter in a case in
which one of its own verdicts differs; another effect, only where the rule fired or was undetermined. What a decision
takes from a policy without asking an engine (the prices that would give a lower level) is looked at in the cases that
expect something of it, under the whole changed policy.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.assure.cases.case import Case
from engine.assure.cases.expect import mismatches
from engine.assure.cases.parts import Key, sections
from engine.assure.cases.recording import Question, Recorder
from engine.assure.cases.running import decided
from engine.assure.mutants.mutant import Mutant, NewCondition, NewEffects, Swapped
from engine.assure.mutants.overlay import Overlay
from engine.backends.index import IndexEngine
from engine.core.decision import Kind, RefusedError
from engine.core.interpret import judge
from engine.decide import rule_on
from engine.plan.groups import Engine
from engine.program import Program, recompile
from rules.ir import Rule

NOT_ASKED = "alternatives"


@dataclass(slots=True)
class Recorded:
    """Cases that pass, with the questions that deciding them asked, by the rules that were asked."""

    program: Program
    cases: list[Case]
    now: datetime
    rules: dict[Key, Rule] = field(default_factory=dict)
    asked: dict[Key, list[tuple[int, Question, int]]] = field(default_factory=dict)
    by_kind: dict[Kind, list[int]] = field(default_factory=dict)

    def add(self, case: Case) -> None:
        """Decide one more case, and remember what was asked; one that cannot be decided is never asked again."""
        number = len(self.cases)
        self.cases.append(case)
        recorder = Recorder()
        try:
            rule_on(self.program, case.kind, dict(case.request), now=self.now, engine=recorder)
        except RefusedError:
            return
        self.by_kind.setdefault(case.kind, []).append(number)
        for question in recorder.questions:
            for place, rule in enumerate(question.group.rules):
                if self.rules.get((rule.section, rule.id)) is rule:
                    self.asked.setdefault((rule.section, rule.id), []).append((number, question, place))

    def may_notice(self, mutant: Mutant) -> Iterator[int]:
        """Yield the cases in which some answer differs, or anything could."""
        asked = self.asked.get(mutant.key, ())
        reach = mutant.reach
        if isinstance(reach, NewCondition):
            when = reach.when
            differ = (
                case
                for case, question, number in asked
                if (False if when is None else judge(when, question.snapshot)) is not question.verdict(number)
            )
        elif isinstance(reach, NewEffects):
            differ = (case for case, question, number in asked if question.verdict(number) is not False)
        elif isinstance(reach, Swapped):
            other = {id(question): number for _, question, number in self.asked.get(reach.other, ())}
            differ = (
                case
                for case, question, number in asked
                if question.verdict(number) is not False
                and question.verdict(other.get(id(question), number)) is not False
            )
        else:
            differ = (case for kind in sorted(mutant.kinds) for case in self.by_kind.get(kind, ()))
        return iter(dict.fromkeys(differ))


def record(program: Program, cases: Sequence[Case], *, now: datetime) -> Recorded:
    """Decide the cases, and remember what was asked."""
    found = Recorded(program, [], now)
    found.rules = {(rule.section, rule.id): rule for section in sections(program.policy) for rule in section.rules}
    for case in cases:
        found.add(case)
    return found


def noticed_by(mutant: Mutant, recorded: Recorded) -> int | None:
    """Return the first case that fails under the mutant, by its number; None if all pass."""
    program, engine = recorded.program, changed_engine(mutant, recorded)
    if engine is None:
        program, engine = recompile(program, mutant.apply(program.policy), mutant.kinds), IndexEngine()
    for number in recorded.may_notice(mutant):
        case = recorded.cases[number]
        if case.kind in mutant.kinds and fails(case, program, engine, now=recorded.now):
            return number
    if Kind.PRICE_APPROVAL not in mutant.kinds:
        return None
    return _noticed_in_prices(mutant, recorded)


def changed_engine(mutant: Mutant, recorded: Recorded) -> Engine | None:
    """Return an engine that matches as the mutant does, where that is all that it changes."""
    if not isinstance(mutant.reach, NewCondition):
        return None
    return Overlay(recorded.rules[mutant.key], mutant.reach.when)


def fails(case: Case, program: Program, engine: Engine, *, now: datetime) -> bool:
    """Return whether a case is not met."""
    try:
        return any(True for _ in mismatches(case.expect, decided(case, program, engine, now=now)))
    except RefusedError:
        return True


def _noticed_in_prices(mutant: Mutant, recorded: Recorded) -> int | None:
    numbers: Iterable[int] = recorded.by_kind.get(Kind.PRICE_APPROVAL, ())
    wanted = [number for number in numbers if NOT_ASKED in recorded.cases[number].expect]
    if not wanted:
        return None
    program = recompile(recorded.program, mutant.apply(recorded.program.policy), [Kind.PRICE_APPROVAL])
    found = (number for number in wanted if fails(recorded.cases[number], program, IndexEngine(), now=recorded.now))
    return next(found, None)
