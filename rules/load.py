"""From a policy's text to a checked policy: the only module that knows the order of the steps.

Mistakes of an author come back as diagnostics, all at once; nothing here raises because of what a file says.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from rules import encoding, shape
from rules.declarations import declare_special_orders, read_facts, read_ladder, read_roles, read_terms
from rules.diagnostics import Diagnostic
from rules.digest import digest
from rules.header import read_head
from rules.ir import Policy
from rules.nodes import Node
from rules.price_approval import read_price_approval
from rules.reader import read
from rules.report import Report
from rules.scope import Scope
from rules.source import Source
from rules.vocabulary import built_in_fields

REQUIRED = ("policy", "version", "currency", "timezone")
OPTIONAL = (
    "include",
    "terms",
    "facts",
    "roles",
    "derive",
    "price_approval",
    "special_orders",
    "deal_registration",
    "partner_allocation",
    "invariants",
)


@dataclass(frozen=True)
class Loaded:
    """What became of a policy: itself if it has no error, what was found, and the files as they were read."""

    policy: Policy | None
    diagnostics: tuple[Diagnostic, ...]
    sources: tuple[Source, ...]


def load_text(text: str, *, file: str = "policies.yaml") -> Loaded:
    """Load a policy from one text; it cannot include others."""
    report = Report()
    source = encoding.check(text, file, report)
    tree = read(source, report) if source else None
    return _loaded(tree, (source,) if source else (Source(file, text),), report)


def _loaded(tree: Node | None, sources: tuple[Source, ...], report: Report) -> Loaded:
    policy = _policy(tree, sources, report) if tree else None
    return Loaded(None if report.errors else policy, report.diagnostics(sources), sources)


def _policy(tree: Node, sources: tuple[Source, ...], report: Report) -> Policy | None:
    """Return the policy that a tree says, as far as it can be read."""
    found = shape.fields_of(tree, "the policy", report, required=REQUIRED, optional=OPTIONAL)
    if found is None:
        return None
    scope = Scope(report)
    name, version, currency, timezone = read_head(found, report)
    price = found["price_approval"].value if "price_approval" in found else None
    special = found["special_orders"].value if "special_orders" in found else None
    if "terms" in found:
        read_terms(found["terms"].value, scope)
    ladder = read_ladder(price, scope)
    roles = read_roles(found["roles"].value, scope) if "roles" in found else ()
    declare_special_orders(special, scope)
    scope.fields = built_in_fields(scope.names)
    if "facts" in found:
        read_facts(found["facts"].value, scope)
    policy = Policy(
        name,
        version,
        currency,
        timezone,
        "",
        scope.names.terms,
        (*ladder, *roles),
        scope.fields,
        (),
        read_price_approval(price, ladder, scope) if price else None,
        None,
        None,
        None,
        sources,
    )
    return replace(policy, digest=digest(policy))
