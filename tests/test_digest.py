"""The digest changes with what a policy means, and with nothing else.

Digests are kept: if a test of the pinned ones fails, all that was kept by digest would be orphaned. What must change a
policy's digest for good raises `ENCODING`.
"""

import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, get_args, get_type_hints

import pytest

from rules import digest as encoding
from rules.digest import ENUMS, FORMS
from rules.ir import Acceptance, Policy
from rules.load import load, load_text
from rules.text.source import Source, Span
from tests.deciding import SHIPPED
from tests.small_policies import HEAD, LANGUAGE

# Parts of a policy that are no part of what it means.
ASIDE = {Span, Source, Acceptance}
PRICES = """
price_approval:
  ladder: [{level: manager, title: {en: Manager, zh: 经理}, respond_within: 8h}, {level: director}]
  authority:
    columns: [id, line.discount, line.quantity, level]
    rows: [[A, "<= 10%", "[1..100)", automatic], [B, "<= 20.5%", "-", manager], [C, "-", "-", director]]
  rules:
    - {id: below-cost, when: {any: [{line.margin: "< 0%"}, {not: {line.sku: present}}]}, then: {reject: No}}
    - {when: {line.net_price: "< line.floor_price", deal.type: "not [x, y]"}, from: 2026-12-01, then: {raise: 1}}
  validity: 30d
"""
CLAIMS = """
facts: {deal.risk: {type: text, default: low}, claim.seen_at: {type: timestamp, default: "2026-11-01T08:00:00+08:00"}}
derive:
  - {field: claim.points, type: number, formula: "max(1, claim.age_days / 3) - 0.5"}
deal_registration:
  eligibility: [{id: idle, when: {claim.idle_days: "> 30", claim.evidence: "has any [a, b]"}, then: {forfeit: Idle}}]
  priority: [{id: worked, highest: claim.points, within: "2"}, {id: ours, prefer: {claim.owns_account: true}}]
  protection: {columns: [protect, extend], rows: [[90d, 30d]]}
partner_allocation:
  score: [{id: even, then: {score: "10 * partner.open_deals"}}]
  choose: {take: 1, by: [{id: best, highest: score}]}
  split: [{then: {split: {partner: 80%, region: 20%}}}]
"""
# A policy's text (the shipped one's is its file), and its digest. Whoever changes the text writes the new one here.
PINNED = {
    "shipped": (None, "cba0ce518c716aabf5e48616273a44de1ee0495526bb79f9a18b1020b4b69681"),
    "language": (LANGUAGE, "054d4b4d292f8e16c7fa2347edd5b4641c14d2923decbb3f77e570d9bfeb9609"),
    "bare": (HEAD, "8e7dc9113e74794c444bd1e6c06dc656350cc63cff49ad18ca8d62fa458cc2d4"),
    "prices": (HEAD + PRICES, "055f64809f850802970e7cca89353356d869cdb698f552c00f1a45641749fcd4"),
    "claims": (HEAD + CLAIMS, "995211f070aa5e6d8964a2b2cc16898092d0b19b6ef0a9b7fec1f8a692ba7aad"),
}


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
        ("48h", "2880m"),
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
        ("within: 24h", "within: 1d"),
        ("48h", "2d"),
        ("validity: 30d", "validity: 720h"),
        ("validity: 30d", "validity: 1mo"),
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


def reachable(kind: object, found: set[type]) -> Iterator[type]:
    """Yield the classes that values of a type can contain, each once."""
    for argument in get_args(kind):
        yield from reachable(argument, found)
    if not isinstance(kind, type) or kind in found or kind in ASIDE:
        return
    if is_dataclass(kind):
        found.add(kind)
        yield kind
        for hint in get_type_hints(kind).values():
            yield from reachable(hint, found)
    elif issubclass(kind, Enum):
        found.add(kind)
        yield kind


def test_every_class_of_the_ir_has_a_tag_and_no_other_has() -> None:
    assert set(reachable(Policy, set())) == {*FORMS, *ENUMS}
    tags = [*(form.tag for form in FORMS.values()), *ENUMS.values()]
    assert len(tags) == len(set(tags))


@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: FORMS[kind].tag)
def test_a_form_has_every_member_that_takes_part_in_equality(kind: Any) -> None:
    form = FORMS[kind]
    compared = {one.name for one in fields(kind) if one.compare}
    written = (*form.members, *form.added)
    assert set(written) == compared - ({"digest"} if kind is Policy else set())
    assert len(written) == len(set(written))
    assert not form.unordered or len(form.members) == 1


def test_no_name_of_a_class_is_hashed() -> None:
    assert "__name__" not in inspect.getsource(encoding)


@pytest.mark.parametrize("name", PINNED)
def test_a_policy_keeps_its_digest(name: str) -> None:
    policy, expected = PINNED[name]
    loaded = load(SHIPPED) if policy is None else load_text(policy)
    assert loaded.policy is not None
    assert loaded.policy.digest == f"sha256:{expected}"
