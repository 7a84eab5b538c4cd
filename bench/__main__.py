"""`python -m bench [PART …]`: measure, and write the page. Without a part: everything."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import budgets, over_http, page, results
from bench.budgets import QUICK, Scale
from bench.peers import run


def _budgets(scale: Scale) -> dict[str, Any]:
    return budgets.run(scale)


def _peers(scale: Scale) -> dict[str, Any]:
    return run.run(run.QUICK if scale is QUICK else run.Scale())


def _http(scale: Scale) -> dict[str, Any]:
    return over_http.run(over_http.QUICK if scale is QUICK else over_http.Scale())


PARTS: dict[str, Callable[[Scale], dict[str, Any]]] = {"budgets": _budgets, "peers": _peers, "http": _http}


def main(arguments: list[str]) -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"any of: {', '.join(PARTS)}, page; all of them if none is named")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, for a look")
    parser.add_argument("--results", type=Path, default=results.FOLDER, help="where result files lie")
    parser.add_argument("--docs", type=Path, default=page.FOLDER, help="where the page and its plots go")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.parts) - {*PARTS, "page"})
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    scale = QUICK if options.quick else Scale()
    for part in options.parts or PARTS:
        if part in PARTS:
            print(f"{part}:", flush=True)
            print(f"  {results.save(options.results, part, PARTS[part](scale))}")
    for path in page.write(results.load(options.results), options.docs):
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
