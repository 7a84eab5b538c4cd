"""The page on traces: its examples are what the engine says, and it names every key that a trace has."""

import json
import re
from collections.abc import Iterator

from engine.texts import as_text
from tests.deciding import ROOT, Data, decided
from tests.golden_cases import CASES, DRIFT, ORDER, QUOTE, policy

PAGE = ROOT / "docs" / "trace.md"
EXAMPLE = re.compile(r"<!-- shows: (?P<what>.+?) -->\n```(?P<as>\w*)\n(?P<text>.*?)```", re.DOTALL)


def test_examples_are_real(*, update_golden: bool) -> None:
    page = PAGE.read_text("utf-8")
    if update_golden:
        PAGE.write_text(
            EXAMPLE.sub(lambda one: f"<!-- shows: {one['what']} -->\n```{one['as']}\n{shown(one['what'])}```", page),
            "utf-8",
        )
    examples = [*EXAMPLE.finditer(PAGE.read_text("utf-8"))]
    assert len(examples) > 6
    for example in examples:
        assert example["text"] == shown(example["what"]), f"{example['what']}: run pytest --update-golden"


def shown(what: str) -> str:
    """Return what an example has to show: `text zh`, `fact line.discount 2`, `rule DM-1 2`, `step authority 2`."""
    kind, name, *rest = what.split()
    if kind == "text":
        language: Data = name
        return as_text(decided(policy(), "price_approval", QUOTE, explain="near", language=language), language)
    trace = decided(policy(), "price_approval", QUOTE)["trace"]
    number = int(rest[0]) if rest else None
    key = {"fact": "field", "rule": "rule", "test": "rule", "step": "step"}[kind]
    listed = trace["rules" if kind == "test" else f"{kind}s"]
    (found,) = [one for one in listed if one[key] == name and one.get("line") == number]
    return compact(found["tests"][-1] if kind == "test" else found) + "\n"


def compact(value: Data, indent: str = "") -> str:
    """Write JSON with what is short on one line."""
    short = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(short) <= 116 or not isinstance(value, dict | list):
        return short
    inner = indent + "  "
    if isinstance(value, list):
        return "[\n" + ",\n".join([inner + compact(one, inner) for one in value]) + f"\n{indent}]"
    parts = [f"{inner}{json.dumps(key)}: {compact(one, inner)}" for key, one in value.items()]
    return "{\n" + ",\n".join(parts) + f"\n{indent}" + "}"


def test_every_key_is_on_the_page() -> None:
    named = set(re.findall(r"`([^`\n]+)`", PAGE.read_text("utf-8")))
    used: set[str] = set()
    for kind, request in [*CASES.values(), ("special_order", {**ORDER, "lines": DRIFT})]:
        trace = decided(policy(), kind, request)["trace"]
        used |= set(trace) | {step["step"] for step in trace["steps"]} | set(trace["basis"])
        for listed in ("facts", "rules", "steps"):
            used |= {key for entry in trace[listed] for key in entry}
        used |= {key for rule in trace["rules"] for test in rule["tests"] for key in keys(test)}
        used |= {key for rule in trace["rules"] for then in rule["then"] for key in then}
        used |= {key for one in (*trace["basis"].get("priority", ()), *trace["basis"].get("choose", ())) for key in one}
    assert used - named == set()


def keys(test: Data) -> Iterator[str]:
    for key, value in test.items():
        yield key
        if key in ("any", "all", "not"):
            for part in value:
                yield from keys(part)
