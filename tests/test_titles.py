"""Names for people: titles of terms' values, and what fields are called (docs/language.md, section 1)."""

import pytest

from engine.core.decision import Kind
from engine.core.request_schema import request_schema
from rules.ir import Field, Origin, Text
from rules.load import load_text
from rules.titles import title_of
from tests.deciding import SHIPPED, program_at
from tests.small_policies import HEAD, codes, good

TITLED = """
terms:
  customer_class: [R: {en: Relationship, zh: 关系型}, D: Development, P]
  coverage:
    - open
    - locked: {zh: 锁定}
price_approval:
  ladder: [{level: manager, title: {en: Manager, zh: 经理}}]
  authority: {columns: [level, customer.class, line.discount], rows: [[manager, "[R, P]", "<= 10%"]]}
"""
PLAIN = TITLED.replace("R: {en: Relationship, zh: 关系型}, D: Development", "R, D").replace(
    "locked: {zh: 锁定}", "locked"
)


def test_a_value_may_have_a_title() -> None:
    policy = good(TITLED)
    assert policy.terms["customer_class"] == ("R", "D", "P")
    assert policy.titles["customer_class"]["R"] == Text((("en", "Relationship"), ("zh", "关系型")))
    asked = [("customer_class", "R"), ("customer_class", "D"), ("customer_class", "P"), ("coverage", "locked")]
    assert [title_of(policy, *one, "en") for one in asked] == ["Relationship", "Development", "P", "锁定"]
    assert [title_of(policy, *one, "zh") for one in asked] == ["关系型", "Development", "P", "锁定"]


def test_a_level_goes_by_its_title() -> None:
    policy = good(TITLED)
    assert title_of(policy, "level", "manager", "zh") == "经理"
    assert title_of(policy, "level", "automatic", "zh") == "automatic"


def test_titles_are_part_of_the_digest_and_change_no_values() -> None:
    titled, plain = good(TITLED), good(PLAIN)
    assert titled.terms == plain.terms
    assert titled.fields == plain.fields
    assert len({titled.digest, plain.digest, good(TITLED.replace("关系型", "关系")).digest}) == 3
    assert not plain.titles


def test_the_request_schema_says_the_titles() -> None:
    definitions = request_schema(good(TITLED), Kind.PRICE_APPROVAL)["$defs"]
    assert isinstance(definitions, dict)
    assert definitions["term.customer_class"] == {
        "enum": ["R", "D", "P", None],
        "description": "R: Relationship; D: Development.",
    }


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ("[R: {en: A}, R]", "D108"),
        ("[{R: A, D: B}]", "D110"),
        ("[R: {english: A}]", "D107"),
        ("[present: {en: A}]", "D107"),
        ("[R: ]", "D110"),
        ("[R: [a]]", "D110"),
        ("[[R]]", "D110"),
    ],
)
def test_a_mistake_in_a_title_is_reported(values: str, code: str) -> None:
    assert code in codes(load_text(f"{HEAD}terms:\n  customer_class: {values}\n"))


OWN = [field for field in program_at(SHIPPED).policy.fields.values() if field.origin in (Origin.FACT, Origin.DERIVED)]


@pytest.mark.parametrize("field", OWN, ids=lambda field: field.path)
def test_every_field_of_the_shipped_policy_has_a_name_in_both_languages(field: Field) -> None:
    assert field.describe is not None
    assert [language for language, _ in field.describe.words] == ["en", "zh"]


def test_every_term_of_the_shipped_policy_has_a_title_in_both_languages() -> None:
    policy = program_at(SHIPPED).policy
    for term, values in policy.terms.items():
        if term in ("level", "role", "gate", "kind"):
            continue
        assert [*policy.titles[term]] == [*values]
        for title in policy.titles[term].values():
            assert [language for language, _ in title.words] == ["en", "zh"]
