"""The page's part on HTTP."""

from collections.abc import Iterator

from bench.markdown import machine, number, rows
from bench.results import Result


def blocks(result: Result) -> Iterator[str]:
    """Yield a table of requests and one of servers."""
    yield "## Over HTTP: Cerbos, and a bare echo\n"
    yield machine(result["machine"])
    yield (
        "The authority matrix again, one worker each: `dealdesk serve`, the Cerbos binary from npm with `GOMAXPROCS=1` "
        "and every matching row as an output, and a FastAPI application under uvicorn that sends the same bodies back. "
        "Rows that hit were compared for every request first. The work is not the same: Cerbos says which rows allow, "
        "we decide a quote (derived discount and margin, level, chain, what would change it; `near` with its trace), "
        "from a body that is read exactly.\n"
    )
    for title, reason in result["skipped"].items():
        yield f"**{title}** did not take part: {reason}.\n"
    cells = [cell for cell in result["cells"] if "title" in cell]
    yield rows(
        ("rows / server", "connections", "decisions a request", "requests/s", "decisions/s", "p50 ms", "p99 ms"),
        (
            (
                f"{cell['rows']:,} / {cell['title']}",
                str(cell["connections"]),
                str(cell["decisions"]),
                number(cell["requests_per_second"]),
                number(cell["requests_per_second"] * cell["decisions"]),
                number(cell["p50"]),
                number(cell["p99"]),
            )
            for cell in cells
        ),
    )
    yield rows(
        ("rows / server", "seconds until it answers", "memory MB after the load"),
        (
            (f"{cell['rows']:,} / {cell['server']}", number(cell["ready_seconds"]), number(cell["memory_mb"]))
            for cell in result["cells"]
            if "server" in cell
        ),
    )
