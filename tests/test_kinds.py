"""Each kind is described once: its section's lists are those of the IR, and every outcome has words."""

from dataclasses import fields
from types import UnionType
from typing import get_args, get_type_hints

import pytest

from engine.explain.words import en, zh
from rules.ir import Criterion, Policy, Rule
from rules.kinds import SECTIONS, Kind, Section, criteria_of, rules_of
from rules.load import load_text
from tests.small_policies import LANGUAGE

LISTS = {tuple[Rule, ...], tuple[Criterion, ...]}


@pytest.mark.parametrize("section", SECTIONS.values(), ids=lambda section: section.key)
def test_the_lists_of_a_section_are_those_of_its_class(section: Section) -> None:
    hint = get_type_hints(Policy)[section.key]
    assert isinstance(hint, UnionType)
    (made, _) = get_args(hint)
    types = get_type_hints(made)
    assert {of.key for of in section.lists} == {one.name for one in fields(made) if types[one.name] in LISTS}
    assert all(types[of.key] == tuple[Rule, ...] for of in section.rule_lists)
    assert all(types[of.key] == tuple[Criterion, ...] for of in section.criteria_lists)
    assert all(of.section.startswith(f"{section.key}.") for of in section.lists)


def test_every_kind_is_described_and_every_rule_found() -> None:
    assert [section.kind for section in SECTIONS.values()] == list(Kind)
    policy = load_text(LANGUAGE).policy
    assert policy is not None
    for section in SECTIONS.values():
        assert section.of(policy) is not None
        assert [one for one in rules_of(policy) if one.section.startswith(f"{section.key}.")] == [
            *section.all_rules(policy)
        ]
    assert {rule.section for rule in rules_of(policy)} >= {
        of.section for section in SECTIONS.values() for of in section.rule_lists if section.rules(policy, of)
    }
    assert [*criteria_of(policy)]


@pytest.mark.parametrize("words", [en.OUTCOMES, zh.OUTCOMES])
def test_every_outcome_has_words_in_both_languages(words: dict[str, str]) -> None:
    assert words.keys() == {outcome for section in SECTIONS.values() for outcome in section.all_outcomes}
