"""Running cases: each is decided, and held against what it expects."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter

from engine.assure.cases.case import Case
from engine.assure.cases.expect import Mismatch, Seen, mismatches, rules_named, seen_of
from engine.assure.cases.parts import rules_of
from engine.assure.cases.policies import Policies, PolicyProblem
from engine.backends import Backend
from engine.core.decision import Fault, RefusedError
from engine.decide import rule_on
from engine.plan.groups import Engine
from engine.program import Program
from rules.reports.nearest import nearest

# What `as_of` is in a case that says none: always the same, so that a case passes or fails on whatever day it is run.
AS_OF = datetime(2026, 11, 21, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case. It passed if nothing of this is there; `skipped` says why it was not run."""

    case: Case
    program: Program | None = None
    mismatches: tuple[Mismatch, ...] = ()
    faults: tuple[Fault, ...] = ()
    problem: PolicyProblem | None = None
    skipped: str | None = None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Return whether the case was run, and met every expectation."""
        return not (self.mismatches or self.faults or self.problem or self.skipped is not None)

    @property
    def failed(self) -> bool:
        """Return whether the case did not pass, and was not skipped either."""
        return not self.passed and self.skipped is None


def run_cases(
    cases: Iterable[Case], policies: Policies, *, engine: Backend, now: datetime = AS_OF
) -> Iterator[Outcome]:
    """Yield what becomes of each case."""
    for case in cases:
        if engine.name in case.unsupported:
            yield Outcome(case, skipped=str(case.unsupported[engine.name]))
            continue
        program = policies.program(case)
        if isinstance(program, PolicyProblem):
            yield Outcome(case, problem=program)
            continue
        start = perf_counter()
        try:
            wrong = held_against(case, program, engine, now=now)
        except RefusedError as refused:
            yield Outcome(case, program, faults=refused.faults, seconds=perf_counter() - start)
        else:
            yield Outcome(case, program, wrong, seconds=perf_counter() - start)


def held_against(case: Case, program: Program, engine: Engine, *, now: datetime) -> tuple[Mismatch, ...]:
    """Decide a case, and return what is not as it expects; a rule that the policy does not have is always wrong."""
    known = rules_of(program.policy).keys()
    unknown = [_unknown(name, known) for name in sorted(rules_named(case.expect) - known)]
    return (*unknown, *mismatches(case.expect, decided(case, program, engine, now=now)))


def decided(case: Case, program: Program, engine: Engine, *, now: datetime) -> Seen:
    """Return what the decision on a case shows of itself."""
    ruled = rule_on(program, case.kind, dict(case.request), now=now, engine=engine)
    return seen_of(program, ruled)


def _unknown(name: str, known: Collection[str]) -> Mismatch:
    meant = nearest(name, sorted(known))
    return Mismatch(name, None, "the policy has no such rule", f"did you mean `{meant}`?" if meant else None)
