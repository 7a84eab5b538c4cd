"""The digest of what a policy means.

Two policies with one digest decide alike and say the same. Comments, layout, the division into files, and the order of
keys where order has no meaning do not change it; every value, text and row does.

Digests are kept with decisions for years, so that what is hashed depends on nothing that a change of this program's
names could touch: each class of the IR has a tag here and its members in an order of their own, and the whole begins
with the version of this encoding. The built-in fields belong to the language and not to a policy; they take no part.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from fractions import Fraction
from json.encoder import encode_basestring

from rules import ir
from rules.durations import Duration
from rules.types import Scalar, SetOf, Term

# To be raised when the same policy is to be hashed otherwise; whatever is kept by digest is then to be brought along.
ENCODING = "dealdesk policy 1"
LEAST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Form:
    """How a class is written: its tag, and its members in this order; `unordered` if its one member's order is idle.

    What was `added` to the language later is written with its name, and only where a policy has it: the others keep
    the digest that they had before.
    """

    tag: str
    members: tuple[str, ...] = ()
    unordered: bool = False
    added: tuple[str, ...] = ()


# Every class that a policy can contain. Spans and an owner's wording are no part of what it means, nor are acceptances.
FORMS: Mapping[type, Form] = {
    ir.Policy: Form(
        "policy",
        (
            "name",
            "version",
            "currency",
            "timezone",
            "terms",
            "roles",
            "fields",
            "derive",
            "price_approval",
            "special_orders",
            "deal_registration",
            "partner_allocation",
        ),
        added=("calendars", "titles"),
    ),
    ir.Calendar: Form("calendar", ("name", "hours", "weekdays", "holidays", "workdays", "through")),
    Duration: Form("duration", ("months", "days", "minutes", "working_days", "working_hours")),
    ir.Text: Form("text", ("words",), unordered=True),
    ir.Role: Form("role", ("id", "title", "respond_within")),
    ir.Field: Form("field", ("path", "type", "origin", "default", "describe", "at_least", "above"), added=("at_most",)),
    Term: Form("term", ("name", "values")),
    SetOf: Form("set_of", ("item",)),
    # Tests and conditions
    ir.Equals: Form("equals", ("value",)),
    ir.OneOf: Form("one_of", ("values",), unordered=True),
    ir.NotOneOf: Form("not_one_of", ("values",), unordered=True),
    ir.Compare: Form("compare", ("operator", "value")),
    ir.Within: Form("within", ("low", "low_closed", "high", "high_closed")),
    ir.CompareField: Form("compare_field", ("operator", "other")),
    ir.Present: Form("present"),
    ir.Missing: Form("missing"),
    ir.HasAny: Form("has_any", ("values",), unordered=True),
    ir.HasAll: Form("has_all", ("values",), unordered=True),
    ir.HasNone: Form("has_none", ("values",), unordered=True),
    ir.FieldTest: Form("field_test", ("field", "test")),
    ir.AllOf: Form("all", ("parts",), unordered=True),
    ir.AnyOf: Form("any", ("parts",), unordered=True),
    ir.Not: Form("not", ("part",)),
    # Formulas
    ir.Constant: Form("constant", ("value", "type")),
    ir.FieldValue: Form("field_value", ("field", "type")),
    ir.Arithmetic: Form("arithmetic", ("operator", "left", "right", "type")),
    ir.Extreme: Form("extreme", ("function", "operands", "type")),
    ir.Aggregate: Form("aggregate", ("function", "field", "type")),
    # Effects
    ir.Sign: Form("sign", ("level",)),
    ir.Reject: Form("reject", ("reason",)),
    ir.Hold: Form("hold", ("reason",)),
    ir.AtLeast: Form("at_least", ("level",)),
    ir.Raise: Form("raise", ("levels",)),
    ir.Also: Form("also", ("role",)),
    ir.Notify: Form("notify", ("role",)),
    ir.Expire: Form("expire", ("after",)),
    ir.IsKind: Form("is_kind", ("kind",)),
    ir.Document: Form("document", ("name",)),
    ir.Approve: Form("approve", ("role",)),
    ir.Deposit: Form("deposit", ("rate",)),
    ir.Block: Form("block", ("reason",)),
    ir.Audit: Form("audit", ("rate",)),
    ir.Forfeit: Form("forfeit", ("reason",)),
    ir.Arbitrate: Form("arbitrate", ("reason",)),
    ir.Protect: Form("protect", ("window", "extend")),
    ir.Exclude: Form("exclude", ("reason",)),
    ir.Score: Form("score", ("points",)),
    ir.Split: Form("split", ("shares",)),
    ir.Assign: Form("assign", ("value",)),
    # Rules and sections
    ir.Rule: Form("rule", ("id", "section", "subject", "when", "effects", "because")),
    ir.Criterion: Form("criterion", ("id", "preference", "condition", "field", "within", "because")),
    ir.DerivedTable: Form("derived_table", ("field", "hit", "rows")),
    ir.DerivedFormula: Form("derived_formula", ("field", "expression")),
    ir.PriceApproval: Form("price_approval", ("ladder", "authority", "rules", "chain", "validity")),
    ir.SpecialOrders: Form("special_orders", ("gates", "kinds", "controls")),
    ir.DealRegistration: Form("deal_registration", ("eligibility", "priority", "contest", "protection")),
    ir.PartnerAllocation: Form(
        "partner_allocation", ("eligibility", "score", "take", "by", "accept_within", "fallback", "split")
    ),
}

# Enumerations by their values, which are the language's own words.
ENUMS: Mapping[type[Enum], str] = {
    Scalar: "scalar",
    ir.Operator: "operator",
    ir.Origin: "origin",
    ir.Preference: "preference",
    ir.Subject: "subject",
}

_WORDS = {None: "null", True: "true", False: "false"}
_OWN = (ir.Origin.FACT, ir.Origin.DERIVED)


def digest(policy: ir.Policy) -> str:
    """Return `sha256:` and the digest of a policy, whatever its own `digest` says."""
    text = f'["{ENCODING}",{_Writer().text(policy)}]'
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _plain_length(duration: Duration) -> timedelta | None:
    """Return what a duration was before months and working time were known: a length of time, of which one keeps it.

    48 hours and two days were the same then, and are not now. The one that traces showed is as it was: three whole days
    and more in days, anything else in hours and minutes.
    """
    in_days = duration.days >= LEAST_DAYS
    if duration == (Duration(days=duration.days) if in_days else Duration(minutes=duration.minutes)):
        length = timedelta(days=duration.days, minutes=duration.minutes)
        return length if in_days or length % timedelta(days=1) or length < timedelta(days=LEAST_DAYS) else None
    return None


class _Writer:
    """Writes values as JSON; values of different types differ. What tables say again and again is written once."""

    def __init__(self) -> None:
        """Start with nothing written."""
        self._tests: dict[tuple[str, int], str] = {}

    def text(self, value: object) -> str:
        """Return a value's text."""
        if isinstance(value, str):
            return encode_basestring(value)
        if isinstance(value, tuple):
            return f"[{','.join(map(self.text, value))}]"
        if isinstance(value, ir.FieldTest):
            return self._test(value)
        if isinstance(value, Duration) and (length := _plain_length(value)) is not None:
            return self.text(length)
        form = FORMS.get(type(value))
        return self._simple(value) if form is None else self._record(value, form)

    def _record(self, value: object, form: Form) -> str:
        if form.unordered:
            (member,) = form.members
            return f'["{form.tag}",[{",".join(sorted(map(self.text, getattr(value, member))))}]]'
        parts = [f'"{form.tag}"', *[self.text(getattr(value, member)) for member in form.members]]
        parts += [f'{{"{name}":{self.text(found)}}}' for name in form.added if (found := getattr(value, name))]
        return f"[{','.join(parts)}]"

    def _test(self, test: ir.FieldTest) -> str:
        # A policy's equal tests are mostly one object, which lives as long as the policy.
        key = (test.field, id(test.test))
        found = self._tests.get(key)
        if found is None:
            found = self._tests[key] = self._record(test, FORMS[ir.FieldTest])
        return found

    def _simple(self, value: object) -> str:
        if value is None or value is True or value is False:
            return _WORDS[value]
        if isinstance(value, Fraction):
            return f'{{"n":"{value.numerator}/{value.denominator}"}}'
        if isinstance(value, Enum):
            return f'{{"{ENUMS[type(value)]}":{self.text(value.value)}}}'
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, frozenset):
            return f'{{"set":[{",".join(sorted(map(self.text, value)))}]}}'
        if isinstance(value, datetime):
            return f'{{"at":"{value.astimezone(UTC).isoformat()}"}}'
        if isinstance(value, date):
            return f'{{"on":"{value.isoformat()}"}}'
        if isinstance(value, time):
            return f'{{"hour":"{value.isoformat()}"}}'
        if isinstance(value, timedelta):
            return f'{{"us":{value // timedelta(microseconds=1)}}}'
        assert type(value) is int, f"{type(value)} has no form"
        return str(value)

    def _mapping(self, value: Mapping[str, object]) -> str:
        own = {key: item for key, item in value.items() if not isinstance(item, ir.Field) or item.origin in _OWN}
        entries = [f"{encode_basestring(key)}:{self.text(own[key])}" for key in sorted(own)]
        return "{" + ",".join(entries) + "}"
