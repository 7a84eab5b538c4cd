"""The policy that decides now, and the watch that replaces it when its files change for the better.

Files are looked at a few times a second rather than subscribed to: editors replace files by rename, configuration
volumes swap links, network drives send no events, and a look at a handful of files costs microseconds
(docs/decisions/0201). A change is taken once it has stood still for one interval, so that a file half written is not.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.desk.service import PolicyRefusedError, moment, program_from, read_policy, source_path
from engine.backends import Backend
from engine.backends.durable.errors import EngineError
from rules.load import Loaded
from rules.reports.diagnostics import Diagnostic
from rules.text.source import Source

INTERVAL = 0.2

Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the files as they stand are not served; what was served before still is."""

    at: datetime
    detail: str
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: tuple[Source, ...] = ()


class ActivePolicy:
    """The active program. A decision runs on the program it began with; a reload swaps one reference."""

    def __init__(self, path: Path, engine: Backend) -> None:
        """Load a policy; raise `OSError`, `PolicyRefusedError` or `EngineError` when there is nothing to serve."""
        self.path = path
        self.engine = engine
        self.refusal: Refusal | None = None
        before = {path: _stamp(path)}
        loaded = read_policy(path)
        self.program = program_from(loaded)
        engine.prepare(self.program.policy)
        self._stamps = self._after(before, loaded)

    def reload(self) -> bool:
        """Load the files again; serve them if they are without errors, else keep what is served and say why."""
        before = self._look()
        loaded: Loaded | None = None
        try:
            loaded = read_policy(self.path)
            program = program_from(loaded)
            self.engine.prepare(program.policy)
        except PolicyRefusedError as refused:
            found = refused.loaded
            self.refusal = Refusal(moment(), f"{self.path}: {refused}", found.diagnostics, found.sources)
        except OSError as error:
            self.refusal = Refusal(moment(), f"{self.path}: {error.strerror or error}")
        except EngineError as error:
            self.refusal = Refusal(moment(), f"{self.path}: {error}")
        else:
            self.program, self.refusal = program, None
        self._stamps = self._after(before, loaded)
        return self.refusal is None

    async def watch(self, reloaded: Callable[[bool], None]) -> None:
        """Reload whenever the files have changed, for ever; `reloaded` is called with how each reload went."""
        last = self._stamps
        while True:
            await asyncio.sleep(INTERVAL)
            now = self._look()
            if now != self._stamps and now == last:
                reloaded(await asyncio.to_thread(self.reload))
                now = self._stamps
            last = now

    def _look(self) -> dict[Path, Stamp]:
        return {path: _stamp(path) for path in self._stamps}

    def _after(self, before: dict[Path, Stamp], loaded: Loaded | None) -> dict[Path, Stamp]:
        """Return what to look at from now on, as it was before loading, so that a change meanwhile is seen next."""
        sources = loaded.sources if loaded else ()
        files = {self.path, *(source_path(self.path, source.file) for source in sources)}
        if self.refusal:
            # An include that is not there yet is in no list; the folders change when it comes.
            files |= {*before, *_folders(files)}
        return {path: before[path] if path in before else _stamp(path) for path in sorted(files)}


def _folders(files: Iterable[Path]) -> set[Path]:
    return {file.parent for file in files}


def _stamp(path: Path) -> Stamp:
    """Return what distinguishes one content of a file from the next; None where there is nothing to read."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
