"""The page's part on other engines in process."""

from collections.abc import Iterable, Iterator
from typing import Any

from bench.markdown import machine, number, rows
from bench.plot import Panel
from bench.results import Result

OURS = "dealdesk: table"
TITLES = {
    ("authority", "first"): "Authority matrix, first hit",
    ("authority", "collect"): "Authority matrix, all hits",
    ("ranges", "first"): "Ranges only, first hit",
}
BETTER = """\
### What each does better than us

- **GoRules Zen** builds its tables far faster and in less memory, runs the same model from Rust, Node, Python, Go, Java
  and Swift, and has a graphical editor for people who do not write YAML.
- **CLIPS** chains: conclusions become facts for further rules, with truth maintenance, which a table has not; and
  rules can be added and taken away while it runs.
- **Drools** has the widest language of all: DMN and DRL, joins over many facts, time windows and event processing;
  under equality tests more rows cost it next to nothing.
- **json-rules-engine** runs in a browser, takes facts that are fetched when a rule asks for them, and explains every
  condition of every rule without being asked.
- **business-rules** is a page of code without a dependency that matters; anyone can read all of it.
- **durable-rules** correlates events over time and keeps state between them, from Python, Node and Ruby.
- **Cerbos** is made for authorization: query plans that turn a policy into a database filter, audit logs,
  policy tests as part of the product, and a smaller reply than ours.
"""


def panels(result: Result) -> list[Panel]:
    """Return what the plot shows: a line an engine, for the matrix and for ranges."""
    return [
        Panel(
            TITLES[contest],
            {title: _points(result, contest, title) for title in _titles(result) if _points(result, contest, title)},
        )
        for contest in (("authority", "first"), ("ranges", "first"))
    ]


def blocks(result: Result, plot: str) -> Iterator[str]:
    """Yield who took part, and a table for each contest."""
    yield "## Against other engines, in process\n"
    yield machine(result["machine"])
    yield (
        "One table, the same rows and the same requests for all. The authority matrix tests region, product line and "
        "customer class for equality and discount and value for an interval; the other table has narrow intervals on "
        "four fields and nothing else. A third of the numbers in requests stand exactly on a limit. Every engine first "
        "answers every request that it is timed on, and is held to the rows that a plain reading of the table finds; "
        "an engine that differs has no time. Each runs in a process of its own, and all take turns.\n"
    )
    yield f"The quickest engine that is not ours; its time, build and memory as multiples of those of `{OURS}`:\n"
    yield rows(
        ("table", "rows", "quickest other", "its time", "its time with trace", "its build", "its memory"),
        _closest(result),
    )
    yield f"![Median time of a decision by rows of the table]({plot})\n"
    for entry in result["entries"]:
        trace = f" Trace: {entry['trace']}." if entry["trace"] else ""
        yield f"- **{entry['title']}**: {entry['how']}.{trace}"
    yield ""
    if result["skipped"]:
        yield "Did not take part:\n"
        yield from (f"- **{title}**: {reason}" for title, reason in result["skipped"].items())
        yield ""
    for contest, title in TITLES.items():
        cells = [cell for cell in result["cells"] if (cell["table"], cell["hit"]) == contest]
        if cells:
            yield f"### {title}\n"
            yield from _contest(cells)
    yield BETTER


def _closest(result: Result) -> Iterator[list[str]]:
    """Yield for each contest and size the quickest engine that is not ours, as multiples of ours."""
    for contest, title in TITLES.items():
        cells = [one for one in result["cells"] if (one["table"], one["hit"]) == contest and "plain" in one]
        for size in sorted({cell["rows"] for cell in cells}):
            here = {cell["title"]: cell for cell in cells if cell["rows"] == size}
            others = [cell for name, cell in here.items() if not name.startswith("dealdesk")]
            if OURS in here and others:
                ours, best = here[OURS], min(others, key=lambda cell: cell["plain"]["median"])
                yield [
                    title,
                    f"{size:,}",
                    best["title"],
                    _times(best["plain"]["median"], ours["plain"]["median"]),
                    _times(_median(best, "traced"), _median(ours, "traced")),
                    _times(best["build_seconds"], ours["build_seconds"]),
                    _times(best["memory_mb"], ours["memory_mb"]),
                ]


def _times(theirs: float | None, ours: float | None) -> str:
    return f"{number(theirs / ours)}×" if theirs is not None and ours else "–"


def _contest(cells: list[dict[str, Any]]) -> Iterator[str]:
    sizes = sorted({cell["rows"] for cell in cells})
    titles = list(dict.fromkeys(cell["title"] for cell in cells))
    at = {(cell["title"], cell["rows"]): cell for cell in cells}
    yield f"Median µs a decision; in brackets, how many times that of `{OURS}`. Growth is the last over the first.\n"
    yield rows(
        ("engine", *(f"{size:,} rows" for size in sizes), "growth"),
        (
            (title, *(_against(at, title, size) for size in sizes), _growth(at, title, sizes))
            for title in sorted(titles, key=lambda title: not title.startswith("dealdesk"))
        ),
    )
    last = sizes[-1]
    yield f"At {last:,} rows; in brackets with the trace.\n"
    yield rows(
        ("engine", "median µs", "p99 µs", "processor µs", "build s", "memory MB", "requests compared"),
        (_details(cell) for cell in cells if cell["rows"] == last and "plain" in cell),
    )
    traced = [title for title in titles if any((at.get((title, size)) or {}).get("traced") for size in sizes)]
    yield "With the trace, median µs:\n"
    yield rows(
        ("engine", *(f"{size:,} rows" for size in sizes)),
        ((title, *(number(_median(at.get((title, size)), "traced")) for size in sizes)) for title in traced),
    )
    failed = [cell for cell in cells if "failed" in cell]
    if failed:
        yield "No number, and why:\n"
        yield from (f"- {cell['title']}, {cell['rows']:,} rows: {cell['failed']}" for cell in failed)
        yield ""


def _median(cell: dict[str, Any] | None, which: str = "plain") -> float | None:
    found = cell.get(which) if cell else None
    return found["median"] if found else None


def _against(at: dict[tuple[str, int], dict[str, Any]], title: str, size: int) -> str:
    mine, other = _median(at.get((OURS, size))), _median(at.get((title, size)))
    if mine is None or other is None or title == OURS:
        return number(other)
    return f"{number(other)} ({number(other / mine)}×)"


def _growth(at: dict[tuple[str, int], dict[str, Any]], title: str, sizes: list[int]) -> str:
    few, many = _median(at.get((title, sizes[0]))), _median(at.get((title, sizes[-1])))
    return f"{number(many / few)}×" if few and many else "–"


def _details(cell: dict[str, Any]) -> Iterable[str]:
    plain, traced = cell["plain"], cell["traced"]
    yield cell["title"]
    for key in ("median", "p99", "cpu"):
        yield f"{number(plain[key])} ({number(traced[key])})" if traced else number(plain[key])
    yield number(cell["build_seconds"])
    yield number(cell["memory_mb"])
    yield f"{cell['answered']}"


def _titles(result: Result) -> list[str]:
    return [entry["title"] for entry in result["entries"]]


def _points(result: Result, contest: tuple[str, str], title: str) -> list[tuple[float, float]]:
    return [
        (cell["rows"], cell["plain"]["median"])
        for cell in result["cells"]
        if (cell["table"], cell["hit"], cell["title"]) == (*contest, title) and "plain" in cell
    ]
