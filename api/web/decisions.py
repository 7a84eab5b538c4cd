"""`POST /v1/decisions/{kind}` and its batch.

The engine reads and judges the request itself, so nothing is modelled here: bytes, value, decision, bytes. A small case
is decided where it arrives, since that takes less time than handing it over; long work goes to a thread, so that the
next caller does not wait for it. So does all work of the durable engine, whose process may keep its caller waiting.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api import service
from api.body import pointer
from api.service import KIND_BY_NAME, Options
from api.web.desk import Desk, desk_of
from api.web.problems import ENGINE_UNAVAILABLE, INVALID_REQUEST, problem_json, refusal_json
from api.web.reading import parse_body, read_body, read_kind, read_options
from engine.decision import Fault, Json, Kind, RefusedError
from engine.durable.errors import EngineUnavailableError
from engine.program import Program

Answer = TypeVar("Answer")

LONG_BODY = 4 * 1024  # bytes: some twenty lines, ten milliseconds or so


async def decide(request: Request) -> Response:
    """Decide one case."""
    desk = desk_of(request)
    program = desk.active.program
    kind = read_kind(request, program)
    options = read_options(request, desk.options)
    body = await read_body(request, most=desk.settings.max_body_bytes)

    def answer() -> tuple[str, bytes]:
        decided = service.decide(program, kind, parse_body(body), now=service.moment(), options=options)
        return decided.decision.outcome, orjson.dumps(decided.to_json())

    outcome, reply = await _in_thread(desk, answer) if _takes_long(desk, body) else answer()
    desk.metrics.decision(kind, outcome)
    request.scope["log"] = {"kind": kind.value, "outcome": outcome, "policy": program.policy.digest}
    return Response(reply, media_type="application/json")


async def decide_batch(request: Request) -> Response:
    """Decide many cases under one policy and as of one moment; each has its own decision or problem."""
    desk = desk_of(request)
    options = read_options(request, desk.options)
    body = await read_body(request, most=desk.settings.max_body_bytes)
    program = desk.active.program

    def answer() -> tuple[list[Json], bytes]:
        entries = _entries(parse_body(body), most=desk.settings.max_batch)
        now = service.moment()
        results = [
            _result(program, entry, f"/requests/{n}", now=now, options=options) for n, entry in enumerate(entries)
        ]
        return results, orjson.dumps({"results": results})

    results, reply = await _in_thread(desk, answer)
    for result in results:
        match result:
            case {"decision": {"kind": str(kind), "outcome": str(outcome)}}:
                desk.metrics.decision(Kind(kind), outcome)
    request.scope["log"] = {"batch": len(results), "policy": program.policy.digest}
    return Response(reply, media_type="application/json")


def _takes_long(desk: Desk, body: bytes) -> bool:
    return len(body) > LONG_BODY or desk.options.engine == "durable"


async def _in_thread(desk: Desk, work: Callable[[], Answer]) -> Answer:
    return await asyncio.get_running_loop().run_in_executor(desk.threads, work)


def _entries(value: object, *, most: int) -> list[object]:
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


def _result(program: Program, entry: object, base: str, *, now: datetime, options: Options) -> Json:
    """Decide one entry of a batch; pointers lead from the body's root, so that they fit what was sent."""
    try:
        kind, case = _case(entry)
    except RefusedError as refused:
        return {"problem": refusal_json(INVALID_REQUEST, refused.faults, base=base)}
    try:
        return {"decision": service.decide(program, kind, case, now=now, options=options).to_json()}
    except RefusedError as refused:
        return {"problem": refusal_json(INVALID_REQUEST, refused.faults, base=f"{base}/request")}
    except EngineUnavailableError as error:
        return {"problem": problem_json(ENGINE_UNAVAILABLE, str(error))}


def _case(entry: object) -> tuple[Kind, object]:
    if not isinstance(entry, dict):
        raise RefusedError((Fault("", "type", 'an entry is an object: {"kind": …, "request": {…}}'),))
    name = entry.get("kind")
    kind = KIND_BY_NAME.get(name) if isinstance(name, str) else None
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
    if faults or kind is None:
        raise RefusedError(tuple(faults))
    return kind, entry["request"]


_ENTRY = frozenset({"kind", "request"})
