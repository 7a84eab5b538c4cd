"""The JSON Schemas of what the service answers, for its OpenAPI description; a test holds real answers to them."""

from engine.core.decision import Json, Kind
from rules.kinds import SECTIONS

Schema = dict[str, Json]

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
TEXTS: Schema = {"type": "array", "items": TEXT}
ORDINAL: Schema = {"type": "integer", "minimum": 1}
OBJECT: Schema = {"type": "object"}


def record(properties: dict[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """Return the schema of an object; additions stay possible, as the contract says."""
    required: list[Json] = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": required}


def items(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def one_of(*values: str) -> Schema:
    """Return the schema of an enumeration."""
    return {"type": "string", "enum": [*values]}


def outcomes(kind: Kind) -> tuple[str, ...]:
    """Return the outcomes of a kind."""
    return SECTIONS[kind].all_outcomes


def decision_schema(kind: Kind) -> Schema:
    """Return the schema of a kind's decisions."""
    return record(
        {
            "id": {**TEXT, "description": "Identifies this decision; the only part that differs from call to call."},
            "kind": {"const": kind.value},
            "policy": STAMP,
            "as_of": {**TEXT, "format": "date-time"},
            "outcome": one_of(*SECTIONS[kind].all_outcomes),
            "summary": {**TEXT, "description": "One sentence for people, in the chosen language."},
            "result": _RESULT[kind],
            "missing": {**TEXTS, "description": "The fields that the decision is waiting for."},
            "possible": {**OBJECT, "description": "With `needs_information`: the outcomes and levels that remain."},
            "trace": TRACE,
        },
        optional=("possible", "trace"),
    )


STAMP = record({"name": TEXT, "version": TEXT, "digest": {**TEXT, "pattern": "^sha256:"}})

TRACE: Schema = {
    **record({"facts": items(OBJECT), "rules": items(OBJECT), "steps": items(OBJECT)}),
    "description": "Which facts, which rules, which tests with which values, and what was decided from them.",
}

PROBLEM = record(
    {
        "type": {**TEXT, "format": "uri"},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "errors": items(
            record(
                {
                    "pointer": {**TEXT, "description": "A JSON pointer (RFC 6901) into the body."},
                    "parameter": {**TEXT, "description": "The query parameter, instead of a pointer."},
                    "code": TEXT,
                    "message": TEXT,
                    "hint": MAYBE_TEXT,
                },
                optional=("pointer", "parameter", "hint"),
            )
        ),
    },
    optional=("errors",),
)

POLICY = record(
    {
        "name": TEXT,
        "version": TEXT,
        "digest": TEXT,
        "currency": TEXT,
        "timezone": TEXT,
        "sections": items(record({"section": TEXT, "kind": one_of(*Kind)})),
        "source": items(record({"file": TEXT, "text": TEXT})),
    }
)

READY = record(
    {
        "status": {"const": "ready"},
        "policy": STAMP,
        "policy_error": {
            "description": "Why the policy files as they stand are not served; the last good policy still is.",
            "anyOf": [{"type": "null"}, record({"at": TEXT, "detail": TEXT, "diagnostics": items(OBJECT)})],
        },
    }
)

_APPROVER = record({"role": TEXT, "title": TEXT, "respond_within": MAYBE_TEXT})

_RESULT: dict[Kind, Schema] = {
    Kind.PRICE_APPROVAL: record(
        {
            "level": {**MAYBE_TEXT, "description": "The level that is required, or null."},
            "chain": items(record({"step": ORDINAL, "approvers": items(_APPROVER)})),
            "lines": items(
                record({"line": ORDINAL, "level": MAYBE_TEXT, "discount": MAYBE_TEXT, "margin": MAYBE_TEXT})
            ),
            "holds": items(OBJECT),
            "rejections": items(OBJECT),
            "notify": {"type": "array"},
            "valid_until": MAYBE_TEXT,
            "alternatives": items(record({"line": ORDINAL, "level": TEXT})),
            "totals": OBJECT,
        }
    ),
    Kind.SPECIAL_ORDER: record(
        {
            "kinds": TEXTS,
            "controls": items(record({"control": TEXT, "obligation": OBJECT, "met": {"type": ["boolean", "null"]}})),
            "blocks": items(record({"control": TEXT, "reason": TEXT})),
            "audit": TEXTS,
            "valid_until": MAYBE_TEXT,
        }
    ),
    Kind.DEAL_REGISTRATION: record(
        {
            "winner": MAYBE_TEXT,
            "recommended": MAYBE_TEXT,
            "decided_by": MAYBE_TEXT,
            "protected_until": MAYBE_TEXT,
            "extend": MAYBE_TEXT,
            "ranking": items(record({"claim": TEXT, "status": one_of("awarded", "eligible", "held", "rejected")})),
        }
    ),
    Kind.PARTNER_ALLOCATION: record(
        {
            "chosen": TEXTS,
            "ranking": items(record({"partner": TEXT, "score": MAYBE_TEXT})),
            "excluded": items(record({"partner": TEXT, "reasons": {"type": "array"}})),
            "accept_by": MAYBE_TEXT,
            "fallback": MAYBE_TEXT,
        }
    ),
}
