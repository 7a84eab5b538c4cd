"""A calendar that ends soon: decisions whose working time runs past its last day are refused."""

from collections.abc import Iterator
from datetime import date, timedelta

from engine.assure.check.findings import Finding
from rules.durations import Duration
from rules.ir import Expire, Policy, Protect
from rules.kinds import criteria_of, rules_of

# So long before its end there is time to add the days that follow.
SOON = timedelta(days=30)


def ending(policy: Policy, *, today: date) -> Iterator[Finding]:
    """Yield the calendar that decisions reckon by, if it has ended or ends soon."""
    calendar = policy.calendar
    if calendar is None or calendar.span is None or calendar.through - today >= SOON:
        return
    if any(duration.is_working_time for duration in _reckoned(policy)):
        has = "has ended" if calendar.through < today else "ends soon"
        yield Finding(
            "D609",
            f"the calendar `{calendar.name}` {has}: past {calendar.through} working time is not known",
            calendar.span,
            "calendars",
            hint="add the days off and the other workdays that follow, and let `through` be the last day of them",
        )


def _reckoned(policy: Policy) -> Iterator[Duration]:
    """Yield the durations that a decision makes a moment of."""
    if policy.price_approval and policy.price_approval.validity:
        yield policy.price_approval.validity
    if policy.partner_allocation and policy.partner_allocation.accept_within:
        yield policy.partner_allocation.accept_within
    for criterion in criteria_of(policy):
        if isinstance(criterion.within, Duration):
            yield criterion.within
    for rule in rules_of(policy):
        for effect in rule.effects:
            if isinstance(effect, Expire):
                yield effect.after
            elif isinstance(effect, Protect):
                yield effect.window
