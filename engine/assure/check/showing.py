"""A finding's request as the engine decides it: the decision, which rows fired, and the trace for people."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from engine.answers.decisions import Decision
from engine.assure.check.words import listed
from engine.backends.index import IndexEngine
from engine.core.decision import Json, Language
from engine.decide import decide
from engine.program import Program
from engine.space.rule_space import Shown
from engine.texts import as_text


def decision_of(program: Program, shown: Shown) -> Decision:
    """Return the engine's decision on a request."""
    moment = datetime.combine(shown.today, time(9), ZoneInfo(program.policy.timezone))
    return decide(program, shown.kind, shown.request, now=moment, engine=IndexEngine(), explain="fired")


def witness_json(program: Program, shown: Shown) -> dict[str, Json]:
    """Return a request with what the engine makes of it."""
    decision = decision_of(program, shown)
    return {
        "kind": shown.kind.value,
        "request": shown.request,
        "section": shown.section,
        "fired": [*sorted(shown.fired)],
        "outcome": decision.outcome,
        "summary": decision.summary,
        "trace": dict(decision.trace) if decision.trace else None,
    }


def witness_text(program: Program, shown: Shown, language: Language = "en") -> str:
    """Return the trace of a request, after the rows of the section that fire on it."""
    fired = sorted(shown.fired)
    what = f"{listed(fired, 'and')} fire{'s' * (len(fired) == 1)}" if fired else "nothing fires"
    return f"{shown.section}: {what}\n{as_text(decision_of(program, shown), language)}".rstrip()
