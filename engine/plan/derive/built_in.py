"""The built-in derived fields that no formula of the language can say."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TypeAlias

from engine.core.exact import BELOW_ALL, ZERO, divide, subtract
from engine.core.facts import Facts
from engine.core.interpret import as_ratio
from engine.core.values import Value
from engine.core.views import UNKNOWN, State

Function: TypeAlias = Callable[..., State]

ONE_DAY = timedelta(days=1)


def margin(cost: State, net: State) -> Value:
    """Return 1 - cost / net; of what is free, below every limit if it costs something, and 0 if not."""
    if cost is None or net is None:
        return None
    n, d = as_ratio(cost)
    m, e = as_ratio(net)
    if m == 0:
        return BELOW_ALL if n else ZERO
    return (m * d - n * e, m * d) if m > 0 else subtract((1, 1), divide((n, d), (m, e)) or ZERO)


def line_count(facts: Facts) -> State:
    """Return the number of lines; unknown when the request does not give them."""
    return UNKNOWN if facts.lines is None else (len(facts.lines), 1)


def same_partner(_: Facts, registered: Value, partner: Value) -> Value:
    """Return whether the registration is this partner's; null if either is."""
    return None if registered is None or partner is None else registered == partner


def full_days_since(facts: Facts, moment: Value) -> Value:
    """Return the full 24-hour days from a moment to `as_of`."""
    if moment is None:
        return None
    assert isinstance(moment, datetime)
    return (facts.as_of - moment) // ONE_DAY, 1


def lead_days(facts: Facts, bid: Value, registered: Value) -> Value:
    """Return the days from the day of registration, in the policy's timezone, to the bid."""
    if bid is None or registered is None:
        return None
    assert isinstance(bid, date)
    assert isinstance(registered, datetime)
    return (bid - registered.astimezone(facts.as_of.tzinfo).date()).days, 1


FUNCTIONS: dict[str, Function] = {
    "deal.line_count": line_count,
    "registration.same_partner": same_partner,
    "order.days_since_approval": full_days_since,
    "claim.lead_days": lead_days,
    "claim.idle_days": full_days_since,
    "claim.age_days": full_days_since,
}


def call(function: Function, facts: Facts, operands: list[State]) -> State:
    """Return the function's value; unknown if an operand is."""
    return UNKNOWN if UNKNOWN in operands else function(facts, *operands)
