"""The built-in fields (LANGUAGE.md section 10), typed under a policy's own terms, ladder, roles and gates."""

from collections.abc import Mapping
from dataclasses import dataclass

from rules.ir import Field, Origin
from rules.types import Scalar, SetOf, Term, Type

OBJECTS = ("deal", "customer", "partner", "registration", "submitter", "line", "order", "claim")

# One line an object's field: path, type, marks. A type in <angles> is the term of that name, plain text unless the
# policy declares it; `{…}` is a set. Marks: d derived by the engine, + above zero, 0 not below zero, =x
# stands for x where a request leaves it out.
BUILT_IN = """
deal.id                     text
deal.currency               text
deal.channel                <channel>
deal.type                   <deal_type>
deal.source                 <deal_source>
deal.product_line           <product_line>
deal.payment_days           integer
deal.estimated_value        money
deal.split_base             money
deal.bid_date               date
deal.close_date             date
deal.list_total             money               d
deal.net_total              money               d
deal.cost_total             money               d
deal.discount               rate                d
deal.margin                 rate                d
deal.quantity               integer             d
deal.line_count             integer             d
deal.special_kinds          {<kind>}            d
deal.contenders             integer             d
deal.claims_in              integer             d
deal.decided_by             text                d
customer.id                 text
customer.name               text
customer.credit_code        text
customer.class              <customer_class>
customer.industry           <industry>
customer.region             <region>
customer.coverage           <coverage>
customer.named              boolean
customer.strategic          boolean
partner.id                  text
partner.name                text
partner.tier                <partner_tier>
partner.region              <region>
partner.certifications      {<certification>}
partner.suspended           boolean
partner.open_deals          integer
partner.capacity            integer
partner.win_rate            rate
partner.last_assigned_at    timestamp
partner.fairness_deficit    number
partner.score               number              d
registration.id             text
registration.status         <registration_status>
registration.partner_id     text
registration.same_partner   boolean             d
submitter.id                text
submitter.level             <level>
line.sku                    text
line.product_line           <product_line>
line.configuration          <configuration>
line.quantity               integer             +
line.list_price             money               +
line.net_price              money               0
line.unit_cost              money               0
line.floor_price            money               0
line.approved_price         money
line.contract_price         money
line.approved_quantity      integer
line.contract_quantity      integer
line.target_margin          rate
line.list_total             money               d
line.net_total              money               d
line.cost_total             money               d
line.discount               rate                d
line.margin                 rate                d
line.price_gap              rate                d
line.quantity_gap           rate                d
order.id                    text
order.gate                  <gate>
order.contract_mode         <contract_mode>
order.evidence              {<document>}
order.approvals             {<role>}
order.deposit               rate
order.customer_matches      boolean
order.approved_at           timestamp
order.days_since_approval   integer             d
claim.id                    text
claim.status                <claim_status>
claim.registered_at         timestamp
claim.updated_at            timestamp
claim.protected_until       timestamp
claim.estimated_value       money
claim.evidence              {<document>}
claim.evidence_level        integer
claim.owns_account          boolean
claim.by                    <claimant>          =partner
claim.lead_days             integer             d
claim.idle_days             integer             d
claim.age_days              integer             d
claim.protected             boolean             d
claim.queued_at             timestamp           d
"""

# Terms that the language itself declares; `level`, `role`, `gate` and `kind` follow from the policy's sections.
BUILT_IN_TERMS = {
    "registration_status": ("none", "registered", "protected", "contested"),
    "claim_status": ("new", "protected"),
    "claimant": ("partner", "direct"),
}
OWN_SALES = "direct"  # who claims for the maker itself

# What `from` and `through` are judged by; not a field that an author can name.
AS_OF = Field("as_of", Scalar.DATE, Origin.BUILT_IN)


@dataclass(frozen=True, slots=True)
class Names:
    """The term values that follow from a policy: its own terms, and those that its sections declare."""

    terms: Mapping[str, tuple[str, ...]]

    def resolve(self, written: str) -> Type:
        """Return the type that a line of `BUILT_IN` or a fact's `type` names; an undeclared term is plain text.

        >>> str(Names({"colour": ("red", "green")}).resolve("{<colour>}"))
        'set of colour'
        """
        if written.startswith("{"):
            item = self.resolve(written[1:-1])
            assert not isinstance(item, SetOf)
            return SetOf(item)
        if written.startswith("<"):
            name = written[1:-1]
            values = self.terms.get(name) or BUILT_IN_TERMS.get(name)
            return Term(name, values) if values else Scalar.TEXT
        return Scalar(written)


def built_in_fields(names: Names) -> dict[str, Field]:
    """Return the built-in fields by path, in the order of LANGUAGE.md."""
    fields = {}
    for line in BUILT_IN.split("\n")[1:-1]:
        path, written, *marks = line.split()
        default = next((mark[1:] for mark in marks if mark.startswith("=")), None)
        fields[path] = Field(
            path,
            names.resolve(written),
            Origin.BUILT_IN if "d" in marks else Origin.GIVEN,
            default=default,
            at_least=0 if "0" in marks else None,
            above=0 if "+" in marks else None,
        )
    return fields
