"""From a policy's text to a checked policy: the only module that knows the order of the steps.

Mistakes of an author come back as diagnostics, all at once; nothing here raises because of what a file says.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rules.collector import without_collector
from rules.digest import digest
from rules.grammar import shape
from rules.grammar.scope import Scope
from rules.grammar.subjects import check as check_uses
from rules.ir import Policy
from rules.kinds import SECTIONS
from rules.reports.diagnostics import Diagnostic
from rules.reports.report import Report
from rules.sections.calendars import read_calendars
from rules.sections.deal_registration import read_deal_registration
from rules.sections.declarations import (
    declare_built_in,
    declare_special_orders,
    read_facts,
    read_ladder,
    read_roles,
    read_terms,
)
from rules.sections.dependencies import KINDS, in_order
from rules.sections.dependencies import sources as sources_of_fields
from rules.sections.derive import declare_derived, read_derived
from rules.sections.header import read_head
from rules.sections.partner_allocation import read_partner_allocation
from rules.sections.price_approval import read_price_approval
from rules.sections.special_orders import read_special_orders
from rules.text import encoding
from rules.text.include import read_files
from rules.text.lookalikes import MOST, Mends, divided
from rules.text.nodes import Entry, Node
from rules.text.reader import MENDABLE, read
from rules.text.source import Source

REQUIRED = ("policy", "version", "currency", "timezone")
DECLARATIONS = ("calendars", "terms", "facts", "roles", "derive")
LATER = {
    "invariants": ("D111", "invariants are not supported by this version yet", "leave them out until they are proved"),
    "include": ("D224", "a policy that is not a file cannot include files", "put all of it into one text"),
}
MOST_READINGS = 5  # each finds the look-alikes that those before it hid


@dataclass(frozen=True)
class Loaded:
    """What became of a policy: itself if it has no error, what was found, and the files as they were read."""

    policy: Policy | None
    diagnostics: tuple[Diagnostic, ...]
    sources: tuple[Source, ...]


@without_collector()
def load_text(text: str, *, file: str = "policies.yaml") -> Loaded:
    """Load a policy from one text; it cannot include others."""

    def tree(mends: Mends, report: Report) -> tuple[Node | None, tuple[Source, ...]]:
        source, readable = encoding.check(text, file, report)
        return (read(mends.mended(source), report) if readable else None), (source,)

    return _loaded(tree)


@without_collector()
def load(path: Path) -> Loaded:
    """Load a policy from a file, with everything that it includes."""
    return _loaded(lambda mends, report: read_files(path, report, mends))


def _loaded(read_tree: Callable[[Mends, Report], tuple[Node | None, tuple[Source, ...]]]) -> Loaded:
    """Load what can be read; again, with what was meant, as long as look-alikes are found behind what is wrong."""
    mends = Mends()
    for _ in range(MOST_READINGS):
        report = Report()
        tree, sources = read_tree(mends, report)
        policy = _policy(tree, sources, report) if tree else None
        found = report.diagnostics(sources)
        alike, others = divided(found, {source.file: mends.mended(source) for source in sources})
        is_large = sum(len(source.text) for source in sources) > MENDABLE or len(alike) > MOST
        if not mends.add(alike) or is_large:
            break
    if not mends.found:
        return Loaded(None if report.errors else policy, found, sources)
    report = Report()
    for diagnostic in (*mends.found, *map(mends.placed, others)):
        report.add(diagnostic)
    return Loaded(None, report.diagnostics(sources), sources)


def _policy(tree: Node, sources: tuple[Source, ...], report: Report) -> Policy | None:
    """Return the policy that a tree says, as far as it can be read."""
    sections = [section.key for section in SECTIONS.values()]
    found = shape.fields_of(tree, "the policy", report, required=REQUIRED, optional=(*DECLARATIONS, *sections, *LATER))
    if found is None:
        return None
    _refuse_later(found, report)
    nodes = {key: entry.value for key, entry in found.items()}
    scope = Scope(report)
    name, version, currency, timezone = read_head(found, report)

    # What can be named comes first, so that sections may stand in any order.
    calendars = read_calendars(nodes["calendars"], scope) if "calendars" in nodes else ()
    if "terms" in nodes:
        read_terms(nodes["terms"], scope)
    ladder = read_ladder(nodes.get("price_approval"), scope)
    roles = read_roles(nodes["roles"], scope) if "roles" in nodes else ()
    declare_special_orders(nodes.get("special_orders"), scope)
    declare_built_in(scope)
    if "facts" in nodes:
        read_facts(nodes["facts"], scope)
    declared = declare_derived(nodes["derive"], scope) if "derive" in nodes else ()

    read = [read_derived(one, scope) for one in declared]
    derivations = [derivation for derivation in read if derivation]
    price_approval = read_price_approval(nodes["price_approval"], ladder, scope) if "price_approval" in nodes else None
    special_orders = read_special_orders(nodes["special_orders"], scope) if "special_orders" in nodes else None
    registration = read_deal_registration(nodes["deal_registration"], scope) if "deal_registration" in nodes else None
    allocation = read_partner_allocation(nodes["partner_allocation"], scope) if "partner_allocation" in nodes else None

    # What depends on all of them comes last.
    kinds = special_orders.kinds if special_orders else ()
    graph = sources_of_fields(derivations, kinds)
    places = {one.field.path: one.name.span for one in declared}
    if kinds:
        places[KINDS] = kinds[0].span
    derive = in_order(derivations, graph, places, report)
    check_uses(scope.uses, graph, report)
    policy = Policy(
        name,
        version,
        currency,
        timezone,
        "",
        scope.names.terms,
        (*ladder, *roles),
        scope.fields,
        derive,
        price_approval,
        special_orders,
        registration,
        allocation,
        sources,
        scope.titles,
        tuple(scope.accepted),
        calendars,
    )
    return policy if report.errors else replace(policy, digest=digest(policy))


def _refuse_later(found: dict[str, Entry], report: Report) -> None:
    """Tell the parts of the language that this version does not have: nothing is ignored in silence."""
    for key, (code, message, hint) in LATER.items():
        if key in found:
            report.error(code, message, found[key].key.span, hint=hint)
