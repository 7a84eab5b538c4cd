"""The application: its routes, what surrounds them, and the life of the policy behind them."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.routing import Route

from api.desk.active import ActivePolicy
from api.desk.findings import stamp
from api.desk.service import Options
from api.desk.settings import Settings
from api.web import about, decisions
from api.web.desk import Desk
from api.web.logs import set_up_logs
from api.web.metrics import Metrics
from api.web.observe import Observe
from api.web.openapi import OpenApi
from api.web.problems import ProblemError, on_engine_unavailable, on_http_error, on_problem, on_refused
from engine.backends import make_engine
from engine.backends.durable.errors import EngineUnavailableError
from engine.core.decision import RefusedError
from engine.core.parts import to_json
from rules.reports.diagnostics import draw

ROUTES = (
    Route("/v1/decisions/{kind}", decisions.decide, methods=["POST"]),
    Route("/v1/decisions", decisions.decide_batch, methods=["POST"]),
    Route("/v1/policy", about.policy, methods=["GET"]),
    Route("/v1/policy/schema/{kind}", about.schema, methods=["GET"]),
    Route("/healthz", about.alive, methods=["GET"]),
    Route("/readyz", about.ready, methods=["GET"]),
    Route("/metrics", about.metrics, methods=["GET"]),
)

# Long work in a thread gives way to short requests after at most a millisecond, not after five.
SWITCH_INTERVAL = 0.001


def create_app(settings: Settings, active: ActivePolicy | None = None) -> FastAPI:
    """Return the application over a policy; raises as `ActivePolicy` does when there is none to serve."""
    active = active or ActivePolicy(settings.policy, make_engine(settings.engine))
    metrics = Metrics(active)
    desk = Desk(settings, active, metrics, Options(engine=active.engine, limits=settings.limits))

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_INTERVAL)
        _set_aside()
        watch = asyncio.create_task(_watch(desk)) if settings.reload else None
        yield
        if watch:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
        sys.setswitchinterval(interval)
        gc.unfreeze()

    app = FastAPI(title="dealdesk", lifespan=life, redirect_slashes=False, redoc_url=None)
    app.state.desk = desk
    app.openapi = OpenApi(desk)  # type: ignore[method-assign]
    # Plain routes: FastAPI's own would read and model each body before the engine reads it. First, to be found first.
    app.router.routes[:0] = ROUTES
    app.add_exception_handler(ProblemError, on_problem)
    app.add_exception_handler(RefusedError, on_refused)
    app.add_exception_handler(EngineUnavailableError, on_engine_unavailable)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_middleware(Observe, metrics=metrics, routes={route.endpoint: route.path for route in ROUTES})
    return app


def create_logged_app() -> FastAPI:
    """Return the application of a worker process, which sets up its own logs."""
    set_up_logs()
    return create_app(Settings())


def _set_aside() -> None:
    """Take what is there now out of the garbage collector's rounds.

    A compiled policy is a hundred thousand objects that stay. What the slowest requests waited for was another look
    through all of them, for garbage that decisions hardly leave.
    """
    gc.unfreeze()  # a program that was replaced may be garbage by now
    gc.collect()
    gc.freeze()


async def _watch(desk: Desk) -> None:
    log = structlog.get_logger("dealdesk")

    def reloaded(accepted: bool) -> None:
        _set_aside()
        desk.metrics.reload(accepted=accepted)
        refusal = desk.active.refusal
        if refusal is None:
            log.info("policy_reloaded", **to_json(stamp(desk.active.program.policy)))
        else:
            problems = [draw(one, refusal.sources) for one in refusal.diagnostics]
            log.error("policy_refused", detail=refusal.detail, problems=problems)

    while True:
        try:
            await desk.active.watch(reloaded)
        except Exception:  # our own mistake must not end the watch
            log.exception("watch_failed")
