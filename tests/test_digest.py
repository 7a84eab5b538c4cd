"""The digest changes with what a policy means, and with nothing else."""

import pytest

from rules.load import load_text
from tests.small_policies import LANGUAGE


def digest(text: str) -> str:
    loaded = load_text(text)
    assert loaded.policy is not None, [diagnostic.headline for diagnostic in loaded.diagnostics]
    return loaded.policy.digest


def test_a_digest_says_how_it_was_made() -> None:
    assert digest(LANGUAGE).startswith("sha256:")
    assert len(digest(LANGUAGE)) == len("sha256:") + 64


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("# The examples", "# Some examples"),
        ("2026.11", "2026.11"),
        ('"<= 2%"', "'<=  2.00%'"),
        ("30d}", '"720h"}'),
        ("[desktop, notebook], ", "[notebook, desktop], "),
        (
            '{claim.lead_days: "< 15", claim.estimated_value: ">= 1_000_000"}',
            '{claim.estimated_value: ">= 1000000", claim.lead_days: "< 15"}',
        ),
        ("{en: Year-end prices, zh: 年末价格}", "{zh: 年末价格, en: Year-end prices}"),
        ("roles:\n", "roles:\n\n\n"),
    ],
)
def test_other_words_for_the_same_have_the_same_digest(words: str, others: str) -> None:
    assert words in LANGUAGE
    assert digest(LANGUAGE.replace(words, others)) == digest(LANGUAGE)


def test_the_order_of_keys_has_no_meaning() -> None:
    head, *sections = LANGUAGE.split("\n\n")
    assert digest("\n\n".join([head, *reversed(sections)])) == digest(LANGUAGE)


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("policy: language", "policy: another"),
        ("2026.11", "2026.12"),
        ("currency: CNY", "currency: EUR"),
        ("Asia/Shanghai", "Europe/Berlin"),
        ("[platinum, gold, silver]", "[gold, platinum, silver]"),
        ("default: green", "default: amber"),
        ("财务主管", "财务总监"),
        ('"<= 2%"', '"< 2%"'),
        ('"<= 2%"', '"<= 2.000000000001%"'),
        ("Selling below cost", "Below cost"),
        ("chain: stepwise", "chain: direct"),
        ("raise: 1", "raise: 2"),
        ("from: 2026-12-01", "from: 2026-12-02"),
        ("at: rebate", "at: shipment"),
        ("within: 24h", "within: 25h"),
        ("take: 1", "take: 2"),
        ("partner: 80%, region: 20%", "region: 20%, partner: 80%"),
        ("line.margin - line.target_margin", "line.target_margin - line.margin"),
        ("hit: sum", "hit: max"),
        (
            (
                '    - {id: below-cost, when: {line.margin: "< 0%"}, then: {reject: Selling below cost}}\n'
                '    - {id: long-credit, when: {deal.payment_days: "> 60"}, then: {also: finance_controller}}\n'
            ),
            (
                '    - {id: long-credit, when: {deal.payment_days: "> 60"}, then: {also: finance_controller}}\n'
                '    - {id: below-cost, when: {line.margin: "< 0%"}, then: {reject: Selling below cost}}\n'
            ),
        ),
    ],
)
def test_another_meaning_has_another_digest(words: str, others: str) -> None:
    assert words in LANGUAGE
    assert digest(LANGUAGE.replace(words, others, 1)) != digest(LANGUAGE)
