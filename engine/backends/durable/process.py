"""This side of the worker: start it, ask it within a time, and end it."""

import json
import socket
import sys
import weakref
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, Popen, TimeoutExpired
from typing import Any

SCRIPT = Path(__file__).with_name("worker.py")


class LostError(Exception):
    """The worker has ended, or does not answer; the message says which."""


class Worker:
    """A worker process. After a `LostError` it is of no more use."""

    def __init__(self) -> None:
        """Start the process; it is ready once it has said so, which `ask` waits for."""
        ours, theirs = socket.socketpair()
        with theirs:
            # -P: the script's folder is no place to import from.
            self._process = Popen(  # noqa: S603 - our own script under our own interpreter
                [sys.executable, "-P", str(SCRIPT), str(theirs.fileno())],
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._socket = ours
        self._lines = ours.makefile("rb")
        self._ready = False
        self.loaded: set[str] = set()
        self._end = weakref.finalize(self, _end, self._process, self._socket, self._lines)

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Return whether the process still runs."""
        return self._end.alive and self._process.poll() is None

    def load(self, key: str, rulesets: str, *, seconds: float) -> None:
        """Load rulesets, given as JSON, unless they are loaded already."""
        if key not in self.loaded:
            self._ask(f'{{"key":{json.dumps(key)},"rulesets":{rulesets}}}', seconds)
            self.loaded.add(key)

    def match(self, key: str, slots: list[int | None], *, seconds: float) -> tuple[list[int], list[int]]:
        """Return the marks of the rules that hold for certain, and of those that hold or are undetermined."""
        answer = self._ask(json.dumps({"key": key, "slots": slots}), seconds)
        return answer["certain"], answer["possible"]

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._end()

    def disown(self) -> None:
        """Forget the process without ending it: after a fork it belongs to the parent."""
        self._end.detach()
        self._lines.close()
        self._socket.close()
        self._process.returncode = 0  # not ours to wait for

    def _ask(self, line: str, seconds: float) -> dict[str, Any]:
        try:
            self._socket.settimeout(seconds)
            if not self._ready:
                self._read()
                self._ready = True
            self._socket.sendall(line.encode() + b"\n")
            return self._read()
        except TimeoutError:
            self.stop()
            raise LostError(f"did not answer within {seconds:g} seconds") from None
        except OSError:
            raise LostError(self._last_words()) from None

    def _read(self) -> dict[str, Any]:
        line = self._lines.readline()
        if not line.endswith(b"\n"):
            raise LostError(self._last_words())
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            self.stop()
            raise LostError(f"failed: {answer['error']}")
        return answer

    def _last_words(self) -> str:
        """Say how the process ended; its socket is closed, so it has, or is about to."""
        status = None
        with suppress(TimeoutExpired):
            status = self._process.wait(1)
        self.stop()
        return f"was ended by signal {-status}" if status is not None and status < 0 else "ended"


def _end(process: Popen[bytes], connection: socket.socket, lines: Any) -> None:  # noqa: ANN401 - a buffered reader
    lines.close()
    connection.close()
    process.kill()
    process.wait()
