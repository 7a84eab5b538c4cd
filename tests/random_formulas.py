"""Random formulas of a wanted type."""

from collections.abc import Callable

from rules.ir import Field
from rules.types import NUMERIC, Scalar
from tests.random_drafts import LIKED, Drafter, Pool


class Formulas:
    """Formulas of a wanted type over a pool of fields."""

    def __init__(self, author: Drafter, pool: Pool, *, aggregates: bool) -> None:
        self.author = author
        self.rng = author.rng
        lines = author.sales().only("line") if aggregates else Pool(())
        # An aggregate of a line's field stands for a value of the deal.
        self.aggregated = {
            kind: [
                one.path for one in lines.of(kind) if one.path not in author.known.reach or not _partner(author, one)
            ]
            for kind in NUMERIC
        }
        self.pool = pool if not aggregates else pool.without([one.path for one in pool.fields if one.object == "line"])

    def of(self, wanted: Scalar, depth: int) -> str:
        """Return a formula; it names a field if the pool has one."""
        if not depth or self.rng.random() < 0.2:
            return self.operand(wanted)
        lower = depth - 1
        money, rate, integer, number = Scalar.MONEY, Scalar.RATE, Scalar.INTEGER, Scalar.NUMBER
        shapes: list[Callable[[], str]] = [
            lambda: f"{self.of(wanted, lower)} + {self.of(wanted, lower)}",
            lambda: f"{self.of(wanted, lower)} - ({self.of(wanted, lower)})",
            lambda: f"min({self.of(wanted, lower)}, {self.of(wanted, lower)})",
            lambda: f"max({self.of(wanted, lower)}, {self.of(wanted, lower)}, {self.operand(wanted)})",
            lambda: f"-({self.of(wanted, lower)})",
        ]
        if wanted is money:
            shapes += [
                lambda: f"({self.of(rate, lower)}) * ({self.of(money, lower)})",
                lambda: f"({self.of(money, lower)}) * ({self.of(integer, lower)})",
                lambda: f"({self.of(money, lower)}) / ({self.of(integer, lower)})",
            ]
        elif wanted is rate:
            shapes += [
                lambda: f"({self.of(money, lower)}) / ({self.field(money)})",
                lambda: f"({self.of(rate, lower)}) * ({self.of(rate, lower)})",
                lambda: f"({self.of(rate, lower)}) / ({self.of(integer, lower)})",
            ]
        elif wanted is number:
            shapes += [
                lambda: f"({self.of(integer, lower)}) / ({self.of(integer, lower)})",
                lambda: f"({self.of(rate, lower)}) / ({self.of(rate, lower)})",
                lambda: f"({self.of(number, lower)}) * ({self.of(number, lower)})",
            ]
        else:
            shapes += [lambda: f"({self.of(integer, lower)}) * ({self.of(integer, lower)})"]
        return self.rng.choice(shapes)()

    def operand(self, wanted: Scalar) -> str:
        return self.field(wanted) if self.rng.random() < 0.75 else self.literal(wanted)

    def literal(self, wanted: Scalar) -> str:
        text = self.author.literal(wanted)
        if wanted is Scalar.MONEY:
            text = f"({text} + 0 * {self.field(Scalar.MONEY)})" if self.pool.of(Scalar.MONEY) else text
        if wanted is Scalar.NUMBER and "." not in text:
            text += ".5"
        return f"({text})" if text.startswith("-") else text

    def field(self, wanted: Scalar) -> str:
        aggregated = self.aggregated.get(wanted, [])
        if aggregated and self.rng.random() < 0.5:
            return f"{self.rng.choice(['sum', 'min', 'max'])}({self.rng.choice(aggregated)})"
        found = self.pool.of(wanted)
        liked = [one for one in found if one.path in LIKED]
        if found:
            return self.rng.choice(liked or found if self.rng.random() < 0.7 else found).path
        return {Scalar.MONEY: "10.00 * 1", Scalar.RATE: "10%", Scalar.NUMBER: "0.5"}.get(wanted, "2")


def _partner(author: Drafter, one: Field) -> bool:
    return any(path.startswith(("partner.", "order.")) for path in author.known.reach.get(one.path, ()))
