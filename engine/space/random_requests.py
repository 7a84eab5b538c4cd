"""Random requests: values on the policy's bounds and next to them, some left out, some null.

The same seed gives the same requests. Prices and moments are chosen so that what is computed from them (a discount, a
margin, days since) falls on a bound, or a cent or a second beside it: where two engines would differ if they did.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import assert_never
from zoneinfo import ZoneInfo

from engine.core.decision import Json, Kind
from engine.core.exact import ratio
from engine.core.facts import SHARED_OBJECTS
from engine.core.faults import SPLIT_BASE
from engine.core.interpret import plain
from engine.core.kits import PART_OF
from engine.core.writing import UnwritableError, write_value
from engine.space.bounds import Bounds
from rules.built_in import DAYS_SINCE
from rules.ir import Field, Policy
from rules.types import Scalar, Type, Value

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
# How likely a field is to be left out, and how likely to be null; one pair is drawn for each request.
GAPS = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.02), (0.02, 0.03), (0.2, 0.1))
# How likely a value is a quiet one, which few rules refuse; one is drawn for each request.
QUIET = (0.0, 0.8, 1.0, 1.0)
# Objects of which every field counts: the engine itself reads them, for chains, obligations and protection.
ALL_OF = ("submitter", "order", "claim")
SOME_DAYS = (Fraction(0), Fraction(1), Fraction(14), Fraction(30))
LIST_PRICES = (Fraction(1000), Fraction(999), Fraction(4400), Fraction(3))
# So much of a calendar must be left, or working time may run past its end, of which there is no decision.
CALENDAR_LEFT = timedelta(days=45)


class SampleRequests:
    """Requests for one policy, from one seed."""

    def __init__(self, policy: Policy, seed: int) -> None:
        """Collect what the policy names."""
        self._rng = Random(seed)  # noqa: S311 - samples, not secrets
        self._bounds = Bounds(policy)
        self._zone = ZoneInfo(policy.timezone)
        self._calendar = policy.calendar
        self._currency, self._places = policy.currency, policy.places
        self._given = {
            name: [
                field
                for field in policy.fields.values()
                if field.object == name and field.givable and (name in ALL_OF or field.path in self._bounds.used)
            ]
            for name in (*SHARED_OBJECTS, "line", "claim")
        }
        self._choices = {
            field.path: _writable(self._bounds.choices(field), field, self._bounds.unit)
            for fields in self._given.values()
            for field in fields
        }
        self._quiet = {path: self._mostly_quiet(policy.fields[path], found) for path, found in self._choices.items()}
        self._gaps, self._quietness = GAPS[0], QUIET[0]
        self._now = NOON

    def make(self, kind: Kind) -> dict[str, Json]:
        """Return the next request of a kind."""
        rng = self._rng
        self._gaps, self._quietness = rng.choice(GAPS), rng.choice(QUIET)
        self._now = self._moment()
        request: dict[str, Json] = {"as_of": self._now.isoformat()}
        for name in SHARED_OBJECTS:
            many = name == "partner" and kind in (Kind.DEAL_REGISTRATION, Kind.PARTNER_ALLOCATION)
            if not many and not self._happens(self._gaps[0] / 2):
                request[name] = None if self._happens(self._gaps[1] / 2) else self._object(name)
        match kind:
            case Kind.DEAL_REGISTRATION:
                request["claims"] = [
                    self._claim(f"C-{number}", f"P-{rng.randint(1, 4)}")
                    for number in rng.sample(range(1, 7), rng.randint(1, 4))
                ]
            case Kind.PARTNER_ALLOCATION:
                request["candidates"] = [
                    {**self._object("partner"), "id": f"P-{number}"}
                    for number in rng.sample(range(1, 7), rng.randint(0, 4))
                ]
            case Kind.PRICE_APPROVAL | Kind.SPECIAL_ORDER:
                pass  # its lines, below
            case _:
                assert_never(kind)
        if kind in (Kind.PRICE_APPROVAL, Kind.SPECIAL_ORDER) or self._happens(0.7):
            request["lines"] = [*self._named([self._line() for _ in range(rng.choice((1, 1, 2, 3)))])]
        return request

    def _named(self, lines: list[dict[str, Json]]) -> Iterator[dict[str, Json]]:
        """Yield lines with ids that differ, and now and then a part of one of them."""
        kit = self._rng.choice(lines) if self._happens(0.15) else None
        seen: set[Json] = set()
        for number, line in enumerate(lines):
            if line is kit and line.get("id") is None:
                line["id"] = f"L-{number}"
            if line.get("id") in seen:
                line["id"] = f"L-{number}"
            seen.add(line.get("id"))
            yield line
        if kit is not None:
            part = self._line()
            free = write_value((0, 1), Scalar.MONEY, self._places)
            yield {**part, "id": None, "net_price": self._rng.choice((None, free)), "included_in": kit["id"]}

    def _mostly_quiet(self, field: Field, values: Sequence[Value]) -> Sequence[Value]:
        """Return the quiet values, and as often the default: what the policy's owner takes for ordinary."""
        quiet = [*self._bounds.quiet(field.path, values)]
        return quiet if field.default is None else [*quiet, *[field.default] * len(quiet)]

    def _happens(self, chance: float) -> bool:
        return self._rng.random() < chance

    def _moment(self) -> datetime:
        """Return when to decide: often a second before, at or after midnight of a day on which rules begin or end."""
        days = self._bounds.days("as_of")
        if not days or self._happens(0.5):
            return NOON
        day = self._rng.choice(days) + timedelta(days=self._rng.choice((0, 0, 1)))
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        moment = midnight + timedelta(seconds=self._rng.choice((-1, 0, 1, 36_000)))
        is_beyond = self._calendar is not None and self._calendar.through - day < CALENDAR_LEFT
        return NOON if is_beyond else moment

    def _object(self, name: str) -> dict[str, Json]:
        return {**dict(self._fields(name)), **({"id": f"O-{self._rng.randint(1, 40)}"} if name == "order" else {})}

    def _fields(self, name: str) -> Iterator[tuple[str, Json]]:
        missing, null = self._gaps
        for field in self._given[name]:
            if field.path == PART_OF:
                continue
            chance = self._rng.random()
            if chance >= missing + null:
                value = self._currency if field.path == "deal.currency" else self._value(field)
                yield field.name, write_value(plain(value), field.type, self._places)
            elif chance >= missing:
                yield field.name, None

    def _value(self, field: Field) -> Value:
        if field.path in DAYS_SINCE and self._happens(0.5):
            full = timedelta(days=self._days(DAYS_SINCE[field.path]))
            return self._now.astimezone(UTC) - full + timedelta(seconds=self._rng.choice((-1, 0, 1)))
        if field.path == "deal.bid_date" and self._happens(0.5):
            return date(2026, 11, 1) + timedelta(days=self._days("claim.lead_days"))
        if field.path == "claim.protected_until" and self._happens(0.5):
            return self._now.astimezone(UTC) + timedelta(seconds=self._rng.choice((-1, 0, 1, 3_600)))
        values = self._quiet if self._happens(self._quietness) else self._choices
        value = self._rng.choice(values[field.path])
        return field.nearest(value) if isinstance(value, Fraction) else value

    def _days(self, path: str) -> int:
        days = [number + nudge for number in (*self._bounds.numbers(path), *SOME_DAYS) for nudge in (-1, 0, 1)]
        return max(-10_000, min(int(self._drawn((path,), days)), 10_000))

    def _drawn(self, paths: Sequence[str], values: Sequence[Fraction]) -> Fraction:
        if self._happens(self._quietness):
            for path in paths:
                values = self._bounds.quiet(path, values)
        return self._rng.choice(values)

    def _claim(self, name: str, partner: str) -> dict[str, Json]:
        """Return a claim; one partner may have several."""
        return {**self._object("claim"), "id": name, "partner": {**self._object("partner"), "id": partner}}

    def _line(self) -> dict[str, Json]:
        """Return a line whose discount, margin and total are on a bound, or a cent beside it."""
        rng, missing, null = self._rng, *self._gaps
        unit = self._bounds.unit
        nudge = rng.choice((-unit, Fraction(0), Fraction(0), unit))
        listed = rng.choice(LIST_PRICES)
        net = self._paid(listed * (1 - self._rate("line.discount", "deal.discount")) + nudge)
        cost = self._paid(net * (1 - self._rate("line.margin", "deal.margin")) + nudge)
        totals = self._bounds.numbers("deal.net_total", "line.net_total", "deal.list_total")
        quantity = Fraction(rng.choice((1, 1, 2, 10)))
        if totals and net and self._happens(0.4):
            quantity = max(Fraction(round(rng.choice(totals) / net)), Fraction(1))
        contract = self._paid(net * (1 + self._rate("line.price_gap")) + nudge)
        made: dict[str, tuple[Fraction, Type]] = {
            "quantity": (quantity, Scalar.NUMBER),
            "list_price": (listed, Scalar.MONEY),
            "net_price": (net, Scalar.MONEY),
            "unit_cost": (cost, Scalar.MONEY),
            "approved_price": (net, Scalar.MONEY),
            "contract_price": (contract, Scalar.MONEY),
            "approved_quantity": (Fraction(100), Scalar.INTEGER),
            "contract_quantity": (Fraction(rng.choice((89, 90, 100, 115, 116))), Scalar.INTEGER),
        }
        line = dict(self._fields("line"))
        for name, (value, kind) in made.items():
            chance = rng.random()
            if chance >= (missing + null) / 2:
                line[name] = write_value(ratio(value), kind, self._places)
            elif chance < null / 2:
                line[name] = None
            else:
                line.pop(name, None)
        return line

    def _paid(self, value: Fraction) -> Fraction:
        """Return the nearest amount that can be paid."""
        unit = self._bounds.unit
        return max(round(value / unit) * unit, Fraction(0))

    def _rate(self, *paths: str) -> Fraction:
        return self._drawn(paths, self._bounds.numbers(*paths) or [Fraction(1, 10)])


def _writable(values: Sequence[Value], field: Field, unit: Fraction) -> Sequence[Value]:
    """Return those of the values that requests can give: next to a bound there may be one too large, or too early."""
    return [value for value in values if _is_writable(value, field, unit)] or values


def _is_writable(value: Value, field: Field, unit: Fraction) -> bool:
    if field.path == SPLIT_BASE and isinstance(value, Fraction) and value % unit:
        return False
    try:
        write_value(plain(value), field.type)
    except UnwritableError:
        return False
    return True
