"""Our whole decision: a quote in, who must approve it out."""

from typing import Any

from bench.budgets import INDEX, program_of_text
from bench.quotes import NOW
from bench.tables import Hit, Request, Table, policy_text, quote
from engine.core.decision import Explain, Kind
from engine.decide import decide


class Engine:
    """A policy with this authority table."""

    def __init__(self, table: Table, hit: Hit) -> None:
        """Load and compile the policy."""
        self._program = program_of_text(policy_text(table))
        # Which rows matched besides the one that counts stands in the trace only.
        self._plain: Explain = "none" if hit == "first" else "fired"

    def ask(self, request: Request) -> Any:
        """Return the quote with these facts."""
        return quote(request)

    def decide(self, asked: Any, *, trace: bool) -> Any:
        """Decide the quote."""
        explain = "near" if trace else self._plain
        return decide(self._program, Kind.PRICE_APPROVAL, asked, now=NOW, engine=INDEX, explain=explain)

    def rows(self, answer: Any) -> list[int]:
        """Return the row that grants the level, or all rows that fired."""
        decision: Any = answer.to_json()
        if self._plain == "none":
            names = [line["granted_by"] for line in decision["result"]["lines"] if line["granted_by"]]
        else:
            names = [rule["rule"] for rule in decision["trace"]["rules"] if rule["status"] == "fired"]
        return [int(name.partition("-")[2]) for name in names]
