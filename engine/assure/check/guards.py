"""D621: rules that stop a deal, and that a caller switches off: with a null, or by leaving a field out.

A null passes no comparison, so `line.margin: "< 0%"` rejects nothing where the cost is null; and a rule that asks for
`partner.id: present` says nothing of a partner without one. Each is shown by a request that the rule stops: the same
request with a null, or without the field, gets through.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import assert_never

from engine.assure.check.edits import instead, words_at
from engine.assure.check.findings import Edit, Finding, Unsettled
from engine.assure.check.optional_fields import compared, dropped
from engine.assure.check.quiet import stops, where_it_counts, with_value
from engine.assure.check.showing import decision_of
from engine.assure.check.tables import Table
from engine.assure.check.words import label, listed, named, written
from engine.core.decision import Json, RefusedError
from engine.program import Program
from engine.space.inputs import Inputs
from engine.space.rule_space import Shown
from rules.ir import (
    Compare,
    CompareField,
    Equals,
    Field,
    FieldTest,
    HasAll,
    HasAny,
    HasNone,
    Missing,
    Not,
    NotOneOf,
    OneOf,
    Operator,
    Origin,
    Policy,
    Present,
    Rule,
    Within,
)
from rules.traverse import tests_of

STOPPED = frozenset({"rejected", "held", "blocked", "contested", "fallback"})
LETS_PASS = frozenset({"auto_approved", "requires_approval", "clear", "awarded", "allocated"})
# Without a value for these there is nothing to decide about.
NEVER_NULL = frozenset({"line.quantity", "line.list_price", "line.net_price", "order.gate", "claim.status", "claim.by"})
INVERSE = {
    Operator.LESS: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.GREATER,
    Operator.GREATER: Operator.AT_MOST,
    Operator.AT_LEAST: Operator.LESS,
}


def guards(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield the rules that stop nothing where a field is null or left out."""
    if table.use != "each":
        return
    for rule in table.rules:
        finding = _switched_off(program, table, rule, today) if stops(rule) else None
        if finding is not None:
            yield finding


def _switched_off(program: Program, table: Table, rule: Rule, today: date) -> Finding | None:
    inputs, known = Inputs(program.policy), program.policy.fields
    ways: dict[str, set[str]] = {}
    first: tuple[FieldTest, Shown, Shown, str] | None = None
    stopped = [
        replace(one, section=rule.section, fired=frozenset({rule.id}))
        for one in where_it_counts(program, table.kind, rule, table.notes, today=today)
        if _outcome(program, one) in STOPPED
    ]
    for test in tests_of(rule.when):
        leaves = {leaf for path in compared(test) for leaf in {path} | inputs.of(path) if leaf in known}
        given = {leaf for leaf in leaves if known[leaf].origin in (Origin.GIVEN, Origin.FACT)} - NEVER_NULL
        for leaf in sorted(given - ways.keys()):
            for before in stopped:
                for way, request in _without(before.request, known[leaf]):
                    after = replace(before, request=request, fired=frozenset())
                    outcome = _outcome(program, after)
                    if outcome in LETS_PASS:
                        ways.setdefault(leaf, set()).add(way)
                        first = first or (test, after, before, outcome)
    return None if first is None else _told(rule, ways, program.policy, *first)


def _without(request: dict[str, Json], field: Field) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield a request with a null for a field, and without it where nothing is said of what that means."""
    yield "null", with_value(request, field.path, None)
    if field.default is None:
        yield "left out", dropped(request, field.path)


def _outcome(program: Program, shown: Shown) -> str:
    try:
        return decision_of(program, shown).outcome
    except RefusedError:
        return "refused"


def _told(  # noqa: PLR0917 - what was found, as it was found
    rule: Rule, ways: dict[str, set[str]], policy: Policy, test: FieldTest, after: Shown, before: Shown, outcome: str
) -> Finding:
    fields = listed((f"{label(path)} is {' or '.join(sorted(found))}" for path, found in ways.items()), "or")
    hint, edits = _advice(policy, rule, test)
    return Finding(
        "D621",
        f"{named(rule)} stops nothing where {fields}: the answer is then `{outcome}`",
        test.span,
        rule.section,
        (rule.id,),
        hint=hint,
        shown=after,
        beside=before,
        edits=edits,
        severity=None if any("left out" in found for found in ways.values()) else "note",
    )


def _advice(policy: Policy, rule: Rule, test: FieldTest) -> tuple[str, tuple[Edit, ...]]:
    """Return how to let a rule fire on a null too, and the change that does."""
    type_ = policy.fields[test.field].type
    match test.test:
        case Compare(operator, value):
            instead_of = f'not: {{{test.field}: "{INVERSE[operator].value} {written(value, type_)}"}}'
            alone = test in rule.when.parts and not any(isinstance(part, Not) for part in rule.when.parts)
            plain = words_at(policy, test.span).lstrip("\"'").startswith(test.field)
            edits = (Edit(test.span, instead_of),) if alone and plain else ()
            return f"a null passes no comparison; `{instead_of}` fires on a null too", edits
        case Equals(bool() as value):
            words = f'"!= {"false" if value else "true"}"'
            return f"a null equals nothing; `{test.field}: {words}` fires on a null too", instead(policy, test, words)
        case Present():
            return f"leave out `{test.field}: present`, or add a rule for where it is `missing`", ()
        case Equals() | OneOf() | NotOneOf() | Within() | CompareField() | Missing() | HasAny() | HasAll() | HasNone():
            return _stop_what_has_none(test)
        case _:
            assert_never(test.test)


def _stop_what_has_none(test: FieldTest) -> tuple[str, tuple[Edit, ...]]:
    return f"add a rule that stops what has no {label(test.field)}: `{test.field}: missing`", ()
