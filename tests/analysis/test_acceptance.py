"""A finding is accepted where it stands, with a reason; an acceptance of nothing is a finding."""

import pytest

from rules.load import load_text
from tests.analysis.analysed import program_and_findings
from tests.small_policies import HEAD, codes

POLICY = """
price_approval:
  ladder: [{level: manager}, {level: director}]
  {SECTION}
  authority:
    {TABLE}
    columns: [id, level, line.discount, accept]
    rows:
      - [M, manager, "<= 10%", "-"]
      - [D, director, "(10%..40%]", {ROW}]
  rules:
    - {id: round, when: {line.discount: 15%}, then: {notify: director}, {RULE}}
"""


def policy(*, section: str = "", table: str = "", row: str = '"-"', rule: str = "because: Test") -> str:
    said = {"{SECTION}": section, "{TABLE}": table, "{ROW}": row, "{RULE}": rule}
    text = POLICY
    for mark, words in said.items():
        text = text.replace(mark, words)
    return HEAD + text


def found(text: str) -> tuple[list[str], list[str]]:
    _, analysis = program_and_findings(text)
    return [one.code for one in analysis.findings], [one.code for one in analysis.accepted]


def test_a_finding_is_told_until_it_is_accepted() -> None:
    assert found(policy()) == (["D616"], [])


@pytest.mark.parametrize(
    "text",
    [
        policy(rule="accept: {D616: It is meant}"),
        policy(rule="accept: {D616: {en: It is meant, zh: 有意为之}}"),
        policy(section="accept: {D616: It is meant}"),
    ],
)
def test_it_is_accepted_on_the_rule_or_the_section(text: str) -> None:
    assert found(text) == ([], ["D616"])


@pytest.mark.parametrize(
    "text",
    [policy(table="accept: {D616: Not here}"), policy(row="{D616: Not here}"), policy(rule="accept: {D603: No}")],
)
def test_an_acceptance_elsewhere_or_of_another_finding_is_a_finding(text: str) -> None:
    told, accepted = found(text)
    assert (sorted(told), accepted) == (["D614", "D616"], [])


def test_only_what_the_analysis_finds_can_be_accepted() -> None:
    assert codes(load_text(policy(rule="accept: {D101: I like it}"))) == ["D104"]
    assert codes(load_text(policy(rule="accept: meant"))) == ["D110"]


def test_an_acceptance_changes_no_digest() -> None:
    plain, _ = program_and_findings(policy())
    accepting, _ = program_and_findings(policy(rule="because: Test, accept: {D616: It is meant}"))
    assert plain.policy.digest == accepting.policy.digest
