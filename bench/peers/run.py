"""The comparison: the same tables and requests for every engine, the same answers, and only then the times.

For each table, size and hit policy, every engine is built in a process of its own; all of them answer; who answers
like a plain reading of the table is timed, in turns with the others.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from tempfile import TemporaryFile
from typing import IO, Any

from bench import machine, tables
from bench.peers.peer import ENTRIES, MODULES, NODE, Entry
from bench.tables import Hit, TableName
from bench.timing import Rounds

BUILD_SECONDS = 60.0
ANSWER_SECONDS = 3.0
IMPORTS = {
    "zen-engine": "zen",
    "clipspy": "clips",
    "drools_jpy": "drools",
    "business-rules": "business_rules",
    "durable-rules": "durable",
}


@dataclass(frozen=True)
class Scale:
    """How long to measure."""

    sizes: tuple[int, ...] = tables.SIZES
    rounds: int = 3
    seconds: float = 0.2


QUICK = Scale(sizes=(20, 200), rounds=2, seconds=0.05)
# What is compared: a table and a hit policy.
CONTESTS: tuple[tuple[TableName, Hit], ...] = (("authority", "first"), ("authority", "collect"), ("ranges", "first"))


class FailedError(Exception):
    """An engine that could not be built, or did not answer."""


@dataclass
class Process:
    """An engine's process."""

    entry: Entry
    process: subprocess.Popen[str]
    log: IO[bytes]
    build_seconds: float = 0.0
    memory_mb: float = 0.0
    answered: int = 0
    rounds: dict[bool, Rounds] = field(default_factory=dict)

    def call(self, what: str, *, patience: float, **arguments: object) -> dict[str, Any]:
        """Send a message and return its reply; an engine that takes too long is ended."""
        assert self.process.stdin
        assert self.process.stdout
        alarm = threading.Timer(patience, self.process.kill)
        alarm.start()
        try:
            self.process.stdin.write(json.dumps({"do": what, **arguments}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            late = not alarm.is_alive()
            alarm.cancel()
        if not line:
            status = self.process.wait()
            if late:
                raise FailedError(f"no `{what}` within {patience:.0f} s")
            raise FailedError(f"its process ended ({status}) at `{what}`: {self._last_words()}")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise FailedError(f"{what}: {reply['error']}")
        found: dict[str, Any] = reply["ok"]
        return found

    def _last_words(self) -> str:
        self.log.seek(0)
        lines = self.log.read()[-2_000:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "without a word"


def run(scale: Scale, *, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Compare all engines; return times by contest and size, and who did not take part and why."""
    about = machine.describe([entry.distribution for entry in ENTRIES if entry.distribution])
    about["npm"] = npm_versions()
    about["java"] = _first_line(["java", "-version"])
    about["node"] = _first_line(["node", "--version"])
    skipped: dict[str, str] = {}
    entries = []
    for entry in ENTRIES:
        if reason := why_not(entry):
            skipped[entry.title] = reason
        else:
            entries.append(entry)
    cells: list[dict[str, Any]] = []
    for table, hit in CONTESTS:
        for rows in scale.sizes:
            say(f"  {table}, {hit}, {rows:,} rows …")
            cells += contest(entries, table, rows, hit, scale)
    return {
        "machine": about,
        "entries": [{"title": entry.title, "how": entry.how, "trace": entry.trace} for entry in ENTRIES],
        "skipped": skipped,
        "cells": cells,
    }


def why_not(entry: Entry) -> str | None:
    """Return why an engine cannot take part; None where it can."""
    if entry.distribution and find_spec(IMPORTS[entry.distribution]) is None:
        return f"{entry.distribution} is not installed"
    if entry.npm and not (MODULES / entry.npm).is_dir():
        return f"{entry.npm} is not installed (npm)"
    return None


def contest(entries: list[Entry], table: TableName, rows: int, hit: Hit, scale: Scale) -> Iterator[dict[str, Any]]:
    """Build, compare and time every engine on one table."""
    made = tables.table(table, rows)
    requests = tables.requests(made)
    right = [tables.hits(made, request, hit) for request in requests]
    place = {"table": table, "hit": hit, "rows": rows}
    ready: list[Process] = []
    with ExitStack() as running:
        for entry in entries:
            one = running.enter_context(_started(entry))
            try:
                _build(one, made, requests, hit)
                _compare(one, right, scale)
            except FailedError as failed:
                one.process.kill()
                yield {**place, "title": entry.title, "failed": str(failed), "build_seconds": one.build_seconds or None}
            else:
                ready.append(one)
        for _ in range(scale.rounds):
            for one in ready:
                for trace in one.rounds:
                    found = one.call("time", patience=BUILD_SECONDS, seconds=scale.seconds, trace=trace)
                    one.rounds[trace].add(found["samples"], found["cpu"])
        for one in ready:
            yield {
                **place,
                "title": one.entry.title,
                "build_seconds": round(one.build_seconds, 4),
                "memory_mb": round(one.memory_mb, 1),
                "answered": one.answered,
                "plain": one.rounds[False].timing().to_json(),
                "traced": one.rounds[True].timing().to_json() if True in one.rounds else None,
            }


def _build(one: Process, table: tables.Table, requests: list[tables.Request], hit: Hit) -> None:
    before = machine.resident_mb(one.process.pid)
    if one.entry.npm:
        data = {**table.to_json(), "requests": requests}
        found = one.call("build", patience=BUILD_SECONDS, hit=hit, data=data)
    else:
        found = one.call("build", patience=BUILD_SECONDS, hit=hit, table=table.name, rows=len(table.rows))
    one.build_seconds = found["took"]
    one.memory_mb = machine.resident_mb(one.process.pid) - before


def _compare(one: Process, right: list[list[int]], scale: Scale) -> None:
    """Hold every answer against the right one; engines with a trace answer twice. Then warm up."""
    for trace in (False, True) if one.entry.trace else (False,):
        found = one.call("answers", patience=4 * ANSWER_SECONDS, seconds=ANSWER_SECONDS, trace=trace)["answers"]
        wrong = [number for number, rows in enumerate(found) if rows != right[number]]
        if wrong:
            n = wrong[0]
            raise FailedError(
                f"{len(wrong)} of {len(found)} answers differ; request {n}: rows {found[n]} instead of {right[n]}"
            )
        one.answered = len(found)
        one.rounds[trace] = Rounds.none()
    one.call("time", patience=BUILD_SECONDS, seconds=min(one.entry.warm_up, 15 * scale.seconds), trace=False)


@contextmanager
def _started(entry: Entry) -> Iterator[Process]:
    command = (
        ["node", str(NODE / f"{entry.npm}.mjs")]
        if entry.npm
        else [sys.executable, "-m", "bench.peers.worker", entry.name]
    )
    with TemporaryFile() as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            yield Process(entry, process, log)
        finally:
            process.kill()
            process.communicate()


def npm_versions() -> dict[str, str]:
    """Return the versions of the packages from npm that are there."""
    found = {}
    for name in ("json-rules-engine", "cerbos"):
        path = MODULES / name / "package.json"
        if path.exists():
            found[name] = json.loads(path.read_text(encoding="utf-8"))["version"]
    return found


def _first_line(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return (done.stdout or done.stderr).splitlines()[0]
