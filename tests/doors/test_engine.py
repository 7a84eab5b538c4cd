"""Choosing the engine at the doors, and what callers are told when its process is away."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.cli import run
from api.desk.active import ActivePolicy
from api.desk.service import PolicyRefusedError
from api.desk.settings import Settings
from api.web.app import create_app
from engine.backends.durable import backend
from engine.backends.durable.backend import DurableEngine
from engine.backends.durable.errors import EngineUnavailableError
from engine.plan.groups import Match
from tests.doors.conftest import POLICY, QUOTE, REQUESTS, Serve
from tests.durable.installed import needs_durable

PRICE = "/v1/decisions/price-approval"


class AwayEngine(DurableEngine):
    """An engine whose process is never there."""

    def prepare(self, _: object) -> None:
        pass

    def judge(self, *_: object, **__: object) -> Match:
        raise EngineUnavailableError("the durable engine's worker was ended by signal 9; a new one has been started")


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Return a client of an application whose engine is away."""
    monkeypatch.setattr("api.web.app.make_engine", lambda _: AwayEngine())
    with TestClient(create_app(Settings(policy=POLICY, engine="durable"))) as client:
        yield client


def test_without_the_engine_a_request_gets_503(away: TestClient) -> None:
    reply = away.post(PRICE, json=QUOTE)
    assert (reply.status_code, reply.headers["content-type"]) == (503, "application/problem+json")
    assert reply.headers["retry-after"] == "1"
    assert reply.json() == {
        "type": "urn:dealdesk:problem:engine-unavailable",
        "title": "The engine that decides is not there now",
        "status": 503,
        "detail": "the durable engine's worker was ended by signal 9; a new one has been started",
    }


def test_without_the_engine_each_entry_of_a_batch_says_so(away: TestClient) -> None:
    batch = {"requests": [{"kind": "price_approval", "request": QUOTE}] * 2}
    results = away.post("/v1/decisions", json=batch).json()["results"]
    assert [result["problem"]["status"] for result in results] == [503, 503]


def test_an_engine_that_is_not_installed_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backend, "find_spec", lambda _: None)
    monkeypatch.setattr(sys, "version_info", (3, 12))
    path = tmp_path / "quote.json"
    path.write_text(json.dumps(QUOTE))
    for command in (
        ["decide", "price-approval", str(path), "--engine", "durable"],
        ["serve", "--engine", "durable"],
        ["crosscheck"],
    ):
        assert run([*command, "--policy", str(POLICY)]) == 2
        printed = capsys.readouterr()
        assert printed.err == "dealdesk: the durable engine is not installed: pip install 'dealdesk[durable]'\n"
        assert printed.out == ""


def test_a_python_that_durable_rules_does_not_know_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 13))
    with pytest.raises(EngineUnavailableError, match=r"needs Python 3\.11 or 3\.12"):
        ActivePolicy(POLICY, DurableEngine())


def test_an_unknown_engine_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DEALDESK_ENGINE", "abacus")
    assert run(["serve", "--policy", str(POLICY)]) == 2
    assert capsys.readouterr().err == (
        "dealdesk: Invalid value for '--engine' (env var: 'DEALDESK_ENGINE'): "
        "Value error, 'abacus' is not one of 'index', 'interpreter', 'durable'.\n"
    )


def test_a_policy_with_errors_is_refused_before_the_engine(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("policy: 1\n", "utf-8")
    with pytest.raises(PolicyRefusedError):
        ActivePolicy(bad, DurableEngine())


@needs_durable
@pytest.mark.parametrize("slug", REQUESTS)
def test_the_command_line_answers_the_same(slug: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps(REQUESTS[slug]))
    answers = []
    for engine in ("index", "durable"):
        assert run(["decide", slug, str(path), "--policy", str(POLICY), "--engine", engine]) == 0
        answers.append({**json.loads(capsys.readouterr().out), "id": None})
    assert answers[0] == answers[1]


@needs_durable
def test_crosscheck_finds_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["crosscheck", "--random", "20", "--policy", str(POLICY)]) == 0
    assert capsys.readouterr().out == "20 requests on index and durable: no difference\n"


def child_of(pid: int) -> int:
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", "worker.py"], capture_output=True, text=True, check=True)
    (child,) = found.stdout.split()
    return int(child)


@needs_durable
def test_a_server_outlives_its_worker(serve: Serve) -> None:
    server = serve("--engine", "durable")
    plain = serve()
    expected = {**plain.client.post(PRICE, json=QUOTE).json(), "id": None}
    assert {**server.client.post(PRICE, json=QUOTE).json(), "id": None} == expected
    worker = child_of(server.process.pid)
    os.kill(worker, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads, server.new_client() as other:
        waiting = threads.submit(other.post, PRICE, json=QUOTE)
        time.sleep(0.3)
        assert not waiting.done()
        assert server.client.get("/healthz", timeout=5).status_code == 200  # the event loop is not what waits
        os.kill(worker, signal.SIGKILL)
        assert waiting.result(30).status_code == 503
    assert {**server.client.post(PRICE, json=QUOTE).json(), "id": None} == expected
    replaced = child_of(server.process.pid)
    assert replaced != worker
    server.stop()
    gone = subprocess.run(["ps", "-p", str(replaced)], capture_output=True, check=False)
    assert gone.returncode
