"""docs/benchmarks.md and its plot, written from the result files; nobody edits them by hand."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import page_budgets, page_http, page_peers
from bench.plot import svg
from bench.results import Result

FOLDER = Path(__file__).parent.parent / "docs"
PAGE = "benchmarks.md"
PLOT = "benchmarks.svg"
INTRODUCTION = """\
# Benchmarks

Written by `make bench` from the files in `bench/results/`; do not edit it by hand. Absolute times belong to the machine
and the moment that stand with them; what is claimed is ratios, taken in turns on one machine. A time is the median of
the rounds' medians, p99 is over all calls, and `processor` is the processor's time a call in the best round: it says
more than the clock where others use the machine too.
"""


def write(found: Mapping[str, Result], folder: Path = FOLDER) -> list[Path]:
    """Write the page and its plot; return the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {PAGE: text(found)}
    if "peers" in found:
        files[PLOT] = svg(page_peers.panels(found["peers"]))
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [folder / name for name in files]


def text(found: Mapping[str, Result]) -> str:
    """Return the page."""
    return "\n".join([INTRODUCTION, *_blocks(found)])


def _blocks(found: Mapping[str, Any]) -> Iterator[str]:
    if "budgets" in found:
        yield from page_budgets.blocks(found["budgets"])
    if "peers" in found:
        yield from page_peers.blocks(found["peers"], PLOT)
    if "http" in found:
        yield from page_http.blocks(found["http"])
