"""The order in which fields are derived, and the cycles that make one impossible.

The kinds of special orders stand among the derived fields: `deal.special_kinds` is computed from what their conditions
test, and a table that tests it comes after.
"""

from collections.abc import Iterable, Mapping

from rules.ir import Derivation, Rule
from rules.reports.report import Report
from rules.sections.derive import sources_of
from rules.text.source import Span
from rules.traverse import condition_fields
from rules.vocabulary import AS_OF

KINDS = "deal.special_kinds"


def sources(derivations: Iterable[Derivation], kinds: Iterable[Rule]) -> dict[str, frozenset[str]]:
    """Return what each field is computed from directly."""
    found = {derivation.field: sources_of(derivation) for derivation in derivations}
    tested = frozenset(path for kind in kinds for path in condition_fields(kind.when)) - {AS_OF.path}
    return {**found, KINDS: tested} if tested else found


def in_order(
    derivations: Iterable[Derivation], graph: Mapping[str, frozenset[str]], places: Mapping[str, Span], report: Report
) -> tuple[Derivation, ...]:
    """Return the derivations, each after those that it needs, in an order that does not depend on the author's.

    Each cycle is reported once, at one of its fields, and then taken out.
    """
    by_field = {derivation.field: derivation for derivation in derivations}
    waiting = {path: {source for source in found if source in graph} for path, found in graph.items()}
    order: list[str] = []
    while waiting:
        ready = sorted(path for path, needs in waiting.items() if not needs)
        if not ready:
            ready = _cycle(waiting)
            first = ready[0]
            way = " from ".join(f"`{path}`" for path in (*ready, first))
            report.error("D503", f"a field is derived from itself: {way}", places[first])
        order += ready
        for path in ready:
            del waiting[path]
        done = set(ready)
        for needs in waiting.values():
            needs.difference_update(done)
    return tuple(by_field[path] for path in order if path in by_field)


def _cycle(waiting: Mapping[str, set[str]]) -> list[str]:
    """Return a cycle of fields that wait for each other, beginning with the first by name."""
    path = min(waiting)
    walked: list[str] = []
    while path not in walked:
        walked.append(path)
        path = min(source for source in waiting[path] if source in waiting)
    cycle = walked[walked.index(path) :]
    start = cycle.index(min(cycle))
    return cycle[start:] + cycle[:start]
