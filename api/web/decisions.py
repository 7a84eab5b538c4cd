"""`POST /v1/decisions/{kind}` and its batch.

The engine reads and judges the request itself, so nothing is modelled here: bytes, value, decision, bytes. A small case
is decided where it arrives, since that takes less time than handing it over; long work goes to a thread, so that the
next caller does not wait for it. So does all work of the durable engine, whose process may keep its caller waiting.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.desk import service
from api.desk.service import Options
from api.web.batch import decide_entries, entries_of
from api.web.desk import Desk, desk_of
from api.web.reading import parse_body, read_body, read_kind, read_options
from engine.core.decision import Explain, Kind

Answer = TypeVar("Answer")

# Bytes that take ten milliseconds or so in plain Python, by what is explained. In a thread, whose processor has cold
# caches each time, a batch of small cases takes a third longer.
LONG_BODY: dict[Explain, int] = {"none": 16 * 1024, "fired": 16 * 1024, "near": 12 * 1024, "all": 4 * 1024}


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

    outcome, reply = await _in_thread(desk, answer) if _takes_long(desk, body, options) else answer()
    desk.metrics.decision(kind, outcome)
    request.scope["log"] = {"kind": kind.value, "outcome": outcome, "policy": program.policy.digest}
    return Response(reply, media_type="application/json")


async def decide_batch(request: Request) -> Response:
    """Decide many cases under one policy and as of one moment; each has its own decision or problem."""
    desk = desk_of(request)
    options = read_options(request, desk.options)
    body = await read_body(request, most=desk.settings.max_body_bytes)
    program = desk.active.program

    def answer() -> tuple[int, Counter[tuple[Kind, str]], bytes]:
        entries = entries_of(parse_body(body), most=desk.settings.max_batch)
        results, decided = decide_entries(program, entries, now=service.moment(), options=options)
        return len(results), decided, orjson.dumps({"results": results})

    size, decided, reply = await _in_thread(desk, answer) if _takes_long(desk, body, options) else answer()
    for (kind, outcome), count in decided.items():
        desk.metrics.decision(kind, outcome, count)
    request.scope["log"] = {"batch": size, "policy": program.policy.digest}
    return Response(reply, media_type="application/json")


def _takes_long(desk: Desk, body: bytes, options: Options) -> bool:
    return len(body) > LONG_BODY[options.explain] or desk.active.engine.name == "durable"


async def _in_thread(desk: Desk, work: Callable[[], Answer]) -> Answer:
    return await asyncio.get_running_loop().run_in_executor(desk.threads, work)
