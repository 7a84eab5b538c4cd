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

from rules.ir import AllOf, AnyOf, HasAll, HasAny, HasNone, NotOneOf, OneOf, Policy, Text

# Where the order of the parts does not matter.
UNORDERED = (AllOf, AnyOf, OneOf, NotOneOf, HasAny, HasAll, HasNone, Text)


def digest(policy: Policy) -> str:
    """Return `sha256:` and the digest of a policy, whatever its own `digest` says."""
    content = {name: _plain(getattr(policy, name)) for name in _members(policy) if name != "digest"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


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
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Fraction):
        return {"n": f"{value.numerator}/{value.denominator}"}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return _dataclass(value)
    return _special(value)


def _dataclass(value: object) -> list[object]:
    members = [_plain(getattr(value, member)) for member in _members(value)]
    if isinstance(value, UNORDERED):
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
