"""On random policies every example is decided again, and every "never" and "no gap" is attacked with random requests.

The suite looks at a few policies; `DEALDESK_ANALYSIS_POLICIES=200 DEALDESK_ANALYSIS_REQUESTS=10000 pytest
tests/analysis/test_held_to_the_engine.py` looks for as long as one likes.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest

from engine.assure.check.findings import Finding
from engine.assure.check.gaps import plausible
from engine.assure.check.tables import Table, tables
from engine.core.decision import RefusedError
from engine.core.exact import ratio
from engine.core.facts import Facts
from engine.core.interpret import judge, order
from engine.core.views import View
from engine.kinds.price.answer import PriceResult
from engine.program import Program, compile_policy
from engine.space.places import lies_in
from engine.space.rule_space import RuleSpace, Shown
from engine.space.showing import decision_of
from rules.ir import DerivedTable, Policy, Reject, Rule, Subject
from tests.analysis.analysed import TODAY, facts_of, program_and_findings, reproduces, table_of, view_of
from tests.deciding import SHIPPED, decided
from tests.random_policies import random_policy
from tests.random_requests import Requests

POLICIES = int(os.environ.get("DEALDESK_ANALYSIS_POLICIES", "6"))
REQUESTS = int(os.environ.get("DEALDESK_ANALYSIS_REQUESTS", "60"))
TEXTS = {**{str(seed): seed for seed in range(POLICIES)}, "shipped": -1}


@cache
def text_of(seed: int) -> str:
    return SHIPPED.read_text(encoding="utf-8") if seed < 0 else random_policy(seed)


def requests_for(program: Program, table: Table, seed: int) -> Iterator[tuple[Shown, Facts]]:
    """Yield requests at and beside a policy's bounds, with all that is derived for a table's rules."""
    source, rng = Requests(program.policy), Random(seed)
    for _ in range(REQUESTS):
        shown = Shown(table.kind, dict(source.make(rng, table.kind)), frozenset(), table.section, TODAY)
        try:
            yield shown, facts_of(program, shown, list(table.rules))
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


@pytest.mark.parametrize("seed", TEXTS.values(), ids=TEXTS)
def test_where_no_gap_is_told_there_is_none(seed: int) -> None:
    program, analysis = program_and_findings(text_of(seed))
    told = {finding.section for finding in (*analysis.findings, *analysis.accepted) if finding.code in ("D602", "D615")}
    for table in tables(program.policy):
        subjects = {rule.subject for rule in table.rules}
        if table.use not in ("first", "best") or table.section in told or len(subjects) > 1:
            continue
        rule_space = RuleSpace(program, table.kind, table.rules, today=TODAY)
        box = plausible(rule_space)
        for shown, facts in requests_for(program, table, seed):
            view = view_of(facts, rule_space.subject)
            if lies_in(rule_space.space, box, view):
                assert True in [judge(rule.when, view) for rule in table.rules], (table.section, shown.request)


@pytest.mark.parametrize("seed", TEXTS.values(), ids=TEXTS)
def test_what_changes_nothing_can_be_left_out(seed: int) -> None:
    program, analysis = program_and_findings(text_of(seed))
    for finding in analysis.findings:
        if finding.code != "D606":
            continue
        table = table_of(program.policy, finding.section)
        shorter = compile_policy(without(program.policy, finding))
        for shown, _ in requests_for(program, table, seed):
            before, after = (decided(one, table.kind, shown.request, explain="none") for one in (program, shorter))
            if "needs_information" not in (before["outcome"], after["outcome"]):
                assert binding(before) == binding(after), (finding.message, shown.request)


def without(policy: Policy, finding: Finding) -> Policy:
    """Return a policy without the rule that a finding says changes nothing."""
    owner, _, name = finding.section.partition(".")

    def left(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules if rule.id != finding.rules[0])

    if owner == "derive":
        derive = [
            replace(one, rows=left(one.rows)) if isinstance(one, DerivedTable) and one.field == name else one
            for one in policy.derive
        ]
        return replace(policy, derive=tuple(derive))
    section = getattr(policy, owner)
    changed: dict[str, Any] = {owner: replace(section, **{name: left(getattr(section, name))})}
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


@pytest.mark.parametrize("seed", TEXTS.values(), ids=TEXTS)
def test_where_no_hole_is_told_no_worse_line_is_signed(seed: int) -> None:
    program, analysis = program_and_findings(text_of(seed))
    every = (*analysis.findings, *analysis.accepted)
    if any(finding.code in ("D601", "D615") and "authority" in finding.section for finding in every):
        return
    table = table_of(program.policy, "price_approval.authority")
    stops = [rule for rule in program.policy.price_approval.rules if any(isinstance(e, Reject) for e in rule.effects)]  # type: ignore[union-attr]
    rule_space = RuleSpace(program, table.kind, [*table.rules, *stops], today=TODAY)
    box = plausible(rule_space)
    for shown, facts in requests_for(program, table, seed):
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
                    assert True not in [judge(rule.when, moved) for rule in table.rules], (
                        shown.request,
                        dim.path,
                        place,
                    )
