"""Answers and their types: what is written is what the types say, nothing more, and it reads back as it was."""

import json
from collections.abc import Iterator
from functools import cache

import pytest
from jsonschema import Draft202012Validator
from msgspec import ValidationError

from api.web.answers import decision_name, schemas
from engine.answers.decisions import DECISIONS, decision_from_json
from engine.answers.price import PriceResult
from engine.core.decision import Kind
from engine.core.parts import to_json
from tests.agreement import pairs
from tests.deciding import EXPLAIN, ROOT, SHIPPED, Data, decided, program_at
from tests.golden_cases import CASES, policy

EXAMPLES = sorted((ROOT / "examples").glob("*/*.decision.json"))
KIND_OF = {kind.slug: kind for kind in Kind}
REFS = "#/$defs/"


@cache
def validator(kind: Kind) -> Draft202012Validator:
    """Return what holds a decision to the closed schema of its kind."""
    return Draft202012Validator({"$ref": REFS + decision_name(kind), "$defs": schemas(REFS, closed=True)})


def held_to_its_types(decision: Data) -> None:
    """Check that a decision is what its schema says, and that its type reads it and writes it as it is."""
    kind = Kind(decision["kind"])
    validator(kind).validate({"id": "D-1", **decision})
    read = decision_from_json(decision)
    assert type(read) is DECISIONS[kind]
    written = to_json(read)
    assert {**written, "id": None} == {**decision, "id": None}
    # The order of keys, too, where nothing fills in sentences.
    assert json.dumps(written["result"]) == json.dumps(decision["result"])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_is_what_its_types_say(path: Data) -> None:
    kind = KIND_OF[path.parent.name]
    held_to_its_types(json.loads(path.read_text("utf-8")))
    request = json.loads(path.with_suffix("").with_suffix(".json").read_text("utf-8"))
    for explain in EXPLAIN:
        held_to_its_types(decided(program_at(SHIPPED), kind, request, explain=explain))


@pytest.mark.parametrize("name", CASES)
def test_a_trace_is_what_its_types_say(name: str) -> None:
    held_to_its_types(decided(policy(), *CASES[name], explain="all", language="zh"))


@pytest.mark.parametrize("seed", range(6))
def test_a_decision_at_random_is_what_its_types_say(seed: int) -> None:
    for number, pair in enumerate(pairs(seed, 40)):
        explain = EXPLAIN[number % len(EXPLAIN)]
        held_to_its_types(decided(pair.program, pair.kind, pair.request, explain=explain))


def test_a_key_that_no_type_declares_is_noticed() -> None:
    decision = decided(policy(), *CASES["price-needs-a-director"], explain="near")
    for spoilt in (
        {**decision, "colour": "red"},
        {**decision, "result": renamed(decision["result"], "granted_by", "granted")},
        {**decision, "trace": renamed(decision["trace"], "short_by", "short")},
        {**decision, "trace": renamed(decision["trace"], "level", "rank")},
    ):
        with pytest.raises(ValidationError):
            decision_from_json(spoilt)
        assert not validator(Kind.PRICE_APPROVAL).is_valid({"id": "D-1", **spoilt})


def renamed(value: Data, key: str, to: str) -> Data:
    return json.loads(json.dumps(value).replace(f'"{key}":', f'"{to}":'))


# --- schemas -------------------------------------------------------------------------------------------------------


def places(schema: Data, place: str) -> Iterator[tuple[str, Data]]:
    """Yield every schema within one, with its place."""
    yield place, schema
    for name, one in schema.get("properties", {}).items():
        yield from places(one, f"{place}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from places(schema[key], f"{place}[]")
    for one in schema.get("anyOf", ()):
        yield from places(one, place)


@pytest.mark.parametrize("closed", [True, False])
def test_every_array_has_items_every_object_fields_and_every_field_a_description(*, closed: bool) -> None:
    found = schemas(REFS, closed=closed)
    for name, schema in found.items():
        assert schema["description"], name
        for place, one in places(schema, name):
            assert {"type", "$ref", "anyOf"} & one.keys(), place
            assert one.get("type") != "array" or "items" in one, place
            assert one.get("type") != "object" or {"properties", "additionalProperties"} & one.keys(), place
            for field, of in one.get("properties", {}).items():
                assert "description" in of or "description" in found[of["$ref"].removeprefix(REFS)], f"{place}.{field}"


def test_what_may_be_absent_is_never_null_and_clients_may_meet_more() -> None:
    alternative = schemas(REFS)["Alternative"]
    assert alternative["required"] == ["line", "level"]
    properties: Data = alternative["properties"]
    assert properties["net_price"]["type"] == "string"
    assert {"type": "null"} in properties["increase_rate"]["anyOf"]
    assert "additionalProperties" not in alternative
    assert schemas(REFS, closed=True)["Alternative"]["additionalProperties"] is False


def test_keys_stand_in_the_order_of_the_types() -> None:
    result = decided(policy(), *CASES["price-needs-a-director"], explain="none")["result"]
    assert [*result] == [*PriceResult.__struct_fields__]
