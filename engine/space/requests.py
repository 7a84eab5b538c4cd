"""Requests made of values: the fragment of a request that shows a finding."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import assert_never
from zoneinfo import ZoneInfo

from engine.core.decision import Json, Kind
from engine.core.interpret import plain
from engine.core.writing import write_value
from rules import types
from rules.ir import Policy
from rules.vocabulary import OWN_SALES

Leaves = Mapping[tuple[str, int], types.Value | None]


def request_of(policy: Policy, kind: Kind, leaves: Leaves, *, today: date) -> dict[str, Json]:
    """Return the request that gives these values, by path and line.

    Raises:
        UnwritableError: a value is one that no request can give, such as a third.
    """
    lines: list[dict[str, Json]] = [{} for _ in range(1 + max((line for _, line in leaves), default=0))]
    objects: dict[str, dict[str, Json]] = {}
    for (path, line), value in sorted(leaves.items()):
        owner, _, name = path.partition(".")
        written = None if value is None else write_value(plain(value), policy.fields[path].type)
        (lines[line] if owner == "line" else objects.setdefault(owner, {}))[name] = written
    moment = datetime.combine(today, time(9), ZoneInfo(policy.timezone))
    request: dict[str, Json] = {"as_of": moment.isoformat()}
    partner = objects.pop("partner", None)
    claim = objects.pop("claim", {})
    request.update(sorted(objects.items()))
    match kind:
        case Kind.DEAL_REGISTRATION:
            # A partner's claim names the partner; without one it is refused before any rule is asked.
            own = partner if claim.get("by") == OWN_SALES else {"id": "P1", **(partner or {})}
            request["claims"] = [{"id": "C1", **claim, **({} if own is None else {"partner": own})}]
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
