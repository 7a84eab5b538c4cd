"""D611: fields without which nothing can be decided. D612: tests that a null passes, so that silence means yes."""

from collections.abc import Iterator, Sequence
from datetime import date

from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table, rule_spaces
from engine.assure.check.words import label, listed, named
from engine.core.decision import Json, Kind, RefusedError
from engine.program import Program
from engine.space.boxes import TooComplexError
from engine.space.dims import NULL, Form
from engine.space.inputs import Inputs, rules_of
from engine.space.rule_space import RuleSpace, Shown, Verdict
from engine.space.showing import decision_of
from rules.ir import (
    Block,
    CompareField,
    Exclude,
    FieldTest,
    Hold,
    Missing,
    Origin,
    Policy,
    Present,
    Reject,
    Rule,
    Score,
    Sign,
    Subject,
)
from rules.text.source import Span
from rules.traverse import expression_fields, tests_of

# So many rules are tried for each field.
MOST_RULES = 8
STOPS = (Reject, Hold, Block, Exclude)

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
    return (
        field is not None
        and field.origin in (Origin.GIVEN, Origin.FACT)
        and field.default is None
        and path not in ALWAYS_THERE
    )


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
    for found in where_it_counts(program, table, rule, path, today):
        shown = Shown(table.kind, dropped(found.request, leaf), frozenset(), table.section, today)
        if needs(program, shown, leaf):
            return shown
    return None


def where_it_counts(program: Program, table: Table, rule: Rule, path: str, today: date) -> Iterator[Shown]:
    """Yield requests on which a rule fires because of a field, and none that would stop what it is about."""
    others = [one for one in stops_of(program.policy, table.kind) if one is not rule and fits(one, rule)]
    signing = [] if table.use == "authority" else _signing(program.policy, table.kind)
    whole = RuleSpace(program, table.kind, [rule, *others, *signing], today=today, section=table.section)
    quiet = range(1, 1 + len(others))
    signers: list[tuple[int, ...]] = [(n,) for n in range(1 + len(others), len(whole.rules))] or [()]
    ways: list[tuple[tuple[int, ...], range, bool]] = [((0, *one), quiet, False) for one in signers]
    ways += [((0, *signers[0]), quiet, True), ((0,), quiet, False), ((0,), range(0), False)]
    about = {dim.number for dim in whole.space.dims if path in (dim.path, dim.other)}
    first = [clause for clause in whole.of_rule[0] if about & {*clause}]
    rest = [n for n, clause in enumerate(whole.of_rule[0]) if clause not in first]
    among = sum(1 << n for n in rest)
    for clause in first or whole.of_rule[0]:
        given = {number: (mask & whole.space.dims[number].given) or mask for number, mask in clause.items()}
        try:
            boxes = whole.cover.some_uncovered(given, among, most=2) if among else [given]
        except TooComplexError:
            boxes = [given]
        for box in boxes:
            for fires, silent, solve in ways:
                found = whole.find(box, fires=fires, silent=silent, solve=solve)
                if not isinstance(found, Verdict):
                    yield found
                    break


def _signing(policy: Policy, kind: Kind) -> list[Rule]:
    """Return a few rows by which a price can be signed: the last of the two highest levels, and the first of all."""
    if kind is not Kind.PRICE_APPROVAL or policy.price_approval is None:
        return []
    last = {row.effects: row for row in policy.price_approval.authority}
    highest = [last[(Sign(level.id),)] for level in policy.price_approval.ladder if (Sign(level.id),) in last]
    return list({row.id: row for row in [*reversed(highest[-2:]), *policy.price_approval.authority[:1]]}.values())


def stops_of(policy: Policy, kind: Kind) -> list[Rule]:
    """Return the rules of a kind of decision that stop it whatever else there is."""
    return [rule for rule in rules_of(policy, kind) if any(isinstance(one, STOPS) for one in rule.effects)]


def fits(rule: Rule, other: Rule) -> bool:
    """Return whether two rules can be judged together: of the same subject, or of the deal."""
    return rule.subject is other.subject or Subject.DEAL in (rule.subject, other.subject)


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
        return value

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
