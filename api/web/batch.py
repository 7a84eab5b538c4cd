"""A batch: its entries, and the decision or the problem of each.

Fifty small decisions take a few milliseconds, so what is done for each counts: ids come of one draw, places are written
for refusals only, and what was decided is counted once at the end.
"""

from collections import Counter
from datetime import datetime

from api.desk import service
from api.desk.service import KIND_BY_NAME, Options
from api.web.body import pointer
from api.web.problems import ENGINE_UNAVAILABLE, INVALID_REQUEST, problem_of, refusal_of
from engine.backends.durable.errors import EngineUnavailableError
from engine.core.decision import Fault, Json, Kind, RefusedError
from engine.core.parts import to_json
from engine.program import Program


def entries_of(value: object, *, most: int) -> list[object]:
    """Return a batch's entries, or refuse the batch as a whole."""
    faults: list[Fault] = []
    if not isinstance(value, dict):
        raise RefusedError((Fault("", "type", 'a batch is an object: {"requests": [{"kind": …, "request": {…}}]}'),))
    faults += [
        Fault(pointer("", key[:80]), "unknown_key", "nothing has this name") for key in value if key != "requests"
    ]
    entries = value.get("requests")
    if not isinstance(entries, list):
        code = "type" if "requests" in value else "required"
        faults.append(Fault("/requests", code, "`requests` must be a list"))
    elif len(entries) > most:
        faults.append(Fault("/requests", "too_many", f"a batch has at most {most} requests, this one {len(entries)}"))
    if faults or not isinstance(entries, list):
        raise RefusedError(tuple(faults))
    return entries


def decide_entries(
    program: Program, entries: list[object], *, now: datetime, options: Options
) -> tuple[list[Json], Counter[tuple[Kind, str]]]:
    """Return each entry's decision or problem, in order, and how many decisions there are by kind and outcome.

    Pointers of problems lead from the body's root, so that they fit what was sent.
    """
    results: list[Json] = []
    decided: list[tuple[Kind, str]] = []
    for n, (entry, name) in enumerate(zip(entries, service.new_ids(len(entries)), strict=True)):
        within = ""
        try:
            kind, request = _case(entry)
            within = "/request"
            answer = service.decide(program, kind, request, now=now, options=options, name=name)
        except RefusedError as refused:
            base = f"/requests/{n}{within}"
            results.append({"problem": to_json(refusal_of(INVALID_REQUEST, refused.faults, base=base))})
        except EngineUnavailableError as error:
            results.append({"problem": to_json(problem_of(ENGINE_UNAVAILABLE, str(error)))})
        else:
            results.append({"decision": answer.to_json()})
            decided.append((kind, answer.decision.outcome))
    return results, Counter(decided)


def _case(entry: object) -> tuple[Kind, object]:
    """Return what an entry asks, or refuse it with every fault."""
    if not isinstance(entry, dict):
        raise RefusedError((Fault("", "type", 'an entry is an object: {"kind": …, "request": {…}}'),))
    name = entry.get("kind")
    kind = KIND_BY_NAME.get(name) if isinstance(name, str) else None
    if kind and entry.keys() == _ENTRY:
        return kind, entry["request"]
    faults = [
        Fault(pointer("", key[:80]), "unknown_key", "nothing has this name") for key in entry if key not in _ENTRY
    ]
    if "request" not in entry:
        faults.append(Fault("/request", "required", "the request is needed"))
    if kind is None:
        hint = "one of: " + ", ".join(kind.value for kind in Kind)
        given = "kind" in entry
        message = "is no kind of decision" if given else "the kind is needed"
        faults.append(Fault("/kind", "unknown_kind" if given else "required", message, hint))
    raise RefusedError(tuple(faults))


_ENTRY = frozenset({"kind", "request"})
