"""Where polynomials change sign, stretches of prices, and levels that remain: against trying every one."""

from collections.abc import Iterable
from itertools import chain, combinations, pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kinds.price.levels import LevelChange, changed, highest, possible
from engine.kinds.price.polynomials import Polynomial, plus, sign_changes, times, trimmed, value_at
from engine.kinds.price.spans import Spans, complement, contains, intersection, joined, union

SAME = settings(derandomize=True, max_examples=300, deadline=None)
LOW, HIGH = -25, 40
TOP = 4

coefficients = st.lists(st.integers(-60, 60), min_size=1, max_size=6)
roots = st.lists(st.integers(LOW, HIGH), min_size=1, max_size=4)


def sign(number: int) -> int:
    return (number > 0) - (number < 0)


def polynomial(found: list[int]) -> Polynomial:
    return trimmed(list(found))


def by_trying(one: Polynomial, low: int, high: int) -> list[int]:
    return [x for x in range(low + 1, high + 1) if sign(value_at(one, x)) != sign(value_at(one, x - 1))]


@SAME
@given(coefficients)
def test_sign_changes_are_found(found: list[int]) -> None:
    one = polynomial(found)
    assert sign_changes(one, LOW, HIGH) == by_trying(one, LOW, HIGH)


@SAME
@given(roots, st.integers(-3, 3).filter(bool))
def test_roots_on_whole_numbers_are_found_however_often_they_stand(found: list[int], factor: int) -> None:
    one: Polynomial = (factor,)
    for root in found:
        one = times(one, (-root, 1))
    assert sign_changes(one, LOW, HIGH) == by_trying(one, LOW, HIGH)


@SAME
@given(coefficients, st.integers(LOW, HIGH), st.integers(LOW, HIGH))
def test_sign_changes_of_any_stretch(found: list[int], low: int, high: int) -> None:
    one = polynomial(found)
    assert sign_changes(one, low, high) == by_trying(one, low, high)


def test_sign_changes_far_out() -> None:
    """x^2 - 10^30 changes at plus and minus 10^15, whatever lies between."""
    one = (-(10**30), 0, 1)
    far = 10**15
    assert sign_changes(one, -2 * far, 2 * far) == [-far, -far + 1, far, far + 1]


@SAME
@given(coefficients, coefficients, st.integers(LOW, HIGH))
def test_sums_and_products(left: list[int], right: list[int], x: int) -> None:
    one, other = polynomial(left), polynomial(right)
    assert value_at(plus(one, other), x) == value_at(one, x) + value_at(other, x)
    assert value_at(plus(one, other, sign=-1), x) == value_at(one, x) - value_at(other, x)
    assert value_at(times(one, other), x) == value_at(one, x) * value_at(other, x)


# --- stretches -----------------------------------------------------------------------------------------------------

numbers = st.frozensets(st.integers(0, 30))


def spans_of(found: Iterable[int]) -> Spans:
    return joined((number, number) for number in sorted(found))


def members(spans: Spans) -> set[int]:
    return {number for first, last in spans for number in range(first, last + 1)}


@SAME
@given(numbers, numbers)
def test_stretches_are_sets(left: frozenset[int], right: frozenset[int]) -> None:
    one, other = spans_of(left), spans_of(right)
    assert members(one) == left
    assert members(union(one, other)) == left | right
    assert members(intersection(one, other)) == left & right
    assert members(complement(one, 0, 30)) == set(range(31)) - left
    assert all(contains(one, number) == (number in left) for number in range(31))


@SAME
@given(numbers, numbers)
def test_stretches_are_apart_and_ascending(left: frozenset[int], right: frozenset[int]) -> None:
    for spans in (union(spans_of(left), spans_of(right)), complement(spans_of(left), 0, 30)):
        assert all(first <= last for first, last in spans)
        assert all(one[1] + 1 < other[0] for one, other in pairwise(spans))


# --- levels --------------------------------------------------------------------------------------------------------

pushes = st.lists(st.builds(LevelChange, st.integers(0, TOP), st.integers(0, 3)), max_size=5)
ranks = st.frozensets(st.integers(0, TOP + 1), min_size=1)


@SAME
@given(ranks, pushes, pushes)
def test_the_levels_that_remain_are_those_of_every_combination(
    start: frozenset[int], certain: list[LevelChange], open_: list[LevelChange]
) -> None:
    subsets = chain.from_iterable(combinations(open_, size) for size in range(len(open_) + 1))
    every = {changed(rank, [*certain, *subset], top=TOP) for subset in subsets for rank in start}
    assert possible(start, certain, open_, top=TOP) == every


@SAME
@given(st.lists(ranks, min_size=1, max_size=4))
def test_the_highest_of_several_is_that_of_every_combination(sets: list[frozenset[int]]) -> None:
    assert highest(sets) == {max(found) for found in product(*sets)}
