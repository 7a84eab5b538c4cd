"""From levels and findings to the outcome, the chain and the rest of a price decision's result."""

from collections.abc import Callable, Iterable, Iterator

from engine.answers.price import (
    Alternative,
    ApprovalStep,
    ChainStep,
    LineResult,
    PriceOutcome,
    PriceOutcomeStep,
    PricePossible,
    PriceResult,
    PriceStep,
    Totals,
)
from engine.core import figures
from engine.core.decision import Language
from engine.core.exact import Ratio
from engine.core.facts import Facts, Row
from engine.kinds.price.alternatives import alternatives
from engine.kinds.price.findings import Findings, LineLevel
from engine.kinds.price.other_lines import OtherLines
from engine.kinds.price.plan import PricePlan
from engine.plan.groups import Engine, Match
from engine.plan.ruling import Ruling
from engine.plan.tables.bits import lowest_bit, positions
from rules.ir import Rule
from rules.sections.price_approval import OUTCOMES
from rules.traverse import rule_fields


def ruling_of(
    plan: PricePlan,
    engine: Engine,
    facts: Facts,
    language: Language,
    *,
    lines: list[LineLevel],
    deal: frozenset[int],
    findings: Findings,
    steps: list[PriceStep],
    matches: list[Match],
) -> Ruling:
    """Return the ruling on a deal whose lines have their levels; `deal` holds the ranks that it may still need."""
    submitter = _submitter_rank(plan, facts.shared)
    for role, rule in findings.doubtful_also:
        # A level that signs anyway is no further approver.
        if any(role not in _signing(plan, rank, submitter) for rank in deal if rank <= plan.top):
            findings.doubtful_outcomes.add("requires_approval")
            findings.doubts.append(rule)
    certain = len(deal) == 1 and not findings.doubts
    rank = max(deal)
    chain: list[ApprovalStep] = []
    outcome: PriceOutcome
    if findings.rejections:
        outcome = "rejected"
    elif not certain:
        outcome = "needs_information"
    else:
        chain = _chain(plan, rank, submitter, findings.also, language)
        outcome = "held" if findings.holds else "requires_approval" if chain else "auto_approved"
    settled = outcome not in ("rejected", "needs_information")
    if settled:
        steps.append(ChainStep(plan.levels[rank], plan.levels[submitter]))
    steps.append(PriceOutcomeStep(outcome))
    all_matches = (*[line.match for line in lines], *matches)
    undetermined = [rule for match in all_matches if match.undetermined for rule in _undetermined(match)]
    valid = [*([plan.section.validity] if plan.section.validity else []), *findings.expire]
    until = plan.reckoning.first_end(facts.as_of, valid) if settled else None
    result = PriceResult(
        level=plan.level(rank) if settled else None,
        chain=chain,
        lines=[_line_result(plan, line) for line in lines],
        holds=findings.holds,
        rejections=findings.rejections,
        notify=list(findings.notify),
        valid_until=until.isoformat() if until else None,
        alternatives=_alternatives(plan, engine, facts, lines) if outcome != "needs_information" else [],
        totals=_totals(facts.shared),
    )
    relevant = findings.doubts if outcome == "needs_information" else undetermined
    return Ruling(
        outcome=outcome,
        result=result,
        matches=all_matches,
        steps=tuple(steps),
        basis={**plan.settings, "submitter": plan.levels[submitter]},
        missing=frozenset(path for rule in relevant for path in rule_fields(rule)),
        possible=_possible(plan, deal, submitter, findings) if outcome == "needs_information" else None,
    )


def _undetermined(match: Match) -> Iterator[Rule]:
    for n in positions(match.undetermined):
        yield match.group.rules[n]


def _submitter_rank(plan: PricePlan, shared: Row) -> int:
    """Return the submitter's rank; one who is not given counts as `automatic`."""
    level = shared.get("submitter.level")
    return plan.levels.index(level) if isinstance(level, str) else 0


def _chain(plan: PricePlan, rank: int, submitter: int, also: Iterable[str], language: Language) -> list[ApprovalStep]:
    """Return the steps above the submitter up to the required level; other roles join the last, or are the only one."""
    signing = _signing(plan, rank, submitter)
    steps = [[level] for level in signing]
    others = [role for role in also if role not in signing]
    if others:
        steps = [*steps[:-1], [*(steps[-1] if steps else []), *others]]
    return [
        ApprovalStep(number, [plan.approver(role, language) for role in step])
        for number, step in enumerate(steps, start=1)
    ]


def _signing(plan: PricePlan, rank: int, submitter: int) -> tuple[str, ...]:
    """Return the levels that sign for a required rank, in the order of their steps."""
    if rank <= submitter:
        return ()
    return plan.levels[rank : rank + 1] if plan.section.chain == "direct" else plan.levels[submitter + 1 : rank + 1]


def _line_result(plan: PricePlan, line: LineLevel) -> LineResult:
    row = line.match.row
    granted = None
    if line.match.fired and len(line.ranks) == 1:
        granted = plan.authority.group.rules[lowest_bit(line.match.fired)].id
    number = line.match.number
    assert number is not None
    return LineResult(
        line=number + 1,
        level=plan.level(max(line.final)) if len(line.final) == 1 else None,
        discount=_shown(row, "line.discount", figures.rate),
        margin=_shown(row, "line.margin", figures.rate),
        granted_by=granted,
    )


def _alternatives(plan: PricePlan, engine: Engine, facts: Facts, lines: list[LineLevel]) -> list[Alternative]:
    found: list[Alternative] = []
    others = OtherLines(facts.lines or ())
    for number, line in enumerate(lines):
        needed = max(line.final)
        if needed > 0:
            found += alternatives(
                plan.repricing, engine, facts, number, levels=plan.levels, needed=needed, others=others
            )
    return found


def _totals(shared: Row) -> Totals:
    return Totals(
        list_total=_shown(shared, "deal.list_total", figures.amount),
        net_total=_shown(shared, "deal.net_total", figures.amount),
        cost_total=_shown(shared, "deal.cost_total", figures.amount),
        discount=_shown(shared, "deal.discount", figures.rate),
        margin=_shown(shared, "deal.margin", figures.rate),
        quantity=_shown(shared, "deal.quantity", figures.number),
    )


def _shown(row: Row, path: str, figure: Callable[[Ratio], str]) -> str | None:
    value = row.get(path)
    return figure(value) if isinstance(value, tuple) else None


def _possible(plan: PricePlan, deal: frozenset[int], submitter: int, findings: Findings) -> PricePossible:
    """Return the outcomes and levels that remain."""
    outcomes = set(findings.doubtful_outcomes)
    if plan.top + 1 in deal:
        outcomes.add("rejected")
    ranks = sorted(rank for rank in deal if rank <= plan.top)
    if ranks:
        if findings.holds:
            outcomes.add("held")
            outcomes.discard("requires_approval")
        else:
            if ranks[-1] > submitter or findings.also:
                outcomes.add("requires_approval")
            if ranks[0] <= submitter and not findings.also:
                outcomes.add("auto_approved")
    return PricePossible(
        outcomes=[outcome for outcome in OUTCOMES if outcome in outcomes],
        levels=[plan.levels[rank] for rank in ranks],
    )
