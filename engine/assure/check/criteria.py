"""D611 for criteria: fields without which those that are still in cannot be told apart, and nothing is decided."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.optional_fields import dropped, left_out, may_lack, needs
from engine.assure.check.quiet import quiet_request
from engine.assure.check.tables import Notes
from engine.core.decision import Json, Kind
from engine.program import Program
from engine.space.direct import usual
from engine.space.inputs import Inputs
from engine.space.requests import request_of
from engine.space.rule_space import Shown
from rules.ir import Criterion, Origin
from rules.traverse import condition_fields


def left_out_of_criteria(program: Program, notes: Notes, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield fields that have no default, and without which a criterion separates nobody."""
    policy = program.policy
    registration, allocation = policy.deal_registration, policy.partner_allocation
    lists = (
        (Kind.DEAL_REGISTRATION, "deal_registration.priority", registration.priority if registration else ()),
        (Kind.PARTNER_ALLOCATION, "partner_allocation.choose", allocation.by if allocation else ()),
    )
    for kind, section, criteria in lists:
        if not criteria:
            continue
        inputs = Inputs(policy)
        score = inputs.leaves(allocation.score) if allocation else ()
        asked = {criterion.id: _leaves(inputs, criterion, score) for criterion in criteria}
        base = _two_rivals(program, kind, [path for paths in asked.values() for path in paths], notes, today)
        told: set[str] = set()
        for criterion in criteria if base else ():
            for path in asked[criterion.id]:
                shown = Shown(kind, dropped(base, path), frozenset(), section, today)
                if path not in told and may_lack(policy, path) and needs(program, shown, path):
                    told.add(path)
                    names = f"criterion `{criterion.id}`"
                    yield left_out(policy, path, names, criterion.span, rules=[criterion.id], shown=shown)


def _leaves(inputs: Inputs, criterion: Criterion, score: Sequence[str]) -> list[str]:
    """Return the fields that a criterion looks at, directly or not, with those that points are given for."""
    fields = [criterion.field] if criterion.field else []
    fields += condition_fields(criterion.condition) if criterion.condition else ()
    found = {leaf for path in fields for leaf in {path} | inputs.of(path)}
    return sorted(found | {*score} if "partner.score" in found else found)


def _two_rivals(program: Program, kind: Kind, paths: Sequence[str], notes: Notes, today: date) -> dict[str, Json]:
    """Return a request in which two that are equal but for their names are in, with everyday values of some fields."""
    policy = program.policy
    values = {
        (path, 0): usual(policy, path)
        for path in paths
        if path in policy.fields and policy.fields[path].origin in (Origin.GIVEN, Origin.FACT)  # `as_of` is no field
    }
    request: Any = request_of(policy, kind, values, today=today)
    request = _merged(request, quiet_request(program, kind, notes, today=today) or {})
    name = "claims" if kind is Kind.DEAL_REGISTRATION else "candidates"
    row = request[name][0]
    rivals = []
    for number in ("1", "2"):
        own = {**row, "id": f"{name[0].upper()}{number}"}
        rivals.append({**own, "partner": {**row.get("partner", {}), "id": f"P{number}"}} if name == "claims" else own)
    return {**request, name: rivals}


def _merged(request: Any, over: Any) -> Any:  # noqa: ANN401 - JSON of whatever shape
    """Return a request with another's values, and what the other has not."""
    if isinstance(request, dict) and isinstance(over, dict):
        return {key: _merged(request.get(key), over.get(key, request.get(key))) for key in {**request, **over}}
    if isinstance(request, list) and isinstance(over, list) and len(request) == len(over):
        return [_merged(one, other) for one, other in zip(request, over, strict=True)]
    return over
