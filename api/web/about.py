"""What the service says of itself: the active policy, request schemas, liveness, readiness, metrics."""

import orjson
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from api.desk.active import Refusal
from api.desk.findings import finding_of, stamp
from api.web.desk import desk_of
from api.web.reading import read_kind
from api.web.replies import ActivePolicyReply, Alive, PolicyError, PolicySection, PolicySource, Ready
from engine.core.decision import Json
from engine.core.parts import Part, to_json
from engine.core.request_schema import request_schema
from rules.kinds import SECTIONS
from rules.reports.diagnostics import draw


async def policy(request: Request) -> Response:
    """Say which policy decides, with its text."""
    program = desk_of(request).active.program
    active = program.policy
    return _part(
        ActivePolicyReply(
            name=active.name,
            version=active.version,
            digest=active.digest,
            currency=active.currency,
            timezone=active.timezone,
            sections=[PolicySection(SECTIONS[kind].key, kind) for kind in program.domains],
            source=[PolicySource(source.file, source.text) for source in active.sources],
        )
    )


async def schema(request: Request) -> Response:
    """Return the schema of a kind's requests under the active policy."""
    desk = desk_of(request)
    program = desk.active.program
    described = request_schema(program.policy, read_kind(request, program), limits=desk.settings.limits)
    return _json(described, media_type="application/schema+json")


async def alive(_request: Request) -> Response:
    """Say that the process answers."""
    return _part(Alive("ok"))


async def ready(request: Request) -> Response:
    """Say that decisions are served, by which policy, and whether a later edit of it was refused.

    A refused edit leaves the service ready: it serves the last good policy, and taking it away would help nobody.
    """
    active = desk_of(request).active
    refusal = active.refusal
    return _part(Ready("ready", stamp(active.program.policy), _error(refusal) if refusal else None))


async def metrics(request: Request) -> Response:
    """Return the metrics for Prometheus."""
    return Response(desk_of(request).metrics.exposition(), media_type=CONTENT_TYPE_LATEST)


def _error(refusal: Refusal) -> PolicyError:
    diagnostics = [finding_of(one, draw(one, refusal.sources)) for one in refusal.diagnostics]
    return PolicyError(refusal.at.isoformat(), refusal.detail, diagnostics)


def _part(reply: Part) -> Response:
    return _json(to_json(reply))


def _json(value: Json, media_type: str = "application/json") -> Response:
    return Response(orjson.dumps(value), media_type=media_type)
