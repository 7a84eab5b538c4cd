"""Everything that the analysis finds in a policy, in the order in which its owner reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.analysis import gaps
from engine.analysis.findings import Finding, Unsettled
from engine.analysis.tables import tables
from rules.ir import Policy


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found, what was found and accepted, and what could not be settled."""

    findings: tuple[Finding, ...]
    accepted: tuple[Finding, ...]
    unsettled: tuple[Unsettled, ...]


def analyse(policy: Policy, *, today: date) -> Analysis:
    """Return what a careful reviewer would find; `today` is the day from which on gaps matter."""
    found = list(_all(policy, today))
    findings = [one for one in found if isinstance(one, Finding)]
    unsettled = [one for one in found if isinstance(one, Unsettled)]
    order = {source.file: number for number, source in enumerate(policy.sources)}
    findings.sort(key=lambda one: (order.get(one.span.file, 0), one.span.line, one.span.column, one.code, one.message))
    return Analysis(tuple(findings), (), tuple(unsettled))


def _all(policy: Policy, today: date) -> Iterator[Finding | Unsettled]:
    for table in tables(policy):
        yield from gaps.gaps(policy, table, today=today)
