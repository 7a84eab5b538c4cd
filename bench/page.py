"""docs/benchmarks.md, written from the result files; nobody edits it by hand."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.results import Result

FOLDER = Path(__file__).parent.parent / "docs"
PAGE = "benchmarks.md"
INTRODUCTION = """\
# Benchmarks

Written by `make bench` from the files in `bench/results/`; do not edit it by hand. Absolute times belong to the machine
below and to the moment; what is claimed is ratios, measured in turns on that machine. Every time is the median of
several rounds, in which all cases take turns.
"""


def write(found: Mapping[str, Result], folder: Path = FOLDER) -> list[Path]:
    """Write the page; return the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE
    path.write_text(text(found), encoding="utf-8")
    return [path]


def text(found: Mapping[str, Result]) -> str:
    """Return the page."""
    blocks = [INTRODUCTION]
    if "budgets" in found:
        blocks += _budgets(found["budgets"])
    return "\n".join(blocks)


def rows(head: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    """Return a table; columns after the first are aligned to the right."""
    names = list(head)
    lines = [names, ["---", *["---:"] * (len(names) - 1)], *(list(line) for line in body)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def number(value: float) -> str:
    """Return a number with about three figures.

    >>> number(0.1234), number(12.34), number(1234.5)
    ('0.123', '12.3', '1,234')
    """
    for limit, places in ((1, 3), (10, 2), (100, 1)):
        if abs(value) < limit:
            return f"{value:.{places}f}"
    return f"{value:,.0f}"


def machine(about: Mapping[str, Any]) -> str:
    """Return what numbers were taken on."""
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    return (
        f"Taken {about['taken']} on {about['processor']}, {about['cores']} cores, {about['memory']}, "
        f"{about['system']}, {about['python']}; load before it {' '.join(map(str, about['load']))}. {versions}.\n"
    )


def _budgets(result: Result) -> Iterator[str]:
    yield "## Budgets\n"
    yield machine(result["machine"])
    met = sum(budget["met"] for budget in result["budgets"])
    yield f"{met} of {len(result['budgets'])} are met.\n"
    yield rows(
        ("what", "goal", "measured", "met", "behind it"),
        (
            (one["what"], one["goal"], f"{number(one['measured'])} {one['unit']}", _verdict(one), one["note"])
            for one in result["budgets"]
        ),
    )
    yield "Not measured here: bulk evaluation, which this version does not have yet.\n"
    details = result["details"]
    yield "### Deciding in process\n"
    yield (
        "Five lines a quote, every quote another, all four sections of the shipped policy loaded. `as JSON` adds "
        "`to_json` and `json.dumps`.\n"
    )
    yield _timings(details["deciding"])
    yield "### Growth with the table\n"
    yield (
        "One-line quotes under the generated authority matrix (below). `decide` is the whole decision; `table match` "
        "is the look-up of the matching rows alone.\n"
    )
    yield _timings(details["growth"])
    yield "### HTTP, one worker\n"
    yield rows(
        ("request / connections", "requests/s", "p50 ms", "p99 ms", "bytes a reply"),
        (
            (name, *(number(one[key]) for key in ("requests_per_second", "p50", "p99", "reply_bytes")))
            for name, one in details["http"].items()
        ),
    )


def _verdict(budget: Mapping[str, Any]) -> str:
    if budget["met"]:
        return "yes"
    if budget["at_least"]:
        return f"**no**, {number(budget['limit'] - budget['measured'])} points short"
    return f"**no**, {number(budget['measured'] / budget['limit'])} times the goal"


def _timings(times: Mapping[str, Mapping[str, float]]) -> str:
    return rows(
        ("case", "median µs", "p99 µs", "processor µs"),
        ((name, *(number(time[key]) for key in ("median", "p99", "cpu"))) for name, time in times.items()),
    )
