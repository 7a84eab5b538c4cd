"""Elimination by criteria: against a plain reading of docs/language.md section 7, and otherwise by example."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.moments import Reckoning
from engine.core.views import UNKNOWN, State
from engine.kinds.elimination.criteria import scale_of
from engine.kinds.elimination.ranking import Scale, choose, last_in, ranked
from rules.durations import Duration
from rules.ir import Criterion, Preference
from rules.text.source import Span
from rules.types import Scalar, Term, Type

HERE = Span("policies.yaml", 1, 1, 1, 2)
TIER = Term("partner_tier", ("platinum", "gold", "silver"))
START = datetime(2026, 11, 20, tzinfo=UTC)
IN_UTC = Reckoning(UTC, None)
Within = Fraction | timedelta | Duration | None


def criterion(preference: Preference, within: Within = None, name: str = "c") -> Criterion:
    return Criterion(name, preference, None, "partner.score", within, None, HERE)


def scale(
    preference: Preference, states: Sequence[State], *, kind: Type = Scalar.NUMBER, within: Within = None
) -> Scale:
    return scale_of(criterion(preference, within), kind, states, IN_UTC)


def numbers(*values: int | Fraction | None) -> list[State]:
    return [None if value is None else Fraction(value).as_integer_ratio() for value in values]


# --- one criterion -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preference", "states", "kind", "kept"),
    [
        (Preference.HIGHEST, [(3, 1), (6, 2), (2, 1)], Scalar.NUMBER, [0, 1]),
        (Preference.LOWEST, [(3, 1), (5, 2), (10, 4)], Scalar.MONEY, [1, 2]),
        (Preference.BEST, ["silver", "gold", "gold"], TIER, [1, 2]),
        (Preference.EARLIEST, [START, START - timedelta(seconds=1)], Scalar.TIMESTAMP, [1]),
        (Preference.LATEST, [START, START - timedelta(seconds=1)], Scalar.TIMESTAMP, [0]),
        (Preference.EARLIEST, [START.date(), START.date() - timedelta(days=1)], Scalar.DATE, [1]),
        (Preference.LOWEST, [timedelta(hours=2), timedelta(hours=1)], Scalar.DURATION, [1]),
        (Preference.PREFER, [False, True, False], Scalar.BOOLEAN, [1]),
        (Preference.PREFER, [False, False], Scalar.BOOLEAN, [0, 1]),
        (Preference.HIGHEST, [None, (-5, 1)], Scalar.NUMBER, [1]),
        (Preference.LOWEST, [None, (5, 1)], Scalar.NUMBER, [1]),
        (Preference.BEST, [None, "silver"], TIER, [1]),
        (Preference.HIGHEST, [None, None], Scalar.NUMBER, [0, 1]),
        (Preference.HIGHEST, [(-1, 0), (-1000, 1)], Scalar.RATE, [1]),
    ],
)
def test_a_criterion_keeps_the_best(preference: Preference, states: list[State], kind: Type, kept: list[int]) -> None:
    assert scale(preference, states, kind=kind).keep(range(len(states))) == kept


@pytest.mark.parametrize(
    ("values", "within", "kept"),
    [
        ([Fraction(739, 10), Fraction(714, 10)], Fraction(3), [0, 1]),
        ([Fraction(73), Fraction(70)], Fraction(3), [0, 1]),  # the bound itself is within
        ([Fraction(73), Fraction(70) - Fraction(1, 10**12)], Fraction(3), [0]),
        (
            [Fraction(10), Fraction(8), Fraction(6)],
            Fraction(2),
            [0, 1],
        ),  # from the best, not from neighbour to neighbour
        ([Fraction(10), None, Fraction(9)], Fraction(100), [0, 2]),  # null is near to nothing
    ],
)
def test_a_tolerance_counts_from_the_best(values: list[Fraction | None], within: Fraction, kept: list[int]) -> None:
    states = numbers(*values)
    assert scale(Preference.HIGHEST, states, within=within).keep(range(len(states))) == kept
    negated = numbers(*[None if value is None else -value for value in values])
    assert scale(Preference.LOWEST, negated, within=within).keep(range(len(states))) == kept


def test_moments_within_fifteen_minutes_of_the_earliest_are_simultaneous() -> None:
    states: list[State] = [START + timedelta(minutes=minutes) for minutes in (10, 0, 15, 20)]
    earliest = scale(Preference.EARLIEST, states, kind=Scalar.TIMESTAMP, within=Duration(minutes=15))
    assert earliest.keep(range(4)) == [0, 1, 2]
    smallest_step_over: list[State] = [START, START + timedelta(minutes=15, microseconds=1)]
    over = scale(Preference.EARLIEST, smallest_step_over, kind=Scalar.TIMESTAMP, within=Duration(minutes=15))
    assert over.keep(range(2)) == [0]


def test_days_within_a_tolerance() -> None:
    states: list[State] = [START.date(), START.date() + timedelta(days=2), START.date() + timedelta(days=3)]
    assert scale(Preference.EARLIEST, states, kind=Scalar.DATE, within=Duration(minutes=48 * 60)).keep(range(3)) == [
        0,
        1,
    ]


# --- elimination ---------------------------------------------------------------------------------------------------


def test_an_unknown_value_stops_the_elimination_only_where_it_counts() -> None:
    first = scale(Preference.HIGHEST, numbers(2, 2, 1))
    second = scale(Preference.HIGHEST, [(1, 1), UNKNOWN, UNKNOWN])
    assert last_in([first, second], [0, 1, 2]) == [0, 1]
    assert last_in([first, second], [0, 2]) == [0]
    assert list(ranked([first, second], [0, 1, 2])) == [[0, 1], [2]]


def test_those_who_tie_stand_together_in_the_ranking() -> None:
    within = scale(Preference.HIGHEST, numbers(74, 72, Fraction(141, 2)), within=Fraction(3))
    assert list(ranked([within], [0, 1, 2])) == [[0, 1], [2]]


def test_places_go_to_the_first_of_those_tied() -> None:
    found = choose([scale(Preference.HIGHEST, numbers(1, 5, 5, 5))], [0, 1, 2, 3], 2)
    assert found.chosen == (1, 2)
    assert found.ties == ((0, (1, 2, 3)),)


def test_whoever_is_left_is_chosen_whatever_is_unknown() -> None:
    states: list[State] = [UNKNOWN, (1, 1)]
    assert choose([scale(Preference.HIGHEST, states)], [0, 1], 2).chosen == (0, 1)
    assert choose([scale(Preference.HIGHEST, states)], [0, 1], 1).stuck is not None


def test_an_unknown_value_among_those_who_all_get_a_place_does_not_matter() -> None:
    first = scale(Preference.PREFER, [True, True, False], kind=Scalar.BOOLEAN)
    second = scale(Preference.HIGHEST, [UNKNOWN, (1, 1), (2, 1)])
    assert choose([first, second], [0, 1, 2], 2).chosen == (0, 1)


def test_with_a_tolerance_before_it_an_unknown_value_may_matter_even_so() -> None:
    # If 0 is first, 2 is near enough to 1, and may be better than 1.
    first = scale(Preference.HIGHEST, numbers(74, 72, 70), within=Fraction(3))
    second = scale(Preference.HIGHEST, [UNKNOWN, (1, 1), (2, 1)])
    assert choose([first, second], [0, 1, 2], 2).stuck is not None


# --- against the plain reading -------------------------------------------------------------------------------------

PREFERENCES = (Preference.HIGHEST, Preference.LOWEST)
VALUES = st.none() | st.fractions(min_value=-3, max_value=3, max_denominator=3)


@st.composite
def contests(draw: st.DrawFn) -> tuple[list[tuple[Preference, Fraction | None]], list[list[Fraction | None]]]:
    """Criteria, and the values of a few contenders by each."""
    criteria = draw(
        st.lists(
            st.tuples(
                st.sampled_from(PREFERENCES), st.none() | st.fractions(min_value=0, max_value=2, max_denominator=2)
            ),
            max_size=4,
        )
    )
    size = draw(st.integers(1, 6))
    return criteria, [draw(st.lists(VALUES, min_size=size, max_size=size)) for _ in criteria]


def scales_of(
    criteria: Sequence[tuple[Preference, Fraction | None]], values: Sequence[Sequence[Fraction | None]]
) -> list[Scale]:
    return [
        scale(preference, numbers(*column), within=within)
        for (preference, within), column in zip(criteria, values, strict=True)
    ]


def plainly(
    criteria: Sequence[tuple[Preference, Fraction | None]],
    values: Sequence[Sequence[Fraction | None]],
    rows: list[int],
) -> list[int]:
    """Eliminate as docs/language.md says it."""
    for (preference, within), column in zip(criteria, values, strict=True):
        known = [value for row in rows if (value := column[row]) is not None]
        if len(rows) == 1 or not known:
            continue
        best = max(known) if preference is Preference.HIGHEST else min(known)
        near = within or Fraction(0)
        rows = [row for row in rows if (value := column[row]) is not None and abs(value - best) <= near]
    return rows


@given(contests())
def test_elimination_agrees_with_the_plain_reading(
    contest: tuple[list[tuple[Preference, Fraction | None]], list[list[Fraction | None]]],
) -> None:
    criteria, values = contest
    everyone = list(range(len(values[0]) if values else 3))
    scales = scales_of(criteria, values)
    assert last_in(scales, everyone) == plainly(criteria, values, everyone)
    rest, expected = everyone, []
    while rest:
        expected.append(plainly(criteria, values, rest))
        rest = [row for row in rest if row not in expected[-1]]
    assert list(ranked(scales, everyone)) == expected
    flat = [row for tied in expected for row in tied]
    for take in range(1, len(everyone) + 1):
        assert list(choose(scales, everyone, take).chosen) == flat[:take]


@given(contests().filter(lambda contest: bool(contest[0])))
def test_the_order_of_the_input_changes_nothing(
    contest: tuple[list[tuple[Preference, Fraction | None]], list[list[Fraction | None]]],
) -> None:
    criteria, values = contest
    size = min(len(values[0]), 4)
    values = [column[:size] for column in values]
    expected = [set(tied) for tied in ranked(scales_of(criteria, values), range(size))]
    for order in permutations(range(size)):
        shuffled = [[column[row] for row in order] for column in values]
        found = [{order[row] for row in tied} for tied in ranked(scales_of(criteria, shuffled), range(size))]
        assert found == expected
