"""Echoes to measure HTTP against: what a reply costs before anything is decided. `python -m bench.echo WHICH PORT`.

`same` is our own application with one more route, which sends back the body that it got; `bare` is a FastAPI
application that does nothing else. Both are served as `dealdesk serve` serves: one uvicorn process, no access log.
"""

import sys
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn import Config, Server

from api.desk.settings import Settings
from api.web.app import create_app
from api.web.logs import set_up_logs

PATH = "/echo"


async def echo(request: Request) -> Response:
    """Send the body back."""
    return Response(await request.body(), media_type="application/json")


def same(policy: Path) -> FastAPI:
    """Return our application with an echo: the same middleware, log and metrics."""
    app = create_app(Settings(policy=policy))
    app.router.routes.insert(0, Route(PATH, echo, methods=["POST"]))
    return app


def bare() -> FastAPI:
    """Return an application that only echoes."""
    app = FastAPI()
    app.post(PATH)(echo)
    return app


def main(which: str, port: int, policy: Path) -> None:
    """Serve until stopped."""
    set_up_logs()
    app = bare() if which == "bare" else same(policy)
    Server(Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False)).run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
