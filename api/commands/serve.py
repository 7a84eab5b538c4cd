"""`dealdesk serve`: the decision API, in one process or several."""

import os
import signal
import socket
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import DONE, POLICY_HAS_ERRORS, UnusableError, opened, reason, say
from api.commands.options import DEFAULT_POLICY, EngineOption, PolicyOption
from api.desk.active import ActivePolicy
from api.desk.settings import Settings
from engine.backends import make_engine
from engine.core.decision import Kind

SHUTDOWN_SECONDS = 10
BACKLOG = 2048
EXAMPLE = Path("examples/price-approval/02-twelve-percent-off-desktops.json")


def serve(  # noqa: PLR0917 - each is an option of the command
    policy: PolicyOption = DEFAULT_POLICY,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 8080,
    workers: Annotated[int, typer.Option(help="Processes that serve.", min=1, max=256)] = 1,
    reload: Annotated[
        bool, typer.Option("--reload", help="Serve edits of the policy as soon as they are good.")
    ] = False,
    engine: EngineOption = "index",
) -> int:
    """Serve decisions over HTTP until stopped."""
    active = opened(policy, partial(ActivePolicy, engine=make_engine(engine)))
    if active is None:
        return POLICY_HAS_ERRORS
    settings = Settings(policy=policy, reload=reload, engine=engine)
    with _listen(host, port) as listener:
        say(_greeting(active, listener))
        if workers == 1:
            _serve_here(settings, active, listener)
        else:
            active.engine.stop()  # each worker makes its own
            _serve_in_workers(settings, listener, workers)
    return DONE


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that takes connections already, so that a port in use is reported at once and in one line."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        raise UnusableError(f"cannot listen on {host}:{port}: {reason(error)}") from None
    listener.set_inheritable(True)
    return listener


def _serve_here(settings: Settings, active: ActivePolicy, listener: socket.socket) -> None:
    from uvicorn import Config, Server  # noqa: PLC0415 - only `serve` waits for the server to be imported

    from api.web.app import create_app  # noqa: PLC0415
    from api.web.logs import set_up_logs  # noqa: PLC0415
    from api.web.protocol import BoundedProtocol  # noqa: PLC0415

    set_up_logs()
    config = Config(
        create_app(settings, active),
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    for ending in (signal.SIGINT, signal.SIGTERM):
        # The server ends in good order, and then raises the signal again; by then all is done.
        signal.signal(ending, lambda *_: None)
    Server(config).run([listener])


def _serve_in_workers(settings: Settings, listener: socket.socket, workers: int) -> None:
    from uvicorn import Config  # noqa: PLC0415
    from uvicorn.supervisors import Multiprocess  # noqa: PLC0415

    from api.web.logs import set_up_logs  # noqa: PLC0415
    from api.web.protocol import BoundedProtocol  # noqa: PLC0415

    set_up_logs()
    with tempfile.TemporaryDirectory(prefix="dealdesk-metrics-") as shared:
        # Workers are new processes, and read their settings from the environment.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = shared
        os.environ["DEALDESK_POLICY"] = str(settings.policy)
        os.environ["DEALDESK_RELOAD"] = str(settings.reload)
        os.environ["DEALDESK_ENGINE"] = settings.engine
        config = Config(
            "api.web.app:create_logged_app",
            factory=True,
            http=BoundedProtocol,
            workers=workers,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        Multiprocess(config, [listener]).run()


def _greeting(active: ActivePolicy, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    policy = active.program.policy
    ask = f"{url}/v1/policy"
    if EXAMPLE.is_file() and Kind.PRICE_APPROVAL in active.program.domains:
        ask = f"{url}/v1/decisions/price-approval -H 'Content-Type: application/json' -d @{EXAMPLE}"
    lines = [
        f"dealdesk serves {policy.name} {policy.version} ({policy.digest[:19]}…) from {active.path} on {url}",
        f"  try    curl -s {ask}",
        f"  read   {url}/docs",
        "  stop   Ctrl-C",
    ]
    return "\n".join(lines)
