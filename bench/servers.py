"""Servers to measure: started on a free port of this machine, waited for, and ended by their own process handle."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

HOST = "127.0.0.1"
PATIENCE = 60.0


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    pid: int
    port: int


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def started(command: Sequence[str], *, port: int, more: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Run a server until the block ends; what it writes goes to a file, as a service's log does."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(more or {})})
        try:
            _wait_for(process, port, command)
            yield Running(process.pid, port)
        except Exception as error:
            log.seek(0)
            error.add_note(log.read()[-2_000:].decode("utf-8", "replace"))
            raise
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, command: Sequence[str]) -> None:
    end = monotonic() + PATIENCE
    while process.poll() is None and monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex((HOST, port)) == 0:
                return
        sleep(0.05)
    raise RuntimeError(f"{Path(command[0]).name} {' '.join(command[1:4])} did not listen (status {process.poll()})")


@contextmanager
def dealdesk(policy: Path) -> Iterator[Running]:
    """Serve a policy with one worker, as an operator would."""
    port = free_port()
    command = [sys.executable, "-m", "api", "serve", "--policy", str(policy), "--host", HOST, "--port", str(port)]
    with started(command, port=port) as running:
        yield running


@contextmanager
def echo(which: str, policy: Path) -> Iterator[Running]:
    """Serve an echo; see `bench.echo`."""
    port = free_port()
    with started([sys.executable, "-m", "bench.echo", which, str(port), str(policy)], port=port) as running:
        yield running
