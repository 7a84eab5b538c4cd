"""Whatever a policy's text says, loading it never raises, and ends with a policy or with reasons why not."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.load import load_text
from rules.reports.diagnostics import draw
from tests.small_policies import LANGUAGE

LINES = LANGUAGE.split("\n")
PIECES = [
    *"[]{}(),:-#&*!|>'\"%@`?\\\t\n _.",
    *(
        "present",
        "- ",
        ": ",
        " #",
        "<<",
        "---",
        "...",
        "..",
        "&a ",
        "*a",
        "!!str ",
        "> 15%",
        "[8%..12%)",
        "!= R",
        "has ",
        "not [",
        "é",
        "\x00",
    ),
    *("deal.discount", "line.", "15%", "1_000", "2026-01-01", "30d", "sum(", "automatic", "id", "when", "any", "score"),
]


def check(text: str) -> None:
    loaded = load_text(text)
    errors = [diagnostic for diagnostic in loaded.diagnostics if diagnostic.severity == "error"]
    assert (loaded.policy is None) == bool(errors)
    for diagnostic in loaded.diagnostics:
        assert draw(diagnostic, loaded.sources).startswith(diagnostic.headline)
        assert diagnostic.span.line >= 1
        assert diagnostic.span.column >= 1


@given(st.text(alphabet=st.sampled_from("".join(PIECES)), max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text(text: str) -> None:
    check(text)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_policy_with_words_put_in_taken_out_and_moved(data: st.DataObject) -> None:
    text = LANGUAGE
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(st.sampled_from([*PIECES, ""])) + text[end:]
    check(text)


@given(st.integers(0, len(LINES) - 1), st.integers(0, len(LINES) - 1))
@settings(max_examples=100, deadline=None)
def test_a_policy_with_two_lines_exchanged(one: int, other: int) -> None:
    lines = list(LINES)
    lines[one], lines[other] = lines[other], lines[one]
    check("\n".join(lines))


@pytest.mark.parametrize("seed", range(10))
def test_a_policy_that_ends_anywhere(seed: int) -> None:
    check(LANGUAGE[: random.Random(seed).randrange(len(LANGUAGE))])
