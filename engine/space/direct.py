"""Requests found without a solver: a simple value for each field of a box, prices and moments turned round.

What a discount, a margin or a number of days asks for becomes prices and moments; what formulas and tables of the
policy ask for is left to the solver. Whatever comes out is a proposal: the engine decides whether it shows anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import islice, product
from typing import assert_never
from zoneinfo import ZoneInfo

from engine.plan.tables.bits import positions
from engine.space.dims import Box, Dim, Form
from engine.space.division import Space
from engine.space.orientation import direction
from engine.space.points import between, value_at
from rules import types
from rules.ir import Field, Policy
from rules.types import ORDERED, Scalar, SetOf, Term
from rules.vocabulary import AS_OF

Values = dict[str, types.Value | None]
MOST_PROPOSALS = 24
PART_OF = "line.included_in"
DAY_FIELDS = {
    "order.days_since_approval": "order.approved_at",
    "claim.idle_days": "claim.updated_at",
    "claim.age_days": "claim.registered_at",
}


def proposals(
    policy: Policy, space: Space, box: Box, paths: Sequence[str], today: date
) -> Iterator[tuple[Values, date]]:
    """Yield values of given fields that may lie in a box."""
    plain = [dim for dim in space.dims if dim.form in (Form.ORDERED, Form.KEYED)]
    choices = [list(islice(_samples(space, dim, box.get(dim.number, dim.given)), 3)) for dim in plain]
    if any(not found for found in choices):
        return
    for chosen in islice(product(*choices), MOST_PROPOSALS):
        values = {dim.path: value for dim, value in zip(plain, chosen, strict=True)}
        day = values.pop(AS_OF.path, today)
        assert isinstance(day, date)
        given = _given(policy, _with_sets(space, box, values), paths, day)
        if all(policy.fields[path].takes(value) for path, value in given.items() if isinstance(value, Fraction)):
            yield given, day


def _samples(space: Space, dim: Dim, mask: int) -> Iterator[types.Value | None]:
    """Yield simple values of a dimension's slots, those between two bounds first."""
    slots = [slot for slot in positions(mask & dim.domain) if slot]
    sign = direction(dim) or 1  # a seller's better values first: what is shown should not be bad in every way
    for number in sorted(slots, key=lambda slot: (dim.form is Form.ORDERED and slot % 2 == 0, sign * slot)):
        slot = dim.slots[number]
        if slot.value is not None:
            yield slot.value
        elif slot.word == "other":
            yield "other"
        else:
            low, _, high, _ = space.bounds(space.fields[dim.path])
            low = slot.low if low is None or (slot.low is not None and slot.low > low) else low
            high = slot.high if high is None or (slot.high is not None and slot.high < high) else high
            place = between(low, high, dim.type)
            if place is not None:
                yield value_at(place, dim.type)
    if mask & 1 and not slots:
        yield None


def _with_sets(space: Space, box: Box, values: Values) -> Values:
    """Add the sets and the compared fields that a box asks for."""
    values = dict(values)
    members: dict[str, set[str]] = {}
    for dim in space.dims:
        mask = box.get(dim.number, dim.domain)
        if dim.form is Form.MEMBER:
            chosen = members.setdefault(dim.path, set())
            if not mask & 0b100 and isinstance(dim.slots[1].value, str):
                chosen.add(dim.slots[1].value)
        elif dim.form is Form.PAIR:
            left = values.get(dim.path) or values.get(dim.other)
            words = [dim.slots[slot].word for slot in positions(mask)]
            if left is None:
                left = Fraction(1_000) if dim.type in ORDERED else "one"
            values.setdefault(dim.path, left)
            if "=" in words:
                values[dim.other] = left
            elif isinstance(left, Fraction):
                values[dim.other] = left + (1 if "<" in words else -1)
            elif isinstance(left, str):
                values[dim.other] = f"not {left}"
    return {**values, **{path: frozenset(found) for path, found in members.items()}}


def _given(policy: Policy, values: Values, paths: Sequence[str], day: date) -> Values:
    """Return given fields from which the values follow, as far as the language's own derived fields are concerned."""
    given: Values = {path: values.get(path, usual(policy, path)) for path in paths if policy.fields[path].givable}
    if PART_OF in given:
        given[PART_OF] = None  # a part is not judged
    _price(values, given, Fraction(1, 10**policy.places))
    noon = datetime.combine(day, time(9), ZoneInfo(policy.timezone))
    for path, moment in DAY_FIELDS.items():
        days = values.get(path)
        if isinstance(days, Fraction):
            given[moment] = noon.astimezone(UTC) - int(days) * timedelta(days=1)  # days of 24 hours
    lead, registered = values.get("claim.lead_days"), given.get("claim.registered_at")
    if isinstance(lead, Fraction):
        registered = registered if isinstance(registered, datetime) else noon.astimezone(UTC)
        given["claim.registered_at"] = registered
        given["deal.bid_date"] = registered.astimezone(ZoneInfo(policy.timezone)).date() + int(lead) * timedelta(days=1)
    same = values.get("registration.same_partner")
    if same is not None:
        given["partner.id"], given["registration.partner_id"] = "P1", "P1" if same else "P2"
    return given


def usual(policy: Policy, path: str) -> types.Value | None:
    """Return an everyday value of a field that nothing asks about."""
    field = policy.fields[path]
    if field.default is not None:
        return field.default
    value = _plainest(field)
    return field.nearest(value) if isinstance(value, Fraction) else value


def _plainest(field: Field) -> types.Value | None:
    path = field.path
    match field.type:
        case Term(_, values):
            return values[0]
        case SetOf():
            return frozenset()
        case Scalar.BOOLEAN:
            return False
        case Scalar.TEXT:
            return None if path == PART_OF else "other"
        case Scalar.DATE:
            return date(2027, 1, 31)
        case Scalar.TIMESTAMP:
            return datetime(2026, 11, 20, 1, tzinfo=UTC)
        case Scalar.DURATION:
            return timedelta(days=30)
        case Scalar.INTEGER:
            return Fraction(0)
        case Scalar.MONEY:
            return Fraction({"line.list_price": 1_000, "line.net_price": 1_000, "line.unit_cost": 600}.get(path, 500))
        case Scalar.RATE | Scalar.NUMBER:
            return Fraction(1 if path == "line.quantity" else 0)
        case _:
            assert_never(field.type)


def _price(values: Values, given: Values, unit: Fraction) -> None:
    """Turn discounts, margins, totals and gaps into prices."""

    def number(*names: str) -> Fraction | None:
        found = (values.get(name) for name in names)
        return next((one for one in found if isinstance(one, Fraction)), None)

    quantity = number("line.quantity", "deal.quantity") or Fraction(1)
    discount, margin = number("line.discount", "deal.discount"), number("line.margin", "deal.margin")
    net_total, list_total = number("line.net_total", "deal.net_total"), number("line.list_total", "deal.list_total")
    net, list_ = number("line.net_price"), number("line.list_price")
    if net is None and net_total is not None:
        net = net_total / quantity
    if list_ is None and list_total is not None:
        list_ = list_total / quantity
    if list_ is None:
        left = 1 - (discount or 0)
        list_ = net / left if net and left > 0 else Fraction(1_000)
        list_ = _round(list_, unit)
    if net is None or (discount is not None and net_total is not None and number("line.net_price") is None):
        net = list_ * (1 - (discount or 0))
    cost = number("line.unit_cost")
    if cost is None and margin is not None:
        cost = net * (1 - margin)
    if "line.list_price" in given or discount is not None or net_total is not None:
        given.update({"line.list_price": list_, "line.net_price": net, "line.quantity": quantity})
    elif "line.quantity" in given:
        given["line.quantity"] = quantity
    if cost is not None and ("line.unit_cost" in given or margin is not None):
        given["line.unit_cost"] = cost
    for kind, base in (("price", Fraction(1_000)), ("quantity", Fraction(100))):
        gap = number(f"line.{kind}_gap")
        if gap is not None:
            given[f"line.approved_{kind}"], given[f"line.contract_{kind}"] = base, base * (1 + gap)


def _round(amount: Fraction, unit: Fraction) -> Fraction:
    """Return a round price: to the hundred if it is large, or else to the smallest unit that can be paid."""
    return Fraction(round(amount / 100) * 100) if amount >= 10_000 else (round(amount / unit) or 1) * unit


def leaves_of(values: Mapping[str, types.Value | None]) -> dict[tuple[str, int], types.Value | None]:
    """Return values by path and line."""
    return {(path, 0): value for path, value in values.items()}
