"""The JSON Schemas of what the service answers, made from the types of the answers: nothing is listed twice.

`msgspec` describes the types. What it cannot know is put right here: a field that may be absent is never null, one that
is filled in only when it is written is always there, and a client may meet keys that it does not know yet, for answers
only grow. `tests/test_answers.py` holds real answers to the closed schemas.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec.json import schema_components

from api.web.replies import ActivePolicyReply, Alive, BatchDecision, BatchProblem, Problem, Ready
from engine.answers.decisions import DECISIONS
from engine.core.decision import Json, Kind

Schema = dict[str, Json]

TEXT: Schema = {"type": "string"}
OBJECT: Schema = {"type": "object"}
_NULL = {"type": "null"}
_REPLIES = (ActivePolicyReply, Alive, BatchDecision, BatchProblem, Problem, Ready)
# The fields by which JSON names the type of an object.
_TAGS = {"kind": "The kind of decision.", "step": "Which step it is."}


def decision_name(kind: Kind) -> str:
    """Return the name of the schema of a kind's decisions."""
    return DECISIONS[kind].__name__


@cache
def schemas(refs: str, kinds: tuple[Kind, ...] = tuple(Kind), *, closed: bool = False) -> Mapping[str, Schema]:
    """Return the schemas of everything that the service answers, by name.

    Args:
        refs: the path that the schemas stand under.
        kinds: those that are decided.
        closed: whether a key that no type declares is an error.
    """
    types = [*[DECISIONS[kind] for kind in kinds], *_REPLIES]
    _, found = schema_components(types, ref_template=f"{refs}{{name}}")
    for name in {DECISIONS[kind].__name__ for kind in Kind} - {DECISIONS[kind].__name__ for kind in kinds}:
        found.pop(name, None)
    decided: Any = found[BatchDecision.__name__]["properties"]["decision"]
    decided["anyOf"] = [{"$ref": f"{refs}{decision_name(kind)}"} for kind in kinds]
    decided["discriminator"]["mapping"] = {kind.value: f"{refs}{decision_name(kind)}" for kind in kinds}
    return {name: _mended(schema, closed=closed) for name, schema in found.items()}


def _mended(schema: dict[str, Any], *, closed: bool) -> Schema:
    """Return the schema of a type as its JSON is."""
    properties = schema.get("properties")
    if properties is None:
        return {"type": "string", **schema}  # an enumeration
    required = {*schema["required"], *[name for name, one in properties.items() if one.get("default") == ""]}
    mended = {
        **schema,
        "properties": {name: _field(name, one) for name, one in properties.items()},
        "required": [name for name in properties if name in required],
    }
    if not closed:
        del mended["additionalProperties"]
    return mended


def _field(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a field: described itself, and not null where it can be absent instead."""
    if name in _TAGS and [*schema] == ["enum"]:
        (tag,) = schema["enum"]
        return {"type": "string", "const": tag, "description": _TAGS[name]}
    if "enum" in schema:
        schema = {**schema, "type": "string"}
    if "items" in schema:
        schema = {**schema, "items": _field("", schema["items"])}
    choices = schema.get("anyOf", [])
    described = [one["description"] for one in choices if "description" in one and len(choices) == 2]
    mended = {key: value for key, value in schema.items() if key != "default"}
    if "default" in schema and schema["default"] is None:
        left = [one for one in choices if one != _NULL]
        del mended["anyOf"]
        mended = {**(left[0] if len(left) == 1 else {"anyOf": left}), **mended}
    elif described:
        mended = {
            "description": described[0],
            **mended,
            "anyOf": [{key: value for key, value in one.items() if key != "description"} for one in choices],
        }
    return mended


def items(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def one_of(*values: str) -> Schema:
    """Return the schema of an enumeration."""
    return {"type": "string", "enum": [*values]}
