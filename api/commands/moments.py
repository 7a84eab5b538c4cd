"""Moments as users write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from api.commands.console import UnusableError
from rules.ir import Policy


def moment(written: str, policy: Policy) -> datetime:
    """Read `--as-of`: a moment, or a day or time in the policy's zone."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        example = "2026-11-21T09:00:00+08:00"
        raise UnusableError(f'--as-of: not a date or time: "{written}"; write 2026-11-21 or {example}') from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(policy.timezone))
