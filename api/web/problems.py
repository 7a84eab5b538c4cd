"""What HTTP callers are answered when there is no answer: RFC 9457 problems, one shape for every error."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.web.drain import drain
from api.web.replies import Problem, RequestFault
from engine.core.decision import Fault, RefusedError
from engine.core.parts import to_json

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 100  # enough to mend a request by; a reply stays smaller than the request it refuses


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem: its name in `type`, its status and its title; docs/http.md lists them."""

    name: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        """Return the identifier that callers compare."""
        return f"urn:dealdesk:problem:{self.name}"


NOT_JSON = ProblemType("not-json", 400, "The body is not JSON that can be taken exactly")
NOT_FOUND = ProblemType("not-found", 404, "There is nothing here")
METHOD_NOT_ALLOWED = ProblemType("method-not-allowed", 405, "This method is not for this resource")
BODY_TOO_LARGE = ProblemType("body-too-large", 413, "The body is too large")
UNSUPPORTED_MEDIA_TYPE = ProblemType("unsupported-media-type", 415, "The body is not declared as JSON")
INVALID_REQUEST = ProblemType("invalid-request", 422, "The request cannot be decided as it stands")
INVALID_QUERY = ProblemType("invalid-query", 422, "A query parameter cannot be used")
INTERNAL_ERROR = ProblemType("internal-error", 500, "Something broke on our side")
ENGINE_UNAVAILABLE = ProblemType("engine-unavailable", 503, "The engine that decides is not there now")

PROBLEM_TYPES = (
    NOT_JSON,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INVALID_REQUEST,
    INVALID_QUERY,
    INTERNAL_ERROR,
    ENGINE_UNAVAILABLE,
)


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        """Take the problem as callers get it."""
        super().__init__(problem.detail)
        self.problem = problem


def problem_of(type_: ProblemType, detail: str, errors: Iterable[RequestFault] = ()) -> Problem:
    """Return a problem of a kind."""
    return Problem(type_.uri, type_.title, type_.status, detail, [*errors][:MAX_ERRORS] or None)


def refusal_of(type_: ProblemType, faults: tuple[Fault, ...], *, base: str = "") -> Problem:
    """Return the problem of a refused request; `base` is the pointer to the request within the body."""
    first = faults[0]
    where = base + first.pointer
    detail = f"{where}: {first.message}" if where else first.message
    if len(faults) > 1:
        detail += f" (and {len(faults) - 1} more)"
    errors = [
        RequestFault(pointer=base + fault.pointer, code=fault.code, message=fault.message, hint=fault.hint or None)
        for fault in faults
    ]
    return problem_of(type_, detail, errors)


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Return a problem as a reply."""
    return Response(orjson.dumps(to_json(problem)), problem.status, headers, MEDIA_TYPE)


async def on_problem(_request: Request, error: Exception) -> Response:
    """Reply to a `ProblemError`."""
    assert isinstance(error, ProblemError)
    return problem_response(error.problem)


async def on_refused(_request: Request, error: Exception) -> Response:
    """Reply to a `RefusedError`: JSON that cannot be decided."""
    assert isinstance(error, RefusedError)
    return problem_response(refusal_of(INVALID_REQUEST, error.faults))


async def on_engine_unavailable(_request: Request, error: Exception) -> Response:
    """Reply to an `EngineUnavailableError`: the same request may be answered in a moment."""
    return problem_response(problem_of(ENGINE_UNAVAILABLE, str(error)), {"Retry-After": "1"})


async def on_http_error(request: Request, error: Exception) -> Response:
    """Reply to what the router finds: no such path, or not with this method."""
    assert isinstance(error, HTTPException)
    await drain(request)
    method, path = request.method, request.url.path
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        detail = f"{method} is not for {path}; use {allowed}"
        return problem_response(problem_of(METHOD_NOT_ALLOWED, detail), {"Allow": allowed})
    return problem_response(problem_of(NOT_FOUND, f"there is no {path}; /docs lists what there is"))
