"""Everything that the analysis finds in a policy, in the order in which its owner reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.assure.check import (
    borders,
    chains,
    cracks,
    criteria,
    effects,
    gaps,
    guards,
    levels,
    optional_fields,
    overlaps,
    redundant,
    unnamed,
    unreachable,
)
from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Notes, Table, tables
from engine.assure.check.words import listed
from engine.program import Program
from engine.space import smt
from rules.ir import Acceptance, Policy

# So many findings of one kind in one table are told.
MOST = 25

# In the order in which an owner wants to hear them.
OF_A_TABLE = (
    gaps.gaps,
    cracks.cracks,
    unnamed.unnamed,
    overlaps.overlaps,
    unreachable.unreachable,
    redundant.redundant,
    levels.levels,
    chains.chains,
    effects.over,
    effects.idle,
    effects.equalities,
    optional_fields.silence,
    guards.guards,
    optional_fields.may_be_left_out,
)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found, and what was found and accepted."""

    findings: tuple[Finding, ...]
    accepted: tuple[Finding, ...]


def analyse(program: Program, *, today: date) -> Analysis:
    """Return what a careful reviewer would find; `today` is the day from which on gaps matter."""
    policy = program.policy
    found: list[Finding] = []
    open_: list[Unsettled] = []
    every = tuple(tables(policy))
    notes = every[0].notes if every else Notes()
    for one in _all(program, every, notes, today):
        if isinstance(one, Finding):
            found.append(one)
        else:
            open_.append(one)
    found = list({(one.code, one.message, one.span): one for one in found}.values())
    unsettled = {one.section for one in open_} | notes.unsettled
    found += _not_settled(open_) if smt.AVAILABLE else _without_solver(policy, open_, unsettled)
    kept = [one for one in found if not any(_accepts(acceptance, one) for acceptance in policy.accepted)]
    accepted = [one for one in found if one not in kept]
    kept += _accepting_nothing(policy, found, unsettled)
    order = {source.file: number for number, source in enumerate(policy.sources)}
    kept.sort(key=lambda one: (order.get(one.span.file, 0), one.span.line, one.span.column, one.code, one.message))
    return Analysis(tuple(kept), tuple(accepted))


def _all(program: Program, found: tuple[Table, ...], notes: Notes, today: date) -> Iterator[Finding | Unsettled]:
    for table in found:
        for check in OF_A_TABLE:
            yield from _first_few(check(program, table, today=today))
    yield from borders.borders(program, found, today=today)
    yield from effects.unused(program.policy)
    yield from criteria.left_out_of_criteria(program, notes, today=today)
    yield from effects.nobody_left(program.policy, today=today)


def _first_few(found: Iterator[Finding | Unsettled]) -> Iterator[Finding | Unsettled]:
    """Yield as many findings as an owner reads, and say that there are more."""
    for number, one in enumerate(found):
        if number == MOST:
            if isinstance(one, Unsettled) and not smt.AVAILABLE:
                return  # they are one line in the end
            code = one.code if isinstance(one, Finding) else "D615"
            more = f"there is more like this in `{one.section}`: only the first {MOST} are told"
            yield Finding(code, more, one.span, one.section, hint="change these first, and check again")
            return
        yield one


def _accepts(acceptance: Acceptance, finding: Finding) -> bool:
    """Return whether an acceptance stands on the finding's rule, or on a section that it is in."""
    if acceptance.code != finding.code:
        return False
    if acceptance.rule is not None:
        return acceptance.section == finding.section and acceptance.rule in finding.rules
    return f"{finding.section}.".startswith(f"{acceptance.section}.")


def _accepting_nothing(policy: Policy, found: list[Finding], unsettled: set[str]) -> Iterator[Finding]:
    """Yield acceptances for which there is no finding; where something is open none is blamed."""
    for acceptance in policy.accepted:
        about = f"{acceptance.section}."
        if any(_accepts(acceptance, one) for one in found) or any(f"{one}.".startswith(about) for one in unsettled):
            continue
        where = f"`{acceptance.rule}`" if acceptance.rule else f"`{acceptance.section}`"
        yield Finding(
            "D614",
            f"{acceptance.code} is accepted for {where}, and is not found there",
            acceptance.span,
            acceptance.section,
            (acceptance.rule,) if acceptance.rule else (),
            hint="take the acceptance out: what it was for is gone, or stands elsewhere",
        )


def _not_settled(open_: list[Unsettled]) -> Iterator[Finding]:
    """Yield the questions that are open, with what would answer them."""
    hint = "ask less of one rule, or accept it with the reason why it cannot happen"
    for one in open_:
        yield Finding("D615", f"not settled: {one.question}", one.span, one.section, hint=hint)


def _without_solver(policy: Policy, open_: list[Unsettled], unsettled: set[str]) -> Iterator[Finding]:
    """Yield one line for all that the solver would add."""
    if not unsettled:
        return
    span = open_[0].span if open_ else next(tables(policy)).span
    section = open_[0].section if open_ else min(unsettled)
    first = f": {open_[0].question}" + (f", and {len(open_) - 1} more" if len(open_) > 1 else "") if open_ else ""
    yield Finding(
        "D615",
        f"without the solver not all is settled in {_sections(unsettled)}{first}",
        span,
        section,
        hint="install `dealdesk[proofs]`: it looks for requests, and proves that there are none",
    )


def _sections(unsettled: set[str]) -> str:
    return listed((f"`{one}`" for one in sorted(unsettled)), "and")
