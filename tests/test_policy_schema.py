"""The schema for editors accepts what the loader accepts, and knows the common mistakes."""

import jsonschema
import pytest
import yaml

from rules.schema import policy_schema
from tests.small_policies import LANGUAGE, SHIPPED


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(policy_schema())


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(policy_schema())


@pytest.mark.parametrize("text", [LANGUAGE, SHIPPED.read_text(encoding="utf-8")], ids=["language", "shipped"])
def test_a_policy_is_accepted(text: str, validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(yaml.load(text, yaml.BaseLoader))


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("price_approval:", "price_aproval:"),
        ("{reject: Selling below cost}", "{rejct: Selling below cost}"),
        ("chain: stepwise", "chain: step"),
        ("validity: 30d", "validity: 30 days"),
        ("line.discount, line.margin", "lines.discount, line.margin"),
        ("hit: sum", "hit: all"),
        ("earliest: claim.registered_at", "earlest: claim.registered_at"),
        ('payment_days: "> 60"', 'payment_days: "=> 60"'),
    ],
)
def test_a_mistake_is_seen(words: str, others: str, validator: jsonschema.Draft202012Validator) -> None:
    assert words in LANGUAGE
    assert not validator.is_valid(yaml.load(LANGUAGE.replace(words, others, 1), yaml.BaseLoader))
