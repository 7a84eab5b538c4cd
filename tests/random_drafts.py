"""What random policies are made of: fields that a place knows, literals, tests, conditions, rules and tables."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from rules.ir import Field
from rules.types import ORDERED, Scalar, SetOf, Term, Type
from rules.vocabulary import Names, built_in_fields
from tests.policy_writer import Tree

TERMS: dict[str, list[str]] = {
    "product_line": ["desktop", "notebook", "server", "services"],
    "customer_class": ["R", "D", "A"],
    "region": ["north", "south", "west"],
    "deal_type": ["project", "tender", "renewal"],
    "deal_source": ["maker", "partner"],
    "channel": ["direct", "indirect"],
    "partner_tier": ["platinum", "gold", "silver"],
    "certification": ["client", "servers", "storage"],
    "document": ["letter", "notice", "proof"],
    "contract_mode": ["signed", "framework", "no_contract"],
    "coverage": ["open", "locked"],
    "mood": ["calm", "tense", "grim"],
}
TEXTS = ["alpha", "beta 2", "Crème", "客户", "x-1"]
DAYS = ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22", "2026-12-31"]
MOMENTS = ["2026-10-22T09:00:00+08:00", "2026-11-20T16:00:00Z", "2026-11-21T08:59:59+08:00", "2026-11-21T01:00:00Z"]
LENGTHS = ["1d", "36h", "30d", "90m", "60d"]
DURATIONS = ["1d", "24h", "36h", "30d", "90m", "60d", "1mo", "6mo", "1d12h"]
WORKING = ["4wh", "8wh", "2wd", "1wd2wh"]
TIMEZONES = ["Asia/Shanghai", "UTC", "America/New_York", "Asia/Kathmandu", "Europe/Berlin", "Australia/Lord_Howe"]
SMALL_NUMBERS = ["0", "1", "2", "3", "5", "10", "30"]
FACT_TYPES = ["money", "rate", "integer", "number", "boolean", "text", "date", "timestamp", "duration"]
FACT_OBJECTS = ["deal", "customer", "partner", "registration", "submitter", "line", "order", "claim"]

COMMON = frozenset({"deal", "customer", "registration", "submitter"})
CONTEST_ONLY = frozenset({"deal.contenders", "deal.claims_in", "deal.decided_by"})
SCORE = "partner.score"
PROTECTED = ("claim.protected", "claim.queued_at")
KINDS = "deal.special_kinds"


# Fields that make a difference in most decisions.
LIKED = frozenset(
    """
    line.discount line.margin line.net_price line.net_total line.quantity line.product_line line.price_gap
    line.floor_price deal.net_total deal.margin deal.discount deal.payment_days deal.special_kinds deal.estimated_value
    deal.contenders deal.decided_by customer.class customer.region customer.named submitter.level registration.status
    order.gate order.contract_mode order.evidence order.deposit order.days_since_approval claim.lead_days
    claim.idle_days claim.estimated_value claim.evidence claim.evidence_level claim.registered_at claim.protected
    claim.queued_at deal.claims_in
    partner.tier partner.region partner.open_deals partner.capacity partner.certifications partner.suspended
    """.split()  # noqa: SIM905 - forty names read better as words than in quotes
)


@dataclass(frozen=True)
class Pool:
    """The fields that one list of rules may name."""

    fields: tuple[Field, ...]

    def of(self, *types: Type) -> list[Field]:
        """Return the fields of some types."""
        return [one for one in self.fields if one.type in types]

    def only(self, *objects: str) -> "Pool":
        """Return the fields of some objects."""
        return Pool(tuple(one for one in self.fields if one.object in objects))

    def without(self, paths: Iterable[str]) -> "Pool":
        """Leave some fields out."""
        left_out = frozenset(paths)
        return Pool(tuple(one for one in self.fields if one.path not in left_out))


@dataclass
class Known:
    """What later parts of the policy may name; `reach` holds what each derived field is computed from, however far."""

    names: Names
    fields: dict[str, Field] = field(default_factory=dict)
    reach: dict[str, frozenset[str]] = field(default_factory=dict)


class Drafter:
    """Drafts parts of one policy; it knows the policy's names and fields as far as they are declared."""

    # Whether `present` and `missing` are written: what they say changes when a field is given, which others do not.
    presence = True

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.several_partners = False
        self.terms = {name: values for name, values in TERMS.items() if rng.random() < 0.7}
        self.levels = ["manager", "director", "head", "chief", "board"][: rng.randint(1, 5)]
        self.roles = ["finance", "legal", "market_order"][: rng.randint(0, 3)]
        self.gates = ["quotation", "order", "shipment", "rebate"][: rng.randint(1, 4)]
        self.kinds = ["below_floor", "no_contract", "huge"][: rng.randint(1, 3)]
        self.known = Known(
            Names(
                {
                    **{name: tuple(values) for name, values in self.terms.items()},
                    "level": ("automatic", *self.levels),
                    "role": (*self.levels, *self.roles),
                    "gate": tuple(self.gates),
                    "kind": tuple(self.kinds),
                }
            )
        )
        self.known.fields.update(built_in_fields(self.known.names))
        self.numbers = {"money": self.several(["100", "999.99", "1000", "4_400.00", "12000.5", "50_000", "0"], 4)}
        self.numbers["rate"] = self.several(["2%", "5%", "10%", "10.01%", "12.5%", "-2.5%", "0%", "33.3333%"], 4)

    # --- chance ----------------------------------------------------------------------------------------------------

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def several(self, choices: Sequence[str], most: int, least: int = 1) -> list[str]:
        """Choose some, in their own order."""
        count = self.rng.randint(min(least, len(choices)), min(most, len(choices)))
        picked = set(self.rng.sample(range(len(choices)), count))
        return [one for number, one in enumerate(choices) if number in picked]

    def many(self, make: Callable[[], Tree]) -> Tree:
        """Draft for a place with several claims or partners."""
        self.several_partners = True
        try:
            return make()
        finally:
            self.several_partners = False

    def words(self, text: str) -> Tree:
        """Return words for people, in one language or two."""
        number = self.rng.randint(1, 99)
        return {"en": f"{text} {number}", "zh": f"文字 {number}"} if self.chance(0.4) else f"{text} {number}"

    # --- fields ----------------------------------------------------------------------------------------------------

    def pool(self, objects: frozenset[str], *, many_partners: bool = False, hidden: Iterable[str] = ()) -> Pool:
        """Return the fields that a place may name.

        A derived field counts with all that it comes from: it must not reach what the place does not know, nor, where
        a deal has several partners, ask for one of them.
        """
        hidden_here = frozenset(hidden)
        fields = []
        for path, found in self.known.fields.items():
            if found.object not in objects or path in hidden_here or path == "deal.currency":
                continue
            reach = self.known.reach.get(path, frozenset())
            if path == KINDS and not reach:
                continue  # the kinds are not written yet
            roots = {one.partition(".")[0] for one in reach} - {"line"}
            if roots - objects or reach & hidden_here:
                continue
            alone = found.object in ("deal", "line", "customer", "registration", "submitter")
            if many_partners and alone and roots & {"partner", "claim"}:
                continue
            fields.append(found)
        return Pool(tuple(fields))

    def sales(self) -> Pool:
        """Return what price approval and special orders may name."""
        return self.pool(COMMON | {"partner", "line", "order"}, hidden={*CONTEST_ONLY, SCORE})

    def reached(self, tree: Tree) -> frozenset[str]:
        """Return every field that a condition or a table names, and what these come from."""
        found: set[str] = set()
        for path in re.findall(r"[a-z]+\.[a-z_0-9]+", json.dumps(tree)):
            if path in self.known.fields:
                found |= {path} | self.known.reach.get(path, frozenset())
        return frozenset(found)

    # --- tests and conditions --------------------------------------------------------------------------------------

    def literal(self, kind: Type) -> str:
        """Return a literal of a type."""
        rng = self.rng
        match kind:
            case Term():
                return rng.choice(kind.values)
            case Scalar.MONEY | Scalar.RATE:
                return rng.choice(self.numbers[kind.value])
            case Scalar.INTEGER:
                return rng.choice([*SMALL_NUMBERS, "1_000", "-1"])
            case Scalar.NUMBER:
                return rng.choice([*SMALL_NUMBERS, "0.5", "-1.25", "2.125"])
            case Scalar.BOOLEAN:
                return rng.choice(["true", "false"])
            case Scalar.DATE:
                return rng.choice(DAYS)
            case Scalar.TIMESTAMP:
                return rng.choice(MOMENTS)
            case Scalar.DURATION:
                return rng.choice(LENGTHS)
            case _:
                return rng.choice(TEXTS)

    def literals(self, kind: Type) -> list[str]:
        """Return different literals."""
        return sorted({self.literal(kind) for _ in range(self.rng.randint(1, 3))})

    def members(self, item: Type) -> list[str]:
        return self.literals(item)

    def listed(self, values: list[str]) -> Tree:
        """Return a list, as YAML's own or in quotes."""
        return list(values) if self.chance(0.5) else f"[{', '.join(values)}]"

    def test(self, tested: Field, pool: Pool) -> Tree:
        """Return a test of a field, of any form that its type allows."""
        rng = self.rng
        kind = tested.type
        if self.presence and self.chance(0.06):
            return rng.choice(["present", "missing"])
        if self.chance(0.15):
            same = [one for one in pool.of(kind) if one.path != tested.path and self.goes_with(tested, one)]
            if same:
                operators = ["=", "!=", "<", "<=", ">", ">="] if kind in ORDERED else ["=", "!="]
                return f"{rng.choice(operators)} {rng.choice(same).path}"
        if isinstance(kind, SetOf):
            values = self.members(kind.item)
            form = rng.choice(["has", "has any", "has all", "has none"])
            return f"has {values[0]}" if form == "has" else f"{form} [{', '.join(values)}]"
        if kind in ORDERED and self.chance(0.75):
            return (
                self.interval(kind)
                if self.chance(0.25)
                else f"{rng.choice(['<', '<=', '>', '>='])} {self.literal(kind)}"
            )
        match rng.randrange(4):
            case 0:
                return self.listed(self.literals(kind))
            case 1:
                return f"!= {self.literal(kind)}"
            case 2:
                return f"not [{', '.join(self.literals(kind))}]"
            case _:
                return self.literal(kind) if self.chance(0.7) else f"= {self.literal(kind)}"

    @staticmethod
    def goes_with(one: Field, other: Field) -> bool:
        """Return whether two fields may be compared in one rule: not a line's with a claim's or a partner's."""
        pair = {one.object, other.object}
        return not ("line" in pair and pair & {"claim", "partner"})

    def interval(self, kind: Type) -> str:
        """Return an interval that holds something; an end may be left out."""
        low, high = sorted([self.literal(kind), self.literal(kind)], key=lambda text: _place(text, kind))
        if _place(low, kind) == _place(high, kind):
            return f"[{low}..{high}]"
        opening, closing = self.rng.choice("[("), self.rng.choice("])")
        if self.chance(0.15):
            low = ""
        elif self.chance(0.15):
            high = ""
        return f"{opening}{low}..{high}{closing}"

    def condition(self, pool: Pool, depth: int = 2, most: int = 3) -> dict[str, Tree]:
        """Return a condition over fields that may stand in one rule."""
        pool = self.consistent(pool)
        return self._condition(pool, depth, most)

    def consistent(self, pool: Pool) -> Pool:
        """Choose between lines and claims or partners, where a rule may not name both."""
        objects = {one.object for one in pool.fields}
        if "line" in objects and (objects & {"claim"} or (self.several_partners and "partner" in objects)):
            left_out = {"line"} if self.chance(0.8) else {"claim", "partner"}
            return Pool(tuple(one for one in pool.fields if one.object not in left_out))
        return pool

    def _condition(self, pool: Pool, depth: int, most: int) -> dict[str, Tree]:
        condition: dict[str, Tree] = {}
        for tested in self.rng.sample(pool.fields, min(self.rng.randint(1, most), len(pool.fields))):
            condition[tested.path] = self.test(tested, pool)
        if depth and self.chance(0.3):
            word = self.rng.choice(["any", "all", "not"])
            inner: list[Tree] = [self._condition(pool, depth - 1, 2) for _ in range(self.rng.randint(1, 3))]
            condition[word] = inner[0] if word == "not" else inner
            if self.chance(0.3):
                for path in [key for key in condition if "." in key]:
                    del condition[path]
        return condition

    def favoured(self, pool: Pool) -> Pool:
        """Return a few fields of a pool, those that rules are mostly about first: tables test them again and again."""
        liked = [one for one in pool.fields if one.path in LIKED or one.path in self.known.reach or "extra" in one.path]
        others = [one for one in pool.fields if one not in liked]
        picked = self.rng.sample(liked, min(len(liked), self.rng.randint(3, 7)))
        picked += self.rng.sample(others, min(len(others), self.rng.randint(1, 3)))
        return Pool(tuple(picked))

    # --- rules and tables ------------------------------------------------------------------------------------------

    def dates(self) -> dict[str, Tree]:
        """Return when a rule is in force, if it says so."""
        if not self.chance(0.12):
            return {}
        first, last = sorted([self.rng.choice(DAYS), self.rng.choice(DAYS)])
        dates: dict[str, Tree] = {"from": first, "through": last}
        if self.chance(0.5):
            del dates[self.rng.choice(["from", "through"])]
        return dates

    def rules(
        self, pool: Pool, prefix: str, effect: Callable[[], dict[str, Tree]], *, least: int = 0, most: int = 5
    ) -> list[Tree]:
        """Return rules that are written out."""
        favoured = self.favoured(pool)
        rules: list[Tree] = []
        for number in range(self.rng.randint(least, most)):
            rule: dict[str, Tree] = {}
            if self.chance(0.9):
                rule["id"] = f"{prefix}-{number}"
            if self.chance(0.93) and (when := self.condition(favoured if self.chance(0.8) else pool)):
                rule["when"] = when
            effects: list[Tree] = [effect() for _ in range(self.rng.choice([1, 1, 1, 2, 3]))]
            rule["then"] = effects[0] if len(effects) == 1 and self.chance(0.7) else effects
            if self.chance(0.2):
                rule["because"] = self.words("because of")
            rules.append({**rule, **self.dates()})
        return rules

    def table(
        self, pool: Pool, values: Callable[[], dict[str, Tree]], prefix: str | None, *, most: int = 6
    ) -> dict[str, Tree]:
        """Return a decision table over a few columns; `values` makes the cells of its effects."""
        picked = self.favoured(self.consistent(pool)).fields
        tested = self.rng.sample(picked, min(len(picked), self.rng.randint(1, 4)))
        dated = self.chance(0.2)
        with_id = prefix is not None and self.chance(0.8)
        rows: list[Tree] = []
        made: dict[str, Tree] = {}
        for number in range(self.rng.randint(1, most)):
            made = values()
            row: list[Tree] = [f"{prefix}{number}"] if with_id else []
            row += ["-" if self.chance(0.3) else self.test(one, Pool(tuple(picked))) for one in tested]
            row += made.values()
            if dated:
                dates = self.dates()
                row += [dates.get("from", "-"), dates.get("through", "-")]
            rows.append(row)
        columns: list[Tree] = ["id"] if with_id else []
        columns += [one.path for one in tested]
        columns += list(made)
        columns += ["from", "through"] if dated else []
        return {"columns": columns, "rows": rows}


def _place(text: str, kind: Type) -> tuple[float, str]:
    """Return what orders the literals above, as far as these generate them."""
    match kind:
        case Scalar.DATE:
            return 0, text
        case Scalar.TIMESTAMP:
            return MOMENTS.index(text), ""
        case Scalar.DURATION:
            return float(text[:-1]) * {"d": 1440, "h": 60, "m": 1}[text[-1]], ""
        case _:
            return float(text.rstrip("%").replace("_", "")), ""
