"""The digest of what a policy means.

Two policies with one digest decide alike and say the same. Comments, layout, the division into files, and the order of
keys where order has no meaning do not change it; every value, text and row does.
"""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from json.encoder import encode_basestring

from rules.ir import AllOf, AnyOf, Condition, FieldTest, HasAll, HasAny, HasNone, NotOneOf, OneOf, Policy, Text

# Where the order of the parts does not matter.
UNORDERED = (AllOf, AnyOf, OneOf, NotOneOf, HasAny, HasAll, HasNone, Text)


_WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(policy: Policy) -> str:
    """Return `sha256:` and the digest of a policy, whatever its own `digest` says."""
    text = _Text()
    content = [f'"{name}":{text.of(getattr(policy, name))}' for name in sorted(_members(policy)) if name != "digest"]
    whole = "{" + ",".join(content) + "}"
    return f"sha256:{hashlib.sha256(whole.encode()).hexdigest()}"


class _Text:
    """Writes values as JSON, each as `_plain` has it; what tables say again and again is written once."""

    def __init__(self) -> None:
        """Start with nothing written."""
        self._tests: dict[tuple[str, int], str] = {}

    def of(self, value: object) -> str:
        """Return a value's text."""
        if isinstance(value, str):
            return encode_basestring(value)
        if value is None or value is True or value is False:
            return _WORDS[value]
        if isinstance(value, FieldTest):
            return self._test(value)
        if isinstance(value, tuple):
            return f"[{','.join(map(self.of, value))}]"
        if isinstance(value, AllOf):
            return f'["AllOf",[{",".join(map(self.of, _sorted(value.parts)))}]]'
        kind = type(value)
        if (kind in _MEMBERS or is_dataclass(value)) and kind not in UNORDERED:
            members = [f'"{kind.__name__}"', *[self.of(getattr(value, member)) for member in _members(value)]]
            return f"[{','.join(members)}]"
        if isinstance(value, Fraction):
            return f'{{"n":"{value.numerator}/{value.denominator}"}}'
        return _WRITER.encode(_plain(value))

    def _test(self, test: FieldTest) -> str:
        # A policy's equal tests are mostly one object, which lives as long as the policy.
        key = (test.field, id(test.test))
        found = self._tests.get(key)
        if found is None:
            found = self._tests[key] = f'["FieldTest","{test.field}",{self.of(test.test)}]'
        return found


def _sorted(parts: tuple[Condition, ...]) -> list[Condition]:
    """Sort conjuncts as `_plain` does, by what they look like: tests of different fields by their fields."""
    fields_of = {part.field: part for part in parts if isinstance(part, FieldTest)}
    if len(fields_of) == len(parts):
        return [fields_of[field] for field in sorted(fields_of)]
    return sorted(parts, key=lambda part: repr(_plain(part)))


_WORDS = {None: "null", True: "true", False: "false"}
_AS_IT_IS = frozenset({str, bool, int, type(None)})
_MEMBERS: dict[type, tuple[str, ...]] = {}


def _members(value: object) -> tuple[str, ...]:
    """Return the members that take part in a comparison: spans and an owner's wording do not."""
    found = _MEMBERS.get(type(value))
    if found is None:
        assert is_dataclass(value)
        found = tuple(member.name for member in fields(value) if member.compare)
        _MEMBERS[type(value)] = found
    return found


def _plain(value: object) -> object:
    """Return a value as JSON has it; values of different types differ."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if kind in _MEMBERS or is_dataclass(value):
        return _dataclass(value)
    if isinstance(value, Fraction):
        return {"n": f"{value.numerator}/{value.denominator}"}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return _special(value)


def _dataclass(value: object) -> list[object]:
    members = [_plain(getattr(value, member)) for member in _members(value)]
    if type(value) in UNORDERED:
        (parts,) = members
        assert isinstance(parts, list)
        members = [sorted(parts, key=repr)]
    return [type(value).__name__, *members]


def _special(value: object) -> object:
    if isinstance(value, frozenset):
        return {"set": sorted(value)}
    if isinstance(value, Enum):
        return {type(value).__name__: value.value}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    assert isinstance(value, timedelta)
    return {"s": value.total_seconds()}
