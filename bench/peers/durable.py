"""durable-rules, inside what 2.0.28 can bear.

Rulesets of at most 31 rows and a catch-all (without it, deleting a session in which nothing matched ends the process);
each request is a fact in a session of its own, which is deleted at once. All hits are found; the first is the least.
"""

from collections.abc import Callable
from importlib import import_module
from itertools import count
from typing import Any

from bench.tables import Hit, Interval, Request, Table

ROWS = 31


class Engine:
    """A host with as many rulesets as the rows need."""

    def __init__(self, table: Table, hit: Hit) -> None:
        """Register the rulesets."""
        durable: Any = import_module("durable.engine")
        self._host = durable.Host()
        self._first = hit == "first"
        self._hits: list[int] = []
        self._session = count()
        rules = [(f"row-{number}", self._rule(number, table, row)) for number, row in enumerate(table.rows)]
        rulesets = {
            f"rows-{start}": {**dict(rules[start : start + ROWS]), "any": _catch_all(table.columns[0].name)}
            for start in range(0, len(rules), ROWS)
        }
        self._host.set_rulesets(rulesets)
        self._rulesets = tuple(rulesets)

    def _rule(self, number: int, table: Table, row: tuple[str | Interval, ...]) -> dict[str, Any]:
        tests: list[dict[str, Any]] = []
        for column, cell in zip(table.columns, row, strict=True):
            if isinstance(cell, str):
                tests.append({column.name: cell})
            else:
                tests.append({"$gte" if cell.low_closed else "$gt": {column.name: float(cell.low)}})
                tests.append({"$lte" if cell.high_closed else "$lt": {column.name: float(cell.high)}})
        return {"all": [{"m": {"$and": tests}}], "run": self._note(number)}

    def _note(self, number: int) -> Callable[[object], None]:
        return lambda _context: self._hits.append(number)

    def ask(self, request: Request) -> Any:
        """Return the request."""
        return request

    def decide(self, asked: Any, *, trace: bool) -> Any:  # noqa: ARG002
        """Assert the fact in every ruleset, and forget it."""
        self._hits.clear()
        session = str(next(self._session))
        fact = {**asked, "sid": session}
        for name in self._rulesets:
            self._host.assert_fact(name, fact)
            self._host.delete_state(name, session)
        if self._first:
            return [min(self._hits)] if self._hits else []
        return list(self._hits)

    def rows(self, answer: Any) -> list[int]:
        """Return the rows in order."""
        return sorted(answer)


def _catch_all(name: str) -> dict[str, Any]:
    """Return a rule that fires for every fact; a new one each time, since the host takes rules apart."""
    return {"all": [{"m": {"$ex": {name: 1}}}], "run": lambda _context: None}
