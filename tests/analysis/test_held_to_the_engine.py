"""On random policies every example is decided again, and every "never" and "no gap" is attacked with random requests.

The suite looks at a few policies; `DEALDESK_ANALYSIS_POLICIES=200 DEALDESK_ANALYSIS_REQUESTS=10000 pytest
tests/analysis/test_held_to_the_engine.py` looks for as long as one likes.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest

from engine.answers.price import PriceResult
from engine.assure.check.gaps import gaps, plausible
from engine.assure.check.showing import decision_of
from engine.assure.check.tables import Table, tables
from engine.core.decision import RefusedError
from engine.core.exact import ratio
from engine.core.facts import Facts
from engine.core.interpret import judge, order
from engine.core.views import View
from engine.program import Program, compile_policy
from engine.space.places import lies_in
from engine.space.rule_space import RuleSpace, Shown
from rules.ir import DerivedTable, Policy, Reject, Rule, Subject
from tests.analysis.analysed import TODAY, facts_of, program_and_findings, reproduces, table_of, view_of
from tests.deciding import SHIPPED, decided, program_of
from tests.random_policies import random_policy
from tests.random_requests import Requests

POLICIES = int(os.environ.get("DEALDESK_ANALYSIS_POLICIES", "6"))
REQUESTS = int(os.environ.get("DEALDESK_ANALYSIS_REQUESTS", "60"))
TEXTS = {**{str(seed): seed for seed in range(POLICIES)}, "shipped": -1}


@cache
def text_of(seed: int) -> str:
    return SHIPPED.read_text(encoding="utf-8") if seed < 0 else random_policy(seed)


def requests_for(
    program: Program, table: Table, seed: int, *, stops: Sequence[Rule] = (), most: int = REQUESTS
) -> Iterator[tuple[Shown, Facts]]:
    """Yield requests at and beside a policy's bounds, with all that is derived for a table's rules, and for others."""
    source, rng = Requests(program.policy), Random(seed)
    for _ in range(most):
        shown = Shown(table.kind, dict(source.make(rng, table.kind)), frozenset(), table.section, TODAY)
        try:
            yield shown, facts_of(program, shown, [*table.rules, *stops])
        except RefusedError:
            continue


@pytest.mark.parametrize("seed", TEXTS.values(), ids=TEXTS)
def test_every_example_is_decided_so_once_more(seed: int) -> None:
    program, analysis = program_and_findings(text_of(seed))
    for finding in (*analysis.findings, *analysis.accepted):
        assert reproduces(program, finding), (finding.code, finding.message, finding.shown)
        if finding.code == "D601" and finding.shown is not None:
            decision = decision_of(program, finding.shown)
            assert decision.outcome == "rejected", finding
            assert isinstance(decision.result, PriceResult)
            assert any(one.rule is None for one in decision.result.rejections)


def test_requests_are_made_that_let_rules_fire() -> None:
    """Without them, what is said never to fire would not be attacked."""
    for seed in TEXTS.values():
        program, _ = program_and_findings(text_of(seed))
        for table in tables(program.policy):
            if table.section == "price_approval.authority":
                views = [(rule, facts) for _, facts in requests_for(program, table, seed) for rule in table.rules]
                fired = {rule.id for rule, facts in views if judge(rule.when, view_of(facts, rule.subject)) is True}
                assert len(fired) >= 2, seed


@pytest.mark.parametrize("seed", TEXTS.values(), ids=TEXTS)
def test_what_never_fires_or_decides_does_not(seed: int) -> None:
    program, analysis = program_and_findings(text_of(seed))
    for finding in analysis.findings:
        if finding.code not in ("D604", "D605"):
            continue
        table = table_of(program.policy, finding.section)
        number = [rule.id for rule in table.rules].index(finding.rules[0])
        rule = table.rules[number]
        for shown, facts in requests_for(program, table, seed):
            view = view_of(facts, rule.subject)
            fires = judge(rule.when, view) is True
            if finding.code == "D604":
                assert not fires, (finding.message, shown.request)
            elif fires:
                earlier = [judge(one.when, view) for one in table.rules[:number] if one.subject is rule.subject]
                assert True in earlier or None in earlier, (finding.message, shown.request)


def sections(seed: int, *, reported: bool) -> list[Table]:
    """Return the tables of which some request should match a row, with a finding of a gap or without."""
    program, analysis = program_and_findings(text_of(seed))
    named = {one.section for one in (*analysis.findings, *analysis.accepted) if one.code in ("D602", "D615")}
    return [
        table
        for table in tables(program.policy)
        if table.use in ("first", "best")
        and (table.section in named) is reported
        and len({rule.subject for rule in table.rules}) == 1
    ]


def gaps_in(table: Table, seed: int) -> Iterator[tuple[bool, Shown]]:
    """Yield the plausible requests that are tried on a table, each with whether no row of it fires."""
    program, _ = program_and_findings(text_of(seed))
    rule_space = RuleSpace(program, table.kind, table.rules, today=TODAY)
    box = plausible(rule_space)
    for shown, facts in requests_for(program, table, seed):
        view = view_of(facts, rule_space.subject)
        if lies_in(rule_space.space, box, view):
            yield True not in [judge(rule.when, view) for rule in table.rules], shown


@pytest.mark.parametrize("seed", TEXTS.values(), ids=TEXTS)
def test_where_no_gap_is_reported_there_is_none(seed: int) -> None:
    for table in sections(seed, reported=False):
        for is_gap, shown in gaps_in(table, seed):
            assert not is_gap, (table.section, shown.request)


def test_a_gap_that_the_analysis_overlooked_would_be_noticed() -> None:
    # Some policies have nothing to attack: what the attack finds where gaps are reported is what makes it one.
    attacked = [(table, seed) for seed in TEXTS.values() for table in sections(seed, reported=False)]
    assert sum(any(True for _ in gaps_in(table, seed)) for table, seed in attacked) >= 10
    known = [(table, seed) for seed in TEXTS.values() for table in sections(seed, reported=True)]
    found = [table.section for table, seed in known if any(is_gap for is_gap, _ in gaps_in(table, seed))]
    assert len(found) >= 7


def parted(seed: int, section: str, rule: str) -> Iterator[Shown]:
    """Yield the requests that a policy decides otherwise without one of its rules."""
    program, _ = program_and_findings(text_of(seed))
    table = table_of(program.policy, section)
    shorter = compile_policy(without(program.policy, section, rule))
    for shown, _ in requests_for(program, table, seed):
        before, after = (decided(one, table.kind, shown.request, explain="none") for one in (program, shorter))
        if "needs_information" not in (before["outcome"], after["outcome"]) and binding(before) != binding(after):
            yield shown


@pytest.mark.parametrize("seed", TEXTS.values(), ids=TEXTS)
def test_what_changes_nothing_can_be_left_out(seed: int) -> None:
    _, analysis = program_and_findings(text_of(seed))
    for finding in analysis.findings:
        if finding.code == "D606":
            for shown in parted(seed, finding.section, finding.rules[0]):
                raise AssertionError((finding.message, shown.request))


def test_a_rule_that_changes_something_cannot_be_left_out() -> None:
    seeds = [seed for seed in TEXTS.values() if seed >= 0]
    reported = [one for seed in seeds for one in program_and_findings(text_of(seed))[1].findings if one.code == "D606"]
    assert len(reported) >= 5
    needed = [
        (seed, table.section, rule.id)
        for seed in seeds
        for table in tables(program_and_findings(text_of(seed))[0].policy)
        if table.section in ("price_approval.authority", "price_approval.rules")
        for rule in table.rules
    ]
    assert sum(any(True for _ in parted(*one)) for one in needed) >= 10


def without(policy: Policy, section: str, rule: str) -> Policy:
    """Return a policy without one of its rules."""
    owner, _, name = section.partition(".")

    def left(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(one for one in rules if one.id != rule)

    if owner == "derive":
        derive = [
            replace(one, rows=left(one.rows)) if isinstance(one, DerivedTable) and one.field == name else one
            for one in policy.derive
        ]
        return replace(policy, derive=tuple(derive))
    whole = getattr(policy, owner)
    changed: dict[str, Any] = {owner: replace(whole, **{name: left(getattr(whole, name))})}
    return replace(policy, **changed)


def binding(decision: dict[str, Any]) -> tuple[Any, ...]:
    """Return what binds of a decision; which rule said it does not."""
    result = decision["result"]
    said = [
        result.get(key) for key in ("level", "chain", "valid_until", "winner", "protected_until", "chosen", "split")
    ]
    unmet = [(one["obligation"], one["met"]) for one in result.get("controls", ())]
    stops = [sorted({str(one) for one in result.get(key, ())}) for key in ("holds", "rejections", "blocks", "notify")]
    return decision["outcome"], said, sorted({str(one) for one in unmet}), stops


# The last rows stop what no level may sign: without one, somebody has lines that nobody may sign.
ROWS = {**{f"{name}-last": (seed, 1) for name, seed in TEXTS.items()}, "shipped-second-last": (-1, 2)}


@cache
def without_row(seed: int, from_last: int) -> tuple[Program, bool]:
    """Return a policy without a row of its authority, and whether the analysis reports a hole there."""
    policy = program_and_findings(text_of(seed))[0].policy
    assert policy.price_approval is not None
    rows = [*policy.price_approval.authority]
    del rows[-from_last]
    program = compile_policy(replace(policy, price_approval=replace(policy.price_approval, authority=tuple(rows))))
    return program, any(gaps(program, table_of(program.policy, "price_approval.authority"), today=TODAY))


def holes_in(program: Program, seed: int) -> Iterator[tuple[bool, object]]:
    """Yield lines that nobody may sign, each with a line that is worse and whether somebody may sign that one."""
    table = table_of(program.policy, "price_approval.authority")
    stops = [rule for rule in program.policy.price_approval.rules if any(isinstance(e, Reject) for e in rule.effects)]  # type: ignore[union-attr]
    rule_space = RuleSpace(program, table.kind, [*table.rules, *stops], today=TODAY)
    box = plausible(rule_space)
    for shown, facts in requests_for(program, table, seed, stops=stops, most=4 * REQUESTS):
        view = view_of(facts, Subject.LINE)
        if not lies_in(rule_space.space, box, view) or any(judge(rule.when, view) for rule in rule_space.rules):
            continue
        for dim in rule_space.space.dims:
            sign = rule_space.cover.signs.get(dim.number, 0)
            here = view[dim.path] if sign else None
            if not isinstance(here, tuple):
                continue
            for place in dim.places:
                worse = ratio(place)
                if order(worse, here) == sign:
                    moved = View(Subject.LINE, {**view.shared, dim.path: worse}, {**view.row, dim.path: worse})
                    signed = True in [judge(rule.when, moved) for rule in table.rules]
                    yield signed, (shown.request, dim.path, place)


@pytest.mark.parametrize(("seed", "from_last"), ROWS.values(), ids=ROWS)
def test_where_no_hole_is_reported_no_worse_line_is_signed(seed: int, from_last: int) -> None:
    program, is_reported = without_row(seed, from_last)
    for is_hole, tried in holes_in(program, seed) if not is_reported else ():
        assert not is_hole, tried


# Between 10% and 20% nobody may sign, and what is worse the director may.
HOLED = """
policy: holed
version: "1"
currency: CNY
timezone: UTC
price_approval:
  ladder: [{level: manager}, {level: director}]
  authority:
    columns: [level, line.discount]
    rows: [[manager, "<= 10%"], [director, "[20%..30%]"]]
"""


def test_a_hole_that_the_analysis_overlooked_would_be_noticed() -> None:
    # Where none is reported there is something to attack, and the attack finds the one that is known.
    attacked = [(seed, from_last) for seed, from_last in ROWS.values() if not without_row(seed, from_last)[1]]
    assert sum(len([*holes_in(without_row(seed, from_last)[0], seed)]) for seed, from_last in attacked) >= 40
    program = program_of(HOLED)
    assert any(gaps(program, table_of(program.policy, "price_approval.authority"), today=TODAY))
    assert any(is_hole for is_hole, _ in holes_in(program, 0))
