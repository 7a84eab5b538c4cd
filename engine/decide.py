"""Decide one request: read it, let its domain rule, and say what was decided and why."""

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from engine.backends.durable.backend import DurableEngine
from engine.core.decision import Explain, Fault, Kind, Language, RefusedError
from engine.core.facts import Facts, Limits
from engine.core.parts import MissingDidNotMatterStep
from engine.explain.trace import build_trace
from engine.explain.words import summary
from engine.kinds.answers import Decision
from engine.plan.groups import Engine, IndexEngine, InterpreterEngine, NearIndexEngine
from engine.plan.ruling import Ruling
from engine.program import Domain, Program
from rules.ir import Policy

EngineName: TypeAlias = Literal["index", "interpreter", "durable"]

DURABLE = DurableEngine()
ENGINES: dict[EngineName, Engine] = {"index": IndexEngine(), "interpreter": InterpreterEngine(), "durable": DURABLE}
_NEAR_INDEX = NearIndexEngine()
NO_LIMITS_GIVEN = Limits()


def prepare(engine: EngineName, policy: Policy) -> None:
    """Make sure, before the first request, that an engine can decide under a policy.

    Raises:
        EngineError: it cannot; the message says why in one line.
    """
    if engine == "durable":
        DURABLE.prepare(policy)


def release(engine: EngineName) -> None:
    """Give back what `prepare` took, in a process that checks a policy and leaves deciding to others."""
    if engine == "durable":
        DURABLE.stop()


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
    matcher: Engine,
    language: Language = "en",
    limits: Limits = NO_LIMITS_GIVEN,
) -> Ruled:
    """Return what a request's domain rules, as `decide` does, with any engine that matches rules."""
    domain = program.domains.get(kind)
    if domain is None:
        has = ", ".join(kind.value for kind in program.domains) or "nothing"
        raise RefusedError((Fault("", "no_policy", f"this policy does not decide {kind.value}", f"it decides {has}"),))
    facts = program.reader.read(request, kind, now=now, limits=limits)
    facts.shared["as_of"] = facts.today
    ruling = domain.decide(matcher, facts, language)
    roots = domain.derivations.roots(ruling.missing, facts) if ruling.missing else frozenset()
    asks = ruling.outcome == "needs_information"
    if roots and not asks:
        ruling = ruling._replace(steps=(*ruling.steps, MissingDidNotMatterStep(sorted(roots))))
    return Ruled(facts, domain, ruling, tuple(sorted(roots)) if asks else ())


def decide(
    program: Program,
    kind: Kind,
    request: object,
    *,
    now: datetime,
    explain: Explain = "near",
    language: Language = "en",
    engine: EngineName = "index",
    limits: Limits = NO_LIMITS_GIVEN,
) -> Decision:
    """Return the decision on a request.

    Args:
        program: the compiled policy.
        kind: what to decide.
        request: a parsed JSON value, its non-integers as `Decimal`.
        now: what `as_of` is when the request does not say; the engine itself has no clock.
        explain: how much of the trace to give.
        language: of summaries, titles, reasons and the trace's sentences.
        engine: what matches the rules; all give the same decisions.
        limits: how many lines, claims and candidates are taken.

    Raises:
        RefusedError: with every fault of the request, or if the policy has no section for this kind.
        EngineUnavailableError: the engine's own process ended, or does not answer; only the durable engine has one.
    """
    matcher = _NEAR_INDEX if engine == "index" and explain == "near" else ENGINES[engine]
    ruled = rule_on(program, kind, request, now=now, matcher=matcher, language=language, limits=limits)
    facts, ruling = ruled.facts, ruled.ruling
    return Decision(
        kind=kind,
        policy=program.stamp,
        as_of=facts.as_of.isoformat(),
        outcome=ruling.outcome,
        summary=summary(ruling, program.policy, language, facts=facts, missing=ruled.missing),
        result=ruling.result,
        missing=ruled.missing,
        possible=ruling.possible,
        trace=build_trace(
            program.policy,
            kind,
            matcher,
            facts,
            ruling,
            ruled.domain.derivations,
            explain=explain,
            language=language,
        ),
    )
