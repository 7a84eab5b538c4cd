"""The JSON Schema of a request under a policy: what `engine.core.facts` accepts, said for machines.

Schemas are made from the policy's own fields, so a fact that the policy adds is a field here, and a term's values are
an enumeration. Every field may be null (known to be absent) and may be left out (unknown); that is the language's
meaning, not looseness. A few things that the reader refuses cannot be said here and are left to it: the same
id twice, a line that is included in none of the others, or in a part, more decimal places than twelve in a JSON number,
and a text that is a term's value only after Unicode normalisation.
"""

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from typing import assert_never, cast

from engine.core.decimal_patterns import at_least, at_most
from engine.core.decision import Json, Kind
from engine.core.facts import LABELS, SHARED_OBJECTS, Limits, part_field
from engine.core.hints import number
from engine.core.interpret import plain
from engine.core.values import DECIMAL_PLACES, SET_SIZE, TEXT_LENGTH, WHOLE_DIGITS, YEARS
from engine.core.writing import UnwritableError, write_value
from rules.built_in import BY_PATH
from rules.ir import Field, Policy
from rules.kinds import SECTIONS
from rules.titles import titled_values
from rules.types import Scalar, SetOf, Term, Type

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DEFINITIONS = "#/$defs/"

_DIGITS = f"[0-9]{{1,{WHOLE_DIGITS}}}"
_PLACES = rf"(\.[0-9]{{1,{DECIMAL_PLACES}}})?"
_NO_PLACES = rf"(\.0{{1,{DECIMAL_PLACES}}})?"
_BOUND = 10**WHOLE_DIGITS
_DAY = rf"({YEARS[0] // 100}|2[01])[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}}|{YEARS[-1]}-[0-9]{{2}}-[0-9]{{2}}"
_TIME = r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"

_DESCRIBE = {
    Scalar.MONEY: 'An exact amount: "4400.00", or a JSON number.',
    Scalar.RATE: 'An exact rate: "12.5%", or a JSON number as a fraction (0.125).',
    Scalar.INTEGER: "A whole number.",
    Scalar.NUMBER: 'An exact number: 0.75 or "0.75".',
}
_LISTS, _ITEMS = ("lines", "claims", "candidates"), ("line", "claim", "candidate")


def request_schema(policy: Policy, kind: Kind, *, limits: Limits | None = None) -> dict[str, Json]:
    """Return a schema that stands alone."""
    return {
        "$schema": DIALECT,
        "title": f"{kind.value} request under {policy.name} {policy.version}",
        **kind_schema(kind, DEFINITIONS),
        "$defs": dict(definitions(policy, DEFINITIONS, limits=limits or Limits())),
    }


def kind_schema(kind: Kind, refs: str) -> dict[str, Json]:
    """Return a kind's request schema, its parts by reference; `refs` is the path that `definitions` stand under."""
    section = SECTIONS[kind]
    parts: dict[str, Json] = {name: {"$ref": refs + name} for name in (*SHARED_OBJECTS, *_LISTS, "labels")}
    least: dict[str, Json] = {} if section.may_be_empty else {"minItems": 1}
    parts[section.rows] = {"$ref": refs + section.rows, "type": "array", **least}
    as_of = "The moment that the policy is judged at; default: now."
    return {
        "type": "object",
        "properties": {"as_of": {"$ref": f"{refs}timestamp", "description": as_of}, **parts},
        "required": [section.rows],
        "additionalProperties": False,
    }


def definitions(policy: Policy, refs: str, *, limits: Limits) -> dict[str, Json]:
    """Return the schemas of every object, type and term that requests under a policy have, by name."""
    fields = [field for field in policy.fields.values() if field.givable]
    found: dict[str, Json] = {"timestamp": _type_schema(Scalar.TIMESTAMP)}
    for name in (*SHARED_OBJECTS, "line", "claim"):
        own = [field for field in fields if field.object == name]
        for field in own:
            found.setdefault(_name(field), _titled(_definition(field), field.type, policy))
        found[name] = {
            "type": ["object", "null"],
            "properties": {field.name: _field_schema(field, policy, refs) for field in own},
            "additionalProperties": False,
        }
    found["line"] = _line_schema(found["line"], policy, found, refs)
    claim, partner = _properties(found["claim"]), _properties(found["partner"])
    found["claim"] = _named({**claim, "partner": {"$ref": f"{refs}partner"}}, refs)
    found["candidate"] = _named(partner, refs)
    for name, item, most in zip(_LISTS, _ITEMS, (limits.lines, limits.claims, limits.candidates), strict=True):
        found[name] = {"type": ["array", "null"], "maxItems": most, "items": {"$ref": refs + item}}
    found["labels"] = {
        "type": ["object", "null"],
        "description": "Free text, carried but never judged.",
        "maxProperties": LABELS,
        "propertyNames": {"maxLength": TEXT_LENGTH},
        "additionalProperties": {"type": "string", "maxLength": TEXT_LENGTH},
    }
    return found


def _line_schema(line: Json, policy: Policy, found: dict[str, Json], refs: str) -> Json:
    """Return the schema of a line, whose prices have other bounds where it is a part of another."""
    fields = [field for field in policy.fields.values() if field.givable and part_field(field) != field]
    if not isinstance(line, dict) or not fields:
        return line
    own: dict[str, Json] = {}
    part: dict[str, Json] = {}
    properties = {**_properties(line)}
    for field in fields:
        of_part = part_field(field)
        for bounded, into in ((field, own), (of_part, part)):
            found.setdefault(_name(bounded), _definition(bounded))
            into[field.name] = {"$ref": refs + _name(bounded)}
        described = properties[field.name]
        assert isinstance(described, dict)
        wider = field if of_part.at_most is not None else of_part
        properties[field.name] = {**described, "$ref": refs + _name(wider)}
    return {
        **line,
        "properties": properties,
        "if": {"properties": {"included_in": {"type": "string"}}, "required": ["included_in"]},
        "then": {"properties": part},
        "else": {"properties": own},
    }


def _properties(schema: Json) -> dict[str, Json]:
    assert isinstance(schema, dict)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    return properties


def _named(properties: Mapping[str, Json], refs: str) -> dict[str, Json]:
    """Return the schema of an object that the answer names by its id."""
    identity: dict[str, Json] = {"$ref": f"{refs}text", "type": "string"}
    return {
        "type": "object",
        "properties": {**properties, "id": identity},
        "required": ["id"],
        "additionalProperties": False,
    }


def _field_schema(field: Field, policy: Policy, refs: str) -> dict[str, Json]:
    if field.path == "deal.currency":
        return {"enum": [policy.currency, None], "description": "This policy decides in this currency only."}
    schema: dict[str, Json] = {"$ref": refs + _name(field)}
    if field.path in BY_PATH:
        schema["description"] = BY_PATH[field.path].en
    if field.describe:
        schema["description"] = field.describe.in_language("en")
    if field.default is not None:
        with suppress(UnwritableError):  # a policy may have a default that no request could give
            schema["default"] = write_value(plain(field.default), field.type, policy.places)
    return schema


def _name(field: Field) -> str:
    """Name the definition that a field's values have."""
    bounds = (("above", field.above), ("at_least", field.at_least), ("at_most", field.at_most))
    parts = [f"{word}_{number(bound, field.type)}" for word, bound in bounds if bound is not None]
    return "_".join([_type_name(field.type), *parts]).replace("%", "_percent")


def _type_name(kind: Type) -> str:
    match kind:
        case Term(name=name):
            return f"term.{name}"
        case SetOf(item):
            return f"set.{_type_name(item)}"
        case scalar:
            return scalar.value


def _definition(field: Field) -> dict[str, Json]:
    """Return the schema of a field's values with its bounds, as JSON numbers and as texts."""
    schema = _type_schema(field.type)
    if not isinstance(field.type, Scalar) or (field.at_least is field.above is field.at_most is None):
        return schema
    pattern = schema["pattern"]
    assert isinstance(pattern, str)
    scale = 100 if field.type is Scalar.RATE else 1
    sign = "%" if field.type is Scalar.RATE else ""
    looks = []
    if field.above is not None:
        del schema["exclusiveMinimum"]
        schema["exclusiveMinimum"] = _json_number(field.above)
        looks.append(f"(?!{at_most(field.above * scale)}{sign}$)")
    if field.at_least is not None:
        del schema["exclusiveMinimum"]
        schema["minimum"] = _json_number(field.at_least)
        looks.append(f"(?={at_least(field.at_least * scale)}{sign}$)")
    if field.at_most is not None:
        del schema["exclusiveMaximum"]
        schema["maximum"] = _json_number(field.at_most)
        looks.append(f"(?={at_most(field.at_most * scale)}{sign}$)")
    return {**schema, "pattern": f"^{''.join(looks)}{pattern.removeprefix('^')}"}


def _titled(schema: dict[str, Json], kind: Type, policy: Policy) -> dict[str, Json]:
    """Say what people call the values of a term."""
    item = kind.item if isinstance(kind, SetOf) else kind
    if not isinstance(item, Term):
        return schema
    titles = titled_values(policy, item.name, item.values, "en")
    described = "; ".join([f"{value}: {title}" for value, title in titles])
    return {**schema, "description": f"{described}."} if titles else schema


def _json_number(bound: Fraction) -> Json:
    """Return a bound as JSON; its decimals as a float, whose shortest text is the bound as it was written."""
    return int(bound) if bound.denominator == 1 else cast("Json", float(bound))


def _type_schema(kind: Type) -> dict[str, Json]:
    match kind:
        case Term(values=values):
            return {"enum": [*values, None]}
        case SetOf(Term(values=values)):
            return {"type": ["array", "null"], "maxItems": SET_SIZE, "items": {"enum": list(values)}}
        case SetOf():
            items: Json = {"type": "string", "maxLength": TEXT_LENGTH}
            return {"type": ["array", "null"], "maxItems": SET_SIZE, "items": items}
        case Scalar.BOOLEAN:
            return {"type": ["boolean", "null"]}
        case Scalar.TEXT:
            return {"type": ["string", "null"], "maxLength": TEXT_LENGTH}
        case Scalar.DATE:
            return {"type": ["string", "null"], "format": "date", "pattern": f"^({_DAY})$"}
        case Scalar.TIMESTAMP:
            return {"type": ["string", "null"], "format": "date-time", "pattern": f"^({_DAY}){_TIME}$"}
        case Scalar.DURATION:
            return {"type": ["string", "null"], "pattern": "^[0-9]{1,6}[dhm]$"}
        case Scalar.MONEY | Scalar.RATE | Scalar.INTEGER | Scalar.NUMBER:
            ending = _NO_PLACES if kind is Scalar.INTEGER else _PLACES
            return {
                "type": ["string", "integer" if kind is Scalar.INTEGER else "number", "null"],
                "description": _DESCRIBE[kind],
                "pattern": f"^-?{_DIGITS}{ending}{'%' if kind is Scalar.RATE else ''}$",
                "exclusiveMinimum": -_BOUND,
                "exclusiveMaximum": _BOUND,
            }
        case _:
            assert_never(kind)
