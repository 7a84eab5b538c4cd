"""Our index alone: typed facts in, bits out."""

from typing import Any

from bench.budgets import authority_group, program_of_text, typed
from bench.tables import Hit, Request, Table, policy_text, quote
from engine.plan.tables.bits import numbers_of


class Engine:
    """The index of an authority table."""

    def __init__(self, table: Table, hit: Hit) -> None:
        """Load and compile the policy that has this table."""
        self._program = program_of_text(policy_text(table))
        self._first = hit == "first"
        self._index = authority_group(self._program).index

    def ask(self, request: Request) -> Any:
        """Return the facts as a decision has them when it comes to the table."""
        return typed(self._program, quote(request))

    def decide(self, asked: Any, *, trace: bool) -> Any:
        """Look the facts up."""
        hits = self._index.match_and_near(*asked)[0] if trace else self._index.match(*asked)[0]
        return hits & -hits if self._first else hits

    def rows(self, answer: Any) -> list[int]:
        """Return the positions of the bits."""
        return numbers_of(answer)
