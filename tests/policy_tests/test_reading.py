"""Files of cases are read strictly: every mistake is told with its place, and no value changes its meaning."""

from decimal import Decimal

import pytest

from engine.assure.cases.reading import read_cases
from rules.reports.diagnostics import draw

CASE = "- {name: one, decide: price_approval, given: {deal: {id: %s}}, expect: {outcome: held}}\n"


def value(written: str) -> object:
    (case,) = read_cases((CASE % written).encode(), "cases.yaml").cases
    deal = case.request["deal"]
    assert isinstance(deal, dict)
    return deal["id"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("12", 12),
        ("-1_000", -1000),
        ("0.30", Decimal("0.30")),
        ("-0.5", Decimal("-0.5")),
        ("true", True),
        ("null", None),
        ("~", None),
        ('"12"', "12"),
        ("no", "no"),
        ("007", "007"),
        ("1e3", "1e3"),
        ("12:30", "12:30"),
        ("15%", "15%"),
        ("2026-11-21", "2026-11-21"),
        (".5", ".5"),
        ("0x1F", "0x1F"),
    ],
)
def test_values_are_exact_or_text(written: str, found: object) -> None:
    assert value(written) == found
    assert type(value(written)) is type(found)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- {name: one, decide: price_approval}", "cases.yaml:1:3: error[D103]: a case needs the key `expect`"),
        ("- {name: one, decide: prices, expect: {outcome: held}}", "`decide` cannot be `prices`"),
        ("- {name: one, decide: price_approval, expect: {}}", "the case expects nothing"),
        ("- {name: one, decide: price_approval, expekt: {}, expect: {a: 1}}", "did you mean `expect`?"),
        ("cases:\n- {name: one, name: two, decide: price_approval, expect: {a: 1}}", "`name` is written twice"),
        ("given: []\ncases:\n- {name: a, decide: price_approval, expect: {a: 1}}", "`given` must be a mapping"),
        ("cases: {a: 1}", "`cases` must be a list"),
        ("given: {deal: {}}", "a file of cases needs the key `cases`"),
        ("- [a]", "a case must be a mapping"),
        ("- {name: a", "error[D218]"),
        ((CASE % "1") * 2, "two cases are named `one`"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, told: str) -> None:
    found = read_cases(text.encode(), "cases.yaml")
    assert found.cases == ()
    drawn = "\n".join(draw(one, [found.source]) for one in found.diagnostics)
    assert told in drawn
    assert drawn.startswith("cases.yaml:")


def test_given_is_merged_object_by_object() -> None:
    text = """
given: {deal: {id: D-1, payment_days: 30}, lines: [{quantity: 1}]}
as_of: 2026-11-21
cases:
  - {name: a, decide: price-approval, given: {deal: {payment_days: 60}}, expect: {outcome: held}}
  - {name: b, decide: price-approval, as_of: 2026-11-22, given: {deal: null, lines: []}, expect: {outcome: held}}
"""
    first, second = read_cases(text.encode(), "cases.yaml").cases
    assert first.request == {
        "deal": {"id": "D-1", "payment_days": 60},
        "lines": [{"quantity": 1}],
        "as_of": "2026-11-21",
    }
    assert second.request["as_of"] == "2026-11-22"


def test_an_empty_file_has_no_cases() -> None:
    assert read_cases(b"\n", "cases.yaml").diagnostics == ()


def test_aliases_are_bounded() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 8))
    assert any(one.code == "D215" for one in read_cases(bomb.encode(), "cases.yaml").diagnostics)
