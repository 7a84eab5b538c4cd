"""Our table: values read by the field's own reader, the index looked up, row numbers out.

The trace has the near misses of all rows, for the first hit as for all hits: they come out of the pass that matches.
"""

from typing import Any

from bench.budgets import authority_group, program_of_text
from bench.tables import Hit, Request, Table, policy_text
from engine.core.facts import Row
from engine.core.values import reader_of
from engine.plan.tables.bits import lowest_bit, numbers_of


class Engine:
    """The authority table of a policy, without what a decision makes of it."""

    def __init__(self, table: Table, hit: Hit) -> None:
        """Load and compile the policy that has this table."""
        program = program_of_text(policy_text(table))
        self._first = hit == "first"
        self._index = authority_group(program).index
        self._readers = [
            (column.name, column.path, reader_of(program.policy.fields[column.path])) for column in table.columns
        ]
        self._units = {column.name: column.unit for column in table.columns if column.kind == "number"}

    def ask(self, request: Request) -> Any:
        """Write numbers as a caller does: exact, as text."""
        return {
            name: f"{value:.2f}{self._units[name]}" if isinstance(value, float) and value % 1 else _whole(value, unit)
            for name, value in request.items()
            for unit in (self._units.get(name, ""),)
        }

    def decide(self, asked: Any, *, trace: bool) -> Any:
        """Read the values and look them up."""
        row: Row = {path: read(asked[name]) for name, path, read in self._readers}
        if trace:
            hits, _, near = self._index.match_and_near(row, row)
        else:
            hits, near = self._index.match(row, row)[0], 0
        if self._first:
            return ([lowest_bit(hits)] if hits else []), near
        return numbers_of(hits), near

    def rows(self, answer: Any) -> list[int]:
        """Return what `decide` found."""
        found: list[int] = answer[0]
        return found


def _whole(value: str | float, unit: str) -> str | int:
    """Return a whole number as JSON has it; rates need their sign."""
    if isinstance(value, str):
        return value
    return f"{value:.0f}{unit}" if unit else int(value)
