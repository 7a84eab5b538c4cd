"""The OpenAPI description is that of the active policy, and the service keeps to it."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from api.desk.service import KIND_BY_NAME
from api.desk.settings import Settings
from api.web.app import create_app
from tests.doors.conftest import POLICY, REQUESTS

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
BATCH = "/v1/decisions"
described = schemathesis.openapi.from_asgi(
    "/openapi.json", create_app(Settings(policy=POLICY, max_lines=5, max_batch=2))
)


@described.exclude(path=BATCH).parametrize()  # to invent mixtures of all kinds takes minutes; see the test below
@settings(max_examples=12, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_service_keeps_to_its_description(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(checks=CHECKS)


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def test_each_kind_of_the_policy_is_a_path_with_its_own_schema(document: dict[str, Any]) -> None:
    for slug in REQUESTS:
        operation = document["paths"][f"/v1/decisions/{slug}"]["post"]
        name = slug.replace("-", "_")
        assert operation["requestBody"]["content"]["application/json"]["schema"] == {
            "$ref": f"#/components/schemas/{name}_request"
        }
        assert set(operation["responses"]) == {"200", "400", "413", "415", "422", "500", "503"}


def test_terms_are_enumerations_and_facts_are_fields(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["term.product_line"]["enum"] == ["desktop", "notebook", "server", None]
    assert schemas["deal"]["properties"]["margin_alert"]["description"] == "Margin early warning"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(value: Any) -> set[str]:
        match value:
            case dict():
                own = {value["$ref"]} if "$ref" in value else set()
                return own.union(*(references(item) for item in value.values()))
            case list():
                return set().union(*(references(item) for item in value))
            case _:
                return set()

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= known


def test_a_batch_and_its_answer_fit_the_description(document: dict[str, Any], client: TestClient) -> None:
    batch = {"requests": [{"kind": KIND_BY_NAME[slug].value, "request": case} for slug, case in REQUESTS.items()]}
    Draft202012Validator({**document, "$ref": "#/components/schemas/batch"}).validate(batch)
    mixed = {"requests": [*batch["requests"], {"kind": "nothing"}]}
    answer = client.post(BATCH, json=mixed).json()
    assert [set(result) for result in answer["results"]] == [{"decision"}] * 4 + [{"problem"}]
    Draft202012Validator({**document, "$ref": "#/components/schemas/batch_results"}).validate(answer)


@pytest.mark.parametrize("slug", REQUESTS)
def test_good_requests_fit_the_description(document: dict[str, Any], slug: str) -> None:
    root = {**document, "$ref": f"#/components/schemas/{slug.replace('-', '_')}_request"}
    Draft202012Validator(root).validate(REQUESTS[slug])


def test_a_new_policy_is_a_new_description(policy_file: Path) -> None:
    app: FastAPI = create_app(Settings(policy=policy_file))
    client = TestClient(app)
    before = client.get("/openapi.json").json()
    text = policy_file.read_text("utf-8")
    cut = text[: text.index("partner_allocation:")].replace("server]", "server, tablet]", 1)
    policy_file.write_text(cut, "utf-8")
    assert app.state.desk.active.reload()
    after = client.get("/openapi.json").json()
    assert "tablet" in after["components"]["schemas"]["term.product_line"]["enum"]
    assert set(before["paths"]) - set(after["paths"]) == {"/v1/decisions/partner-allocation"}
    gone = client.post("/v1/decisions/partner-allocation", json=REQUESTS["partner-allocation"])
    assert (gone.status_code, gone.json()["detail"]) == (404, "the policy `doors` has no section `partner_allocation`")
