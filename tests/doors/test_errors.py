"""Every way in which an HTTP request can be wrong: one shape of answer, the place named, and the next one served."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from structlog.testing import capture_logs

from tests.doors.conftest import QUOTE, REQUESTS

PATH = "/v1/decisions/price-approval"


def send(client: TestClient, content: bytes | str, **headers: str) -> Response:
    sent = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client.post(PATH, content=content, headers=sent)


def with_line(**fields: Any) -> bytes:
    return json.dumps({**QUOTE, "lines": [{**QUOTE["lines"][0], **fields}]}).encode()


def problem_of(response: Response, status: int, kind: str) -> dict[str, Any]:
    """Return a reply's problem after checking what every problem has."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"]
    problem: dict[str, Any] = response.json()
    assert problem["type"] == f"urn:dealdesk:problem:{kind}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem


def places(problem: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in problem["errors"]]


@pytest.fixture(autouse=True)
def next_request_is_served(client: TestClient) -> Iterator[None]:
    yield
    assert client.post(PATH, json=QUOTE).json()["outcome"] == "requires_approval"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (b"", "", "malformed"),
        (b"not json", "", "malformed"),
        (b'{"lines": [', "", "malformed"),
        (b"\xff\xfe", "", "encoding"),
        (b'{"lines": [{"net_price": NaN}]}', "/lines/0/net_price", "not_a_number"),
        (b'{"lines": [{"net_price": Infinity}]}', "/lines/0/net_price", "not_a_number"),
        (b'{"lines": [{"net_price": -Infinity}]}', "/lines/0/net_price", "not_a_number"),
        (b'{"lines": [{"net_price": 1e999999999}]}', "/lines/0/net_price", "too_large"),
        (b'{"lines": [{"net_price": 1, "net_price": 2}]}', "/lines/0/net_price", "duplicate_key"),
        (b'{"deal": {"id": "\\ud800"}}', "/deal/id", "text"),
        (b"[" * 50_000, "", "too_deep"),
        (b'{"deal":' * 50_000, "", "too_deep"),
    ],
)
def test_a_body_that_is_not_json(client: TestClient, body: bytes, pointer: str, code: str) -> None:
    assert places(problem_of(send(client, body), 400, "not-json")) == [(pointer, code)]


def test_malformed_json_is_told_by_line_and_column(client: TestClient) -> None:
    problem = problem_of(send(client, b'{\n  "lines": nil\n}'), 400, "not-json")
    assert problem["detail"] == "not JSON: expecting value at line 2 column 12"


@pytest.mark.parametrize(
    ("fields", "place", "code"),
    [
        ({"net_price": 10**40}, "/lines/0/net_price", "too_large"),
        ({"net_price": str(10**40)}, "/lines/0/net_price", "number"),
        ({"net_price": "1e40"}, "/lines/0/net_price", "number"),
        ({"net_price": "NaN"}, "/lines/0/net_price", "number"),
        ({"net_price": "-0.01"}, "/lines/0/net_price", "out_of_range"),
        ({"quantity": -5}, "/lines/0/quantity", "out_of_range"),
        ({"quantity": 0}, "/lines/0/quantity", "out_of_range"),
        ({"approved_quantity": 1.5}, "/lines/0/approved_quantity", "integer"),
        ({"list_price": 0}, "/lines/0/list_price", "out_of_range"),
        ({"list_price": "0.00"}, "/lines/0/list_price", "out_of_range"),
        ({"unit_cost": True}, "/lines/0/unit_cost", "type"),
        ({"unit_cost": {}}, "/lines/0/unit_cost", "type"),
        ({"product_line": "notebok"}, "/lines/0/product_line", "unknown_value"),
        ({"product_line": 5}, "/lines/0/product_line", "type"),
        ({"target_margin": "15"}, "/lines/0/target_margin", "rate"),
        ({"net_pice": 1}, "/lines/0/net_pice", "unknown_key"),
        ({"discount": "5%"}, "/lines/0/discount", "derived"),
        ({"a/b~c": 1}, "/lines/0/a~1b~0c", "unknown_key"),
    ],
)
def test_a_wrong_field(client: TestClient, fields: dict[str, Any], place: str, code: str) -> None:
    assert places(problem_of(send(client, with_line(**fields)), 422, "invalid-request")) == [(place, code)]


@pytest.mark.parametrize(
    ("part", "place", "code"),
    [
        ({"deal": {"currency": "USD"}}, "/deal/currency", "currency"),
        ({"lnes": []}, "/lnes", "unknown_key"),
        ({"lines": []}, "/lines", "required"),
        ({"lines": {}}, "/lines", "type"),
        ({"lines": [1]}, "/lines/0", "type"),
        ({"as_of": "yesterday"}, "/as_of", "timestamp"),
        ({"as_of": "2026-11-21T09:00:00"}, "/as_of", "timestamp"),
        ({"claims": [{"id": "C", "by": "direct"}, {"id": "C", "by": "direct"}]}, "/claims/1/id", "duplicate"),
        ({"candidates": [{"id": "P"}, {"id": "P"}]}, "/candidates/1/id", "duplicate"),
        ({"labels": {"a": 1}}, "/labels/a", "type"),
    ],
)
def test_a_wrong_part(client: TestClient, part: dict[str, Any], place: str, code: str) -> None:
    assert places(problem_of(send(client, json.dumps({**QUOTE, **part})), 422, "invalid-request")) == [(place, code)]


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"text"', b"true"])
def test_a_request_is_an_object(client: TestClient, body: bytes) -> None:
    assert places(problem_of(send(client, body), 422, "invalid-request")) == [("", "type")]


def test_all_faults_come_at_once_with_hints(client: TestClient) -> None:
    body = with_line(quantity=-1, net_price="12,5", product_line="notebok", nett=1)
    problem = problem_of(send(client, body), 422, "invalid-request")
    assert sorted(places(problem)) == [
        ("/lines/0/net_price", "number"),
        ("/lines/0/nett", "unknown_key"),
        ("/lines/0/product_line", "unknown_value"),
        ("/lines/0/quantity", "out_of_range"),
    ]
    assert {error["hint"] for error in problem["errors"] if error["code"] == "unknown_value"} == {
        "did you mean `notebook`?"
    }


def test_a_flood_of_faults_is_answered_in_brief(client: TestClient) -> None:
    body = json.dumps({**QUOTE, "lines": [{"quantity": -1, "list_price": 0}] * 2000})
    response = send(client, body)
    problem = problem_of(response, 422, "invalid-request")
    assert len(problem["errors"]) == 100
    assert "and 3999 more" in problem["detail"]
    assert len(response.content) < len(body)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", "", "application/xml"],
)
def test_another_content_type(client: TestClient, content_type: str) -> None:
    problem_of(send(client, json.dumps(QUOTE), content_type=content_type), 415, "unsupported-media-type")


def test_no_content_type(client: TestClient) -> None:
    problem_of(client.post(PATH, content=b"{}"), 415, "unsupported-media-type")


def test_a_compressed_body(client: TestClient) -> None:
    problem_of(send(client, b"\x1f\x8b", content_encoding="gzip"), 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", 'application/json;charset="UTF-8"']
)
def test_json_by_its_other_spellings_is_taken(client: TestClient, content_type: str) -> None:
    assert send(client, json.dumps(QUOTE), content_type=content_type).status_code == 200


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("explain=some", "explain", "unknown_value"),
        ("lang=fr", "lang", "unknown_value"),
        ("lang=", "lang", "unknown_value"),
        ("explian=all", "explian", "unknown_parameter"),
        ("lang=en&lang=zh", "lang", "repeated_parameter"),
    ],
)
def test_a_wrong_query_parameter(client: TestClient, query: str, parameter: str, code: str) -> None:
    problem = problem_of(client.post(f"{PATH}?{query}", json=QUOTE), 422, "invalid-query")
    assert [(error["parameter"], error["code"]) for error in problem["errors"]] == [(parameter, code)]
    assert parameter in problem["detail"]


@pytest.mark.parametrize(
    ("ask", "detail"),
    [
        (lambda client: client.get("/nothing"), "there is no /nothing; /docs lists what there is"),
        (lambda client: client.get("/v1/policy/"), "there is no /v1/policy/; /docs lists what there is"),
        (
            lambda client: client.post("/v1/decisions/price-aproval", json={}),
            "there is no kind of decision `price-aproval`; did you mean `price-approval`?",
        ),
        (
            lambda client: client.get("/v1/policy/schema/prices"),
            f"there is no kind of decision `prices`; one of: {', '.join(REQUESTS)}",
        ),
    ],
)
def test_what_is_not_there(client: TestClient, ask: Callable[[TestClient], Response], detail: str) -> None:
    assert problem_of(ask(client), 404, "not-found")["detail"] == detail


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", PATH, "POST"),
        ("DELETE", "/v1/policy", "GET, HEAD"),
        ("PUT", "/v1/decisions", "POST"),
        ("BREW", PATH, "POST"),
    ],
)
def test_another_method(client: TestClient, method: str, path: str, allowed: str) -> None:
    response = client.request(method, path)
    problem_of(response, 405, "method-not-allowed")
    assert sorted(response.headers["allow"].split(", ")) == allowed.split(", ")


def test_our_own_mistake(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr("api.desk.service.decide_case", broken)
        response = client.post(PATH, json=QUOTE, headers={"X-Request-ID": "find-me"})
    problem = problem_of(response, 500, "internal-error")
    assert problem["detail"] == "the log has it under request id find-me"
    assert "secret" not in response.text
    assert [(line["event"], line["request_id"]) for line in logs] == [
        ("internal_error", "find-me"),
        ("request", "find-me"),
    ]


def test_a_fault_of_the_eleventh_claim_hides_none_of_the_second(client: TestClient) -> None:
    claims: list[dict[str, Any]] = [{"id": f"C-{number}", "by": "direct"} for number in range(11)]
    claims[1] = {}
    claims[10]["evidence"] = "none"
    found = places(problem_of(client.post(PATH, json={**QUOTE, "claims": claims}), 422, "invalid-request"))
    assert found == [("/claims/10/evidence", "type"), ("/claims/1/id", "required")]
