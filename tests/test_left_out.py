"""Requests that leave out nearly everything are decided, traced and told like any other."""

from itertools import product
from random import Random

import pytest

from engine import texts
from engine.core.decision import Language, RefusedError
from engine.decide import decide
from tests.agreement import pairs
from tests.deciding import EXPLAIN, INDEX, NOW, Data, decided, program_of

LANGUAGES: tuple[Language, ...] = ("en", "zh")
NAMES = ("id", "gate")  # without which a claim, a candidate or an order cannot be decided

BY_DEAL = """
policy: by-deal
version: "1"
currency: CNY
timezone: Asia/Shanghai
price_approval:
  ladder:
    - {level: rep, title: Rep}
    - {level: head, title: Head}
  authority:
    columns: [id, level, deal.payment_days, line.sku]
    rows:
      - [A, rep, "<= 30", "-"]
      - [B, head, "-", missing]
  rules:
    - {id: odd, when: {line.sku: missing}, then: {hold: Nobody knows what it is}}
"""


def left_out(value: Data, rng: Random, share: float) -> Data:
    """Return a request without most of what it gives."""
    match value:
        case dict():
            return {
                key: left_out(one, rng, share)
                for key, one in value.items()
                if key in NAMES or isinstance(one, dict | list) or rng.random() > share
            }
        case list():
            return [left_out(one, rng, share) for one in value]
        case _:
            return value


@pytest.mark.parametrize("seed", range(340, 346))
def test_whatever_is_left_out_a_decision_can_be_told(seed: int) -> None:
    rng = Random(seed)
    for pair in pairs(seed, 12):
        request = left_out(dict(pair.request), rng, rng.choice([0.5, 0.9, 1.0]))
        for explain, language in product(EXPLAIN, LANGUAGES):
            try:
                decision = decide(
                    pair.program, pair.kind, request, now=NOW, engine=INDEX, explain=explain, language=language
                )
            except RefusedError:
                continue
            assert "None" not in texts.as_text(decision, language)


def test_a_line_of_which_nothing_is_given_is_still_named() -> None:
    decision = decided(program_of(BY_DEAL), "price_approval", {"deal": {"payment_days": 31}, "lines": [{}, {}]})
    entries = [one for one in decision["trace"]["rules"] if one["rule"] in ("A", "B", "odd")]
    assert [(one["rule"], one.get("line")) for one in entries] == [
        ("A", 1),
        ("B", 1),
        ("A", 2),
        ("B", 2),
        ("odd", 1),
        ("odd", 2),
    ]
    text = texts.as_text(decision, "en")
    assert "A does not cover it: payment days 31 > 30" in text
    assert "line 2: Nobody knows what it is" in text
