"""What a policy can name before it declares anything: objects, the language's own terms, and the built-in fields.

The fields stand in `rules/built_in.py`; here they are typed under a policy's own terms, ladder, roles and gates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from rules.built_in import FIELDS
from rules.ir import Field, Origin
from rules.types import Scalar, SetOf, Term, Type

OBJECTS = ("deal", "customer", "partner", "registration", "submitter", "line", "order", "claim")

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
        """Return the type that a built-in field's or a fact's `type` names; an undeclared term is plain text.

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
    """Return the built-in fields by path, in the order of docs/fields.md."""
    return {
        one.path: Field(
            one.path,
            names.resolve(one.type),
            Origin.GIVEN if one.source is None else Origin.BUILT_IN,
            default=one.default,
            at_least=_bound(one.at_least),
            above=_bound(one.above),
            at_most=_bound(one.at_most),
        )
        for one in FIELDS
    }


def _bound(number: int | None) -> Fraction | None:
    return None if number is None else Fraction(number)
