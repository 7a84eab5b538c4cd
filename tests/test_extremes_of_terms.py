"""`max` and `min` over terms and levels, in their order: as every engine derives them, and as the solver proves."""

from datetime import date
from itertools import product

import pytest

from engine.backends import EngineName
from engine.core.decision import Kind
from engine.space import solver
from engine.space.encoding import Encoding
from rules.load import load_text
from tests.deciding import BACKENDS, Data, decided, program_of

POLICY = """
policy: extremes
version: "1"
currency: CNY
timezone: Asia/Shanghai
terms:
  risk: [none, low, high]
derive:
  - field: deal.%s
    type: %s
    hit: %s
    columns: [id, customer.named, customer.strategic, value]
    rows: [[a, true, "-", %s], [b, "-", true, %s], [c, "-", "-", %s]]
price_approval:
  ladder: [{level: rep, title: Rep}, {level: head, title: Head}]
  authority: {columns: [level, deal.%s], rows: [[rep, %s], [head, "-"]]}
"""
ORDER = {"risk": ("none", "low", "high"), "level": ("automatic", "rep", "head")}
GIVEN: dict[str, bool | None] = {"true": True, "false": False, "unknown": None}


def policy(kind: str, hit: str, values: tuple[str, ...]) -> str:
    return POLICY % ("found", kind, hit, *values, "found", values[0])


@pytest.mark.parametrize("engine", BACKENDS)
@pytest.mark.parametrize("hit", ["max", "min"])
@pytest.mark.parametrize("kind", ORDER)
def test_the_extreme_is_the_one_in_the_declared_order(kind: str, hit: str, engine: EngineName) -> None:
    """Of terms as declared, of levels from `automatic` up; what an undetermined row could beat is unknown."""
    order = ORDER[kind]
    best = max if hit == "max" else min
    for values in product(order, repeat=3):
        program = program_of(policy(kind, hit, values))
        for named, strategic in product(GIVEN, repeat=2):
            customer = {"named": GIVEN[named], "strategic": GIVEN[strategic]}
            request: Data = {
                "customer": {name: value for name, value in customer.items() if value is not None},
                "lines": [{"quantity": 1, "list_price": "1", "net_price": "1"}],
            }
            found = set()
            for one, other in product(*[[True, False] if value is None else [value] for value in customer.values()]):
                hits = [value for value, fires in zip(values, (one, other, True), strict=True) if fires]
                found.add(best(hits, key=order.index))
            decision = decided(program, "price_approval", request, engine=engine)
            (fact,) = [fact for fact in decision["trace"]["facts"] if fact["field"] == "deal.found"]
            assert fact["value"] == (found.pop() if len(found) == 1 else None), (values, customer)


@pytest.mark.parametrize(("hit", "rows"), [("max", "a, c"), ("min", "b")])
def test_a_trace_names_the_rows_that_give_it(hit: str, rows: str) -> None:
    program = program_of(policy("risk", hit, ("high", "low", "high")))
    request = {"customer": {"named": True, "strategic": True}, "lines": [{"quantity": 1}]}
    decision = decided(program, "price_approval", request)
    (fact,) = [fact for fact in decision["trace"]["facts"] if fact["field"] == "deal.found"]
    assert fact["from"].partition(" ")[2] == rows


@pytest.mark.parametrize(
    ("hit", "values", "never"),
    [
        ("max", ("none", "none", "low"), ["none", "high"]),
        ("max", ("high", "none", "low"), ["none"]),
        ("min", ("high", "none", "low"), ["high"]),
        ("min", ("none", "high", "high"), ["low"]),
    ],
)
def test_the_solver_knows_the_order(hit: str, values: tuple[str, ...], never: list[str]) -> None:
    pytest.importorskip("z3")
    rules = [f"    - {{id: {value}, when: {{deal.found: {value}}}, then: {{notify: head}}}}" for value in ORDER["risk"]]
    program = program_of("\n".join([policy("risk", hit, values).rstrip(), "  rules:", *rules]) + "\n")
    section = program.policy.price_approval
    assert section is not None
    encoding = Encoding(program.policy, Kind.PRICE_APPROVAL, lines=1, fixed={}, today=date(2026, 11, 21))
    may = {rule.id: solver.satisfiable(encoding, [encoding.condition(rule.when)]) for rule in section.rules}
    assert may == {value: value not in never for value in ORDER["risk"]}


@pytest.mark.parametrize("kind", ["text", "boolean", "set of risk"])
def test_what_has_no_order_has_no_extreme(kind: str) -> None:
    values = ("true",) * 3 if kind == "boolean" else ("[low]",) * 3 if "set" in kind else ("x",) * 3
    codes = [one.code for one in load_text(policy(kind, "max", values)).diagnostics]
    assert "D505" in codes
