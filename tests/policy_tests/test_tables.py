"""Tables of cases: each row is the case that it would be if it was written out, and every mistake has its place."""

import pytest

from engine.assure.cases.case import Case
from engine.assure.cases.reading import read_cases
from engine.assure.cases.table import request_fields
from rules.reports.diagnostics import draw
from tests.deciding import program_of
from tests.policy_tests.texts import POLICY

HEAD = """\
decide: price_approval
given:
  deal: {channel: direct, payment_days: 30}
  partner: null
  lines: [{product_line: desktop, quantity: 1, list_price: "1000.00"}]
"""
TWO_LINES = """\
decide: price_approval
given:
  lines: [{quantity: 1}, {quantity: 2}]
"""


def table(columns: str, *rows: str, head: str = HEAD) -> str:
    return "\n".join([f"{head}cases:", f"  columns: [{columns}]", "  rows:", *(f"    - [{row}]" for row in rows), ""])


def cases(text: str) -> tuple[Case, ...]:
    found = read_cases(text.encode(), "cases.yaml", fields=request_fields(program_of(POLICY).policy))
    assert not found.diagnostics, [draw(one, [found.source]) for one in found.diagnostics]
    return found.cases


def mistakes(text: str) -> str:
    found = read_cases(text.encode(), "cases.yaml", fields=request_fields(program_of(POLICY).policy))
    assert found.cases == ()
    return "\n".join(draw(one, [found.source]) for one in found.diagnostics)


def test_a_row_is_the_case_written_out() -> None:
    rows = table(
        "name, line.net_price, deal.payment_days, partner, outcome, level, fired, blocked, missing",
        'late, 900.00, 60, {id: P-1}, requires_approval, manager, A1, [A0, A2], "-"',
        'in time, "900.00", "-", "-", held, null, [], "-", []',
    )
    long = f"""{HEAD}
cases:
  - name: late
    given:
      deal: {{payment_days: 60}}
      partner: {{id: P-1}}
      lines: [{{product_line: desktop, quantity: 1, list_price: "1000.00", net_price: 900.00}}]
    expect: {{outcome: requires_approval, level: manager, fired: [A1], blocked: [A0, A2]}}
  - name: in time
    given:
      lines: [{{product_line: desktop, quantity: 1, list_price: "1000.00", net_price: "900.00"}}]
    expect: {{outcome: held, level: null, fired: [], missing: []}}
"""
    assert cases(rows) == cases(long)


def test_cases_and_tables_stand_side_by_side() -> None:
    text = """
given: {deal: {channel: direct}}
cases:
  - {name: alone, decide: special-order, expect: {outcome: clear}}
  - decide: partner_allocation
    as_of: 2026-11-22
    given: {candidates: [{id: P-1}, {id: P-2}], deal: {type: project}}
    columns: [name, 'candidates[1].tier', as_of, outcome, chosen]
    rows:
      - [two, gold, 2026-11-23, allocated, [P-2]]
      - [three, silver, "-", allocated, [P-1]]
"""
    alone, two, three = cases(text)
    assert (alone.kind, two.kind) == ("special_order", "partner_allocation")
    assert alone.request == {"deal": {"channel": "direct"}}
    assert two.request == {
        "deal": {"channel": "direct", "type": "project"},
        "candidates": [{"id": "P-1"}, {"id": "P-2", "tier": "gold"}],
        "as_of": "2026-11-23",
    }
    assert three.request["as_of"] == "2026-11-22"
    assert two.expect == {"outcome": "allocated", "chosen": ["P-2"]}
    assert two.span.line == 10


def test_a_column_may_be_a_whole_object_and_then_a_field_of_it() -> None:
    text = table("name, partner, partner.tier, outcome", "a, {id: P-1}, gold, held", 'b, "-", "-", held')
    first, second = cases(text)
    assert first.request["partner"] == {"id": "P-1", "tier": "gold"}
    assert second.request["partner"] is None


def test_lines_are_the_requests_and_expected_lines_say_so() -> None:
    first, second = cases(
        table("name, lines, expect.lines", "a, [{quantity: 3}], [{line: 1, level: boss}]", 'b, "-", []')
    )
    assert first.request["lines"] == [{"quantity": 3}]
    assert first.expect == {"lines": [{"line": 1, "level": "boss"}]}
    assert second.expect == {"lines": []}


def test_rows_share_nothing_that_one_of_them_changes() -> None:
    columns = "name, 'lines[0].quantity', 'lines[1].quantity', outcome"
    first, second = cases(table(columns, 'a, 7, "-", held', 'b, "-", 8, held', head=TWO_LINES))
    assert first.request["lines"] == [{"quantity": 7}, {"quantity": 2}]
    assert second.request["lines"] == [{"quantity": 1}, {"quantity": 8}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (table("name, outcom", "a, held"), "cases.yaml:7:19: error[D102]: unknown column `outcom`"),
        (table("name, outcom", "a, held"), "did you mean `outcome`?"),
        (table("name, levl", "a, boss"), "did you mean `level`?"),
        (table("name, winner", "a, C-1"), "unknown column `winner`"),
        (table("name, line.net_pric, outcome", "a, 1, held"), "did you mean `line.net_price`?"),
        (table("name, 'lines[0].net_pric', outcome", "a, 1, held"), "did you mean `lines[0].net_price`?"),
        (table("name, deal.chanel, outcome", "a, x, held"), "cases.yaml:7:19: error[D102]: a request gives no"),
        (table("name, line.discount, outcome", "a, 5%, held"), "a request gives no `line.discount`"),
        (table("name, lines.net_price, outcome", "a, 1, held"), "write `lines[0].net_price`, or `line.net_price`"),
        (table("name, 'lines[1].net_price', outcome", "a, 1, held"), "of `lines` the given has 1 of them"),
        (table("name, claim.status, outcome", "a, 1, held"), "of `claims` the given has none"),
        (table("name, line.net_price, outcome", "a, 1, held", head=TWO_LINES), "say which: `lines[0]`"),
        (table("name, 'deal[0].id', outcome", "a, 1, held"), "unknown column `deal[0].id`"),
        (table("outcome", "held"), "a table of cases needs the column `name`"),
        (table("name, deal.id", "a, 1"), "the table expects nothing"),
        (table("name, outcome", 'a, "-"'), "cases.yaml:9:7: error[D312]: the case expects nothing"),
        (table("name, outcome", '"-", held', '"-", held'), "two cases are named `-`"),
        (table("name, outcome", "[a], held"), "a case's name must be a value"),
        (table("name, outcome, outcome", "a, held, held"), "the column `outcome` is written twice"),
        (table("name, outcome", "a, held", "b"), 'expects nothing is "-"'),
        (table("name, level, expect.level", "a, x, x"), "`expect.level` is expected twice"),
        (table("name, outcome", "a, held", "b"), "the row has 1 cells, and the table has 2 columns"),
        (HEAD + "cases: {columns: [name, outcome]}", "a table of cases needs the key `rows`"),
        (HEAD + "cases: {columns: [name, outcome], row: []}", "did you mean `rows`?"),
        (HEAD + "cases: {columns: [name, outcome], rows: [], expect: {}}", "a table of cases has no key `expect`"),
        (HEAD.partition("\n")[2] + "cases: {columns: [name, outcome], rows: []}", "needs the key `decide`"),
    ],
)
def test_a_mistake_has_its_place(text: str, said: str) -> None:
    drawn = mistakes(text)
    assert said in drawn
    assert drawn.startswith("cases.yaml:")
