"""Random policies, as an author would write them: every form of the language, from one number.

The text has one rule a line, so that a policy that finds something can be cut down line by line. What is generated
loads without an error: a field is only named where its section knows it, and values have the field's type.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from random import Random

from rules.ir import Field
from rules.types import NUMERIC, Scalar, SetOf, Term, Type
from tests.policy_writer import Tree, written
from tests.random_drafts import (
    COMMON,
    CONTEST_ONLY,
    DURATIONS,
    KINDS,
    PROTECTED,
    SCORE,
    TERMS,
    TIMEZONES,
    WORKING,
    Drafter,
    Pool,
)
from tests.random_formulas import Formulas

FACT_TYPES = ["money", "rate", "integer", "number", "boolean", "text", "date", "timestamp", "duration"]
NUMBERS = {"money": ("0", "100"), "rate": ("0%", "40%"), "integer": ("1", "30"), "number": ("-0.5", "2")}
FACT_OBJECTS = ["deal", "customer", "partner", "registration", "submitter", "line", "order", "claim"]


def random_policy(seed: int) -> str:
    """Return the text of the policy with this number; the same number gives the same text."""
    return written(Author(Random(seed)).policy())


def bounds(rng: Random, type_name: str, default: Tree | None) -> dict[str, Tree]:
    """Return bounds for a number, sometimes; they leave its default within. No draw of the author's is used up."""
    low, high = (Fraction(end.rstrip("%")) for end in NUMBERS[type_name])
    value = Fraction(str(default).rstrip("%").replace("_", "")) if default is not None else low
    least, most = (min(low, value), max(high, value))
    sign = "%" if type_name == "rate" else ""
    chosen = rng.choice([(), (), ("min",), ("max",), ("min", "max")])
    return {key: f"{decimal_text(one)}{sign}" for key, one in (("min", least), ("max", most)) if key in chosen}


def decimal_text(value: Fraction) -> str:
    """Return a number with its few decimals."""
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.12f}".rstrip("0")


class Author(Drafter):
    """Writes one policy."""

    # Whether the policy has a calendar, and so may say working time.
    works = False
    # Whose fields are derived; as often as they stand here.
    owners: tuple[str, ...] = ("line", "line", "line", "deal", "deal", "deal", "claim", "partner", "customer")

    # --- the parts -------------------------------------------------------------------------------------------------

    def policy(self) -> dict[str, Tree]:
        """Return the whole policy."""
        rng = self.rng
        facts = self.facts()
        before = self.derived(rng.randint(0, 3))
        kinds: list[Tree] = [{"kind": kind, "when": self.condition(self.sales(), 1)} for kind in self.kinds]
        self.known.reach[KINDS] = frozenset().union(*[self.reached(kind["when"]) for kind in kinds])
        derive = [*before, *self.derived(rng.randint(0, 3))]
        rng.shuffle(derive)
        self.works = self.chance(0.6)
        policy: dict[str, Tree] = {
            "policy": "random",
            "version": f"{rng.randint(1, 99)}",
            "currency": "CNY",
            "timezone": rng.choice(TIMEZONES),
            "calendars": self.calendars() if self.works else {},
            "terms": dict(self.terms),
            "facts": facts,
            "roles": {role: self.role() for role in self.roles},
            "derive": derive,
            "price_approval": self.price_approval(),
            "special_orders": {"gates": list(self.gates), "kinds": kinds, "controls": self.controls()},
            "deal_registration": self.deal_registration(),
            "partner_allocation": self.partner_allocation(),
        }
        return {key: part for key, part in policy.items() if part}

    def calendars(self) -> dict[str, Tree]:
        """Say when people work, for longer than any request asks; a policy may have calendars that it does not use."""
        rng = self.rng
        calendar: dict[str, Tree] = {
            "hours": rng.choice([["09:00-12:00", "13:00-18:00"], ["00:00-03:00", "22:30-23:59"], ["08:30-17:00"]]),
            "through": "2999-12-31",
        }
        if self.chance(0.5):
            calendar["holidays"] = ["2026-11-23", "2026-11-24", "2026-12-25", "2027-01-01"]
        if self.chance(0.5):
            calendar["workdays"] = ["2026-11-21", "2026-11-29"]
        if self.chance(0.3):
            calendar["weekdays"] = rng.choice([["mon", "tue", "wed", "thu"], ["sat", "sun"]])
        return {"default": calendar, **({"night": calendar} if self.chance(0.2) else {})}

    def duration(self) -> str:
        return self.rng.choice([*DURATIONS, *WORKING] if self.works else DURATIONS)

    def facts(self) -> dict[str, Tree]:
        """Declare fields of every type, on any object, some with a default."""
        facts: dict[str, Tree] = {}
        declared = list(self.terms)
        types = FACT_TYPES + declared + [f"set of {name}" for name in [*declared, "text"]]
        for number in range(self.rng.randint(2, 8)):
            type_name = self.rng.choice(types)
            name = type_name.removeprefix("set of ")
            scalar = {str(one): one for one in Scalar}.get(name)
            item = scalar or Term(name, tuple(self.terms[name]))
            kind: Type = SetOf(item) if type_name != name else item
            path = f"{self.rng.choice(FACT_OBJECTS)}.extra_{number}"
            fact: dict[str, Tree] = {"type": type_name}
            if self.chance(0.4):
                fact["default"] = self.members(kind.item) if isinstance(kind, SetOf) else self.literal(kind)
            if self.chance(0.2):
                fact["describe"] = self.words("what it is")
            if type_name in NUMBERS:
                fact |= bounds(Random(f"{path} {type_name} {fact.get('default')}"), type_name, fact.get("default"))
            facts[path] = fact
            self.known.fields[path] = Field(path, kind, next(iter(self.known.fields.values())).origin)
        return facts

    def role(self) -> dict[str, Tree]:
        role: dict[str, Tree] = {}
        if self.chance(0.7):
            role["title"] = self.words("Title")
        if self.chance(0.7):
            role["respond_within"] = self.duration()
        return role

    # --- derived fields --------------------------------------------------------------------------------------------

    def derived(self, count: int) -> list[Tree]:
        """Return derived fields, each of which may read those before it."""
        made: list[Tree] = []
        for _ in range(count):
            owner = self.rng.choice(self.owners)
            number = sum(1 for path in self.known.reach if path != KINDS)
            path = f"{owner}.derived_{number}"
            objects = COMMON | {"partner"}
            objects |= {"line", "order"} if owner == "line" else {"claim"} if owner == "claim" else set()
            objects |= {"order"} if owner in ("deal", "customer") else set()
            pool = self.pool(
                frozenset(objects),
                hidden={*CONTEST_ONLY, SCORE, *PROTECTED},
                many_partners=owner in ("claim", "partner"),
            )
            if self.chance(0.5):
                pool = pool.without([one.path for one in pool.fields if one.object in ("partner", "order")])
            numeric = self.rng.choice([Scalar.MONEY, Scalar.RATE, Scalar.RATE, Scalar.NUMBER, Scalar.INTEGER])
            if self.chance(0.5):
                formula = Formulas(self, pool, aggregates=owner == "deal").of(numeric, 3)
                entry: dict[str, Tree] = {"field": path, "type": numeric.value, "formula": formula}
                kind: Type = numeric
            else:
                hit = self.rng.choice(["first", "first", "sum", "max", "min"])
                choices: list[Type] = [numeric]
                if hit in ("first", "max", "min"):
                    choices += [Scalar.DATE, Scalar.DURATION]
                terms = [Term(name, tuple(found)) for name, found in self.terms.items()][:2]
                if hit == "first":
                    choices += [Scalar.BOOLEAN, Scalar.TEXT, *terms]
                if hit in ("max", "min"):
                    choices += [*terms, Term("level", ("automatic", *self.levels))]
                kind = self.rng.choice(choices)
                table = self.table(
                    pool.without([one.path for one in pool.fields if isinstance(one.type, SetOf) and self.chance(0.5)]),
                    partial(self.value, kind),
                    "row-",
                )
                entry = {"field": path, "type": str(kind), "hit": hit, **table}
            made.append(entry)
            self.known.reach[path] = self.reached(entry)
            self.known.fields[path] = Field(path, kind, next(iter(self.known.fields.values())).origin)
        return made

    def value(self, kind: Type) -> dict[str, Tree]:
        return {"value": self.literal(kind)}

    # --- the sections ----------------------------------------------------------------------------------------------

    def price_approval(self) -> dict[str, Tree]:
        pool = self.sales()
        levels = ["automatic", *self.levels]
        authority = self.table(pool, lambda: {"level": self.rng.choice(levels)}, "A-", most=9)
        if self.chance(0.7):  # a row that signs nearly everything, or most decisions are rejections
            row: list[Tree] = ["-" for _ in authority["columns"]]
            for number, column in enumerate(authority["columns"]):
                if column == "id":
                    row[number] = "A-last"
                if column == "level":
                    row[number] = self.levels[-1]
            assert isinstance(authority["rows"], list)
            authority["rows"].append(row)
        ladder: list[Tree] = [{"level": level, **self.role()} for level in self.levels]
        section: dict[str, Tree] = {
            "ladder": ladder,
            "authority": authority,
            "rules": self.rules(pool, "P", self.price_effect, most=6),
        }
        if self.chance(0.5):
            section["chain"] = self.rng.choice(["stepwise", "direct"])
        if self.chance(0.5):
            section["validity"] = self.duration()
        if self.chance(0.2):
            section["rules"] = self.table(
                pool, lambda: {"raise": self.rng.choice(["1", "2", "-"]), "notify": self.rng.choice(self.levels)}, "P-"
            )
        return section

    def price_effect(self) -> dict[str, Tree]:
        signers = [*self.levels, *self.roles]
        effects: list[Callable[[], dict[str, Tree]]] = [
            lambda: {"reject": self.words("no")},
            lambda: {"hold": self.words("wait")},
            lambda: {"at_least": self.rng.choice(self.levels)},
            lambda: {"at_least": self.rng.choice(self.levels)},
            lambda: {"raise": self.rng.choice(["1", "1", "2", "3"])},
            lambda: {"raise": "1"},
            lambda: {"also": self.rng.choice(signers)},
            lambda: {"notify": self.rng.choice(signers)},
            lambda: {"expire": self.duration()},
        ]
        return self.rng.choice(effects)()

    def controls(self) -> list[Tree]:
        controls = self.rules(self.sales(), "C", self.control_effect, least=1, most=8)
        for control in controls:
            assert isinstance(control, dict)
            if self.chance(0.5):
                control["kind"] = self.rng.choice(self.kinds) if self.chance(0.5) else list(self.several(self.kinds, 3))
            if self.chance(0.4):
                control["at"] = self.rng.choice(self.gates) if self.chance(0.5) else list(self.several(self.gates, 4))
        return controls

    def control_effect(self) -> dict[str, Tree]:
        effects: list[Callable[[], dict[str, Tree]]] = [
            lambda: {"document": self.rng.choice(TERMS["document"])},
            lambda: {"document": self.rng.choice(TERMS["document"])},
            lambda: {"approve": self.rng.choice([*self.levels, *self.roles])},
            lambda: {"deposit": self.rng.choice(["30%", "10%", "12.5%", "100%"])},
            lambda: {"hold": self.words("wait")},
            lambda: {"block": self.words("stop")},
            lambda: {"audit": self.rng.choice(["10%", "50%", "100%", "0.5%"])},
            lambda: {"expire": self.duration()},
        ]
        return self.rng.choice(effects)()

    def deal_registration(self) -> dict[str, Tree]:
        objects = COMMON | {"line", "claim", "partner"}
        eligibility = self.pool(objects, many_partners=True, hidden={*CONTEST_ONLY, SCORE, *PROTECTED})
        section: dict[str, Tree] = {
            "eligibility": self.many(lambda: self.rules(eligibility, "E", self.eligibility_effect, most=5)),
            "priority": self.criteria(self.pool(objects - {"line"}, many_partners=True, hidden={*CONTEST_ONLY, SCORE})),
        }
        if self.chance(0.6):
            contest = self.pool(objects, many_partners=True, hidden={SCORE})
            section["contest"] = self.many(
                lambda: self.rules(contest, "T", lambda: {"arbitrate": self.words("people decide")}, most=3)
            )
        if self.chance(0.8):
            protection = self.pool(objects, many_partners=True, hidden={*CONTEST_ONLY, SCORE})
            section["protection"] = self.many(
                lambda: self.table(
                    protection,
                    lambda: {
                        "protect": self.duration(),
                        "extend": self.rng.choice([self.duration(), self.duration(), "-"]),
                    },
                    "W-",
                    most=4,
                )
            )
        return {key: part for key, part in section.items() if part}

    def eligibility_effect(self) -> dict[str, Tree]:
        return {self.rng.choice(["reject", "forfeit", "forfeit", "hold"]): self.words("because it is so")}

    def criteria(self, pool: Pool, extra: Sequence[Tree] = ()) -> list[Tree]:
        """Return criteria that tell claims or candidates apart."""
        own = pool.only("claim", "partner")
        criteria: list[Tree] = list(extra)
        for number in range(self.rng.randint(1, 4)):
            ranked = self.rng.choice(own.fields)
            entry: dict[str, Tree] = {"id": f"by-{number}"}
            if isinstance(ranked.type, Term):
                entry["best"] = ranked.path
            elif ranked.type in NUMERIC or ranked.type is Scalar.DURATION:
                entry[self.rng.choice(["highest", "lowest"])] = ranked.path
                if self.chance(0.3):
                    entry["within"] = self.literal(ranked.type).lstrip("-")
            elif ranked.type in (Scalar.DATE, Scalar.TIMESTAMP):
                entry[self.rng.choice(["earliest", "latest"])] = ranked.path
                if self.chance(0.4):
                    entry["within"] = self.duration()
            else:
                entry["prefer"] = {ranked.path: self.test(ranked, own), **self._condition(own, 1, 2)}
            if self.chance(0.2):
                entry["because"] = self.words("fair")
            criteria.append(entry)
        self.rng.shuffle(criteria)
        return criteria

    def partner_allocation(self) -> dict[str, Tree]:
        objects = COMMON | {"line", "partner"}
        pool = self.pool(objects, many_partners=True, hidden={*CONTEST_ONLY, SCORE, *PROTECTED})
        scored = pool.without([one.path for one in pool.fields if one.object == "line"])
        choice = self.pool(COMMON | {"partner"}, many_partners=True, hidden={*CONTEST_ONLY, *PROTECTED})
        by_score: dict[str, Tree] = {"id": "score", "highest": "score"}
        if self.chance(0.4):
            by_score["within"] = "3"
        section: dict[str, Tree] = {
            "eligibility": self.many(
                lambda: self.rules(pool, "X", lambda: {"exclude": self.words("not this one")}, most=4)
            ),
            "score": self.rules(
                scored,
                "S",
                lambda: {
                    "score": Formulas(self, scored.only("deal", "partner"), aggregates=False).of(Scalar.NUMBER, 2)
                },
                least=1,
                most=4,
            ),
            "choose": {
                "take": self.rng.choice(["1", "1", "2"]),
                "by": self.criteria(choice, [by_score] if self.chance(0.8) else []),
            },
        }
        if self.chance(0.5):
            section["accept_within"] = self.duration()
        if self.chance(0.5):
            section["fallback"] = "inside_sales"
        if self.chance(0.6):
            deal = pool.only("deal", "customer")
            section["split"] = self.table(deal, lambda: {"split": self.split()}, None, most=3)
        return {key: part for key, part in section.items() if part}

    def split(self) -> dict[str, Tree]:
        """Return shares that add up to the whole."""
        first = self.rng.choice([100, 60, 33])
        if first == 100:
            return {"partner": "100%"}
        return {"partner": f"{first}%", "region": "12.5%", "headquarters": f"{100 - first - 12.5}%"}
