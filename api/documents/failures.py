"""A failed case in words: what was expected, what is, and the decision with its trace."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

import orjson

from engine.answers.decisions import StoredDecision, decision_from_json
from engine.assure.cases.expect import STATUSES, Mismatch
from engine.assure.cases.running import Outcome
from engine.decide import decide
from engine.explain.words.decision_reader import source
from engine.explain.words.tested import failures, unknowns
from engine.plan.groups import Engine
from engine.texts import as_text
from rules.reports.diagnostics import draw


def described(outcome: Outcome, *, now: datetime, engine: Engine) -> str:
    """Return why a case did not pass, over several lines."""
    if outcome.problem:
        loaded = outcome.problem.loaded
        drawn = [draw(one, loaded.sources) for one in loaded.diagnostics] if loaded else []
        return "\n\n".join([f"{outcome.problem.name}: {outcome.problem.reason}", *drawn])
    if outcome.faults:
        return "\n".join(["the request cannot be decided", *_faults(outcome)])
    assert outcome.program is not None
    request = dict(outcome.case.request)
    decision = decide(outcome.program, outcome.case.kind, request, now=now, explain="near", engine=engine)
    rows = [row for one in outcome.mismatches for row in mismatch_lines(one)]
    named = [name for one in outcome.mismatches for name in _rules(one)]
    if named:
        everything = decide(outcome.program, outcome.case.kind, request, now=now, explain="all", engine=engine)
        rows += _why(named, decision_from_json(everything.to_json()))
    return "\n".join([*rows, "", as_text(decision, "en").rstrip("\n")])


def mismatch_lines(one: Mismatch) -> Iterator[str]:
    """Yield what was expected and what is, one under the other."""
    if one.expected is not None or "rule" not in str(one.actual):
        yield f"{one.place}: expected {shown(one.expected)}"
        yield f"{' ' * len(one.place)}  actual   {shown(one.actual)}"
    else:
        yield f"{one.place}: {one.actual}"
    if one.hint:
        yield f"{' ' * len(one.place)}  = {one.hint}"


def shown(value: object) -> str:
    """Return a value as a case would write it, in one line.

    >>> shown(["a", None, {"level": "x"}])
    '[a, null, {level: x}]'
    """
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {shown(item)}' for key, item in value.items())}}}"
    if isinstance(value, str | Decimal):
        return str(value)
    return orjson.dumps(value).decode()


def _faults(outcome: Outcome) -> Iterable[str]:
    for fault in outcome.faults:
        yield f"  {fault.pointer or 'the request'}: {fault.message}{f' ({fault.hint})' if fault.hint else ''}"


def _rules(one: Mismatch) -> list[str]:
    return [str(name) for name in one.expected] if one.place in STATUSES and isinstance(one.expected, list) else []


def _why(names: list[str], decision: StoredDecision) -> Iterator[str]:
    """Yield for each rule that is not as expected where it stands, and which of its tests made it so."""
    for rule in decision.trace.rules if decision.trace else ():
        if rule.rule in names and rule.status != "fired":
            reasons = failures(rule, "en") or unknowns(rule, "en")
            yield f"  {rule.rule} ({source(rule)}) is {rule.status}: {', '.join(reasons)}"
