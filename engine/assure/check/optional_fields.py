"""D611: fields without which nothing can be decided. D612: tests that a null passes, so that silence means yes."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import assert_never

from engine.assure.check.edits import instead
from engine.assure.check.findings import Edit, Finding, Unsettled
from engine.assure.check.quiet import where_it_counts
from engine.assure.check.showing import decision_of
from engine.assure.check.tables import Table, rule_spaces
from engine.assure.check.words import label, listed, named
from engine.core.decision import Json, RefusedError
from engine.program import Program
from engine.space.dims import NULL, Dim, Form
from engine.space.inputs import Inputs
from engine.space.rule_space import Shown, Verdict
from rules.ir import (
    CompareField,
    FieldTest,
    Missing,
    NotOneOf,
    Origin,
    Policy,
    Present,
    Rule,
    Score,
)
from rules.text.source import Span
from rules.traverse import expression_fields, tests_of
from rules.types import Term

# So many rules are tried for each field.
MOST_RULES = 8

# What every quote, order and claim has; a request without it is no request.
ALWAYS_THERE = frozenset(
    """
    line.quantity line.list_price line.net_price line.unit_cost line.product_line order.gate claim.status claim.by
    registration.status deal.channel customer.class claim.registered_at
    """.split()  # noqa: SIM905 - so many names read better as words than in quotes
)


def may_be_left_out(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield fields that have no default, and without which the answer is that information is missing."""
    if table.section.startswith("derive."):
        return
    policy, inputs = program.policy, Inputs(program.policy)
    stopped = {test.field for rule in table.rules for test in tests_of(rule.when) if isinstance(test.test, Missing)}
    by_field: dict[str, list[tuple[Rule, Span, str]]] = {}
    for rule in table.rules:
        tests = list(tests_of(rule.when))
        guarded = {test.field for test in tests if isinstance(test.test, Present | Missing)}
        asked = [(test.span, path) for test in tests for path in compared(test)]
        points = [effect.points for effect in rule.effects if isinstance(effect, Score)]
        asked += [(rule.span, path) for one in points for path in expression_fields(one)]
        for span, path in asked:
            for leaf in sorted({path} | inputs.of(path)):
                if may_lack(policy, leaf) and leaf not in guarded | stopped:
                    by_field.setdefault(leaf, []).append((rule, span, path))
    for leaf, found in sorted(by_field.items()):
        found.sort(key=lambda one: one[2] != leaf)  # what tests the field itself comes first
        rules = list(dict.fromkeys(rule for rule, _, _ in found))
        shown = next(filter(None, (_without(program, table, leaf, one, today) for one in found[:MOST_RULES])), None)
        if shown is not None:
            names = listed((named(rule) for rule in rules), "and")
            yield left_out(policy, leaf, names, found[0][1], rules=[rule.id for rule in rules], shown=shown)


def may_lack(policy: Policy, path: str) -> bool:
    """Return whether a request may lack a field, so that its value is not known."""
    field = policy.fields.get(path)
    return field is not None and field.givable and field.default is None and path not in ALWAYS_THERE


def compared(test: FieldTest) -> tuple[str, ...]:
    """Return the fields that a test looks at: one, or two that are compared."""
    return (test.field, test.test.other) if isinstance(test.test, CompareField) else (test.field,)


def left_out(policy: Policy, path: str, names: str, span: Span, *, rules: Sequence[str], shown: Shown) -> Finding:
    """Return the finding that without a field what is named cannot be judged."""
    default = f"give `{path}` a default, or " if policy.fields[path].origin is Origin.FACT else ""
    return Finding(
        "D611",
        f"callers may leave out {label(path)}; then {names} cannot be judged, and the answer is `needs_information`",
        span,
        shown.section,
        tuple(rules),
        hint=f"{default}say in a rule what follows when it is `missing`",
        shown=shown,
    )


def _without(program: Program, table: Table, leaf: str, asked: tuple[Rule, Span, str], today: date) -> Shown | None:
    """Return a request on which a rule fires, and no other that stops it, less one field, if that leaves it open."""
    rule, _, path = asked
    for found in where_it_counts(program, table.kind, rule, table.notes, path=path, today=today):
        shown = Shown(table.kind, dropped(found.request, leaf), frozenset(), table.section, today)
        if needs(program, shown, leaf):
            return shown
    return None


def needs(program: Program, shown: Shown, path: str) -> bool:
    """Return whether a decision is open for want of a field."""
    try:
        decision = decision_of(program, shown)
    except RefusedError:
        return False
    return decision.outcome == "needs_information" and path in decision.missing


def dropped(request: dict[str, Json], path: str) -> dict[str, Json]:
    """Return a request without a field, wherever it stands."""
    owner, _, name = path.partition(".")

    def clean(value: Json, inside: bool) -> Json:
        match value:
            case dict():
                return {
                    key: clean(one, key in (owner, f"{owner}s") or (owner == "partner" and key == "candidates"))
                    for key, one in value.items()
                    if not (inside and key == name)
                }
            case list():
                return [clean(one, inside) for one in value]
            case bool() | int() | str() | None:
                return value
            case _:
                assert_never(value)

    result = clean(request, inside=False)
    assert isinstance(result, dict)
    return result


def silence(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield rows of authority that let a line through because a field is null."""
    if table.use != "authority":
        return
    for rule_space in rule_spaces(program, table, today=today):
        for number, rule in enumerate(rule_space.rules):
            meant = {test.field for test in tests_of(rule.when) if isinstance(test.test, Missing)}
            for clause in rule_space.of_rule[number]:
                for dim in (rule_space.space.dims[one] for one in sorted(clause)):
                    if dim.form is Form.CONDITION or not clause[dim.number] & NULL or dim.path in meant:
                        continue
                    found = rule_space.find({**clause, dim.number: NULL}, fires=(number,), silent=())
                    if isinstance(found, Verdict):
                        continue
                    yield _let_through(program.policy, table, rule, dim, found)


def _let_through(policy: Policy, table: Table, rule: Rule, dim: Dim, shown: Shown) -> Finding:
    test = next((test for test in tests_of(rule.when) if test.field == dim.path), None)
    hint: str = "name the values that are meant: `[R, D]` instead of `not [A, P]`"
    edits: tuple[Edit, ...] = ()
    if test is not None and isinstance(test.test, NotOneOf) and isinstance(dim.type, Term):
        meant = [value for value in dim.type.values if value not in test.test.values]
        words = f"[{', '.join(meant)}]"
        if meant:
            hint = f"name the values that are meant: `{words}` instead of `{test.written}`"
            edits = instead(policy, test, words)
    return Finding(
        "D612",
        f"{named(rule)} lets a line be signed whose {label(dim.path)} is null: what is not there is unlike any value",
        rule.span if test is None else test.span,
        table.section,
        (rule.id,),
        hint=hint,
        shown=shown,
        edits=edits,
    )
