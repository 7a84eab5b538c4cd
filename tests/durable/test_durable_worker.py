"""The durable engine's process: killed, frozen, forked or idle, it costs one answer at most."""

import gc
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from threading import Event
from unittest.mock import patch

import pytest

from engine.answers.decisions import Decision
from engine.backends.durable import backend
from engine.backends.durable.backend import DurableEngine
from engine.backends.durable.errors import EngineUnavailableError, UnsupportedError
from engine.backends.durable.process import LostError, Worker
from engine.core.decision import Kind
from engine.decide import decide
from rules.load import load_text
from tests.deciding import ENGINES, INDEX, SHIPPED, Data, compiled, program_at, program_of
from tests.durable.installed import needs_durable
from tests.small_policies import HEAD, good

pytestmark = needs_durable
NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)
REQUEST: dict[str, Data] = {
    "deal": {"payment_days": 30, "channel": "direct"},
    "lines": [
        {"product_line": "desktop", "quantity": 3, "list_price": "1000", "net_price": "931", "unit_cost": "700"},
        {"product_line": "server", "quantity": 1, "list_price": "90000", "net_price": "61000"},
    ],
}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[DurableEngine]:
    """Put an engine with a short deadline in the place of the one that serves."""
    short = DurableEngine(deadline=1.5)
    monkeypatch.setitem(ENGINES, "durable", short)
    yield short
    short.stop()


def decided() -> Decision:
    return decide(program_at(SHIPPED), Kind.PRICE_APPROVAL, REQUEST, now=NOW, explain="all", engine=ENGINES["durable"])


def by_index() -> Decision:
    return decide(program_at(SHIPPED), Kind.PRICE_APPROVAL, REQUEST, now=NOW, explain="all", engine=INDEX)


def worker_of(engine: DurableEngine) -> Worker:
    assert engine.worker is not None
    return engine.worker


def gone(pid: int) -> bool:
    """Return whether a process has ended; one that nobody has waited for yet has ended too."""
    status = Path(f"/proc/{pid}/stat")
    try:
        if status.exists():
            return status.read_text("utf-8").rpartition(")")[2].split()[0] == "Z"
        os.kill(pid, 0)
    except (ProcessLookupError, FileNotFoundError):
        return True
    return False


def wait_for(holds: Callable[[], bool]) -> None:
    for _ in range(6_000):  # two minutes: what takes longer has gone wrong, on however busy a machine
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("did not come to hold")


def waiting_decision(engine: DurableEngine, threads: ThreadPoolExecutor) -> "tuple[Worker, Future[Decision]]":
    """Freeze the worker, and begin a decision that now waits for it."""
    decided()
    worker = worker_of(engine)
    os.kill(worker.pid, signal.SIGSTOP)
    asked, match = Event(), worker.match

    def noticed(key: str, slots: list[int | None], *, seconds: float) -> tuple[list[int], list[int]]:
        asked.set()
        return match(key, slots, seconds=seconds)

    with patch.object(worker, "match", noticed):
        decision = threads.submit(decided)
        assert asked.wait(60)
    assert not decision.done()
    return worker, decision


def test_a_worker_killed_in_a_decision_costs_that_decision_only(engine: DurableEngine) -> None:
    with ThreadPoolExecutor(1) as threads:
        worker, decision = waiting_decision(engine, threads)
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(EngineUnavailableError, match=r"worker was ended by signal 9; a new one has been started"):
            decision.result(20)
    assert worker_of(engine).pid != worker.pid
    assert decided() == by_index()


def test_a_worker_that_hangs_is_replaced_at_the_deadline(engine: DurableEngine) -> None:
    with ThreadPoolExecutor(1) as threads:
        worker, decision = waiting_decision(engine, threads)
        with pytest.raises(EngineUnavailableError, match=r"did not answer within 1\.5 seconds"):
            decision.result()
    wait_for(lambda: gone(worker.pid))
    assert decided() == by_index()


def test_others_wait_for_the_new_worker_and_notice_nothing(engine: DurableEngine) -> None:
    with ThreadPoolExecutor(4) as threads:
        worker, first = waiting_decision(engine, threads)
        others = [threads.submit(decided) for _ in range(3)]
        wait_for(lambda: all(one.running() for one in others))
        os.kill(worker.pid, signal.SIGKILL)
        failures = [one for one in (first, *others) if one.exception(20) is not None]
        assert len(failures) == 1
        assert all(one.result() == by_index() for one in (first, *others) if one not in failures)


def test_nobody_notices_a_worker_that_died_between_decisions(engine: DurableEngine) -> None:
    decided()
    worker = worker_of(engine)
    os.kill(worker.pid, signal.SIGKILL)
    wait_for(lambda: not worker.alive)
    assert decided() == by_index()


def test_the_other_engines_do_not_need_it(engine: DurableEngine) -> None:
    decided()
    os.kill(worker_of(engine).pid, signal.SIGSTOP)
    assert by_index().outcome == "needs_information"


def test_many_threads_take_turns(engine: DurableEngine) -> None:
    with ThreadPoolExecutor(6) as threads:
        assert {one.result(60).outcome for one in [threads.submit(decided) for _ in range(12)]} == {by_index().outcome}
    assert worker_of(engine).alive


def test_a_worker_that_holds_tables_out_of_use_is_replaced(
    engine: DurableEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "MOST_LOADED", 3)
    seen = set()
    for number in range(1, 9):
        rule = "{id: r%d, when: {partner.open_deals: '> %d'}, then: {exclude: Busy}}"
        rules = ", ".join(rule % (n, n) for n in range(number))
        text = f"{HEAD}partner_allocation: {{eligibility: [{rules}], choose: {{take: 1, by: []}}}}\n"
        program = compiled(load_text(text))
        request = {"candidates": [{"id": "P"}]}
        decide(program, Kind.PARTNER_ALLOCATION, request, now=NOW, explain="none", engine=engine)
        seen.add(worker_of(engine).pid)
        del program
        gc.collect()
    assert 1 < len(seen) < 8


def test_a_worker_ends_with_its_engine(engine: DurableEngine) -> None:
    decided()
    pid = worker_of(engine).pid
    engine.stop()
    assert gone(pid)


def in_child(pid: int) -> None:
    """Decide in a forked process, which must not touch the parent's worker."""
    engine = ENGINES["durable"]
    assert isinstance(engine, DurableEngine)
    right = engine.worker is None and decided() == by_index() and worker_of(engine).pid != pid
    engine.stop()
    os._exit(0 if right else 1)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_has_a_worker_of_its_own(engine: DurableEngine) -> None:
    decided()
    pid = worker_of(engine).pid
    child = get_context("fork").Process(target=in_child, args=(pid,))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert worker_of(engine).pid == pid
    assert decided() == by_index()


def test_what_durable_rules_gets_wrong_ends_the_worker() -> None:
    worker = Worker()
    with pytest.raises(LostError, match=r"failed: KeyError"):
        worker.match("never loaded", [], seconds=20)
    wait_for(lambda: not worker.alive)


def test_a_long_message_to_a_frozen_worker_ends_at_the_deadline() -> None:
    worker = Worker()
    worker.load("warm", "[]", seconds=20)
    os.kill(worker.pid, signal.SIGSTOP)
    with pytest.raises(LostError, match=r"did not answer within 0\.5 seconds"):
        worker.load("long", "[" + " " * 10_000_000 + "]", seconds=0.5)
    wait_for(lambda: gone(worker.pid))


# --- what is refused -----------------------------------------------------------------------------------------------

TWO = "{any: [{deal.a%d: true}, {deal.b%d: true}]}"
MANY = (
    "facts: {"
    + ", ".join(f"deal.{side}{n}: {{type: boolean}}" for side in "ab" for n in range(9))
    + "}\nderive:\n  - {field: deal.odd, type: rate, hit: first, columns: [deal.a0, value], rows: [[true, 5%]]}\n"
    + "price_approval:\n  ladder: [{level: boss, title: Boss, respond_within: 4h}]\n  chain: direct\n"
    + "  authority: {columns: [level, line.discount], rows: [[boss, '<= 5%']]}\n"
    + "  rules:\n    - {id: many, when: {all: ["
    + ", ".join(TWO % (n, n) for n in range(9))
    + "]}, then: {reject: No}}\n"
)


def test_a_policy_that_it_cannot_do_is_refused_by_name_and_place(engine: DurableEngine) -> None:
    policy = good(MANY)
    with pytest.raises(UnsupportedError) as refused:
        engine.prepare(policy)
    message = str(refused.value)
    assert message.startswith("rule `many` (")
    assert message.endswith("the durable engine does not take a condition of more than 256 alternatives")
    line = 1 + (HEAD + MANY)[: (HEAD + MANY).index("id: many")].count("\n")
    assert f":{line}:" in message


def test_the_shipped_policy_is_not_refused(engine: DurableEngine) -> None:
    engine.prepare(program_at(SHIPPED).policy)
    assert worker_of(engine).alive


def test_a_table_of_thousands_of_rows_is_taken(engine: DurableEngine) -> None:
    rows = ", ".join(f"[R-{n}, boss, '<= {n % 60 + 1}.{n % 7}%', '<= {1000 * (n + 1)}']" for n in range(1_000))
    text = (
        f"{HEAD}price_approval:\n  ladder: [{{level: boss, title: Boss, respond_within: 4h}}]\n  chain: direct\n"
        f"  authority: {{columns: [id, level, line.discount, deal.net_total], rows: [{rows}]}}\n"
    )
    program = program_of(text)
    engine.prepare(program.policy)
    engines = (INDEX, engine)
    answers = [decide(program, Kind.PRICE_APPROVAL, REQUEST, now=NOW, explain="near", engine=one) for one in engines]
    assert answers[0] == answers[1]
