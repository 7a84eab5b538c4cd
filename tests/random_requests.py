"""Random requests for a policy, drawn from the policy's own bounds.

Each value of a field is a bound that some rule tests it against, the bound plus or minus one unit, a midpoint between
two bounds, null or missing. Prices and moments are chosen so that what is derived from them (a discount, a margin, days
since) falls on the bounds of the derived field, a cent or a second to either side.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from engine.core.decision import Kind
from engine.core.interpret import plain
from engine.core.writing import write_value
from rules.built_in import DAYS_SINCE, FUNCTION_INPUTS
from rules.ir import CompareField, Condition, Field, Origin, Policy
from rules.kinds import criteria_of
from rules.traverse import expression_fields, tests_of
from rules.types import Scalar, SetOf, Term, Type, Value
from tests.deciding import Data
from tests.policy_walk import conditions_of, expressions_of, literals_of

UNITS: dict[Type, Fraction] = {
    Scalar.MONEY: Fraction(1, 100),
    Scalar.RATE: Fraction(1, 10_000),
    Scalar.INTEGER: Fraction(1),
    Scalar.NUMBER: Fraction(1, 100),
}
PLAIN_VALUES: dict[Type, tuple[Value, ...]] = {
    Scalar.MONEY: (Fraction(0), Fraction(100), Fraction(2500)),
    Scalar.RATE: (Fraction(0), Fraction(1, 10)),
    Scalar.INTEGER: (Fraction(0), Fraction(1), Fraction(7)),
    Scalar.NUMBER: (Fraction(0), Fraction(3, 2)),
    Scalar.DATE: (date(2026, 11, 21), date(2026, 12, 6)),
    Scalar.TIMESTAMP: (datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 12, 24, tzinfo=UTC)),
    Scalar.DURATION: (timedelta(days=2),),
    Scalar.TEXT: ("alpha", "other"),
}
DAYS = (-1, 0, 1, 14, 15, 30, 31)
OFFSETS = ("UTC", "Asia/Shanghai", "America/New_York")
AS_OF = datetime(2026, 11, 21, 1, tzinfo=UTC)
SHARED = ("deal", "customer", "partner", "registration", "submitter", "order")


@dataclass(frozen=True)
class _Completeness:
    """How much a request leaves out."""

    missing: float
    null: float


PROFILES = (
    _Completeness(0, 0),
    _Completeness(0, 0.05),
    _Completeness(0.02, 0.03),
    _Completeness(0.1, 0.05),
    _Completeness(0.3, 0.1),
)


class Requests:
    """Requests for one policy."""

    def __init__(self, policy: Policy) -> None:
        """Collect the bounds of every field that the policy tests."""
        self._fields = policy.fields
        self._bounds: dict[str, set[Value]] = {}
        self._used: set[str] = set()
        self._zone = ZoneInfo(policy.timezone)
        for condition in conditions_of(policy):
            self._collect(condition)
        for expression in expressions_of(policy):
            self._used |= set(expression_fields(expression))
        for criterion in criteria_of(policy):
            self._used |= {criterion.field} if criterion.field else set()
        self._used |= {given for path in self._used for given in FUNCTION_INPUTS.get(path, ())}
        self._share_bounds(policy)
        self._values = {path: self._choices(policy.fields[path]) for path in self._used if path in policy.fields}
        self._starts = sorted(value for value in self._bounds.get("as_of", ()) if isinstance(value, date))
        self._given = {
            name: [
                found
                for found in policy.fields.values()
                if found.object == name and found.origin in (Origin.GIVEN, Origin.FACT) and found.path in self._used
            ]
            for name in (*SHARED, "line", "claim")
        }

    # --- collecting ------------------------------------------------------------------------------------------------

    def _collect(self, condition: Condition) -> None:
        for test in tests_of(condition):
            self._used.add(test.field)
            self._bounds.setdefault(test.field, set()).update(literals_of(test.test))
            if isinstance(test.test, CompareField):
                self._used.add(test.test.other)

    def _share_bounds(self, policy: Policy) -> None:
        """Fields that are compared with each other have each other's bounds, so that they meet."""
        for condition in conditions_of(policy):
            for test in tests_of(condition):
                if isinstance(test.test, CompareField):
                    both = self._bounds.setdefault(test.field, set()) | self._bounds.get(test.test.other, set())
                    self._bounds[test.field] = both
                    self._bounds[test.test.other] = set(both)

    def _choices(self, found: Field) -> tuple[Value, ...]:
        """Return the values of a field: every bound, the bound plus and minus a unit, and the midpoints."""
        kind = found.type
        bounds = self._bounds.get(found.path, set())
        match kind:
            case Term():
                return kind.values
            case SetOf(item):
                members = item.values if isinstance(item, Term) else (*sorted(map(str, bounds)), "other")
                sets = [frozenset(), *(frozenset({one}) for one in members), frozenset(members), frozenset(members[:2])]
                return tuple(sets)
            case Scalar.BOOLEAN:
                return (True, False)
            case Scalar.TEXT:
                return (*sorted(map(str, bounds)), "other")
            case _:
                if isinstance(found.default, Fraction | date | timedelta):
                    bounds = bounds | {found.default}
                return tuple(_around(bounds, kind)) or PLAIN_VALUES[kind]

    # --- making ----------------------------------------------------------------------------------------------------

    def make(self, rng: Random, kind: Kind) -> dict[str, Data]:
        """Return a request."""
        profile = rng.choice(PROFILES)
        as_of = self._as_of(rng)
        request: dict[str, Data] = {"as_of": as_of.astimezone(ZoneInfo(rng.choice(OFFSETS))).isoformat()}
        for name in SHARED:
            if name == "partner" and kind in (Kind.DEAL_REGISTRATION, Kind.PARTNER_ALLOCATION):
                continue
            if rng.random() < profile.missing / 2:
                continue
            if rng.random() < profile.null / 2:
                request[name] = None
                continue
            request[name] = dict(self._object(name, rng, profile, as_of))
        if kind is Kind.DEAL_REGISTRATION:
            request["claims"] = [
                self._claim(f"K-{number}", rng, profile, as_of) for number in rng.sample(range(1, 6), rng.randint(1, 4))
            ]
        elif kind is Kind.PARTNER_ALLOCATION:
            request["candidates"] = [
                {**dict(self._object("partner", rng, profile, as_of)), "id": f"P-{number}"}
                for number in rng.sample(range(1, 6), rng.randint(0, 4))
            ]
        if kind in (Kind.PRICE_APPROVAL, Kind.SPECIAL_ORDER) or rng.random() < 0.7:
            lines = [self._line(rng, profile, as_of) for _ in range(rng.choice([1, 1, 2, 3]))]
            request["lines"] = [*self._with_parts(lines, rng, profile, as_of)]
        return request

    def _with_parts(
        self, lines: list[dict[str, Data]], rng: Random, profile: _Completeness, as_of: datetime
    ) -> Iterator[dict[str, Data]]:
        """Yield lines, their ids all different; now and then with a part of one of them before and after it."""
        own = Random(rng.getrandbits(32))
        kit = own.choice(lines) if own.random() < 0.2 else None
        ids: set[Data] = set()
        for number, line in enumerate(lines):
            if line.get("id") in ids or (line is kit and line.get("id") is None):
                line["id"] = f"line {number}"
            ids |= {line["id"]} if line.get("id") is not None else set()
        parts = [] if kit is None else [self._line(own, profile, as_of) for _ in range(own.choice([1, 1, 2]))]
        for part in parts:
            part.pop("id", None)
            part.pop("net_price", None)
            part |= {"included_in": kit["id"] if kit else None}
            if own.random() < 0.3:
                part |= {"list_price": 0, "net_price": own.choice([0, None])}
        yield from parts[1:]
        yield from lines
        yield from parts[:1]

    def filled(
        self, rng: Random, kind: Kind, request: Mapping[str, Data], paths: Iterable[str], *, null: float = 0
    ) -> dict[str, Data]:
        """Return the request with these fields given wherever they were not; some as null, as often as that says."""
        full: dict[str, Data] = deepcopy(dict(request))
        as_of = datetime.fromisoformat(request["as_of"])
        for path in paths:
            found = self._fields[path]
            for number, holder in enumerate(_holders(full, found.object, kind)):
                if found.name not in holder:
                    is_null = null and rng.random() < null
                    value = None if is_null else as_json(self._value(found, rng, as_of), found.type, rng)
                    free = path == "line.net_price" and holder.get("included_in") is not None
                    holder[found.name] = 0 if free else f"filled {number}" if path == "line.id" else value
        return full

    def _claim(self, name: str, rng: Random, profile: _Completeness, as_of: datetime) -> dict[str, Data]:
        """Return a claim: a partner's, who may have several, or the maker's own sales', which need no partner."""
        claim = {**dict(self._object("claim", rng, profile, as_of)), "id": name}
        partner = dict(self._object("partner", rng, profile, as_of))
        if claim.get("by") != "direct":
            return {**claim, "partner": {**partner, "id": f"P-{rng.randint(1, 4)}"}}
        chance = rng.random()
        return claim if chance < 0.3 else {**claim, "partner": None if chance < 0.5 else partner}

    def _as_of(self, rng: Random) -> datetime:
        """Return a moment: often the first or last second of a day on which rules begin or end."""
        if not self._starts or rng.random() < 0.5:
            return AS_OF
        day = rng.choice(self._starts) + timedelta(days=rng.choice([0, 0, 1]))
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        return midnight + timedelta(seconds=rng.choice([-1, 0, 1, 36_000]))

    def _object(self, name: str, rng: Random, profile: _Completeness, as_of: datetime) -> Iterator[tuple[str, Data]]:
        for found in self._given[name]:
            if found.path == "line.included_in":
                continue  # which line it may be hangs on the others
            chance = rng.random()
            if chance < profile.missing:
                continue
            if chance < profile.missing + profile.null:
                yield found.name, None
            elif found.path == "deal.currency":
                yield found.name, "CNY"
            else:
                yield found.name, as_json(self._value(found, rng, as_of), found.type, rng)
        if name == "order":
            yield "id", f"O-{rng.randint(1, 40)}"

    def _value(self, found: Field, rng: Random, as_of: datetime) -> Value:
        days = DAYS_SINCE.get(found.path)
        if days and rng.random() < 0.5:
            full = timedelta(days=self._days(days, rng))
            return as_of.astimezone(UTC) - full + timedelta(seconds=rng.choice([-1, 0, 1]))
        if found.path == "deal.bid_date" and rng.random() < 0.5:
            return date(2026, 11, 1) + timedelta(days=self._days("claim.lead_days", rng))
        if found.path == "claim.protected_until" and rng.random() < 0.5:
            return as_of.astimezone(UTC) + timedelta(seconds=rng.choice([-1, 0, 1, 3600]))
        value = rng.choice(self._values.get(found.path) or self._choices(found))
        return found.nearest(value) if isinstance(value, Fraction) else value

    def _days(self, path: str, rng: Random) -> int:
        bounds = [int(value) for value in self._bounds.get(path, ()) if isinstance(value, Fraction)]
        return max(min(rng.choice([*bounds, *DAYS]) + rng.choice([-1, 0, 0, 1]), 10_000), -10_000)

    def _rates(self, path: str, *others: str) -> list[Fraction]:
        bounds = [
            value for one in (path, *others) for value in self._bounds.get(one, ()) if isinstance(value, Fraction)
        ]
        return sorted(bounds) or [Fraction(1, 10)]

    def _line(self, rng: Random, profile: _Completeness, as_of: datetime) -> dict[str, Data]:
        """Return a line whose prices put its discount and margin on, or next to, the bounds."""
        line = dict(self._object("line", rng, profile, as_of))
        cent = Fraction(rng.choice([-1, 0, 0, 1]), 100)
        whole = Fraction(rng.choice([1000, 999, 4400, 100, 3]))
        net = whole * (1 - rng.choice(self._rates("line.discount", "deal.discount"))) + cent
        prices = [value for value in self._values.get("line.net_price", ()) if isinstance(value, Fraction)]
        if rng.random() < 0.3 and prices:
            net = rng.choice(prices)
        if rng.random() < 0.03:
            net = Fraction(0)
        net = max(_cents(net), Fraction(0))
        cost = max(_cents(net * (1 - rng.choice(self._rates("line.margin", "deal.margin"))) + cent), Fraction(0))
        quantity = Fraction(rng.choice([1, 1, 2, 10]))
        totals = self._rates("deal.net_total", "line.net_total", "deal.list_total")
        if rng.random() < 0.3 and net:
            quantity = max(Fraction(round(rng.choice(totals) / net)), Fraction(1))
        made: dict[str, Data] = {
            "quantity": int(quantity),
            "list_price": as_json(whole, Scalar.MONEY, rng),
            "net_price": as_json(net, Scalar.MONEY, rng),
            "unit_cost": as_json(cost, Scalar.MONEY, rng),
        }
        if "line.price_gap" in self._used:
            gap = max(_cents(net * (1 + rng.choice(self._rates("line.price_gap")))) + cent, Fraction(0))
            made |= {
                "approved_price": as_json(net, Scalar.MONEY, rng),
                "contract_price": as_json(gap, Scalar.MONEY, rng),
            }
        if "line.quantity_gap" in self._used:
            made |= {"approved_quantity": 100, "contract_quantity": rng.choice([89, 90, 100, 115, 116])}
        for key, value in made.items():
            chance = rng.random()
            if chance >= (profile.missing + profile.null) / 2:
                line[key] = value
            elif chance < profile.null / 2:
                line[key] = None
            else:
                line.pop(key, None)
        return line


def _holders(request: dict[str, Data], name: str, kind: Kind) -> list[dict[str, Data]]:
    """Return the objects of a request in which a field of this object stands; null ones have their fields already."""
    if name == "line":
        return list(request.get("lines") or ())
    if name == "claim":
        return list(request["claims"])
    if name == "partner" and kind is Kind.PARTNER_ALLOCATION:
        return list(request["candidates"])
    owners = request["claims"] if name == "partner" and kind is Kind.DEAL_REGISTRATION else [request]
    return [found for owner in owners if (found := owner.setdefault(name, {})) is not None]


# --- values --------------------------------------------------------------------------------------------------------


def as_json(value: Value, kind: Type, rng: Random) -> Data:
    """Write a value as a request does; numbers in any of the forms that are taken."""
    if isinstance(value, Fraction) and kind is not Scalar.INTEGER and rng.random() < 0.2:
        decimal = Decimal(value.numerator) / Decimal(value.denominator)
        return round(decimal, 12) if decimal % 1 else int(decimal)
    return write_value(plain(value), kind)


def _cents(value: Fraction) -> Fraction:
    return Fraction(round(value * 100), 100)


def _around(bounds: Iterable[Value], kind: Type) -> Iterator[Value]:
    """Yield every bound, its neighbours one unit away, and the middle between two bounds."""
    numbers = sorted(value for value in bounds if isinstance(value, Fraction))
    moments = sorted(value for value in bounds if isinstance(value, datetime))
    days = sorted(value for value in bounds if isinstance(value, date) and not isinstance(value, datetime))
    lengths = sorted(value for value in bounds if isinstance(value, timedelta))
    for number in numbers:
        yield from (number - UNITS[kind], number, number + UNITS[kind])
    for low, high in pairwise(numbers):
        middle = (low + high) / 2
        yield Fraction(middle // UNITS[kind]) * UNITS[kind]
    for day in days:
        yield from (day - timedelta(days=1), day, day + timedelta(days=1))
    for moment in moments:
        yield from (moment - timedelta(seconds=1), moment, moment + timedelta(seconds=1))
    for length in lengths:
        yield from (max(length - timedelta(minutes=1), timedelta()), length, length + timedelta(minutes=1))
