"""Around every request: an id, a measure, a line in the log, and an answer even when we break."""

import re
from collections.abc import Mapping
from contextlib import suppress
from secrets import token_hex
from time import perf_counter

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web.metrics import Metrics
from api.web.problems import INTERNAL_ERROR, problem_of, problem_response

_SANE_ID = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
GONE = 499  # the caller left before there was an answer; for the log and the metrics only


class Observe:
    """Pure ASGI middleware: no task, no stream and no copy of its own."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, routes: Mapping[object, str]) -> None:
        """Take the application, its counters, and the path template of every handler."""
        self._app = app
        self._metrics = metrics
        self._routes = routes
        self._log = structlog.get_logger("dealdesk")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        request_id = _request_id(scope)
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            status = GONE
        except Exception:  # noqa: BLE001 - the last place that can answer; the log has the traceback
            with suppress(OSError):
                self._log.exception("internal_error", request_id=request_id.decode())
            if not status:
                detail = f"the log has it under request id {request_id.decode()}"
                await problem_response(problem_of(INTERNAL_ERROR, detail))(scope, receive, send_with_id)
        self._note(scope, request_id, status, perf_counter() - started)

    def _note(self, scope: Scope, request_id: bytes, status: int, seconds: float) -> None:
        route = self._routes.get(scope.get("endpoint"), "other")
        self._metrics.request(route, scope["method"], status, seconds)
        with suppress(OSError):  # a log that nobody reads any more stops no decision
            self._log.info(
                "request",
                request_id=request_id.decode(),
                method=scope["method"],
                path=scope["path"],
                route=route,
                status=status,
                ms=round(seconds * 1000, 3),
                **scope.get("log", {}),
            )


def _request_id(scope: Scope) -> bytes:
    """Return the caller's request id if it is fit for a log, or a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_ID.fullmatch(value):
            return bytes(value)
    return token_hex(16).encode()
