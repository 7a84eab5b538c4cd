"""The walk over boxes against random points beside the bounds, judged one rule at a time, and against the solver."""

from datetime import date
from fractions import Fraction
from random import Random

import pytest

from engine.core.decision import Kind
from engine.core.exact import ratio
from engine.core.interpret import judge
from engine.core.values import Value
from engine.core.views import View
from engine.space import smt, solver
from engine.space.boxes import merged
from engine.space.encoding import Encoding
from engine.space.places import slot_of
from engine.space.rule_space import RuleSpace, everything
from rules.ir import Subject
from rules.load import load_text
from rules.types import Scalar, Term
from tests.deciding import compiled
from tests.small_policies import HEAD

TODAY = date(2026, 11, 21)
FIELDS = {
    "deal.payment_days": ["<= 10", "> 10", "[11..20]", "(20..30]", ">= 31", "10", "not [10, 11]"],
    "deal.estimated_value": ["<= 50_000", ">= 50_001", "[0..50_000)", "> 100_000", "missing", "present"],
    "deal.channel": ["direct", "[direct, partner]", "!= web", "web"],
    "customer.named": ["true", "false", "!= true"],
}


def random_table(seed: int) -> str:
    """Return a policy with one table of tests that a few fields may pass."""
    rng = Random(seed)
    columns = rng.sample(sorted(FIELDS), rng.randint(1, 4))
    rows = []
    for _ in range(rng.randint(1, 7)):
        cells = ["-" if rng.random() < 0.35 else rng.choice(FIELDS[path]) for path in columns]
        rows.append(f"      - [{', '.join(f'{cell!r}' for cell in cells)}, {rng.choice(['1%', '2%'])}]")
    listed = ", ".join(columns)
    return (
        f"{HEAD}terms:\n  channel: [direct, partner, web]\nspecial_orders: {{gates: [order]}}\n"
        f"derive:\n  - field: deal.rebate\n    type: rate\n    hit: first\n    columns: [{listed}, value]\n    rows:\n"
        + "\n".join(rows).replace("'-'", '"-"')
        + "\n"
    )


def scene_of(seed: int) -> RuleSpace:
    program = compiled(load_text(random_table(seed)))
    (table,) = program.policy.derive
    return RuleSpace(program, Kind.SPECIAL_ORDER, table.rows, today=TODAY)  # type: ignore[union-attr]


def random_view(rule_space: RuleSpace, rng: Random) -> View:
    """Return values at and beside the bounds of the rules."""
    shared: dict[str, Value] = {}
    for dim in rule_space.space.dims:
        near: list[Value] = [None]
        match dim.type:
            case Term(_, values):
                near += values
            case Scalar.BOOLEAN:
                near += [True, False]
            case _:
                unit = Fraction(1) if dim.type is Scalar.INTEGER else Fraction(1, 100)
                places = [place + step * unit for place in (*dim.places, Fraction(0)) for step in (-1, 0, 1)]
                near += [ratio(place) for place in places if rule_space.space.fields[dim.path].takes(place)]
        shared[dim.path] = rng.choice(near)
    return View(Subject.DEAL, shared, {})


@pytest.mark.parametrize("seed", range(60))
def test_a_point_is_open_where_the_walk_says_so(seed: int) -> None:
    rule_space = scene_of(seed)
    open_ = merged(rule_space.cover.uncovered({}))
    rng = Random(seed)
    for _ in range(200):
        view = random_view(rule_space, rng)
        slots = {dim.number: slot_of(dim, view) for dim in rule_space.space.dims}
        verdicts = [judge(rule.when, view) for rule in rule_space.rules]
        in_open = any(all(mask >> slots[number] & 1 for number, mask in box.items()) for box in open_)
        assert in_open == (True not in verdicts), view
        for number, verdict in enumerate(verdicts):
            clauses = rule_space.of_rule[number]
            inside = any(all(mask >> slots[dim] & 1 for dim, mask in clause.items()) for clause in clauses)
            assert inside == verdict, (rule_space.rules[number].id, view)


@pytest.mark.parametrize("seed", range(40))
def test_the_walk_and_the_solver_agree(seed: int) -> None:
    rule_space = scene_of(seed)
    universe = everything(rule_space.space, null=False)
    open_ = rule_space.cover.uncovered(universe)
    encoding = Encoding(rule_space.policy, rule_space.kind, lines=1, fixed={}, today=TODAY)
    goals = [
        encoding.box(rule_space.space, universe),
        *(smt.z3.Not(encoding.condition(rule.when)) for rule in rule_space.rules),
    ]
    assert solver.satisfiable(encoding, goals) is bool(open_)
    for box in open_:
        assert solver.satisfiable(encoding, [*goals, encoding.box(rule_space.space, box)]) is True
