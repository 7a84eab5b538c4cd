"""D611: fields without which nothing can be decided. D612: tests that a null passes, so that silence means yes."""

from collections.abc import Iterator
from datetime import date
from typing import assert_never

from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table, rule_spaces
from engine.assure.check.words import label, listed, named
from engine.core.decision import Json, RefusedError
from engine.program import Program
from engine.space.dims import NULL, Form
from engine.space.rule_space import RuleSpace, Shown, Verdict
from engine.space.showing import decision_of
from rules.ir import FieldTest, Missing, Present, Rule
from rules.traverse import tests_of

# What every quote, order and claim has; a request without it is no request.
ALWAYS_THERE = frozenset(
    """
    line.quantity line.list_price line.net_price line.unit_cost line.product_line order.gate claim.status claim.by
    registration.status deal.channel customer.class
    """.split()  # noqa: SIM905 - so many names read better as words than in quotes
)


def may_be_left_out(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield fields that have no default, and without which the answer is that information is missing."""
    if table.section.startswith("derive."):
        return
    stopped = {test.field for rule in table.rules for test in tests_of(rule.when) if isinstance(test.test, Missing)}
    by_field: dict[str, list[tuple[Rule, FieldTest]]] = {}
    for rule in table.rules:
        tests = list(tests_of(rule.when))
        guarded = {test.field for test in tests if isinstance(test.test, Present | Missing)}
        for test in tests:
            field = program.policy.fields.get(test.field)
            if (
                field is not None
                and field.givable
                and field.default is None
                and field.path not in ALWAYS_THERE | guarded | stopped
            ):
                by_field.setdefault(field.path, []).append((rule, test))
    for path, found in sorted(by_field.items()):
        shown = _without(program, table, path, found[0][0], today)
        if shown is None:
            continue
        rules = list(dict.fromkeys(named(rule) for rule, _ in found))
        yield Finding(
            "D611",
            f"callers may leave out {label(path)}; then {listed(rules, 'and')} cannot be judged, "
            "and the answer is `needs_information`",
            found[0][1].span,
            table.section,
            tuple(rule.id for rule, _ in found),
            hint=f"give `{path}` a default, or say what follows when it is `missing`",
            shown=shown,
        )


def _without(program: Program, table: Table, path: str, rule: Rule, today: date) -> Shown | None:
    """Return a request on which a rule fires, less one field, if that leaves the decision open."""
    rule_space = RuleSpace(program, table.kind, [rule], today=today)
    found = rule_space.find({dim.number: dim.given for dim in rule_space.space.dims if dim.path == path}, fires=(0,))
    if isinstance(found, Verdict):
        return None
    request = _dropped(found.request, path)
    shown = Shown(table.kind, request, frozenset(), table.section, today)
    try:
        decision = decision_of(program, shown)
    except RefusedError:
        return None
    return shown if decision.outcome == "needs_information" and path in decision.missing else None


def _dropped(request: dict[str, Json], path: str) -> dict[str, Json]:
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
                    yield Finding(
                        "D612",
                        f"{named(rule)} lets a line be signed whose {label(dim.path)} is null: "
                        "what is not there is unlike any value",
                        next((test.span for test in tests_of(rule.when) if test.field == dim.path), rule.span),
                        table.section,
                        (rule.id,),
                        hint="name the values that are meant: `[R, D]` instead of `not [A, P]`",
                        shown=found,
                    )
