"""A JSON Schema (2020-12) of the policy file, for editors: keys, effects and forms, with a word on each.

It is looser than the loader, which alone knows a policy's own fields and terms; but whatever the loader accepts, the
schema accepts. Lists of rules are described from the same data that the loader reads them by.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, assert_never

from rules.kinds import SECTIONS, Kind, Section
from rules.sections import partner_allocation, price_approval
from rules.sections.calendars import WEEKDAYS
from rules.sections.criteria import PREFERENCES, CriteriaList
from rules.sections.derive import HITS
from rules.sections.rule_lists import COMMON_WORDS, RuleList
from rules.types import Scalar
from rules.vocabulary import OBJECTS

Schema: TypeAlias = dict[str, Any]

IDENTIFIER = "urn:dealdesk:policy"
PATH = rf"^({'|'.join(OBJECTS)})\.[a-z][a-z0-9_]*$"

# Editors type what the language does not: `15` and `true` reach them as a number and a boolean.
WORD: Schema = {"type": ["string", "number", "boolean"]}

DEFINITIONS: Mapping[str, Schema] = {
    "word": WORD,
    "name": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]*$"},
    "path": {
        "type": "string",
        "pattern": PATH,
        "description": "A field: an object and a name, such as `line.discount`",
    },
    "text": {
        "description": "Words for people: a string, or one for each language",
        "anyOf": [WORD, {"type": "object", "minProperties": 1, "additionalProperties": WORD}],
    },
    "rate": {"type": "string", "pattern": r"^-?[0-9_]+(\.[0-9]+)? *%$", "examples": ["15%", "-2.5%"]},
    "duration": {
        "type": "string",
        "pattern": "^([0-9]+mo)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+wd)?([0-9]+wh)?$",
        "description": "Calendar months and days, elapsed hours and minutes, working days and hours",
        "examples": ["30d", "48h", "15m", "6mo", "2wd", "4wh"],
    },
    "date": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    "test": {
        "description": "A unary test: a value, a list of values, a comparison, an interval, or `has …` for sets",
        "examples": [
            "R",
            "> 15%",
            "[8%..12%)",
            "!= R",
            "not [A, P]",
            "< line.floor_price",
            "present",
            "has bid_notice",
        ],
        "anyOf": [
            {"type": "string", "pattern": "^(?!==|<>|=<|=>|!(?!=)).+$"},
            {"type": ["number", "boolean"]},
            {"type": "array", "minItems": 1, "items": WORD},
        ],
    },
    "accept": {
        "type": "object",
        "minProperties": 1,
        "description": "Findings of `dealdesk check` that are meant to stay, each with the reason",
        "patternProperties": {"^D6[0-9]{2}$": {"$ref": "#/$defs/text"}},
        "additionalProperties": False,
    },
    "condition": {
        "description": "Fields with their tests, all of which must hold",
        "type": "object",
        "minProperties": 1,
        "properties": {
            "any": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/condition"}},
            "all": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/condition"}},
            "not": {"$ref": "#/$defs/condition"},
        },
        "patternProperties": {PATH: {"$ref": "#/$defs/test"}},
        "additionalProperties": False,
    },
}

EFFECTS: Mapping[str, Schema] = {
    "level": {"description": "A level that may sign the line, or `automatic`"},
    "reject": {"$ref": "#/$defs/text", "description": "Refused, and why"},
    "hold": {"$ref": "#/$defs/text", "description": "Held until someone releases it, and why"},
    "at_least": {"description": "At least this level must sign"},
    "raise": {"description": "So many levels higher must sign; several add up"},
    "also": {"description": "One more approver, in parallel with the last step"},
    "notify": {"description": "Someone is told"},
    "expire": {"$ref": "#/$defs/duration", "description": "The decision is valid no longer than this"},
    "document": {"description": "The order must have this document"},
    "approve": {"description": "The order must have this role's approval"},
    "deposit": {"$ref": "#/$defs/rate", "description": "The order must have at least this deposit"},
    "block": {"$ref": "#/$defs/text", "description": "The order goes no further, and why"},
    "audit": {"$ref": "#/$defs/rate", "description": "A fixed sample of orders of this rate is audited"},
    "forfeit": {"$ref": "#/$defs/text", "description": "The claim loses its protection, and why"},
    "arbitrate": {"$ref": "#/$defs/text", "description": "People decide between the claims, and why"},
    "protect": {"$ref": "#/$defs/duration", "description": "How long the winner is protected"},
    "extend": {"$ref": "#/$defs/duration", "description": "By how much the winner may extend"},
    "exclude": {"$ref": "#/$defs/text", "description": "The candidate cannot get the deal, and why"},
    "score": {**WORD, "description": "Points for the candidate: a number or a formula"},
    "split": {
        "type": "object",
        "description": "Shares that add up to 100%",
        "additionalProperties": {"$ref": "#/$defs/rate"},
    },
}

RULE_WORDS: Mapping[str, Schema] = {
    "id": {**WORD, "description": "The rule's name, unique in its list"},
    "when": {"$ref": "#/$defs/condition"},
    "because": {"$ref": "#/$defs/text", "description": "Why the rule exists, for people"},
    "from": {"$ref": "#/$defs/date", "description": "The first day on which the rule is in force"},
    "through": {"$ref": "#/$defs/date", "description": "The last day on which the rule is in force"},
    "accept": {"$ref": "#/$defs/accept"},
    "kind": {"description": "The kinds of special order that a control is for"},
    "at": {"description": "The gates that a control stands at"},
}


def policy_schema() -> Schema:
    """Return the schema of a policy file."""
    head = {
        "policy": {"type": "string", "pattern": "^[a-z0-9-]+$", "description": "The policy's name"},
        "version": {**WORD, "description": "The owner's label for this version"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code; money is in it"},
        "timezone": {"type": "string", "description": "IANA name; dates are days in it", "examples": ["Asia/Shanghai"]},
        "include": {
            "description": "Files below this one's folder, whose mappings are merged in",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        },
    }
    sections = {section.key: _section(section) for section in SECTIONS.values()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": IDENTIFIER,
        "title": "Deal-desk policy",
        "description": "Who may approve a price, what a special order must fulfil, whose a deal is and who gets it",
        "type": "object",
        "properties": {**head, **_declarations(), **sections},
        "additionalProperties": False,
        "$defs": dict(DEFINITIONS),
    }


def _mapping(properties: Mapping[str, Schema], required: Sequence[str] = (), **more: object) -> Schema:
    """Return the schema of a mapping with these keys and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def _ref(name: str, description: str | None = None) -> Schema:
    return {"$ref": f"#/$defs/{name}", **({"description": description} if description else {})}


def _list(items: Schema, **more: object) -> Schema:
    return {"type": "array", "items": items, **more}


def _declarations() -> dict[str, Schema]:
    """Return what a policy declares: calendars, terms, facts, roles and derived fields."""
    titled = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": _ref("text")}
    types = " or ".join((*map(str, Scalar), "a term's name", "set of text", "set of a term"))
    type_ = {"type": "string", "description": types, "examples": [*map(str, Scalar), "set of text"]}
    default = {"anyOf": [WORD, _list(WORD)]}
    least = {**WORD, "description": "The smallest number that requests may give"}
    most = {**WORD, "description": "The largest number that requests may give"}
    fact = _mapping({"type": type_, "default": default, "min": least, "max": most, "describe": _ref("text")}, ["type"])
    role = _mapping({"title": _ref("text"), "respond_within": _ref("duration")})
    derived = {"field": _ref("path"), "type": type_, "describe": _ref("text"), "accept": _ref("accept")}
    formula = {"type": ["string", "number"], "description": "`+ - * /`, `min`, `max`, fields and literals"}
    words: dict[str, Schema] = {key: RULE_WORDS[key] for key in ("id", *COMMON_WORDS)}
    table = {"hit": {"enum": list(HITS)}, **_table_keys((*words, "value"))}
    return {
        "calendars": {
            "type": "object",
            "minProperties": 1,
            "description": "When people work; working time is reckoned by the only calendar, or by `default`",
            "additionalProperties": _calendar(),
        },
        "terms": {
            "type": "object",
            "description": "Enumerations; earlier is better where a rule ranks by one",
            "additionalProperties": _list({"anyOf": [WORD, titled]}, minItems=1),
        },
        "facts": {
            "type": "object",
            "description": "Fields that this policy adds to requests",
            "patternProperties": {PATH: fact},
            "additionalProperties": False,
        },
        "roles": {"type": "object", "description": "Approvers off the ladder", "additionalProperties": role},
        "derive": _list(
            {
                "oneOf": [
                    _mapping({**derived, "formula": formula}, ["field", "type", "formula"]),
                    _mapping({**derived, **table}, ["field", "type", "hit", "columns", "rows"]),
                ]
            },
            description="Fields that this policy computes by tables and formulas",
        ),
    }


def _calendar() -> Schema:
    """Return the schema of a calendar."""
    span = {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$", "examples": ["09:00-12:00"]}
    days = _list(_ref("date"))
    return _mapping(
        {
            "hours": _list(span, minItems=1, description="The hours of work of a day, in order"),
            "weekdays": _list({"enum": list(WEEKDAYS)}, minItems=1, description="Monday to Friday if not written"),
            "holidays": {**days, "description": "Weekdays on which nobody works"},
            "workdays": {**days, "description": "Other days on which people work"},
            "through": _ref("date", "The last day of which all this is known"),
        },
        ["hours", "through"],
    )


def _table_keys(words: Sequence[str]) -> dict[str, Schema]:
    """Return the two keys of a decision table."""
    column = {"anyOf": [{"enum": list(words)}, _ref("path")]}
    return {
        "columns": _list(column, minItems=1, description="Fields, effects and words about the row"),
        "rows": _list({"type": "array"}, description='Lists in the order of the columns; "-" is any value'),
    }


def _rules(of: RuleList) -> Schema:
    """Return a list of rules: written out, or as a decision table."""
    words = (of.id, *COMMON_WORDS, *of.words)
    effect = {
        "type": "object",
        "minProperties": 1,
        "properties": {name: EFFECTS[name] for name in of.effects},
        "additionalProperties": False,
    }
    then = {"description": "One effect, or a list of them", "anyOf": [effect, _list(effect, minItems=1)]}
    keys = {key: RULE_WORDS[key] for key in (*words, "when")}
    rule = _mapping({**keys, "then": then}, ["then"]) if of.effects else _mapping(keys, [of.id])
    table = _mapping({**_table_keys((*words, *of.effects)), "accept": _ref("accept")}, ["columns", "rows"])
    return {"description": of.describe, "oneOf": [_list(rule), table]}


def _criteria(of: CriteriaList) -> Schema:
    """Return a list of criteria, each with one preference."""
    short = {"type": "string", "description": "A field, or `score` where partners are chosen"}
    keys: dict[str, Schema] = {
        "id": _ref("name"),
        **{name: _ref("condition") if name == "prefer" else short for name in PREFERENCES},
        "within": {**WORD, "description": "So near to the best is as good as the best"},
        "because": _ref("text"),
    }
    one_preference = [{"required": [name]} for name in PREFERENCES]
    return _list(_mapping(keys, ["id"], oneOf=one_preference), description=of.describe)


def _section(section: Section) -> Schema:
    """Return one of the four policies: its lists, and what stands beside them."""
    keys = {
        **{of.key: _rules(of) if isinstance(of, RuleList) else _criteria(of) for of in section.lists},
        **_settings(section.kind),
    }
    own = {key: keys[key] for key in section.keys}
    return _mapping({"accept": _ref("accept"), **own}, section.required, description=section.describe)


def _settings(kind: Kind) -> dict[str, Schema]:
    """Return what a section says besides its lists."""
    match kind:
        case Kind.PRICE_APPROVAL:
            level = {"level": _ref("name"), "title": _ref("text"), "respond_within": _ref("duration")}
            ladder = _mapping(level, ["level"])
            return {
                "ladder": _list(ladder, minItems=1, description="Levels of approval, lowest authority first"),
                "chain": {"enum": list(price_approval.CHAINS), "description": "Who signs below the required level"},
                "validity": _ref("duration"),
            }
        case Kind.SPECIAL_ORDER:
            return {"gates": _list(_ref("name"), minItems=1, description="Where an order is looked at")}
        case Kind.DEAL_REGISTRATION:
            return {}
        case Kind.PARTNER_ALLOCATION:
            choose = {"take": {"type": ["string", "integer"]}, "by": _criteria(partner_allocation.CRITERIA)}
            return {
                "choose": _mapping(choose, ["by"], description="How many are chosen, and by what"),
                "accept_within": _ref("duration"),
                "fallback": _ref("name", "Who gets the deal if no candidate is left"),
            }
        case _:
            assert_never(kind)
