"""Requests on which a rule fires and nothing else stops: an everyday request that passes, with what the rule asks for.

A discount that no level may sign, or a second rule that rejects, would hide what the rule itself does. So a request on
which no rule stops anything is found once for each kind of decision, and each rule's own fields are written over it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from engine.assure.check.tables import Notes
from engine.core.decision import Json, Kind
from engine.program import Program
from engine.space.boxes import TooComplexError
from engine.space.rule_space import RuleSpace, Shown, Verdict
from engine.space.solver import within_reach
from rules.ir import Arbitrate, Block, Exclude, Hold, Policy, Reject, Rule, Sign, Subject
from rules.kinds import SECTIONS
from rules.traverse import rule_fields

STOPPING = (Reject, Hold, Block, Exclude, Arbitrate)
# Whose rules are judged beside the deal's.
JUDGED = {
    Kind.PRICE_APPROVAL: Subject.LINE,
    Kind.SPECIAL_ORDER: Subject.LINE,
    Kind.DEAL_REGISTRATION: Subject.CLAIM,
    Kind.PARTNER_ALLOCATION: Subject.PARTNER,
}
# So many ways to meet a rule's condition are looked at.
MOST_WAYS = 3


def stops(rule: Rule) -> bool:
    """Return whether a rule stops a decision, whatever else there is."""
    return any(isinstance(effect, STOPPING) for effect in rule.effects)


def quiet_request(program: Program, kind: Kind, notes: Notes, *, today: date) -> dict[str, Json] | None:
    """Return a request of a kind that no rule stops and, if it is about a price, that somebody may sign."""
    made = notes.quiet
    if (kind, today) not in made:
        made[kind, today] = _found(program, kind, notes, today)
    return made[kind, today]


def _found(program: Program, kind: Kind, notes: Notes, today: date) -> dict[str, Json] | None:
    rules = [
        rule
        for rule in SECTIONS[kind].all_rules(program.policy)
        if stops(rule) and rule.subject in (Subject.DEAL, JUDGED[kind]) and within_reach([*rule_fields(rule)])
    ]
    rows = _signing(program.policy, kind)
    if not rules and not rows:
        return None
    whole = RuleSpace(program, kind, [*rules, *rows], today=today, unsettled=notes.unsettled)
    signers: list[tuple[int, ...]] = [(n,) for n in range(len(rules), len(whole.rules))] or [()]
    for solve in (False, True):
        for fires in signers:
            found = whole.find({}, fires=fires, silent=range(len(rules)), solve=solve)
            if not isinstance(found, Verdict):
                return found.request
    return None


def _signing(policy: Policy, kind: Kind) -> list[Rule]:
    """Return a few rows by which a price can be signed: the last of the two highest levels, and the first of all."""
    if kind is not Kind.PRICE_APPROVAL or policy.price_approval is None:
        return []
    last = {row.effects: row for row in policy.price_approval.authority}
    highest = [last[(Sign(level.id),)] for level in policy.price_approval.ladder if (Sign(level.id),) in last]
    return list({row.id: row for row in [*reversed(highest[-2:]), *policy.price_approval.authority[:1]]}.values())


def where_it_counts(
    program: Program, kind: Kind, rule: Rule, notes: Notes, *, path: str | None = None, today: date
) -> Iterator[Shown]:
    """Yield requests on which a rule fires, if there is a path because of that field, and no other rule if possible."""
    own = RuleSpace(program, kind, [rule], today=today, unsettled=notes.unsettled)
    yield from _over_quiet(own, (), path, notes)
    rows = [] if any(isinstance(effect, Sign) for effect in rule.effects) else _signing(program.policy, kind)
    signed = RuleSpace(program, kind, [rule, *rows], today=today, unsettled=notes.unsettled) if rows else own
    if rows and {*own.leaves} & {*RuleSpace(program, kind, rows, today=today).leaves}:
        yield from _over_quiet(signed, range(1, 1 + len(rows)), path, notes)


def _over_quiet(own: RuleSpace, rows: Sequence[int], path: str | None, notes: Notes) -> Iterator[Shown]:
    """Yield requests on which the first rule fires, and one of some rows if there are any."""
    ways: list[tuple[tuple[int, ...], bool]] = [((0, n), False) for n in rows]
    ways.append(((0, *rows[:1]), True))
    about = {dim.number for dim in own.space.dims if path is None or path in (dim.path, dim.other)}
    first = [clause for clause in own.of_rule[0] if about & {*clause}]
    among = sum(1 << n for n, clause in enumerate(own.of_rule[0]) if clause not in first)
    base = quiet_request(own.program, own.kind, notes, today=own.today)
    for clause in (first or own.of_rule[0])[:MOST_WAYS]:
        box = {number: (mask & own.space.dims[number].given) or mask for number, mask in clause.items()}
        try:
            boxes = own.cover.some_uncovered(box, among, most=1) if among and first else [box]
        except TooComplexError:
            boxes = [box]
        for one in boxes:
            tries = (own.find(one, fires=fires, silent=(), solve=solve) for fires, solve in ways)
            found = next((found for found in tries if not isinstance(found, Verdict)), None)
            if found is None:
                continue
            if base is not None:
                request = base
                for leaf in own.leaves:
                    request = with_value(request, leaf, value_at(found.request, leaf))
                yield replace(found, request={**request, "as_of": found.request["as_of"]})
            yield found


# The lists in which an object's fields stand, in each row or in the row's partner.
ROWS = {"line": ("lines",), "claim": ("claims",), "partner": ("claims", "candidates")}


def value_at(request: Any, path: str) -> Json:  # noqa: ANN401 - JSON of whatever shape
    """Return the value of a field, a line's or claim's in the first one."""
    owner, _, name = path.partition(".")
    for rows in ROWS.get(owner, ()):
        if rows in request:
            row = request[rows][0]
            return (row.get("partner", {}) if (owner, rows) == ("partner", "claims") else row).get(name)  # type: ignore[no-any-return]
    return request.get(owner, {}).get(name)  # type: ignore[no-any-return]


def with_value(request: Any, path: str, value: Json) -> dict[str, Json]:  # noqa: ANN401 - JSON of whatever shape
    """Return a request with a field's value, in every line, claim or candidate.

    >>> with_value({"claims": [{"id": "C1", "partner": {"id": "P1"}}]}, "partner.id", None)
    {'claims': [{'id': 'C1', 'partner': {'id': None}}]}
    """
    owner, _, name = path.partition(".")
    for rows in ROWS.get(owner, ()):
        if rows in request:
            return {
                **request,
                rows: [
                    _with(row, name, value, inside=owner != rows[:-1] and rows == "claims") for row in request[rows]
                ],
            }
    return {**request, owner: {**request.get(owner, {}), name: value}}


def _with(row: dict[str, Any], name: str, value: Json, *, inside: bool) -> dict[str, Json]:
    return {**row, "partner": {**row.get("partner", {}), name: value}} if inside else {**row, name: value}
