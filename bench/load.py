"""A small load generator in a process of its own: `python -m bench.load`, a job on standard input, a report as JSON.

Connections are kept alive, and each sends its next request when it has its answer. Everything stops by itself after
the seconds of the job; every answer must be a 200.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from time import perf_counter, perf_counter_ns

from bench.timing import quantile

HOST = "127.0.0.1"
MOST_SECONDS = 30.0
HEADERS_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Job:
    """What to send, and how hard."""

    port: int
    path: str
    bodies: Sequence[str]
    connections: int
    seconds: float


@dataclass(frozen=True)
class Report:
    """What came of it; times in milliseconds."""

    requests_per_second: float
    p50: float
    p99: float
    requests: int
    reply_bytes: float


class _Connection(asyncio.Protocol):
    """One connection: send, wait for the whole answer, note the time, send the next."""

    def __init__(self, requests: Iterator[bytes], samples: list[int], *, end: float) -> None:
        self._requests = requests
        self._samples = samples
        self._end = end
        self._buffer = b""
        self._needed = 0
        self._sent = 0
        self.received = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._buffer = b""
        self._needed = 0
        self._sent = perf_counter_ns()
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_whole():
            return
        self._samples.append(perf_counter_ns() - self._sent)
        self.received += len(self._buffer)
        if not self._buffer.startswith(b"HTTP/1.1 200 "):
            self._fail(RuntimeError(self._buffer[:2_000].decode("utf-8", "replace")))
        elif perf_counter() > self._end:
            self._finish()
        else:
            self._send()

    def _is_whole(self) -> bool:
        """Return whether the answer is all there, by its length or its last chunk."""
        if self._needed:
            return len(self._buffer) >= self._needed
        head, found, body = self._buffer.partition(HEADERS_END)
        if not found:
            return False
        for line in head.lower().split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name == b"content-length":
                self._needed = len(head) + len(HEADERS_END) + int(value)
                return len(self._buffer) >= self._needed
        return body.endswith(b"0\r\n\r\n")

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)
        self._transport.close()

    def _fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))


async def send(job: Job) -> Report:
    """Send the job's requests for its time, and report."""
    loop = asyncio.get_running_loop()
    requests = cycle([_raw(job, body.encode()) for body in job.bodies])
    samples: list[int] = []
    started = perf_counter()
    end = started + min(job.seconds, MOST_SECONDS)
    connections = [
        (await loop.create_connection(lambda: _Connection(requests, samples, end=end), HOST, job.port))[1]
        for _ in range(job.connections)
    ]
    await asyncio.gather(*(connection.done for connection in connections))
    took = perf_counter() - started
    samples.sort()
    return Report(
        requests_per_second=round(len(samples) / took, 1),
        p50=round(quantile(samples, 0.50) / 1e6, 3),
        p99=round(quantile(samples, 0.99) / 1e6, 3),
        requests=len(samples),
        reply_bytes=round(sum(connection.received for connection in connections) / len(samples)),
    )


def _raw(job: Job, body: bytes) -> bytes:
    head = (
        f"POST {job.path} HTTP/1.1\r\nHost: {HOST}:{job.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run(job: Job) -> Report:
    """Do a job in a process of its own."""
    found = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(asdict(job)),
        capture_output=True,
        text=True,
        check=False,
        timeout=MOST_SECONDS * 3,
    )
    if found.returncode:
        raise RuntimeError(f"POST {job.path}: {found.stderr.strip()[-2_000:]}")
    return Report(**json.loads(found.stdout))


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(send(Job(**json.load(sys.stdin)))))))
