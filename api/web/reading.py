"""What handlers read from a request: a bounded JSON body, the options in the query, the kind in the path."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import get_args
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request

from api.desk.service import KIND_BY_NAME, Options
from api.web.body import read_json
from api.web.drain import drain
from api.web.problems import (
    BODY_TOO_LARGE,
    INVALID_QUERY,
    NOT_FOUND,
    NOT_JSON,
    UNSUPPORTED_MEDIA_TYPE,
    ProblemError,
    problem_of,
    refusal_of,
)
from api.web.replies import RequestFault
from engine.core.decision import Explain, Fault, Kind, Language, RefusedError
from engine.program import Program
from rules.kinds import SECTIONS
from rules.reports.nearest import nearest

# Query parameter → the option it sets, and its values.
QUERY: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "explain": ("explain", get_args(Explain)),
    "lang": ("language", get_args(Language)),
}


async def read_body(request: Request, *, most: int) -> bytes:
    """Return the body, refused as soon as it is known to be too large or not JSON."""
    headers: dict[bytes, bytes] = dict(request.scope["headers"])
    if headers.get(b"content-type") != b"application/json" or b"content-encoding" in headers:
        try:
            _check_declared(request.headers)
        except ProblemError:
            await drain(request)
            raise
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > most:
        await drain(request)
        raise ProblemError(problem_of(BODY_TOO_LARGE, f"the body has {int(length)} bytes; the limit is {most}"))
    chunks: list[bytes] = []
    size, more = 0, True
    while more and size <= most:  # a chunked body declares no length
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        more = message.get("more_body", False)
    if size > most:
        if more:
            await drain(request)
        raise ProblemError(problem_of(BODY_TOO_LARGE, f"the body has more than the limit of {most} bytes"))
    return b"".join(chunks)


def parse_body(body: bytes) -> object:
    """Return the JSON value of a body."""
    try:
        return read_json(body)
    except RefusedError as refused:
        raise ProblemError(refusal_of(NOT_JSON, refused.faults)) from None


def read_options(request: Request, defaults: Options) -> Options:
    """Return the options that the query chooses; every wrong parameter is reported at once."""
    query: bytes = request.scope["query_string"]
    return _options(query, defaults) if query else defaults


@lru_cache(64)  # callers send one of a few queries, again and again; a refused one is not kept
def _options(query: bytes, defaults: Options) -> Options:
    errors: list[RequestFault] = []
    chosen: dict[str, str] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if fault := _wrong_parameter(name, value, chosen):
            errors.append(
                RequestFault(parameter=name[:80], code=fault.code, message=fault.message, hint=fault.hint or None)
            )
        else:
            chosen[QUERY[name][0]] = value
    if errors:
        first = errors[0]
        detail = f"the query parameter `{first.parameter}` {first.message}"
        raise ProblemError(problem_of(INVALID_QUERY, detail, errors))
    return replace(defaults, **chosen)  # type: ignore[arg-type]


def read_kind(request: Request, program: Program) -> Kind:
    """Return the kind that the path names, if the policy decides it."""
    name = request.path_params["kind"]
    kind = KIND_BY_NAME.get(name)
    if kind and kind in program.domains:
        return kind
    if kind:
        detail = f"the policy `{program.policy.name}` has no section `{SECTIONS[kind].key}`"
    else:
        detail = f"there is no kind of decision `{name[:80]}`; {_known(name, [kind.slug for kind in program.domains])}"
    raise ProblemError(problem_of(NOT_FOUND, detail))


def _check_declared(headers: Headers) -> None:
    declared, *parameters = headers.get("content-type", "").split(";")
    if declared.strip().lower() != "application/json":
        was = f"is {declared.strip()[:80]}" if declared.strip() else "is missing"
        raise ProblemError(problem_of(UNSUPPORTED_MEDIA_TYPE, f"Content-Type {was}; send application/json"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip(' "').lower() not in ("utf-8", "utf8"):
            raise ProblemError(
                problem_of(UNSUPPORTED_MEDIA_TYPE, f"the charset {value.strip()[:80]} is not read; JSON is UTF-8")
            )
    encoding = headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise ProblemError(
            problem_of(UNSUPPORTED_MEDIA_TYPE, f"Content-Encoding {encoding[:80]} is not read; send plain JSON")
        )


def _wrong_parameter(name: str, value: str, chosen: dict[str, str]) -> Fault | None:
    if name not in QUERY:
        return Fault("", "unknown_parameter", "is not known here", _known(name, QUERY))
    option, values = QUERY[name]
    if option in chosen:
        return Fault("", "repeated_parameter", "is given twice")
    if value not in values:
        return Fault("", "unknown_value", f'has no value "{value[:40]}"', _known(value, values))
    return None


def _known(name: str, names: Mapping[str, object] | list[str] | tuple[str, ...]) -> str:
    meant = nearest(name, tuple(names))
    return f"did you mean `{meant}`?" if meant else "one of: " + ", ".join(names)
