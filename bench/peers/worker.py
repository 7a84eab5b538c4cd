"""An engine in a process of its own: `python -m bench.peers.worker NAME`, a JSON message a line in, one out.

`build` makes the engine of a table; `answers` decides the requests, as many as there is time for, and says what hit;
`time` times those same requests, round after round. A process of its own tells each engine's memory, and keeps one
engine's end from being everyone's.
"""

import json
import os
import sys
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from itertools import cycle
from time import perf_counter
from typing import Any, TextIO

from bench import tables
from bench.peers.peer import Peer
from bench.timing import one_round


class Worker:
    """The engine, and the requests in the form that it takes."""

    def __init__(self, name: str) -> None:
        """Find the engine's module; its own imports are part of its build, as they are for its users."""
        self._make = import_module(f"bench.peers.{name}").Engine
        self._peer: Peer | None = None
        self._asked: list[Any] = []
        self._next: Iterator[Any] = iter(())

    def build(self, *, table: tables.TableName, rows: int, hit: tables.Hit) -> dict[str, Any]:
        """Build the engine; return the seconds it took."""
        made = tables.table(table, rows)
        started = perf_counter()
        self._peer = self._make(made, hit)
        took = perf_counter() - started
        assert self._peer
        self._asked = [self._peer.ask(request) for request in tables.requests(made)]
        return {"took": took}

    def answers(self, *, seconds: float, trace: bool) -> dict[str, Any]:
        """Return the rows that hit, a list a request, for the requests that there was time for."""
        assert self._peer
        end = perf_counter() + seconds
        found = []
        for asked in self._asked:
            found.append(self._peer.rows(self._peer.decide(asked, trace=trace)))
            if perf_counter() > end:
                break
        self._asked = self._asked[: len(found)]
        self._next = cycle(self._asked)
        return {"answers": found}

    def time(self, *, seconds: float, trace: bool) -> dict[str, Any]:
        """Return the nanoseconds of each decision of a round, and the processor's for all."""
        assert self._peer
        samples, cpu = one_round(partial(self._peer.decide, trace=trace), self._next, seconds=seconds)
        return {"samples": samples, "cpu": cpu}


def serve(name: str, messages: TextIO, replies: TextIO) -> None:
    """Answer messages until there are no more."""
    worker = Worker(name)
    for line in messages:
        message = json.loads(line)
        try:
            reply = {"ok": getattr(worker, message.pop("do"))(**message)}
        except Exception as error:  # noqa: BLE001 - an engine may fail in any way; it is told, by name
            reply = {"error": f"{type(error).__name__}: {error}"}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    # Engines write to standard output what they like; replies go where it was.
    with os.fdopen(os.dup(1), "w") as own_output:
        os.dup2(2, 1)
        serve(sys.argv[1], sys.stdin, own_output)
