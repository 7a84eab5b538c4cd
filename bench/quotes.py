"""Quotes for the shipped policy, made up but different from one another: five lines, each with its own price.

Two families: quotes that are approved without anyone's signature, and quotes that need one and are told at which price
a lower level could sign.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from engine.answers.decisions import Decision
from engine.answers.price import PriceResult
from engine.backends.index import IndexEngine
from engine.core.decision import Kind
from engine.decide import decide
from engine.program import Program

Request = dict[str, Any]

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
LINES = 5
# Share of the list price that a product costs.
COST = {"desktop": 0.80, "notebook": 0.80, "workstation": 0.77, "server": 0.70, "services": 0.50}
REGIONS = ("beijing", "shanghai", "jiangsu", "zhejiang", "guangdong", "sichuan_tibet", "northwest")
INDUSTRIES = ("government", "education", "finance", "telecom", "energy", "manufacturing", "healthcare")


@dataclass(frozen=True)
class Family:
    """Quotes of one sort: the discounts they ask for, and what must come of them."""

    name: str
    least: float
    most: float
    outcome: str
    alternatives: bool


AUTO_APPROVED = Family("auto-approved", 0.0, 0.04, "auto_approved", alternatives=False)
NEEDS_APPROVAL = Family("needs approval, with alternatives", 0.07, 0.20, "requires_approval", alternatives=True)
FAMILIES = (AUTO_APPROVED, NEEDS_APPROVAL)


def quotes(program: Program, family: Family, count: int) -> list[Request]:
    """Return quotes of a family, each held to what the family promises by deciding it."""
    random = Random(family.name)
    found: list[Request] = []
    for attempt in range(20 * count):
        request = _quote(random, family, f"Q-{attempt}")
        decision = decide(program, Kind.PRICE_APPROVAL, request, now=NOW, engine=IndexEngine(), explain="none")
        if _is_of(family, decision):
            found.append(request)
        if len(found) == count:
            return found
    raise RuntimeError(f"only {len(found)} of {attempt + 1} quotes are {family.name} under this policy")


def _is_of(family: Family, decision: Decision) -> bool:
    assert isinstance(decision.result, PriceResult)
    return decision.outcome == family.outcome and (bool(decision.result.alternatives) or not family.alternatives)


def _quote(random: Random, family: Family, name: str) -> Request:
    return {
        "as_of": "2026-11-21T09:00:00+08:00",
        "deal": {"id": name, "channel": "direct", "type": "project", "payment_days": 30},
        "customer": {
            "id": f"CU-{random.randrange(50_000)}",
            "class": random.choice("RDA"),
            "industry": random.choice(INDUSTRIES),
            "region": random.choice(REGIONS),
            "coverage": "named",
            "named": True,
        },
        "partner": None,
        "registration": None,
        "submitter": {"id": f"E-{random.randrange(500)}", "level": "account_manager"},
        "lines": list(_lines(random, family)),
    }


def _lines(random: Random, family: Family) -> Iterator[Request]:
    for number in range(LINES):
        product = random.choice(tuple(COST))
        price = random.randrange(3_000, 20_000)
        yield {
            "sku": f"SKU-{number}-{price}",
            "product_line": product,
            "quantity": random.randrange(1, 9),
            "list_price": f"{price}.00",
            "net_price": f"{price * (1 - random.uniform(family.least, family.most)):.2f}",
            "unit_cost": f"{price * COST[product]:.2f}",
            "floor_price": f"{price * 0.7:.2f}",
        }
