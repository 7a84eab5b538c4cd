"""On random policies every example is decided again, and every "never" and "no gap" is attacked with random requests.

`DEALDESK_ANALYSIS_POLICIES=200 pytest tests/analysis` looks at more policies than the suite does.
"""

import os
from random import Random

import pytest

from engine.analysis.scene import Shown
from engine.analysis.showing import decision_of
from engine.decision import Kind, RefusedError
from engine.facts import Limits
from engine.interpret import judge
from engine.matching import match_rows
from rules.ir import Subject
from tests.analysis.analysed import PLAIN, facts_of, program_and_findings, reproduces, table_of, view_of
from tests.deciding import NOW
from tests.random_policies import random_policy
from tests.random_requests import Requests

POLICIES = int(os.environ.get("DEALDESK_ANALYSIS_POLICIES", "12"))
REQUESTS = 60


@pytest.mark.parametrize("seed", range(POLICIES))
def test_every_example_is_decided_so_once_more(seed: int) -> None:
    program, analysis = program_and_findings(random_policy(seed))
    for finding in analysis.findings:
        assert reproduces(program, finding), (finding.code, finding.message, finding.shown)
        if finding.code == "D601" and finding.shown is not None:
            decision = decision_of(program, finding.shown)
            assert decision.outcome == "rejected", finding
            assert any(one["rule"] is None for one in decision.result["rejections"])  # type: ignore[index, union-attr, call-overload]


@pytest.mark.parametrize("seed", range(POLICIES))
def test_what_never_fires_or_decides_does_not(seed: int) -> None:
    program, analysis = program_and_findings(random_policy(seed))
    claims = [finding for finding in analysis.findings if finding.code in ("D604", "D605")]
    requests = Requests(program.policy)
    rng = Random(seed)
    for finding in claims:
        table = table_of(program.policy, finding.section)
        number = [rule.id for rule in table.rules].index(finding.rules[0])
        rule = table.rules[number]
        for _ in range(REQUESTS):
            shown = Shown(table.kind, dict(requests.make(rng, table.kind)), frozenset(), table.section, NOW.date())
            try:
                facts = facts_of(program, shown, list(table.rules))
            except RefusedError:
                continue
            view = view_of(facts, rule.subject)
            if finding.code == "D604":
                assert judge(rule.when, view) is not True, (finding.message, shown.request)
            elif judge(rule.when, view) is True:
                earlier = [judge(one.when, view) for one in table.rules[:number] if one.subject is rule.subject]
                assert True in earlier, (finding.message, shown.request)


_ = (Kind, Limits, match_rows, Subject, PLAIN)
