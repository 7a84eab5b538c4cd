"""The budgets of the design, measured: deciding, growth with the table, HTTP, loading, memory.

Each budget has a goal and a number to hold against it; a budget that is not met is not an error here, it is what the
page says.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import orjson

from bench import machine, plain, servers, tables
from bench.load import Job, Report
from bench.load import run as send
from bench.quotes import FAMILIES, NEEDS_APPROVAL, NOW, quotes
from bench.timing import Case, in_turns
from engine.answers.decisions import Decision
from engine.backends.index import IndexEngine
from engine.core.decision import Explain, Kind
from engine.core.facts import Limits
from engine.decide import decide
from engine.plan.groups import Group
from engine.program import Program, compile_policy
from rules.ir import Subject
from rules.load import load, load_text

SHIPPED = Path(__file__).parent.parent / "policies.yaml"
INDEX = IndexEngine()
EXPLAINS: tuple[Explain, ...] = ("none", "near", "all")
CONNECTIONS = (1, 8)
PACKAGES = ("fastapi", "starlette", "uvicorn", "pydantic", "orjson", "PyYAML")


@dataclass(frozen=True)
class Scale:
    """How long to measure: rounds, and seconds of one round of one case."""

    rounds: int = 5
    seconds: float = 0.3
    http_rounds: int = 3
    http_seconds: float = 1.5
    decisions_before_memory: int = 1_000
    quotes: int = 200
    loads: int = 5
    rules: int = 5_000
    growth: tuple[int, ...] = (20, 200, 2_000, 10_000)


TINY = Scale(
    rounds=1,
    seconds=0.01,
    http_rounds=1,
    http_seconds=0.1,
    decisions_before_memory=20,
    quotes=5,
    loads=1,
    rules=50,
    growth=(20, 200),
)
QUICK = Scale(rounds=3, seconds=0.1, http_seconds=1.0, quotes=50, loads=2)


@dataclass(frozen=True)
class Budget:
    """One line of the design's table: a goal, what was measured, and whether that is within it."""

    what: str
    goal: str
    limit: float
    measured: float
    unit: str
    at_least: bool = False
    note: str = ""

    @property
    def met(self) -> bool:
        """Return whether the goal is met."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def to_json(self) -> dict[str, Any]:
        """Return the line for the results file."""
        return {**asdict(self), "measured": round(self.measured, 4), "met": self.met}


@dataclass
class Found:
    """What a part measured: its budgets, and the numbers behind them."""

    budgets: list[Budget] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


def run(scale: Scale, *, policy: Path = SHIPPED, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Measure every budget."""
    about = machine.describe(PACKAGES)
    found = Found()
    for part in (deciding, growing, over_http, loading):
        say(f"  {part.__name__.replace('_', ' ')} …")
        part(found, scale, policy)
    return {
        "machine": about,
        "scale": asdict(scale),
        "budgets": [budget.to_json() for budget in found.budgets],
        "details": found.details,
    }


# --- deciding in process -------------------------------------------------------------------------------------------


def deciding(found: Found, scale: Scale, policy: Path) -> None:
    """Decide quotes of five lines under the shipped policy, with and without the reply as JSON text."""
    program = program_of(policy)
    if set(program.domains) != set(Kind):
        raise RuntimeError(f"{policy} does not have all four sections")
    cases: dict[str, Case[Any]] = {}
    sizes: dict[str, float] = {}
    for name, case in plain.cases(program, EXPLAINS, scale.quotes).items():
        as_json = partial(_as_json, case.call)
        cases |= {name: case, f"{name} / as JSON": Case(as_json, case.inputs)}
        sizes[name] = round(median(len(as_json(one)) for one in case.inputs))
    times = in_turns(cases, rounds=scale.rounds, seconds=scale.seconds)
    found.details["deciding"] = {name: time.to_json() for name, time in times.items()}
    found.details["reply_bytes"] = sizes
    if plain.is_compiled():
        found.details["plain"] = plain.timings(policy, rounds=scale.rounds, seconds=scale.seconds, count=scale.quotes)
    for explain, limit in (("none", 60.0), ("near", 150.0)):
        for family in FAMILIES:
            time = times[f"{family.name} / {explain}"]
            found.budgets.append(
                Budget(
                    f"decide a 5-line quote, shipped policy, `explain={explain}`, {family.name}",
                    f"≤ {limit:.0f} µs",
                    limit,
                    time.median,
                    "µs",
                    note=f"p99 {time.p99:,.0f} µs; processor {time.cpu:,.0f} µs",
                )
            )


def program_of(policy: Path) -> Program:
    """Return the program of a policy that has no errors."""
    loaded = load(policy)
    if loaded.policy is None:
        raise RuntimeError(f"{policy} has errors: {loaded.diagnostics[:3]}")
    return compile_policy(loaded.policy)


def program_of_text(text: str) -> Program:
    """Return the program of a generated policy."""
    loaded = load_text(text)
    if loaded.policy is None:
        raise RuntimeError(f"the generated policy has errors: {loaded.diagnostics[:3]}")
    return compile_policy(loaded.policy)


def _decide(program: Program, explain: Explain, request: object) -> Decision:
    return decide(program, Kind.PRICE_APPROVAL, request, now=NOW, engine=INDEX, explain=explain)


def _as_json(decided: Callable[[object], Any], request: object) -> bytes:
    return orjson.dumps(decided(request).to_json())


# --- growth with the table -----------------------------------------------------------------------------------------


def growing(found: Found, scale: Scale, _policy: Path) -> None:
    """Decide one-line quotes under authority tables of 20 to 10,000 rows, whole and by the table's match alone."""
    cases: dict[str, Case[Any]] = {}
    for rows in scale.growth:
        table = tables.table("authority", rows)
        program = program_of_text(tables.policy_text(table))
        made = [tables.quote(request) for request in tables.requests(table, scale.quotes)]
        for explain in ("none", "near"):
            cases[f"decide, explain={explain} / {rows}"] = Case(partial(_decide, program, explain), made)
        group = authority_group(program)
        facts = [typed(program, request) for request in made]
        cases[f"table match / {rows}"] = Case(partial(_match, group), facts)
        cases[f"table match and near misses / {rows}"] = Case(partial(_match_and_near, group), facts)
    times = in_turns(cases, rounds=scale.rounds, seconds=scale.seconds)
    found.details["growth"] = {name: time.to_json() for name, time in times.items()}
    small, large = scale.growth[0], scale.growth[-1]
    for what in dict.fromkeys(name.rpartition(" / ")[0] for name in times):
        few, many = times[f"{what} / {small}"], times[f"{what} / {large}"]
        found.budgets.append(
            Budget(
                f"{large:,}-row authority table against {small} rows: {what}",
                "≤ 3×",
                3.0,
                many.median / few.median,
                "×",
                note=f"{few.median:,.1f} µs → {many.median:,.1f} µs",
            )
        )


def authority_group(program: Program) -> Group:
    """Return the indexed authority table of a generated policy, rows in the order written."""
    section = program.policy.price_approval
    assert section is not None
    return Group.of(section.authority, Subject.LINE)


def typed(program: Program, request: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a quote's shared facts and those of its line, derived fields included."""
    facts = program.reader.read(request, Kind.PRICE_APPROVAL, now=NOW, limits=Limits())
    facts.shared["as_of"] = facts.today
    program.domains[Kind.PRICE_APPROVAL].derivations.derive(INDEX, facts)
    assert facts.lines
    return facts.shared, facts.lines[0]


def _match(group: Group, facts: tuple[dict[str, Any], dict[str, Any]]) -> object:
    return group.index.match(*facts)


def _match_and_near(group: Group, facts: tuple[dict[str, Any], dict[str, Any]]) -> object:
    return group.index.match_and_near(*facts)


# --- HTTP and memory -----------------------------------------------------------------------------------------------


def over_http(found: Found, scale: Scale, policy: Path) -> None:
    """Ask one worker over HTTP, in turns with echoes; then look at the memory of the worker."""
    made = quotes(program_of(policy), NEEDS_APPROVAL, scale.quotes)
    bodies = [json.dumps(request, ensure_ascii=False) for request in made]
    with (
        servers.dealdesk(policy) as ours,
        servers.echo("same", policy) as same,
        servers.echo("bare", policy) as bare,
    ):
        routes = {
            "decision (near)": (ours.port, "/v1/decisions/price-approval?explain=near"),
            "decision (none)": (ours.port, "/v1/decisions/price-approval?explain=none"),
            "echo, same application": (same.port, "/echo"),
            "echo, bare FastAPI": (bare.port, "/echo"),
        }
        reports = http_in_turns(routes, bodies, scale)
        job = Job(ours.port, routes["decision (near)"][1], bodies, 8, scale.http_seconds)
        decided = sum(report.requests for name, report in reports.items() if name.startswith("decision"))
        while decided < scale.decisions_before_memory:
            decided += send(job).requests
        memory = machine.resident_mb(ours.pid)
    found.details["http"] = {name: asdict(report) for name, report in reports.items()}
    found.budgets += http_budgets(reports)
    found.budgets.append(
        Budget(
            "memory: a worker with the shipped policy",
            "≤ 120 MB",
            120.0,
            memory,
            "MB",
            note=f"resident after {decided:,} decisions over HTTP",
        )
    )


def http_in_turns(routes: Mapping[str, tuple[int, str]], bodies: list[str], scale: Scale) -> dict[str, Report]:
    """Ask each route in turn, with each number of connections; return the medians of the rounds."""
    jobs = {
        f"{name} / {connections}": Job(port, path, bodies, connections, scale.http_seconds)
        for connections in CONNECTIONS
        for name, (port, path) in routes.items()
    }
    rounds = [{name: send(job) for name, job in jobs.items()} for _ in range(scale.http_rounds)]
    return {name: middle([one[name] for one in rounds]) for name in jobs}


def middle(reports: list[Report]) -> Report:
    """Return the median of every number of several reports."""
    return Report(
        requests_per_second=median(report.requests_per_second for report in reports),
        p50=median(report.p50 for report in reports),
        p99=median(report.p99 for report in reports),
        requests=sum(report.requests for report in reports),
        reply_bytes=median(report.reply_bytes for report in reports),
    )


def http_budgets(reports: Mapping[str, Report]) -> Iterator[Budget]:
    """Hold decisions over HTTP against the echo of the same application."""
    busy = CONNECTIONS[-1]
    ours, echo = reports[f"decision (near) / {busy}"], reports[f"echo, same application / {busy}"]
    yield Budget(
        "HTTP decision (`near`), one worker, against the same app's echo: requests per second",
        "≥ 60%",
        60.0,
        100 * ours.requests_per_second / echo.requests_per_second,
        "%",
        at_least=True,
        note=f"{ours.requests_per_second:,.0f} against {echo.requests_per_second:,.0f}, {busy} connections",
    )
    yield Budget(
        "HTTP decision (`near`), one worker, against the same app's echo: p99",
        "≤ 3×",
        3.0,
        ours.p99 / echo.p99,
        "×",
        note=f"{ours.p99:.2f} ms against {echo.p99:.2f} ms, {busy} connections",
    )


# --- loading -------------------------------------------------------------------------------------------------------


def loading(found: Found, scale: Scale, policy: Path) -> None:
    """Load and compile the shipped policy, and a generated one: four rules in five are rows of its authority table."""
    text = tables.policy_text(tables.table("authority", scale.rules * 4 // 5), rules=scale.rules // 5)
    with TemporaryDirectory() as folder:
        generated = Path(folder) / "generated.yaml"
        generated.write_text(text, encoding="utf-8")
        files = {"shipped policy": policy, f"{scale.rules:,}-rule policy": generated}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in files}
        for _ in range(scale.loads):
            for name, path in files.items():
                times[name].append(_load_once(path))
    limits = (("≤ 150 ms", 150.0), ("≤ 2 s", 2_000.0))
    for (name, parts), (goal, limit) in zip(times.items(), limits, strict=True):
        loads, compiles = (median(part) for part in zip(*parts, strict=True))
        total = median(sum(both) for both in parts)
        note = f"load {loads:,.0f} ms, compile {compiles:,.0f} ms"
        found.budgets.append(Budget(f"load + compile: {name}", goal, limit, total, "ms", note=note))


def _load_once(path: Path) -> tuple[float, float]:
    started = perf_counter()
    loaded = load(path)
    read = perf_counter()
    if loaded.policy is None:
        raise RuntimeError(f"{path.name} has errors: {loaded.diagnostics[:3]}")
    compile_policy(loaded.policy)
    return (read - started) * 1e3, (perf_counter() - read) * 1e3
