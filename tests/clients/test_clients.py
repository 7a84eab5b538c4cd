"""Clients that others generate from `/openapi.json` have every call, and take every decision as typed objects."""

import json
from functools import cache
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.desk.settings import Settings
from api.web.answers import decision_name
from api.web.app import create_app
from engine.core.decision import Kind
from tests.clients.installed import python_generator, run, typescript_generator
from tests.deciding import ROOT, SHIPPED, Data

EXAMPLES = sorted((ROOT / "examples").glob("*/*.decision.json"))
NAMES = {kind.slug: decision_name(kind) for kind in Kind}
KIND_OF = {kind.slug: kind.value for kind in Kind}


def read(path: Path) -> Data:
    return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def service() -> TestClient:
    return TestClient(create_app(Settings(policy=SHIPPED)))


@cache
def answers(service: TestClient) -> list[tuple[str, Data]]:
    """Return what is answered, with the name of its type: to each example, as kept and anew, and to all in a batch."""
    found: list[tuple[str, Data]] = []
    requests = []
    for path in EXAMPLES:
        slug, request = path.parent.name, read(path.with_suffix("").with_suffix(".json"))
        requests.append({"kind": KIND_OF[slug], "request": request})
        found.append((NAMES[slug], {"id": "D-1", **read(path)}))
        calls = [f"/v1/decisions/{slug}?{query}" for query in ("explain=all&lang=zh", "explain=near")]
        found += [(NAMES[slug], service.post(call, json=request).json()) for call in calls]
    wrong = {"kind": "price_approval", "request": {"lines": []}}
    batch = service.post("/v1/decisions?explain=fired", json={"requests": [*requests, wrong]}).json()
    refused = service.post("/v1/decisions/price-approval?explain=some", json={}).json()
    found += [("BatchResults", batch), ("Problem", refused)]
    found += [("ActivePolicyReply", service.get("/v1/policy").json()), ("Ready", service.get("/readyz").json())]
    return found


@pytest.fixture(scope="module")
def description(service: TestClient, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("description") / "openapi.json"
    file.write_text(json.dumps(service.get("/openapi.json").json()), "utf-8")
    return file


def operations(description: Path) -> set[str]:
    return {one["operationId"] for path in read(description)["paths"].values() for one in path.values()}


def test_a_python_client_has_every_call_and_reads_every_answer(
    service: TestClient, description: Path, tmp_path: Path
) -> None:
    commands = python_generator()
    client, told = tmp_path / "client", tmp_path / "answers.json"
    settings = tmp_path / "settings.yaml"
    settings.write_text("post_hooks: []\n", "utf-8")  # nobody reads its layout
    arguments = ("generate", "--path", description, "--output-path", client, "--meta", "none", "--config", settings)
    said = run(commands / "openapi-python-client", *arguments, "--fail-on-warning")
    assert "arning" not in said
    made = {path.stem for path in (client / "api" / "default").glob("*.py")} - {"__init__"}
    assert made == operations(description)
    told.write_text(json.dumps(answers(service)), "utf-8")
    assert run(commands / "python", ROOT / "tests" / "clients" / "parse.py", client, told) == ""


def test_a_typescript_client_has_every_call_and_types_every_answer(
    service: TestClient, description: Path, tmp_path: Path
) -> None:
    folder = typescript_generator()
    client = tmp_path / "client"
    said = run("node", folder / "generate.mjs", description, client, cwd=folder)
    assert "arning" not in said
    written = (client / "sdk.gen.ts").read_text("utf-8")
    for name in operations(description):
        first, *rest = name.split("_")
        assert f"export const {first}{''.join(map(str.capitalize, rest))} = " in written
    (tmp_path / "reader.ts").write_text((folder / "reader.ts").read_text("utf-8"), "utf-8")
    typed = [
        f"export const answer{number}: {name} = {json.dumps(answer, ensure_ascii=False)};"
        for number, (name, answer) in enumerate(answers(service))
    ]
    price = next(answer for name, answer in answers(service) if name == "PriceApprovalDecision")
    renamed = json.dumps(price).replace("granted_by", "by")
    typed += ["// @ts-expect-error - a key that no type has", f"export const wrong: PriceApprovalDecision = {renamed};"]
    names = ", ".join(sorted({name for name, _ in answers(service)}))
    lines = [f'import type {{ {names} }} from "./client";', *typed]
    (tmp_path / "answers.ts").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}\n', "utf-8")
    options = ("--noEmit", "--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler")
    compiler = folder / "node_modules" / "typescript" / "bin" / "tsc"
    run("node", compiler, *options, "--skipLibCheck", "answers.ts", "reader.ts", cwd=tmp_path)
