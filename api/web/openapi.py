"""The OpenAPI description, made from the active policy.

Every kind that the policy has is a path of its own, with the request schema that holds under this policy: its terms are
enumerations, its facts are fields. A new policy is a new description.
"""

from api import VERSION
from api.web import answers
from api.web.answers import Schema
from api.web.desk import Desk
from api.web.problems import (
    BODY_TOO_LARGE,
    ENGINE_UNAVAILABLE,
    INTERNAL_ERROR,
    INVALID_QUERY,
    INVALID_REQUEST,
    MEDIA_TYPE,
    NOT_FOUND,
    NOT_JSON,
    UNSUPPORTED_MEDIA_TYPE,
    ProblemType,
)
from api.web.reading import QUERY
from api.web.replies import ActivePolicyReply, Alive, BatchDecision, BatchProblem, Problem, Ready
from engine.core.decision import Json, Kind
from engine.core.request_schema import definitions, kind_schema
from engine.program import Program

COMPONENTS = "#/components/schemas/"
BODY_PROBLEMS = (
    NOT_JSON,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INVALID_REQUEST,
    INVALID_QUERY,
    INTERNAL_ERROR,
    ENGINE_UNAVAILABLE,
)
_ABOUT = {"explain": "How much the trace tells.", "lang": "The language of texts."}


class OpenApi:
    """Describes the service under its active policy; made once a program."""

    def __init__(self, desk: Desk) -> None:
        """Take the desk whose policy is described."""
        self._desk = desk
        self._program: Program | None = None
        self._described: dict[str, Json] = {}

    def __call__(self) -> dict[str, Json]:
        """Return the description for the program that decides now."""
        program = self._desk.active.program
        if self._program is not program:
            self._described = _describe(self._desk, program)
            self._program = program
        return self._described


def _describe(desk: Desk, program: Program) -> dict[str, Json]:
    policy = program.policy
    kinds = tuple(program.domains)
    schemas: dict[str, Json] = {
        **definitions(policy, COMPONENTS, limits=desk.settings.limits),
        **{f"{kind.value}_request": kind_schema(kind, COMPONENTS) for kind in kinds},
        **answers.schemas(COMPONENTS, kinds),
        "batch": _batch(kinds, desk.settings.max_batch),
        "batch_results": _BATCH_RESULTS,
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "dealdesk",
            "version": VERSION,
            "description": f"Decides under the policy `{policy.name}` {policy.version} (`{policy.digest}`).",
        },
        "paths": {**{f"/v1/decisions/{kind.slug}": _decide(kind) for kind in kinds}, **_OTHERS},
        "components": {"schemas": schemas},
    }


def _decide(kind: Kind) -> Schema:
    name = kind.value
    words = name.replace("_", " ")
    return {
        "post": {
            "operationId": f"decide_{name}",
            "summary": f"Decide a {words}",
            "parameters": _PARAMETERS,
            "requestBody": _body(f"{name}_request"),
            "responses": _responses(_ref(answers.decision_name(kind)), f"The {words} decision.", BODY_PROBLEMS),
        }
    }


def _batch(kinds: tuple[Kind, ...], most: int) -> Schema:
    entries: list[Json] = [
        {
            "type": "object",
            "properties": {"kind": {"const": kind.value}, "request": _ref(f"{kind.value}_request")},
            "required": ["kind", "request"],
            "additionalProperties": False,
        }
        for kind in kinds
    ]
    requests: Json = {"type": "array", "maxItems": most, "items": {"anyOf": entries}}
    return {
        "type": "object",
        "properties": {"requests": requests},
        "required": ["requests"],
        "additionalProperties": False,
    }


def _ref(name: str) -> Schema:
    return {"$ref": COMPONENTS + name}


def _body(name: str) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": _ref(name)}}}


def _responses(
    schema: Schema, description: str, problems: tuple[ProblemType, ...], media_type: str = "application/json"
) -> Schema:
    """Return an operation's responses; problems of one status are one response."""
    responses: Schema = {"200": {"description": description, "content": {media_type: {"schema": schema}}}}
    for status in sorted({problem.status for problem in problems}):
        titles = [f"{problem.title} (`{problem.uri}`)." for problem in problems if problem.status == status]
        content: Json = {MEDIA_TYPE: {"schema": _ref(Problem.__name__)}}
        responses[str(status)] = {"description": " ".join(titles), "content": content}
    return responses


def _get(operation: str, summary: str, schema: Schema, media_type: str = "application/json") -> Schema:
    responses = _responses(schema, summary, (INTERNAL_ERROR,), media_type)
    return {"get": {"operationId": operation, "summary": summary, "responses": responses}}


_BATCH_RESULTS: Schema = {
    "type": "object",
    "description": "What became of the requests, in their order.",
    "properties": {
        "results": {
            "description": "A decision or a problem for each request.",
            **answers.items({"anyOf": [_ref(BatchDecision.__name__), _ref(BatchProblem.__name__)]}),
        }
    },
    "required": ["results"],
}

_PARAMETERS: list[Json] = [
    {"name": name, "in": "query", "description": _ABOUT[name], "schema": {"type": "string", "enum": [*values]}}
    for name, (_, values) in QUERY.items()
]

_OTHERS: Schema = {
    "/v1/decisions": {
        "post": {
            "operationId": "decide_batch",
            "summary": "Decide many cases; each has its own decision or problem, in order",
            "parameters": _PARAMETERS,
            "requestBody": _body("batch"),
            "responses": _responses(_ref("batch_results"), "One result a request.", BODY_PROBLEMS),
        }
    },
    "/v1/policy": _get("policy", "The active policy and its text", _ref(ActivePolicyReply.__name__)),
    "/v1/policy/schema/{kind}": {
        "get": {
            "operationId": "request_schema",
            "summary": "The JSON Schema of a kind's requests under the active policy",
            "parameters": [
                {
                    "name": "kind",
                    "in": "path",
                    "required": True,
                    "schema": answers.one_of(*(kind.slug for kind in Kind)),
                }
            ],
            "responses": _responses(
                answers.OBJECT, "A JSON Schema (2020-12).", (NOT_FOUND, INTERNAL_ERROR), "application/schema+json"
            ),
        }
    },
    "/healthz": _get("alive", "Whether the process answers", _ref(Alive.__name__)),
    "/readyz": _get("ready", "Whether decisions are served, and by which policy", _ref(Ready.__name__)),
    "/metrics": _get("metrics", "Prometheus metrics", answers.TEXT, "text/plain"),
}
