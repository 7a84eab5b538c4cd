"""The page's part on the budgets."""

from collections.abc import Iterator, Mapping
from typing import Any

from bench.markdown import machine, number, rows
from bench.results import Result

# What stands in the way of goals that are missed; look with `python -m cProfile -s cumulative -m bench budgets`, and
# with `perf record` where the modules are compiled.
WHY = """\
Why goals are missed. For five lines the shipped policy derives some 80 values, matches some 35 tables, and finds for
each line the exact price at which each lower level could sign, or what stands in its way; that is 40% of a decision
without a trace. The rest is spread over hundreds of functions of a few percent each, compiled: reading, making and
freeing small objects. `near` lists some 75 rules with every test and some 150 facts with where they came from, a reply
of about 56,000 bytes: building it takes longer than deciding, and it is what a caller waits for over HTTP, where the
echo beside it sends back its own 1,300 bytes.
"""


def blocks(result: Result) -> Iterator[str]:
    """Yield goals and what was measured, then the numbers behind them."""
    budgets = result["budgets"]
    yield "## Budgets\n"
    yield machine(result["machine"])
    yield f"{sum(budget['met'] for budget in budgets)} of {len(budgets)} are met.\n"
    yield rows(
        ("what", "goal", "measured", "met", "behind it"),
        (
            (one["what"], one["goal"], f"{number(one['measured'])} {one['unit']}", _verdict(one), one["note"])
            for one in budgets
        ),
    )
    yield "Not measured here: bulk evaluation.\n"
    yield WHY
    details = result["details"]
    yield "### Deciding in process\n"
    yield (
        "Five lines a quote, every quote another, all four sections of the shipped policy loaded. `as JSON` adds "
        "`to_json` and `orjson.dumps`; the last column is how long that text is.\n"
    )
    yield _timings(details["deciding"], details["reply_bytes"])
    if "plain" in details:
        yield "The same quotes with the sources as they are, in a process of its own right after:\n"
        yield _against_plain(details["deciding"], details["plain"])
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


def _against_plain(compiled: Mapping[str, Mapping[str, float]], plain: Mapping[str, Mapping[str, float]]) -> str:
    return rows(
        ("case", "plain Python, median µs", "processor µs", "compiled", "processor"),
        (
            (
                name,
                number(one["median"]),
                number(one["cpu"]),
                *(f"{number(one[key] / compiled[name][key])}× as fast" for key in ("median", "cpu")),
            )
            for name, one in plain.items()
        ),
    )


def _timings(times: Mapping[str, Mapping[str, float]], sizes: Mapping[str, float] | None = None) -> str:
    head = ["case", "median µs", "p99 µs", "processor µs"]
    body = [[name, *(number(time[key]) for key in ("median", "p99", "cpu"))] for name, time in times.items()]
    if sizes:
        head.append("bytes")
        for line in body:
            line.append(number(sizes[line[0]]) if line[0] in sizes else "")
    return rows(head, body)
