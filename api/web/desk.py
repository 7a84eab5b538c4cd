"""What every handler needs: the active policy, the settings, the counters, and threads for long work."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from starlette.requests import Request

from api.desk.active import ActivePolicy
from api.desk.service import Options
from api.desk.settings import Settings
from api.web.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Desk:
    """One application's parts; the active policy's program is the only one that is ever replaced."""

    settings: Settings
    active: ActivePolicy
    metrics: Metrics
    options: Options
    # Two: long work shares the interpreter with everyone else's short work, and more threads would only add waiting.
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "long-work"))


def desk_of(request: Request) -> Desk:
    """Return the desk that a request came to."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk
