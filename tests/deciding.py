"""Deciding in tests: from a policy's text and a request to the decision as JSON, without ceremony."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from engine.backends import Backend, EngineName, make_engine
from engine.core.decision import Explain, Kind, Language
from engine.decide import decide
from engine.program import Program, compile_policy
from rules.load import Loaded, load, load_text
from rules.reports.diagnostics import draw

# Parsed YAML or JSON, in tests only: what it holds is asserted, not typed.
Data: TypeAlias = Any

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "policies.yaml"
NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)  # nine in the morning in Shanghai
# Those that are always there; `tests/durable` holds the durable engine against them.
BACKENDS: tuple[EngineName, ...] = ("index", "interpreter")  # durable-rules is compared by its own tests
# One of each for all tests; the durable one starts its process when it is first asked.
ENGINES: dict[EngineName, Backend] = {name: make_engine(name) for name in ("index", "interpreter", "durable")}
INDEX = ENGINES["index"]
EXPLAIN: tuple[Explain, ...] = ("none", "fired", "near", "all")


def compiled(loaded: Loaded) -> Program:
    """Compile a policy; one with errors fails the test with its drawings."""
    if loaded.policy is None:
        raise AssertionError("\n\n".join(draw(diagnostic, loaded.sources) for diagnostic in loaded.diagnostics))
    return compile_policy(loaded.policy)


@cache
def program_at(path: Path) -> Program:
    """Return the policy of a file."""
    return compiled(load(path))


@lru_cache(maxsize=64)
def program_of(text: str) -> Program:
    """Return the policy that a text says."""
    return compiled(load_text(text))


def decided(
    program: Program,
    kind: Kind | str,
    request: Mapping[str, Data],
    *,
    explain: Explain = "all",
    language: Language = "en",
    engine: EngineName = "index",
) -> dict[str, Data]:
    """Return the decision as JSON."""
    by = ENGINES[engine]
    found = decide(program, Kind(kind), dict(request), now=NOW, engine=by, explain=explain, language=language)
    return dict(found.to_json())


def as_text(value: Data) -> str:
    """Write JSON as one text: equal texts are equal byte for byte, the order of keys included."""
    return json.dumps(value, ensure_ascii=False)


def shown(decision: Mapping[str, Data]) -> str:
    """Return a decision in a few lines, for the person who reads a failing test."""
    rules = [
        f"  {rule['status']:12} {rule['rule']}"
        + "".join(f" {name} {rule[name]}" for name in ("line", "claim", "partner") if name in rule)
        + f" -> {', '.join(rule['effects'])}: "
        + ", ".join(_test(one) for one in rule["tests"] if rule["status"] != "blocked" or not one["holds"])
        for rule in decision["trace"]["rules"]
    ]
    steps = [f"  {step['text']}" for step in decision["trace"]["steps"]]
    head = {key: decision.get(key) for key in ("outcome", "summary", "result", "missing", "possible")}
    return "\n".join([f"{key}: {as_text(value)}" for key, value in head.items()] + rules + steps)


def _test(entry: Mapping[str, Data]) -> str:
    if "field" not in entry:
        return as_text(entry)
    return f"{entry['field']} {entry['test']} is {entry['actual']}"
