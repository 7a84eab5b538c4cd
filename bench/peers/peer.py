"""What the benchmark needs of an engine, and the list of those that take part."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bench.tables import Hit, Request, Table

NODE = Path(__file__).parent / "node"
MODULES = NODE / "node_modules"


class Peer(Protocol):
    """An engine with a table in it; built by its constructor from a table and a hit policy."""

    def ask(self, request: Request) -> Any:
        """Return the request as a caller of this engine has it at hand; not timed."""

    def decide(self, asked: Any, *, trace: bool) -> Any:
        """Decide; this is timed."""

    def rows(self, answer: Any) -> list[int]:
        """Return the rows that hit, in order; with hit policy `first` one or none. Not timed."""


class MakesPeer(Protocol):
    """An engine's class."""

    def __call__(self, table: Table, hit: Hit) -> Peer:
        """Build the table."""


@dataclass(frozen=True)
class Entry:
    """One engine in the comparison.

    `trace` is what is asked for where it explains itself, None where it cannot; `warm_up` the seconds that it runs
    before it is timed, for engines whose machine compiles what runs often.
    """

    name: str
    title: str
    how: str
    distribution: str | None = None
    trace: str | None = None
    npm: str | None = None
    warm_up: float = 0.2


ENTRIES = (
    Entry(
        "dealdesk_match",
        "dealdesk: match alone",
        "typed facts in, bits of the rows out: what a decision spends in its table",
        trace="the near misses of every column",
    ),
    Entry(
        "dealdesk_table",
        "dealdesk: table",
        "plain values in, row numbers out: the same work as the others; values are read and checked, exactly",
        trace="the near misses of every column",
    ),
    Entry(
        "dealdesk_decide",
        "dealdesk: whole decision",
        "`engine.decide` on a quote of one line: derived discount and margin, level, chain, alternatives, summary",
        trace="`explain=near`",
    ),
    Entry(
        "zen",
        "GoRules Zen",
        "a decision table node, loaded and compiled once, called by name from Python (a decision made by "
        "`create_decision` is many times slower to call)",
        distribution="zen-engine",
        trace="`trace: true`",
    ),
    Entry(
        "clips_rules",
        "CLIPS: a rule a row",
        "clipspy; first hit by salience and `(halt)`",
        distribution="clipspy",
    ),
    Entry(
        "clips_facts",
        "CLIPS: a fact a row",
        "clipspy; one rule joins the quote with the rows, all hits found, first hit is the least",
        distribution="clipspy",
    ),
    Entry(
        "drools",
        "Drools",
        "drools_jpy (Drools in a JVM inside the Python process, events as JSON text); first hit is its own "
        "`match_multiple_rules: false`",
        distribution="drools_jpy",
        warm_up=3.0,
    ),
    Entry(
        "json_rules_engine",
        "json-rules-engine",
        "Node, timed inside it; first hit by priorities and `engine.stop()`; each run explains every condition",
        npm="json-rules-engine",
        warm_up=1.0,
    ),
    Entry(
        "business_rules",
        "business-rules",
        "`run_all`, first hit by `stop_on_first_trigger`",
        distribution="business-rules",
    ),
    Entry(
        "durable",
        "durable-rules",
        "a fact posted to rulesets of 31 rows and a catch-all, one after the other, then its session deleted; "
        "first hit is the least",
        distribution="durable-rules",
    ),
)
