"""Requests made of values: the fragment of a request that shows a finding."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import assert_never
from zoneinfo import ZoneInfo

from engine.core.decision import Json, Kind
from rules import types
from rules.ir import Policy
from rules.types import Scalar, SetOf, Term, Type

Leaves = Mapping[tuple[str, int], types.Value | None]


class NotWritableError(Exception):
    """A value that no request can give, such as a third."""


def request_of(policy: Policy, kind: Kind, leaves: Leaves, *, today: date) -> dict[str, Json]:
    """Return the request that gives these values, by path and line.

    Raises:
        NotWritableError: a value has too many decimals for a request.
    """
    lines: list[dict[str, Json]] = [{} for _ in range(1 + max((line for _, line in leaves), default=0))]
    objects: dict[str, dict[str, Json]] = {}
    for (path, line), value in sorted(leaves.items()):
        owner, _, name = path.partition(".")
        written = None if value is None else as_json(value, policy.fields[path].type)
        (lines[line] if owner == "line" else objects.setdefault(owner, {}))[name] = written
    moment = datetime.combine(today, time(9), ZoneInfo(policy.timezone))
    request: dict[str, Json] = {"as_of": moment.isoformat()}
    partner = objects.pop("partner", None)
    claim = objects.pop("claim", {})
    request.update(sorted(objects.items()))
    match kind:
        case Kind.DEAL_REGISTRATION:
            own = {} if partner is None else {"partner": partner}
            request["claims"] = [{"id": "C1", **claim, **own}]
        case Kind.PARTNER_ALLOCATION:
            request["candidates"] = [{"id": "P1", **(partner or {})}]
        case Kind.PRICE_APPROVAL | Kind.SPECIAL_ORDER:
            if partner is not None:
                request["partner"] = partner
        case _:
            assert_never(kind)
    if any(lines) or kind in (Kind.PRICE_APPROVAL, Kind.SPECIAL_ORDER):
        request["lines"] = list(lines)
    return request


def as_json(value: types.Value, type_: Type) -> Json:
    """Return a value as a request writes it."""
    match value:
        case bool() | str():
            return value
        case frozenset():
            assert isinstance(type_, SetOf)
            return [*sorted(value)]
        case datetime():
            return value.isoformat()
        case date():
            return value.isoformat()
        case timedelta():
            minutes, rest = divmod(value, timedelta(minutes=1))
            if rest:
                raise NotWritableError
            return f"{minutes // 1440}d" if minutes % 1440 == 0 else f"{minutes}m"
        case Fraction():
            return _number(value, type_)
        case _:
            assert_never(value)


def _number(value: Fraction, type_: Type) -> Json:
    match type_:
        case Scalar.INTEGER:
            return int(value)
        case Scalar.RATE:
            return f"{decimal(value * 100)}%"
        case Scalar.MONEY:
            return decimal(value, least=2)
        case Scalar.NUMBER:
            return decimal(value)
        case Scalar.BOOLEAN | Scalar.TEXT | Scalar.DATE | Scalar.TIMESTAMP | Scalar.DURATION | Term() | SetOf():
            raise AssertionError(f"{value} is not of the type {type_}")
        case _:
            assert_never(type_)


def decimal(value: Fraction, *, least: int = 0) -> str:
    """Return an exact decimal.

    >>> decimal(Fraction(21, 2)), decimal(Fraction(5), least=2)
    ('10.5', '5.00')
    """
    scaled = value * 10**12
    if scaled.denominator != 1:
        raise NotWritableError
    text = f"{Decimal(scaled.numerator).scaleb(-12):f}"
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    return f"{whole}.{decimals}" if decimals else whole
