"""The doors under test: an application over a small policy, a client for it, and real servers."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.desk.settings import Settings
from api.web.app import create_app

POLICY = Path(__file__).parent / "policy.yaml"

QUOTE: dict[str, Any] = {
    "as_of": "2026-11-21T09:00:00+08:00",
    "deal": {"id": "D-1", "payment_days": 30},
    "submitter": {"level": "automatic"},
    "lines": [
        {
            "product_line": "notebook",
            "quantity": 120,
            "list_price": "5500.00",
            "net_price": "4950.00",
            "unit_cost": "4000.00",
        }
    ],
}
REQUESTS: dict[str, dict[str, Any]] = {
    "price-approval": QUOTE,
    "special-order": {**QUOTE, "order": {"id": "O-1", "gate": "order", "contract_mode": "no_contract", "evidence": []}},
    "deal-registration": {
        "as_of": "2026-11-21T09:00:00+08:00",
        "claims": [
            {
                "id": "C-1",
                "estimated_value": 100,
                "registered_at": "2026-11-01T09:00:00Z",
                "partner": {"id": "P-1", "tier": "gold"},
            },
            {
                "id": "C-2",
                "estimated_value": 100,
                "registered_at": "2026-11-02T09:00:00Z",
                "partner": {"id": "P-2", "tier": "silver"},
            },
        ],
    },
    "partner-allocation": {
        "as_of": "2026-11-21T09:00:00+08:00",
        "candidates": [
            {"id": "P-1", "tier": "gold", "open_deals": 1, "capacity": 4},
            {"id": "P-2", "tier": "silver", "open_deals": 4, "capacity": 4},
        ],
    },
}


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    """Return a copy of the policy that a test may edit."""
    return Path(shutil.copy(POLICY, tmp_path / "policy.yaml"))


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Print what a failing test logged on lines of their own, not as pages of frames."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.LogfmtRenderer()])


@pytest.fixture(scope="session")
def app() -> FastAPI:
    return create_app(Settings(policy=POLICY))


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


@dataclass
class Running:
    """A server process and a client of it."""

    process: subprocess.Popen[str]
    url: str
    greeting: list[str]
    log_file: Path
    client: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.new_client()

    def new_client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, timeout=20)

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8")

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        self.client.close()
        self.process.send_signal(with_signal)
        return self.process.wait(20)


Serve = Callable[..., Running]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Return a function that starts `dealdesk serve` on a free port; what it started is stopped at the end."""
    started: list[Running] = []

    def start(*options: str, policy: Path = POLICY, **environment: str) -> Running:
        log_file = tmp_path / f"log-{len(started)}"
        with log_file.open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "api", "serve", "--policy", str(policy), "--port", "0", *options],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **environment},
            )
        assert process.stdout is not None
        greeting = [process.stdout.readline().rstrip() for _ in range(4)]
        found = re.search(r"on (http://\S+)", greeting[0])
        assert found, log_file.read_text("utf-8")
        running = Running(process, found[1], greeting, log_file)
        started.append(running)
        return running

    yield start
    for running in started:
        if running.process.poll() is None:
            running.stop()
        assert running.process.stdout is not None
        running.process.stdout.close()
