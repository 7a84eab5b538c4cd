"""`dealdesk serve` as a process: what it says, that it follows its policy, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from api.desk.active import INTERVAL
from tests.doors.conftest import POLICY, QUOTE, Running, Serve

PRICE = "/v1/decisions/price-approval"
GOOD_INCLUDE = 'derive: [{field: deal.note, type: rate, formula: "deal.discount"}]\n'


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait until something holds; what takes minutes has gone wrong, on however busy a machine."""
    for _ in range(6_000):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("did not come to hold")


def replace(file: Path, old: str, new: str) -> None:
    """Edit a file as editors do: write another and put it in its place."""
    draft = file.with_suffix(".draft")
    draft.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    draft.replace(file)


def ready(server: Running) -> Any:
    return server.client.get("/readyz").json()


def test_the_greeting_says_what_is_served_and_what_to_try(serve: Serve) -> None:
    server = serve()
    first, *rest = server.greeting
    assert first.startswith("dealdesk serves doors 2026.1 (sha256:")
    assert first.endswith(server.url)
    assert any("curl" in line for line in rest)
    assert server.client.post(PRICE, json=QUOTE).json()["outcome"] == "requires_approval"


def test_every_log_line_is_json(serve: Serve) -> None:
    server = serve()
    server.client.post(PRICE, json=QUOTE)
    server.client.post(PRICE, content=b"{", headers={"Content-Type": "application/json"})
    server.stop()
    lines = [json.loads(line) for line in server.log.splitlines()]
    assert [line["status"] for line in lines if line["event"] == "request"] == [200, 400]
    assert all(line["timestamp"] and line["level"] for line in lines)


def test_an_edit_is_looked_for_several_times_a_second() -> None:
    assert 2 * INTERVAL < 1  # an edit is found, and taken once it has stood still: within a second, as the guide says


def test_a_good_edit_is_served(serve: Serve, policy_file: Path) -> None:
    server = serve("--reload", policy=policy_file)
    before = server.client.get("/openapi.json").json()
    replace(policy_file, "desktop, notebook, server]", "desktop, notebook, server, tablet]")
    tablet = {**QUOTE, "lines": [{**QUOTE["lines"][0], "product_line": "tablet"}]}
    wait_for(lambda: server.client.post(PRICE, json=tablet).status_code == 200)
    assert server.client.get("/openapi.json").json() != before
    assert 'dealdesk_policy_reloads_total{result="ok"} 1.0' in server.client.get("/metrics").text
    assert '"event":"policy_reloaded"' in server.log


def test_a_bad_edit_is_refused_and_the_last_good_policy_stays(serve: Serve, policy_file: Path) -> None:
    server = serve("--reload", policy=policy_file)
    digest = ready(server)["policy"]["digest"]
    replace(policy_file, "line.discount", "line.discont")
    wait_for(lambda: ready(server)["policy_error"] is not None)
    state = ready(server)
    assert (state["status"], state["policy"]["digest"]) == ("ready", digest)
    (finding,) = state["policy_error"]["diagnostics"]
    assert finding["hint"] == "did you mean `line.discount`?"
    assert "^^^^" in finding["drawing"]
    assert server.client.post(PRICE, json=QUOTE).json()["policy"]["digest"] == digest
    assert 'dealdesk_policy_reloads_total{result="refused"} 1.0' in server.client.get("/metrics").text
    assert '"event":"policy_refused"' in server.log
    replace(policy_file, "line.discont", "line.discount")
    wait_for(lambda: ready(server)["policy_error"] is None)


def test_a_policy_that_goes_away_stays_served_until_it_is_back(serve: Serve, policy_file: Path) -> None:
    server = serve("--reload", policy=policy_file)
    text = policy_file.read_text("utf-8")
    policy_file.unlink()
    wait_for(lambda: ready(server)["policy_error"] is not None)
    assert "no such file" in ready(server)["policy_error"]["detail"].lower()
    assert server.client.post(PRICE, json=QUOTE).status_code == 200
    policy_file.write_text(text.replace("policy: doors", "policy: back"), "utf-8")
    wait_for(lambda: ready(server)["policy"]["name"] == "back")


def test_included_files_are_followed_even_before_they_are_there(serve: Serve, policy_file: Path) -> None:
    server = serve("--reload", policy=policy_file)
    replace(policy_file, "currency: CNY", "currency: CNY\ninclude: [more.yaml]")
    wait_for(lambda: ready(server)["policy_error"] is not None)
    more = policy_file.with_name("more.yaml")
    more.write_text(GOOD_INCLUDE, "utf-8")
    wait_for(lambda: ready(server)["policy_error"] is None)
    more.write_text("nonsense: []\n", "utf-8")
    wait_for(lambda: ready(server)["policy_error"] is not None)
    more.write_text(f"{GOOD_INCLUDE}# mended\n", "utf-8")
    wait_for(lambda: ready(server)["policy_error"] is None)


def test_workers_share_the_counting_and_each_follows_the_policy(serve: Serve, policy_file: Path) -> None:
    server = serve("--workers", "2", "--reload", policy=policy_file)

    def ask(_: int) -> int:
        with server.new_client() as client:
            return client.post(PRICE, json=QUOTE).status_code

    with ThreadPoolExecutor(8) as callers:
        assert set(callers.map(ask, range(40))) == {200}
    counted = 'dealdesk_decisions_total{kind="price_approval",outcome="requires_approval"} 40.0'
    assert all(counted in fresh(server, "/metrics") for _ in range(6))
    replace(policy_file, "policy: doors", "policy: edited")
    wait_for(lambda: all('"name":"edited"' in fresh(server, "/readyz") for _ in range(8)))
    assert server.stop() == 0


def fresh(server: Running, path: str) -> str:
    """Ask over a new connection, which any worker may take."""
    with server.new_client() as client:
        return client.get(path).text


def test_long_work_does_not_hold_up_a_health_check(serve: Serve) -> None:
    server = serve()
    entries = [{"kind": "price_approval", "request": QUOTE}] * 1000
    with ThreadPoolExecutor(1) as caller, server.new_client() as other:
        batch = caller.submit(lambda: server.client.post("/v1/decisions", json={"requests": entries}))
        answered = 0
        while not batch.done():
            assert other.get("/healthz").status_code == 200
            answered += 1
        assert len(batch.result().json()["results"]) == 1000
    assert answered > 2  # one may have come before the batch, and one waited for it


def test_a_body_that_is_far_too_large_is_answered(serve: Serve) -> None:
    server = serve()
    for content in (b" " * 20_000_000, (b" " * 100_000 for _ in range(200))):
        response = server.client.post(PRICE, content=content, headers={"Content-Type": "application/json"})
        assert (response.status_code, response.json()["status"]) == (413, 413)
    assert server.client.post(PRICE, json=QUOTE).status_code == 200


def test_a_refusal_reaches_a_client_that_closes_and_sends_all_of_its_body_first(serve: Serve) -> None:
    server = serve()
    host = server.url.removeprefix("http://")
    for path, declared, status in (
        (PRICE, "application/json", 413),
        ("/v1/decisions", "application/json", 413),
        (PRICE, "text/plain", 415),
        ("/v1/nothing", "application/json", 404),
        ("/healthz", "application/json", 405),
    ):
        headers = {"Content-Type": declared, "Connection": "close"}
        chunks = (b" " * 100_000 for _ in range(100))
        for body, more in ((b" " * 10_000_000, {}), (chunks, {"Transfer-Encoding": "chunked"})):
            with closing(HTTPConnection(host, timeout=20)) as caller:
                caller.request("POST", path, body, {**headers, **more}, encode_chunked=bool(more))
                reply = caller.getresponse()
                assert (reply.status, json.loads(reply.read())["status"]) == (status, status)
    assert server.client.post(PRICE, json=QUOTE).status_code == 200


def test_who_waits_for_leave_to_send_is_refused_at_once(serve: Serve) -> None:
    server = serve()
    host, port = server.url.removeprefix("http://").split(":")
    head = f"POST {PRICE} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as caller:
        caller.sendall(f"{head}Content-Length: 10000000\r\nExpect: 100-continue\r\n\r\n".encode())
        assert caller.recv(1_000).startswith(b"HTTP/1.1 413 ")


CHUNKED = b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" % PRICE.encode()


@pytest.mark.parametrize("begun", [b"GET /", b"GET /healthz HTTP/1.1\r\nX-Long: ", CHUNKED + b"X-Long: "])
def test_a_head_without_an_end_is_cut_off(serve: Serve, begun: bytes) -> None:
    server = serve()
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as caller:
        caller.sendall(begun)
        with pytest.raises(ConnectionError):
            caller.sendall(b"a" * 100_000_000)
    assert server.client.post(PRICE, json=QUOTE, headers={"X-Long": "a" * 30_000}).status_code == 200


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_told_and_says_nothing_odd(serve: Serve, with_signal: signal.Signals) -> None:
    server = serve()
    server.client.get("/healthz")
    assert server.stop(with_signal) == 0
    assert "Traceback" not in server.log


def test_a_port_in_use_is_one_line(policy_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_serve("--policy", str(policy_file), "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == f"dealdesk: cannot listen on 127.0.0.1:{port}: address already in use\n"
    assert done.stdout == ""


def test_a_policy_with_errors_is_not_served(policy_file: Path) -> None:
    replace(policy_file, "line.discount", "line.discont")
    done = run_serve("--policy", str(policy_file), "--port", "0")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"{policy_file}:29:45: error[D101]: unknown field `line.discont`",
        "   |",
        "29 |     columns: [id, level, line.product_line, line.discont, line.margin]",
        "   |                                             ^^^^^^^^^^^^",
        "  = did you mean `line.discount`?",
        f"{policy_file}: 1 error",
    ]


def run_serve(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "api", "serve", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=os.environ)


def test_the_shipped_policy_is_served(serve: Serve) -> None:
    server = serve(policy=POLICY.parents[2] / "policies.yaml")
    assert ready(server)["status"] == "ready"
