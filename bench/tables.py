"""The tables that every engine decides, and the requests that it decides them for.

The authority matrix tests three fields for equality (region, product line, customer class) and two for an interval
(discount, value of the deal). Ten rows or so share a customer group, as levels of one authority do, so that several
rows match where all matches are wanted. The table of ranges tests four fields for narrow intervals and nothing else:
few rows match, and the first hit stands anywhere (wide intervals would be met early, and reward going row by row). A
third of all numbers in requests stand exactly on a limit, where engines would differ if they did. Numbers have two
decimals at most, and so are the same to engines that compute in binary floats.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, product
from random import Random
from typing import Any, Literal

SIZES = (20, 200, 2_000, 10_000)
REQUESTS = 300
LEVELS = (
    "automatic",
    "account_manager",
    "branch_manager",
    "regional_director",
    "industry_gm",
    "vp_enterprise",
    "price_committee",
)
REGIONS = tuple(f"region_{n:02}" for n in range(23))
PRODUCTS = ("desktop", "notebook", "workstation", "server", "services")
CLASSES = ("R", "D", "A", "P")

TableName = Literal["authority", "ranges"]
Hit = Literal["first", "collect"]
# A request as every engine gets it: text, or a number that a binary float holds as well as it needs to.
Request = dict[str, str | float]


@dataclass(frozen=True)
class Column:
    """A field that rows test; `path` is its name under a dealdesk policy, `unit` what its literals end with there."""

    name: str
    path: str
    kind: Literal["text", "number"]
    least: int = 0
    most: int = 0
    unit: str = ""


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, each end belonging to it or not."""

    low: Decimal
    low_closed: bool
    high: Decimal
    high_closed: bool

    def __str__(self) -> str:
        """Write the interval as DMN does."""
        return self.written("")

    def written(self, unit: str) -> str:
        """Write the interval with a unit: `[1%..2.5%)`."""
        opening, closing = "[" if self.low_closed else "(", "]" if self.high_closed else ")"
        return f"{opening}{self.low}{unit}..{self.high}{unit}{closing}"

    def holds(self, value: Decimal) -> bool:
        """Return whether a number lies in the interval."""
        above = self.low <= value if self.low_closed else self.low < value
        return above and (value <= self.high if self.high_closed else value < self.high)

    def to_json(self) -> list[object]:
        """Return low end, whether it is closed, high end, whether it is closed."""
        return [float(self.low), self.low_closed, float(self.high), self.high_closed]


@dataclass(frozen=True)
class Table:
    """Rows of tests, one test a column; row i signs for `level(i)`."""

    name: TableName
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | Interval, ...], ...]

    def level(self, row: int) -> str:
        """Return who may sign a row: the levels share the rows, lowest first."""
        return LEVELS[row * len(LEVELS) // len(self.rows)]

    def to_json(self) -> dict[str, object]:
        """Return the table for an engine in another language."""
        return {
            "columns": [{"name": column.name, "kind": column.kind} for column in self.columns],
            "rows": [[cell if isinstance(cell, str) else cell.to_json() for cell in row] for row in self.rows],
        }


REGION = Column("region", "customer.region", "text")
PRODUCT = Column("product", "line.product_line", "text")
CLASS = Column("class", "customer.class", "text")
DISCOUNT = Column("discount", "line.discount", "number", 0, 40, "%")
VALUE = Column("value", "deal.estimated_value", "number", 0, 10_000_000)
DAYS = Column("days", "deal.payment_days", "number", 0, 180)
QUANTITY = Column("quantity", "line.quantity", "number", 1, 1_000)

COLUMNS: dict[TableName, tuple[Column, ...]] = {
    "authority": (REGION, PRODUCT, CLASS, DISCOUNT, VALUE),
    "ranges": (DISCOUNT, VALUE, DAYS, QUANTITY),
}


def table(name: TableName, rows: int) -> Table:
    """Return a table of so many rows, always the same."""
    random = Random(f"{name} {rows}")
    groups = list(product(REGIONS, PRODUCTS, CLASSES))
    random.shuffle(groups)
    groups = groups[: max(2, rows // 10)]
    columns = COLUMNS[name]
    return Table(name, columns, tuple(tuple(_cells(random, columns, groups)) for _ in range(rows)))


def _cells(random: Random, columns: tuple[Column, ...], groups: Sequence[tuple[str, ...]]) -> Iterator[str | Interval]:
    texts = iter(random.choice(groups))
    for column in columns:
        yield next(texts) if column.kind == "text" else _interval(random, column, narrow=columns == COLUMNS["ranges"])


def _interval(random: Random, column: Column, *, narrow: bool) -> Interval:
    """Return an interval; narrow ones are an eighth of the field's range at most, so that few rows of ranges match."""
    low, high = sorted(random.sample(range(column.least, column.most + 1), 2))
    if narrow:
        high = min(high, low + random.randint(1, column.most // 8))
    if column is DISCOUNT and random.random() < 0.5:
        return Interval(low + Decimal("0.25"), random.random() < 0.5, high + Decimal("0.5"), random.random() < 0.5)
    return Interval(Decimal(low), random.random() < 0.5, Decimal(high), random.random() < 0.5)


def requests(of: Table, count: int = REQUESTS) -> list[Request]:
    """Return requests, most of them made to meet a row, some at random."""
    random = Random(f"requests {of.name} {len(of.rows)}")
    return [_request(random, of) for _ in range(count)]


def _request(random: Random, of: Table) -> Request:
    row = random.choice(of.rows)
    aimed = random.random() < 0.8
    return {
        column.name: _near(random, cell) if aimed else _anything(random, column)
        for column, cell in zip(of.columns, row, strict=True)
    }


def _near(random: Random, cell: str | Interval) -> str | float:
    if isinstance(cell, str):
        return cell
    if random.random() < 1 / 3:
        return float(random.choice((cell.low, cell.high)))
    return float(random.randint(int(cell.low) + 1, max(int(cell.low) + 1, int(cell.high))))


def _anything(random: Random, column: Column) -> str | float:
    if column.kind == "number":
        return float(random.randint(column.least, column.most))
    return random.choice({"region": REGIONS, "product": PRODUCTS, "class": CLASSES}[column.name])


def hits(of: Table, request: Request, hit: Hit) -> list[int]:
    """Return the rows that hit a request, by reading one after the other: what every engine is held to."""
    facts = [request[column.name] for column in of.columns]
    found = (
        number
        for number, row in enumerate(of.rows)
        if all(_meets(cell, fact) for cell, fact in zip(row, facts, strict=True))
    )
    return list(found) if hit == "collect" else list(islice(found, 1))


def _meets(cell: str | Interval, fact: str | float) -> bool:
    return cell == fact if isinstance(cell, str) else cell.holds(Decimal(str(fact)))


# --- the same as a dealdesk policy and its requests ----------------------------------------------------------------


def row_id(row: int) -> str:
    """Return what a row is called in the policy."""
    return f"row-{row}"


def policy_text(of: Table, *, rules: int = 0) -> str:
    """Return a policy whose authority table is this one, with so many further rules beside it."""
    columns = ", ".join(["id", "level", *(column.path for column in of.columns)])
    ladder = "\n".join(f"    - {{level: {level}, title: {level}, respond_within: 8h}}" for level in LEVELS[1:])
    rows = "\n".join(f"      - [{', '.join(_policy_cells(of, number))}]" for number in range(len(of.rows)))
    return (
        'policy: bench\nversion: "1"\ncurrency: CNY\ntimezone: Asia/Shanghai\n'
        f"price_approval:\n  ladder:\n{ladder}\n  authority:\n    columns: [{columns}]\n    rows:\n{rows}\n"
        f"{_policy_rules(of, rules)}  chain: stepwise\n  validity: 30d\n"
    )


def _policy_rules(of: Table, count: int) -> str:
    random = Random(f"rules {of.name} {count}")
    rules = [
        f"    - {{id: rule-{number}, when: {{line.product_line: {random.choice(PRODUCTS)}, line.discount: "
        f'"> {random.randrange(4000) / 100}%", deal.payment_days: "> {random.randrange(180)}"}}, '
        f"then: {{at_least: {random.choice(LEVELS[1:])}}}}}"
        for number in range(count)
    ]
    return "\n".join(["  rules:", *rules, ""]) if rules else ""


def _policy_cells(of: Table, number: int) -> Iterator[str]:
    yield row_id(number)
    yield of.level(number)
    for column, cell in zip(of.columns, of.rows[number], strict=True):
        yield cell if isinstance(cell, str) else f'"{cell.written(column.unit)}"'


def quote(request: Request) -> dict[str, Any]:
    """Return the quote with these facts: its one line has the wanted discount on a list price of 10,000.00."""
    discount = Decimal(str(request["discount"]))
    return {
        "deal": {
            "estimated_value": str(request["value"]),
            "payment_days": int(request.get("days", 30)),
        },
        "customer": {"region": request.get("region"), "class": request.get("class")},
        "lines": [
            {
                "product_line": request.get("product"),
                "quantity": int(request.get("quantity", 1)),
                "list_price": "10000.00",
                "net_price": f"{10_000 - 100 * discount:.2f}",
                "unit_cost": "5000.00",
            }
        ],
    }
