"""The HTTP door when all is well: decisions, batches, the policy, liveness, metrics, logs."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from api.desk.service import KIND_BY_NAME
from api.desk.settings import Settings
from api.web.answers import decision_name, schemas
from api.web.app import create_app
from tests.doors.conftest import POLICY, QUOTE, REQUESTS

PRICE = "/v1/decisions/price-approval"
LIMITED = Settings(policy=POLICY, max_body_bytes=20_000, max_batch=3, max_lines=4, max_claims=2, max_candidates=2)


@pytest.fixture(scope="module")
def limited() -> TestClient:
    return TestClient(create_app(LIMITED))


def sample(client: TestClient, name: str, /, **labels: str) -> float:
    """Return a metric's value; zero where it has not been counted yet."""
    page = client.get("/metrics").text
    samples = (one for family in text_string_to_metric_families(page) for one in family.samples)
    return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())


# --- decisions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", REQUESTS)
def test_each_kind_is_decided_in_the_shape_that_is_described(client: TestClient, slug: str) -> None:
    response = client.post(f"/v1/decisions/{slug}", json=REQUESTS[slug])
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    name = decision_name(KIND_BY_NAME[slug])
    described = {"$ref": f"#/$defs/{name}", "$defs": schemas("#/$defs/", closed=True)}
    Draft202012Validator(described).validate(response.json())


def test_a_decision_says_who_decided_and_as_of_when(client: TestClient) -> None:
    decision = client.post(PRICE, json=QUOTE).json()
    assert list(decision)[:5] == ["id", "kind", "policy", "as_of", "outcome"]
    assert decision["policy"]["name"] == "doors"
    assert decision["as_of"] == "2026-11-21T09:00:00+08:00"
    assert (decision["outcome"], decision["result"]["level"]) == ("requires_approval", "manager")


def test_the_same_request_is_decided_alike_but_for_the_id(client: TestClient) -> None:
    one, two = (client.post(PRICE, json=QUOTE).json() for _ in range(2))
    assert one.pop("id") != two.pop("id")
    assert one == two


def test_without_a_moment_it_is_now_in_the_zone_of_the_policy(client: TestClient) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    decision = client.post(PRICE, json={**QUOTE, "as_of": None}).json()
    moment = datetime.fromisoformat(decision["as_of"])
    assert before <= moment <= datetime.now(UTC)
    assert str(moment.utcoffset()) == "8:00:00"


def test_the_query_chooses_trace_and_language(client: TestClient) -> None:
    assert "trace" not in client.post(f"{PRICE}?explain=none", json=QUOTE).json()
    fired = client.post(f"{PRICE}?explain=fired", json=QUOTE).json()["trace"]["rules"]
    every = client.post(f"{PRICE}?explain=all", json=QUOTE).json()["trace"]["rules"]
    assert len(fired) < len(every)
    chinese = client.post(f"{PRICE}?lang=zh", json=QUOTE).json()
    assert chinese["result"]["chain"][0]["approvers"][0]["title"] == "经理"


def test_the_name_with_underscores_is_the_same_kind(client: TestClient) -> None:
    assert client.post("/v1/decisions/price_approval", json=QUOTE).status_code == 200


def test_a_number_keeps_its_digits(client: TestClient) -> None:
    exact = '{"lines": [{"quantity": 1, "list_price": 100.00, "net_price": 87.9999999999, "unit_cost": 1}]}'
    decision = client.post(f"{PRICE}?explain=all", content=exact, headers={"Content-Type": "application/json"}).json()
    facts = {fact["field"]: fact["value"] for fact in decision["trace"]["facts"]}
    assert facts["line.net_price"] == "87.9999999999"


# --- batches -------------------------------------------------------------------------------------------------------


def test_a_batch_answers_each_in_order(client: TestClient) -> None:
    entries = [{"kind": KIND_BY_NAME[slug].value, "request": case} for slug, case in REQUESTS.items()]
    results = client.post("/v1/decisions", json={"requests": entries}).json()["results"]
    assert [result["decision"]["kind"] for result in results] == [entry["kind"] for entry in entries]
    alone = client.post(PRICE, json=QUOTE).json()
    assert {**results[0]["decision"], "id": None} == {**alone, "id": None}


def test_an_entry_that_is_wrong_spoils_no_other(client: TestClient) -> None:
    entries: list[Any] = [
        {"kind": "price_approval", "request": {**QUOTE, "lines": [{"net_price": -1}]}},
        {"kind": "prices", "requst": {}},
        7,
        {"kind": "price-approval", "request": QUOTE},
    ]
    results = client.post("/v1/decisions", json={"requests": entries}).json()["results"]
    problems = [[error["pointer"] for error in result["problem"]["errors"]] for result in results[:3]]
    assert problems == [
        ["/requests/0/request/lines/0/net_price"],
        ["/requests/1/requst", "/requests/1/request", "/requests/1/kind"],
        ["/requests/2"],
    ]
    assert results[0]["problem"]["status"] == 422
    assert results[3]["decision"]["outcome"] == "requires_approval"


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ([], [""]),
        ({}, ["/requests"]),
        ({"requests": {}}, ["/requests"]),
        ({"requests": None, "more": 1}, ["/more", "/requests"]),
    ],
)
def test_a_batch_that_is_none(client: TestClient, body: Any, pointers: list[str]) -> None:
    response = client.post("/v1/decisions", json=body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == pointers


def test_an_empty_batch_has_no_results(client: TestClient) -> None:
    assert client.post("/v1/decisions", json={"requests": []}).json() == {"results": []}


def test_each_answer_of_a_batch_has_an_id_of_its_own(client: TestClient) -> None:
    batch = {"requests": [{"kind": "price_approval", "request": QUOTE}] * 20}
    results = client.post("/v1/decisions", json=batch).json()["results"]
    ids = {result["decision"]["id"] for result in results}
    assert len(ids) == 20
    assert all(len(bytes.fromhex(one)) == 16 for one in ids)


def test_the_query_holds_for_a_whole_batch(client: TestClient) -> None:
    entries = [{"kind": "price_approval", "request": QUOTE}] * 2
    results = client.post("/v1/decisions?explain=none", json={"requests": entries}).json()["results"]
    assert not any("trace" in result["decision"] for result in results)


# --- limits --------------------------------------------------------------------------------------------------------


def chunks(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b" " * 1_000


def test_a_body_over_the_limit_is_refused_by_its_declared_length(limited: TestClient) -> None:
    response = limited.post(PRICE, content=b"x" * 20_001, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert response.json()["detail"] == "the body has 20001 bytes; the limit is 20000"


@pytest.mark.parametrize("path", [PRICE, "/v1/decisions"])
def test_a_body_without_a_length_is_refused_when_it_is_over(limited: TestClient, path: str) -> None:
    response = limited.post(path, content=chunks(30), headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert response.json()["type"] == "urn:dealdesk:problem:body-too-large"


def test_a_body_at_the_limit_is_read(limited: TestClient) -> None:
    body = b"{}" + b" " * 19_998
    response = limited.post(PRICE, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/lines"


@pytest.mark.parametrize(
    ("slug", "part", "most"),
    [("price-approval", "lines", 4), ("deal-registration", "claims", 2), ("partner-allocation", "candidates", 2)],
)
def test_too_many_of_a_kind(limited: TestClient, slug: str, part: str, most: int) -> None:
    case = {**REQUESTS[slug], part: [{"id": str(n)} if part != "lines" else {} for n in range(most + 1)]}
    response = limited.post(f"/v1/decisions/{slug}", json=case)
    assert response.status_code == 422
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [(f"/{part}", "too_many")]


def test_too_many_in_a_batch(limited: TestClient) -> None:
    response = limited.post("/v1/decisions", json={"requests": [{}] * 4})
    assert response.status_code == 422
    assert response.json()["errors"] == [
        {"pointer": "/requests", "code": "too_many", "message": "a batch has at most 3 requests, this one 4"}
    ]


def test_the_limits_stand_in_the_schema(limited: TestClient) -> None:
    parts = limited.get("/v1/policy/schema/price-approval").json()["$defs"]
    assert (parts["lines"]["maxItems"], parts["claims"]["maxItems"], parts["candidates"]["maxItems"]) == (4, 2, 2)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEALDESK_MAX_LINES", "7")
    assert Settings().limits.lines == 7


# --- about the service ---------------------------------------------------------------------------------------------


def test_the_policy_is_shown_with_its_text(client: TestClient) -> None:
    policy = client.get("/v1/policy").json()
    assert (policy["name"], policy["version"], policy["currency"]) == ("doors", "2026.1", "CNY")
    assert policy["digest"].startswith("sha256:")
    assert [section["section"] for section in policy["sections"]] == [
        "price_approval",
        "special_orders",
        "deal_registration",
        "partner_allocation",
    ]
    assert policy["source"] == [{"file": str(POLICY), "text": POLICY.read_text("utf-8")}]


def test_the_request_schema_is_served(client: TestClient) -> None:
    response = client.get("/v1/policy/schema/price-approval")
    assert response.headers["content-type"] == "application/schema+json"
    Draft202012Validator.check_schema(response.json())
    assert Draft202012Validator(response.json()).is_valid(QUOTE)


def test_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert (ready["status"], ready["policy"]["name"], ready["policy_error"]) == ("ready", "doors", None)


def test_the_pages_of_the_description_are_there(client: TestClient) -> None:
    assert "/openapi.json" in client.get("/docs").text
    assert client.get("/openapi.json").json()["openapi"] == "3.1.0"


# --- metrics and logs ----------------------------------------------------------------------------------------------


def test_requests_and_decisions_are_counted(client: TestClient) -> None:
    def counts() -> list[float]:
        route = {"route": "/v1/decisions/{kind}"}
        return [
            sample(client, "dealdesk_http_requests_total", **route, method="POST", status="200"),
            sample(client, "dealdesk_http_requests_total", **route, method="POST", status="422"),
            sample(client, "dealdesk_http_request_seconds_count", **route),
            sample(client, "dealdesk_decisions_total", kind="price_approval", outcome="requires_approval"),
        ]

    before = counts()
    client.post(PRICE, json=QUOTE)
    client.post(PRICE, json={})
    client.post("/v1/decisions", json={"requests": [{"kind": "price_approval", "request": QUOTE}] * 3})
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [1, 1, 2, 4]


def test_what_callers_make_up_makes_no_new_series(client: TestClient) -> None:
    for path in ("/a", "/b", "/v1/decisions/c", "/v1/decisions/d"):
        client.request("BREW", path)
    page = client.get("/metrics").text
    assert "BREW" not in page
    assert 'route="/a"' not in page
    assert "decisions/c" not in page


def test_the_active_policy_is_a_metric(client: TestClient) -> None:
    digest = client.get("/v1/policy").json()["digest"]
    assert sample(client, "dealdesk_policy_info", name="doors", version="2026.1", digest=digest) == 1


def test_a_request_is_one_line_in_the_log_without_its_body(client: TestClient) -> None:
    with capture_logs() as logs:
        client.post(PRICE, json={**QUOTE, "labels": {"note": "confidential"}}, headers={"X-Request-ID": "quote-17"})
    (line,) = logs
    assert line.pop("ms") > 0
    assert line.pop("policy").startswith("sha256:")
    assert line == {
        "event": "request",
        "log_level": "info",
        "request_id": "quote-17",
        "method": "POST",
        "path": PRICE,
        "route": "/v1/decisions/{kind}",
        "status": 200,
        "kind": "price_approval",
        "outcome": "requires_approval",
    }


@pytest.mark.parametrize("given", ["a b", "x" * 129, "né", '{"a":1}', ""])
def test_a_request_id_that_is_not_fit_for_a_log_is_replaced(client: TestClient, given: str) -> None:
    response = client.get("/healthz", headers=[(b"X-Request-ID", given.encode())])
    assert response.headers["x-request-id"] != given
    assert len(response.headers["x-request-id"]) == 32


def test_a_request_id_comes_back(client: TestClient) -> None:
    assert client.get("/nothing", headers={"X-Request-ID": "trace-1/a"}).headers["x-request-id"] == "trace-1/a"


def test_a_caller_who_leaves_is_noted_and_no_more(app: FastAPI) -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": PRICE,
        "raw_path": PRICE.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    with capture_logs() as logs:
        asyncio.run(app(scope, receive, send))
    assert sent == []
    assert [line["status"] for line in logs] == [499]
