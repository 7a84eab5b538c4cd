"""HTTP: the authority matrix served by us and by Cerbos, one worker each, against a bare echo of the same bodies."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench import machine, servers, tables
from bench.budgets import middle
from bench.load import HOST, Job, Report
from bench.load import run as send
from bench.peers import cerbos
from bench.peers.run import npm_versions

SINGLE = "/v1/decisions/price-approval?explain="
MANY = "/v1/decisions?explain="
KIND = "price-approval"
PACKAGES = ("fastapi", "starlette", "uvicorn", "orjson")


@dataclass(frozen=True)
class Scale:
    """How long to measure."""

    sizes: tuple[int, ...] = (20, 200, 2_000)
    rounds: int = 3
    seconds: float = 0.7


QUICK = Scale(sizes=(20, 200), rounds=1, seconds=0.5)


@dataclass(frozen=True)
class Route:
    """One way to ask one server; `decisions` a request."""

    title: str
    port: int
    path: str
    bodies: Sequence[str]
    connections: int
    decisions: int


def run(scale: Scale, *, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Measure every size of the table."""
    about = machine.describe(PACKAGES)
    about["npm"] = npm_versions()
    skipped = {} if cerbos.binary() else {"Cerbos": "its npm package has no binary for this machine, or is not there"}
    cells = []
    for rows in scale.sizes:
        say(f"  {rows:,} rows …")
        with TemporaryDirectory() as folder:
            cells += list(_contest(rows, scale, Path(folder)))
    return {"machine": about, "skipped": skipped, "cells": cells}


def _contest(rows: int, scale: Scale, folder: Path) -> Iterator[dict[str, Any]]:
    table = tables.table("authority", rows)
    requests = tables.requests(table)
    right = [tables.hits(table, request, "collect") for request in requests]
    policy = folder / "policies.yaml"
    policy.write_text(tables.policy_text(table), encoding="utf-8")
    with ExitStack() as running:
        started = perf_counter()
        ours = running.enter_context(servers.dealdesk(policy))
        ready = {"dealdesk": perf_counter() - started}
        pids = {"dealdesk": ours.pid}
        _hold(_ours(ours.port, requests), right, "dealdesk")
        routes = list(_our_routes(ours.port, requests))
        if cerbos.binary():
            started = perf_counter()
            theirs = running.enter_context(cerbos.served(table, folder / "cerbos"))
            ready["Cerbos"] = perf_counter() - started
            pids["Cerbos"] = theirs.pid
            _hold(_theirs(theirs.port, requests), right, "Cerbos")
            routes += _their_routes(theirs.port, requests)
        echo = running.enter_context(servers.echo("bare", policy))
        routes += _echo_routes(echo.port, requests)
        reports: dict[Route, list[Report]] = {route: [] for route in routes}
        for _ in range(scale.rounds):
            for route, found in reports.items():
                found.append(send(_job(route, scale.seconds)))
        for route, found in reports.items():
            yield {
                "rows": rows,
                "title": route.title,
                "connections": route.connections,
                "decisions": route.decisions,
                **asdict(middle(found)),
            }
        for title, pid in pids.items():
            memory = round(machine.resident_mb(pid), 1)
            yield {"rows": rows, "server": title, "ready_seconds": round(ready[title], 3), "memory_mb": memory}


def _job(route: Route, seconds: float) -> Job:
    return Job(route.port, route.path, route.bodies, route.connections, seconds)


def _our_routes(port: int, requests: list[tables.Request]) -> Iterator[Route]:
    bodies = tuple(json.dumps(tables.quote(request)) for request in requests)
    batches = tuple(_our_batch(part) for part in _parts(requests))
    for explain in ("none", "near"):
        for connections in (1, 8):
            yield Route(f"dealdesk, {explain}", port, SINGLE + explain, bodies, connections, 1)
        yield Route(f"dealdesk, {explain}", port, MANY + explain, batches, 1, cerbos.BATCH)


def _their_routes(port: int, requests: list[tables.Request]) -> Iterator[Route]:
    bodies = tuple(cerbos.body([request]) for request in requests)
    for connections in (1, 8):
        yield Route("Cerbos", port, cerbos.PATH, bodies, connections, 1)
    batches = tuple(cerbos.body(part) for part in _parts(requests))
    yield Route("Cerbos", port, cerbos.PATH, batches, 1, cerbos.BATCH)


def _echo_routes(port: int, requests: list[tables.Request]) -> Iterator[Route]:
    bodies = tuple(json.dumps(tables.quote(request)) for request in requests)
    for connections in (1, 8):
        yield Route("bare FastAPI echo", port, "/echo", bodies, connections, 1)
    batches = tuple(_our_batch(part) for part in _parts(requests))
    yield Route("bare FastAPI echo", port, "/echo", batches, 1, cerbos.BATCH)


def _parts(requests: list[tables.Request]) -> list[list[tables.Request]]:
    return [requests[start : start + cerbos.BATCH] for start in range(0, len(requests), cerbos.BATCH)]


def _our_batch(requests: list[tables.Request]) -> str:
    return json.dumps({"requests": [{"kind": KIND, "request": tables.quote(request)} for request in requests]})


# --- the same answers ----------------------------------------------------------------------------------------------


def _hold(found: list[list[int]], right: list[list[int]], who: str) -> None:
    """Hold the rows that a server says against the right ones; times of other answers would be no comparison."""
    wrong = [number for number, rows in enumerate(found) if rows != right[number]]
    if wrong or len(found) != len(right):
        n = wrong[0] if wrong else len(found)
        raise RuntimeError(f"{who}: {len(wrong)} of {len(right)} answers differ; request {n}: {found[n]}, {right[n]}")


def _ours(port: int, requests: list[tables.Request]) -> list[list[int]]:
    found = []
    for part in _parts(requests):
        reply = _post(port, MANY + "fired", _our_batch(part))
        for result in reply["results"]:
            rules = result["decision"]["trace"]["rules"]
            found.append(sorted(int(rule["rule"].partition("-")[2]) for rule in rules if rule["status"] == "fired"))
    return found


def _theirs(port: int, requests: list[tables.Request]) -> list[list[int]]:
    return [rows for part in _parts(requests) for rows in cerbos.rows(_post(port, cerbos.PATH, cerbos.body(part)))]


def _post(port: int, path: str, body: str) -> Mapping[str, Any]:
    connection = HTTPConnection(HOST, port, timeout=60)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        if reply.status != 200:
            raise RuntimeError(f"{path}: {reply.status} {text[:500].decode('utf-8', 'replace')}")
        found: Mapping[str, Any] = json.loads(text)
        return found
    finally:
        connection.close()
