"""The second engine as deciding sees it: the same matches as the index gives, from durable-rules in another process.

Only matching differs between engines; what follows from a match is the domains' business and stays here. One caller at
a time talks to the worker. If the worker ends or hangs, the caller whose match it was gets an `EngineUnavailableError`,
and the next match finds a new worker.
"""

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from threading import Lock
from time import monotonic
from typing import Final

from engine.backends.durable.alternatives import TooManyError, alternatives
from engine.backends.durable.errors import EngineUnavailableError, UnsupportedError
from engine.backends.durable.process import LostError, Worker
from engine.backends.durable.rulesets import Rulesets, compile_conditions
from engine.core.facts import Facts, Row
from engine.core.views import View
from engine.plan.groups import Group, Match, Stage
from engine.plan.tables.bits import Bits, planes
from rules.ir import AllOf, Condition, Policy
from rules.kinds import criteria_of, rules_of

INSTALL = "pip install 'dealdesk[durable]'"
# Seconds: for one match, and for loading a table, which grows with it.
DEADLINE = 10.0
LOADING = 60.0
# In a whole policy: about 70 MB and 2 seconds of loading for each thousand of them.
MOST_IN_ALL = 20_000
# A worker cannot unload; one that holds this many tables of which most are out of use is replaced.
MOST_LOADED = 256


class _Compiled:
    """A group's rules, and their distinct conjuncts, as rulesets; each is compiled when it is first needed."""

    def __init__(self, group: Group) -> None:
        self.rules = compile_conditions([rule.when for rule in group.rules])
        numbers: dict[Condition, int] = {}
        # Which conjuncts each rule has, as often as it says them.
        self.parts = [[numbers.setdefault(part, len(numbers)) for part in rule.when.parts] for rule in group.rules]
        self._conjuncts = list(numbers)
        self._compiled: Rulesets | None = None

    @property
    def conjuncts(self) -> Rulesets:
        """Return the conjuncts' rulesets: what finds near misses."""
        if self._compiled is None:
            self._compiled = compile_conditions(self._conjuncts)
        return self._compiled


class DurableEngine:
    """Matches by durable-rules. Formulas go through the plain interpreter, so that those are compared as well."""

    name: Final = "durable"

    def __init__(self, *, deadline: float = DEADLINE) -> None:
        """Take how many seconds one match may take; nothing is started yet."""
        self._deadline = deadline
        self._lock = Lock()
        self._worker: Worker | None = None
        self._compiled: dict[Group, _Compiled] = {}
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    @property
    def worker(self) -> Worker | None:
        """Return the worker, if one has been started."""
        return self._worker

    def prepare(self, policy: Policy) -> None:
        """Make sure that this engine can decide under a policy, and start the worker.

        Raises:
            EngineUnavailableError: durable-rules is not installed, or cannot run here.
            UnsupportedError: the policy says what the engine cannot do exactly.
        """
        check_installed()
        self._compiled = {}  # of the policy before
        rules = sum(_counted(rule.when, f"rule `{rule.id}` ({rule.span})") for rule in rules_of(policy))
        if rules > MOST_IN_ALL:
            raise UnsupportedError(f"more than {MOST_IN_ALL} rules and alternatives", f"policy `{policy.name}`")
        for criterion in criteria_of(policy):
            if criterion.condition is not None:
                _counted(criterion.condition, f"criterion `{criterion.id}` ({criterion.span})")
        self._match(compile_conditions([AllOf(())]), [])

    def judge(self, group: Group, shared: Row, row: Row, *, number: int | None = None, near: bool = False) -> Match:
        """Let durable-rules judge every rule; for near misses every conjunct."""
        compiled = self._of(group)
        view = View(group.subject, shared, row)
        certain, possible = self._match(compiled.rules, compiled.rules.slots(view))
        fired = _bits(certain)
        return Match(group, number, row, fired, _bits(possible) & ~fired, self._near(compiled, view) if near else 0)

    def derive(self, stage: Stage, facts: Facts) -> None:
        """Derive field by field."""
        stage.one_by_one(self, facts)

    def _near(self, compiled: _Compiled, view: View) -> Bits:
        """Return the rules of which exactly one conjunct fails and all others hold."""
        holds, open_ = (set(marks) for marks in self._match(compiled.conjuncts, compiled.conjuncts.slots(view)))
        near = 0
        for number, parts in enumerate(compiled.parts):
            failing = [part for part in parts if part not in open_]
            if len(failing) == 1 and all(part in holds for part in parts if part not in failing):
                near |= 1 << number
        return near

    def misses(self, group: Group, shared: Row, row: Row) -> tuple[Bits, ...]:
        """Let durable-rules judge every conjunct, and count those that do not hold."""
        compiled = self._of(group)
        view = View(group.subject, shared, row)
        holds = set(self._match(compiled.conjuncts, compiled.conjuncts.slots(view))[0])
        return planes([sum(part not in holds for part in parts) for parts in compiled.parts])

    def stop(self) -> None:
        """End the worker, if there is one; the next match starts another."""
        with self._lock:
            self._replace(None)

    def _of(self, group: Group) -> _Compiled:
        compiled = self._compiled.get(group)
        if compiled is None:
            if len(self._compiled) >= 2 * MOST_LOADED:
                self._compiled = {}
            try:
                compiled = self._compiled[group] = _Compiled(group)
            except TooManyError as many:
                first = group.rules[0]
                raise UnsupportedError(str(many), f"`{first.section}` ({first.span})") from None
        return compiled

    def _match(self, rulesets: Rulesets, slots: list[int | None]) -> tuple[Sequence[int], Sequence[int]]:
        """Ask the worker, one caller at a time."""
        started = monotonic()
        if not self._lock.acquire(timeout=self._deadline + LOADING):
            raise EngineUnavailableError(f"the durable engine was busy for {monotonic() - started:.0f} seconds")
        try:
            worker = self._running()
            worker.load(rulesets.key, rulesets.text, seconds=max(LOADING, self._deadline))
            return worker.match(rulesets.key, slots, seconds=self._deadline)
        except LostError as lost:
            self._replace(Worker())
            raise EngineUnavailableError(f"the durable engine's worker {lost}; a new one has been started") from None
        finally:
            self._lock.release()

    def _running(self) -> Worker:
        """Return the worker; one that ended while nobody asked, or has grown old, is replaced without a word."""
        if self._worker is None:
            check_installed()
        worker = self._worker
        if worker is None or not worker.alive or len(worker.loaded) > max(MOST_LOADED, 4 * len(self._compiled)):
            worker = Worker()
            self._replace(worker)
        return worker

    def _replace(self, worker: Worker | None) -> None:
        if self._worker is not None:
            self._worker.stop()
        self._worker = worker

    def _after_fork(self) -> None:
        """A child that was forked has a worker of its own, and not the parent's."""
        self._lock = Lock()
        if self._worker is not None:
            self._worker.disown()
            self._worker = None


def check_installed() -> None:
    """Make sure that durable-rules can run here.

    Raises:
        EngineUnavailableError: it cannot.
    """
    if sys.version_info >= (3, 13):
        raise EngineUnavailableError("the durable engine needs Python 3.11 or 3.12: durable-rules knows no later one")
    if sys.platform == "win32":
        raise EngineUnavailableError("the durable engine needs Linux or macOS")
    if find_spec("durable") is None or find_spec("durable_rules_engine") is None:
        raise EngineUnavailableError(f"the durable engine is not installed: {INSTALL}")


def _counted(condition: Condition, place: str) -> int:
    """Return how many rules a condition becomes; refuse one that the engine does not take."""
    try:
        return len(alternatives(condition))
    except TooManyError as many:
        raise UnsupportedError(str(many), place) from None


def _bits(marks: Sequence[int]) -> Bits:
    bits = 0
    for mark in marks:
        bits |= 1 << mark
    return bits
