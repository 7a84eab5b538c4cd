"""Random policies that are all about price, and quotes of a few cents: small enough to try every price there is."""

from collections.abc import Iterable
from random import Random

from rules.types import Scalar
from tests.deciding import Data
from tests.policy_writer import Tree, written
from tests.random_drafts import KINDS, Pool
from tests.random_policies import Author

# What a net price moves, and a few things that it does not.
ABOUT_PRICE = frozenset(
    """
    line.discount line.margin line.net_price line.net_total line.list_price line.unit_cost line.floor_price
    line.target_margin line.quantity line.product_line deal.net_total deal.discount deal.margin deal.list_total
    deal.payment_days deal.special_kinds customer.class
    """.split()  # noqa: SIM905 - fifteen names read better as words than in quotes
)
AMOUNTS = ["0", "0.10", "0.50", "0.99", "1", "1.25", "1.50", "2", "2.99", "3", "4.50"]
LIST_PRICES = (50, 99, 100, 150)


class PriceAuthor(Author):
    """Writes a policy in which most tests depend on the price."""

    owners = ("line", "line", "deal")

    def __init__(self, rng: Random) -> None:
        super().__init__(rng)
        self.numbers["money"] = self.several(AMOUNTS, 5, least=3)

    def pool(self, objects: frozenset[str], *, many_partners: bool = False, hidden: Iterable[str] = ()) -> Pool:
        found = super().pool(objects, many_partners=many_partners, hidden=hidden)
        return Pool(tuple(one for one in found.fields if one.path in ABOUT_PRICE or one.path in self.known.reach))

    def policy(self) -> dict[str, Tree]:
        before = self.derived(self.rng.randint(0, 2))
        kinds: list[Tree] = [{"kind": kind, "when": self.condition(self.sales(), 1)} for kind in self.kinds]
        self.known.reach[KINDS] = frozenset().union(*[self.reached(kind["when"]) for kind in kinds])
        derive = [*before, *self.derived(self.rng.randint(0, 2))]
        return {
            "policy": "prices",
            "version": "1",
            "currency": "CNY",
            "timezone": "UTC",
            **({"terms": dict(self.terms)} if self.terms else {}),
            **({"roles": {role: {} for role in self.roles}} if self.roles else {}),
            **({"derive": derive} if derive else {}),
            "price_approval": self.price_approval(),
            "special_orders": {"gates": list(self.gates), "kinds": kinds},
        }

    def price_approval(self) -> dict[str, Tree]:
        """Return the section; mostly with limits that widen from level to level, as people write them."""
        section = super().price_approval()
        if self.chance(0.3):
            return section
        also = self.rng.choice(self.sales().fields)
        levels = ["automatic", *self.levels]
        discounts = sorted(self.rng.sample(range(100), len(levels)))
        margins = sorted(self.rng.sample(range(-20, 80), len(levels)), reverse=True)
        rows: list[Tree] = [
            [
                level,
                f"{self.rng.choice(['<=', '<'])} {discount}.5%",
                f">= {margin}%" if self.chance(0.6) else "-",
                self.test(also, self.sales()) if self.chance(0.4) else "-",
            ]
            for level, discount, margin in zip(levels, discounts, margins, strict=True)
        ]
        tested = ["line.discount", "line.margin"]
        columns = ["level", *tested, also.path if also.path not in tested else "deal.net_total"]
        if also.path in tested:
            for row in rows:
                row[3] = f"<= {self.literal(Scalar.MONEY)}" if self.chance(0.3) else "-"
        section["authority"] = {"columns": columns, "rows": rows}
        if isinstance(section["rules"], list):
            section["rules"] = [rule for rule in section["rules"] if "when" in rule][:2]
        return section

    def price_effect(self) -> dict[str, Tree]:
        """Return mostly what lifts a level."""
        if self.chance(0.2):
            return super().price_effect()
        raising = self.chance(0.5)
        return {"raise": self.rng.choice(["1", "2"])} if raising else {"at_least": self.rng.choice(self.levels)}


def price_policy(seed: int) -> str:
    """Return the text of the price policy with this number."""
    return written(PriceAuthor(Random(seed)).policy())


def quote(rng: Random) -> dict[str, Data]:
    """Return a quote with every field that a price policy may ask for; some are null, none is missing."""
    return {
        "as_of": "2026-11-21T09:00:00+08:00",
        "deal": {"payment_days": rng.choice([0, 3, 30, None])},
        "customer": {"class": "A"},
        "lines": [_line(rng) for _ in range(rng.choice([1, 1, 2]))],
    }


def _line(rng: Random) -> dict[str, Data]:
    price = rng.choice(LIST_PRICES)
    net = rng.choice([0, 1, price // 2, rng.randint(0, price), rng.randint(0, price)])
    fraction = "5" if rng.random() < 0.1 else ""
    return {
        "product_line": "server",
        "quantity": rng.randint(1, 3),
        "list_price": f"{price // 100}.{price % 100:02}{fraction}",
        "net_price": f"{net // 100}.{net % 100:02}{fraction}",
        "unit_cost": rng.choice([None, "0", *[f"{rng.randint(0, price) / 100:.2f}"] * 6]),
        "floor_price": rng.choice([None, "0.50", "0.99"]),
        "target_margin": rng.choice([None, "10%", "33.3333%"]),
    }
