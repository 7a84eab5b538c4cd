"""The examples: each request beside the decision that it gets, as JSON and as text for people."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from engine.answers.decisions import Decision
from engine.core.decision import Kind
from engine.decide import decide
from engine.texts import as_text
from tests.deciding import INDEX, NOW, ROOT, SHIPPED, program_at

EXAMPLES = ROOT / "examples"
REQUESTS = sorted(path for path in EXAMPLES.glob("*/*.json") if not path.name.endswith(".decision.json"))
KINDS = {kind.slug: kind for kind in Kind}


def decision_on(path: Path) -> Decision:
    request = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return decide(program_at(SHIPPED), KINDS[path.parent.name], request, now=NOW, engine=INDEX, explain="near")


def short(decision: Decision) -> str:
    """Write the decision without its trace, which the text beside it tells better."""
    told = {key: value for key, value in decision.to_json().items() if key != "trace"}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_decision_beside_an_example_is_the_one_that_it_gets(path: Path, update_golden: bool) -> None:
    decision = decision_on(path)
    written = {
        path.with_suffix(".decision.json"): short(decision),
        path.with_suffix(".decision.txt"): as_text(decision, "en"),
    }
    for beside, text in written.items():
        if update_golden:
            beside.write_text(text, encoding="utf-8")
        assert beside.read_text(encoding="utf-8") == text


def test_every_kind_has_four_examples_and_the_guide_names_each() -> None:
    guide = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for slug in KINDS:
        assert len([path for path in REQUESTS if path.parent.name == slug]) >= 4
    assert [path.name for path in REQUESTS if f"`{path.stem}`" not in guide] == []


def test_no_decision_lies_beside_a_request_that_is_gone() -> None:
    stems = {path.with_suffix("") for path in REQUESTS}
    decisions = [*EXAMPLES.glob("*/*.decision.json"), *EXAMPLES.glob("*/*.decision.txt")]
    assert [path for path in decisions if path.with_suffix("").with_suffix("") not in stems] == []
