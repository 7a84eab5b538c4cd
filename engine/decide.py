"""Decide one request: read it, let its domain rule, and say what was decided and why."""

from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from engine.answers.allocation import AllocationAsksStep
from engine.answers.decisions import Decision
from engine.answers.registration import RegistrationAsksStep
from engine.core.decision import Explain, Fault, Kind, Language, RefusedError
from engine.core.facts import Facts, Limits
from engine.core.moments import BeyondCalendarError
from engine.core.parts import MissingDidNotMatterStep
from engine.explain.line_names import with_line_names
from engine.explain.words.ruling_reader import RulingReader
from engine.kinds.registry import summary_of
from engine.plan.awaiting import Awaiting, awaited_with
from engine.plan.groups import Engine
from engine.plan.ruling import Ruling
from engine.program import Domain, Program
from rules.built_in import FOUND_FROM

NO_LIMITS_GIVEN = Limits()


class Ruled(NamedTuple):
    """A request as its domain ruled on it, before any of it is put into words; `missing` is what a caller could add."""

    facts: Facts
    domain: Domain
    ruling: Ruling
    missing: tuple[str, ...]


def rule_on(
    program: Program,
    kind: Kind,
    request: object,
    *,
    now: datetime,
    engine: Engine,
    near: bool = False,
    language: Language = "en",
    limits: Limits = NO_LIMITS_GIVEN,
) -> Ruled:
    """Return what a request's domain rules, as `decide` does; with `near`, its matches have their near misses."""
    domain = program.domains.get(kind)
    if domain is None:
        has = ", ".join(kind.value for kind in program.domains) or "nothing"
        raise RefusedError((Fault("", "no_policy", f"this policy does not decide {kind.value}", f"it decides {has}"),))
    facts = program.reader.read(request, kind, now=now, limits=limits)
    facts.shared["as_of"] = facts.today
    try:
        ruling = with_line_names(domain.decide(engine, facts, language, near=near), facts)
    except BeyondCalendarError as beyond:
        raise RefusedError((_beyond(beyond, facts),)) from None
    roots = domain.derivations.roots(ruling.missing, facts) if ruling.missing else frozenset()
    asks = ruling.outcome == "needs_information"
    if asks and domain.asks_presence:
        facts_then = program.reader.read(request, kind, now=now, limits=limits)
        facts_then.shared["as_of"] = facts_then.today
        awaited = Awaiting(engine, awaited_with(roots, {**domain.derivations.inputs, **FOUND_FROM}))
        with suppress(BeyondCalendarError):  # then what is known to be possible is all that can be said
            ruling = remaining(ruling, domain.decide(awaited, facts_then, language, near=False))
    if roots and not asks:
        ruling = ruling._replace(steps=(*ruling.steps, MissingDidNotMatterStep(sorted(roots))))
    return Ruled(facts, domain, ruling, tuple(sorted(roots)) if asks else ())


def remaining(ruling: Ruling, awaited: Ruling) -> Ruling:
    """Return a ruling that asks for information, with what remains possible once it is there."""
    possible = awaited.possible
    if possible is None or possible == ruling.possible:
        return ruling
    steps = [
        replace(step, outcomes=possible.outcomes)
        if isinstance(step, RegistrationAsksStep | AllocationAsksStep)
        else step
        for step in ruling.steps
    ]
    return ruling._replace(possible=possible, steps=tuple(steps))


def _beyond(beyond: BeyondCalendarError, facts: Facts) -> Fault:
    """Return the fault of a request that cannot be decided because nobody knows which days are working days."""
    pointer = "/as_of" if beyond.moment == facts.as_of else ""
    hint = "the policy's owner adds the days that follow to the calendar, and moves its `through`"
    return Fault(pointer, "beyond_calendar", str(beyond), hint)


def summed_up(program: Program, ruled: Ruled, language: Language) -> str:
    """Return one sentence on a ruling: what was decided, and the fact that drove it.

    It is made for every decision, also for those of which no trace is wanted; so it looks at what the ruling has.
    """
    return summary_of(RulingReader(ruled.ruling, program.policy, language, ruled.facts, ruled.missing))


def decide(
    program: Program,
    kind: Kind,
    request: object,
    *,
    now: datetime,
    engine: Engine,
    explain: Explain = "near",
    language: Language = "en",
    limits: Limits = NO_LIMITS_GIVEN,
) -> Decision:
    """Return the decision on a request.

    Args:
        program: the compiled policy.
        kind: what to decide.
        request: a parsed JSON value, its non-integers as `Decimal`.
        now: what `as_of` is when the request does not say; the engine itself has no clock.
        engine: what judges the rules; all give the same decisions.
        explain: how much of the trace to give.
        language: of summaries, titles, reasons and the trace's sentences.
        limits: how many lines, claims and candidates are taken.

    Raises:
        RefusedError: with every fault of the request, or if the policy has no section for this kind, or if working time
            runs past the end of the policy's calendar.
        EngineUnavailableError: the engine's own process ended, or does not answer; only the durable engine has one.
    """
    near = explain == "near"
    ruled = rule_on(program, kind, request, now=now, engine=engine, near=near, language=language, limits=limits)
    facts, ruling = ruled.facts, ruled.ruling
    return Decision(
        kind=kind,
        policy=program.stamp,
        as_of=facts.as_of.isoformat(),
        outcome=ruling.outcome,
        summary=summed_up(program, ruled, language),
        result=ruling.result,
        missing=ruled.missing,
        possible=ruling.possible,
        trace=ruled.domain.tracer.trace(facts, ruling, explain=explain, language=language),
    )
