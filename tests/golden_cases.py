"""The decisions whose texts are kept under `golden/`: each kind, and what its text has to show."""

from pathlib import Path

from engine.program import Program
from tests.deciding import Data, program_of

FOLDER = Path(__file__).parent / "golden"


def policy() -> Program:
    return program_of((FOLDER / "policy.yaml").read_text("utf-8"))


def line(product: str, net: str, **more: Data) -> Data:
    lists = {"desktop": ("5200.00", "4200.00"), "notebook": ("5500.00", "4000.00"), "server": ("60000.00", "45000.00")}
    list_price, unit_cost = lists[product]
    given = {"product_line": product, "quantity": 120, "list_price": list_price, "unit_cost": unit_cost}
    return {**given, "net_price": net, **more}


QUOTE: Data = {
    "deal": {"payment_days": 75},
    "customer": {"class": "R"},
    "registration": None,
    "submitter": {"level": "account_manager"},
    "lines": [
        line("desktop", "4940.00", quantity=200, floor_price="4500.00"),
        line("notebook", "4290.00", floor_price="4400.00"),
    ],
}


def quote(*, deal: Data = None, lines: Data = None, **objects: Data) -> Data:
    return {**QUOTE, **objects, "deal": {**QUOTE["deal"], **(deal or {})}, "lines": lines or QUOTE["lines"]}


SAME = {"approved_price": "4290.00", "contract_price": "4290.00"}
ORDER: Data = {
    **quote(lines=[line("notebook", "4290.00", floor_price="4400.00", **SAME)]),
    "order": {
        "id": "O-1",
        "gate": "order",
        "contract_mode": "no_contract",
        "evidence": ["customer_commitment"],
        "approvals": [],
        "deposit": "25%",
        "approved_at": "2026-11-01T09:00:00+08:00",
    },
}
DRIFT = [line("notebook", "4290.00", floor_price="4000.00", **SAME | {"contract_price": "4289.99"})]


def claim(name: str, tier: str | None, registered: str, **more: Data) -> Data:
    partner = {"id": f"P-{name}", **({"tier": tier} if tier else {})}
    given = {"id": f"C-{name}", "status": "new", "registered_at": registered, "updated_at": registered}
    known = {"estimated_value": "2000000.00", "evidence": ["bid_notice"], "evidence_level": 2, "protected_until": None}
    return {**given, **known, "partner": partner, **more}


CLAIMS: Data = {
    "deal": {"bid_date": "2026-12-20", "estimated_value": "2000000.00"},
    "customer": {"coverage": "open"},
    "claims": [
        claim("1", "gold", "2026-11-10T10:00:00+08:00"),
        claim("2", "platinum", "2026-11-12T10:00:00+08:00"),
        claim("3", "silver", "2026-12-10T10:00:00+08:00"),
    ],
}


def claims(*given: Data, deal: Data = None) -> Data:
    return {**CLAIMS, "deal": {**CLAIMS["deal"], **(deal or {})}, "claims": [*given]}


def candidate(name: str, **more: Data) -> Data:
    given = {"id": f"P-{name}", "tier": "silver", "region": "north", "certifications": ["server"]}
    load = {"open_deals": 4, "capacity": 9, "fairness_deficit": "1", "last_assigned_at": "2026-10-01T09:00:00+08:00"}
    return {**given, **load, **more}


LEAD: Data = {
    "deal": {"product_line": "server", "source": "partner_sourced", "split_base": "10001.01"},
    "customer": {"region": "north"},
    "candidates": [
        candidate("1"),
        candidate("2", tier="gold", region="south"),
        candidate("3", open_deals=5, fairness_deficit="2"),
        candidate("4", certifications=[]),
        candidate("5", open_deals=9),
    ],
}

CASES: dict[str, tuple[str, Data]] = {
    "price-needs-a-director": ("price_approval", QUOTE),
    "price-approved": ("price_approval", quote(deal={"payment_days": 30}, lines=[QUOTE["lines"][0]])),
    "price-pushed-and-noted": (
        "price_approval",
        quote(deal={"payment_days": 85, "margin_alert": "red", "free_freight": True}, customer={"class": "D"}),
    ),
    "price-rejected": ("price_approval", quote(lines=[line("notebook", "3800.00", floor_price="3500.00")])),
    "price-held": ("price_approval", quote(registration={"status": "contested"}, lines=[QUOTE["lines"][0]])),
    "price-asks": ("price_approval", quote(customer={}, lines=[line("server", "50000.00", quantity=40)])),
    "price-missing-did-not-matter": (
        "price_approval",
        {key: value for key, value in quote(lines=[line("desktop", "5000.00")]).items() if key != "customer"},
    ),
    "order-held": ("special_order", ORDER),
    "order-blocked": ("special_order", {**ORDER, "lines": DRIFT}),
    "order-clear": ("special_order", {**ORDER, "order": {**ORDER["order"], "gate": "quotation"}}),
    "order-audited": ("special_order", {**ORDER, "order": {**ORDER["order"], "gate": "rebate"}}),
    "order-asks": ("special_order", {**ORDER, "order": {"id": "O-2", "gate": "order", "contract_mode": "no_contract"}}),
    "claims-awarded": ("deal_registration", CLAIMS),
    "claims-one": ("deal_registration", claims(claim("1", "gold", "2026-11-10T10:00:00+08:00"))),
    "claims-held": ("deal_registration", claims(claim("1", "gold", "2026-11-10T10:00:00+08:00", evidence=[]))),
    "claims-arbitrated": (
        "deal_registration",
        claims(*CLAIMS["claims"], deal={"estimated_value": "12000000.00"}),
    ),
    "claims-tied": (
        "deal_registration",
        claims(claim("1", "gold", "2026-11-10T10:00:00+08:00"), claim("2", "gold", "2026-11-10T11:00:00+08:00")),
    ),
    "claims-rejected": ("deal_registration", {**CLAIMS, "customer": {"coverage": "direct_only"}}),
    "claims-ask": (
        "deal_registration",
        claims(claim("1", None, "2026-11-10T10:00:00+08:00"), claim("2", "gold", "2026-11-10T11:00:00+08:00")),
    ),
    "lead-allocated": ("partner_allocation", LEAD),
    "lead-fallback": ("partner_allocation", {**LEAD, "candidates": LEAD["candidates"][3:]}),
    "lead-asks": (
        "partner_allocation",
        {**LEAD, "candidates": [candidate("1"), {"id": "P-2", "certifications": ["server"]}]},
    ),
}
