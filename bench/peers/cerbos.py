"""Cerbos: the table as a resource policy, a rule a row, served by its own binary on one processor.

The action `sign` is allowed by every row that matches, and each such row says so in its output: the rows that hit,
without asking Cerbos for anything that its audit log would have to tell. A decision is `POST /api/check/resources`.
"""

import json
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import servers
from bench.peers.peer import MODULES
from bench.tables import Column, Interval, Request, Table

PATH = "/api/check/resources"
BATCH = 50  # the most resources that Cerbos takes in one request unless it is told otherwise
ACTION = "sign"
# The binary's own names of processors.
PROCESSORS = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def binary() -> Path | None:
    """Return the server as npm has put it here."""
    here = f"{platform.system().lower()}-{PROCESSORS.get(platform.machine().lower())}"
    found = MODULES / "@cerbos" / f"cerbos-{here}" / f"cerbos-{here}"
    return found if found.exists() else None


@contextmanager
def served(table: Table, folder: Path) -> Iterator[servers.Running]:
    """Serve a table; the folder gets its policy and configuration."""
    found = binary()
    assert found
    policies = folder / "policies"
    policies.mkdir(parents=True)
    # JSON is YAML, and is written faster.
    (policies / "table.yaml").write_text(json.dumps(_policy(table)), encoding="utf-8")
    port = servers.free_port()
    configuration = folder / "cerbos.yaml"
    configuration.write_text(json.dumps(_configuration(policies, port)), encoding="utf-8")
    command = [str(found), "server", "--config", str(configuration)]
    with servers.started(command, port=port, more={"GOMAXPROCS": "1"}) as running:
        yield running


def body(requests: Sequence[Request]) -> str:
    """Return the body that asks about requests."""
    resources = [
        {"actions": [ACTION], "resource": {"kind": "line", "id": str(number), "attr": request}}
        for number, request in enumerate(requests)
    ]
    return json.dumps({"principal": {"id": "u", "roles": ["sales"]}, "resources": resources})


def rows(reply: Any) -> list[list[int]]:
    """Return the rows that hit, in order, a list a resource."""
    return [sorted(int(output["val"]) for output in result.get("outputs", [])) for result in reply["results"]]


def _configuration(policies: Path, port: int) -> dict[str, Any]:
    return {
        "server": {
            "httpListenAddr": f"{servers.HOST}:{port}",
            "grpcListenAddr": f"{servers.HOST}:{servers.free_port()}",
        },
        "storage": {"driver": "disk", "disk": {"directory": str(policies), "watchForChanges": False}},
        "telemetry": {"disabled": True},
    }


def _policy(table: Table) -> dict[str, Any]:
    return {
        "apiVersion": "api.cerbos.dev/v1",
        "resourcePolicy": {
            "resource": "line",
            "version": "default",
            "rules": [_rule(number, table.columns, row) for number, row in enumerate(table.rows)],
        },
    }


def _rule(number: int, columns: tuple[Column, ...], row: tuple[str | Interval, ...]) -> dict[str, Any]:
    tests = [test for column, cell in zip(columns, row, strict=True) for test in _tests(column.name, cell)]
    return {
        "name": f"row-{number}",
        "actions": [ACTION],
        "effect": "EFFECT_ALLOW",
        "roles": ["*"],
        "condition": {"match": {"expr": " && ".join(tests)}},
        "output": {"when": {"ruleActivated": str(number)}},
    }


def _tests(name: str, cell: str | Interval) -> list[str]:
    field = f'R.attr["{name}"]'
    if isinstance(cell, str):
        return [f'{field} == "{cell}"']
    low, high = ">=" if cell.low_closed else ">", "<=" if cell.high_closed else "<"
    return [f"{field} {low} {float(cell.low)}", f"{field} {high} {float(cell.high)}"]
