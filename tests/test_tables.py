"""The index of a table, on its own: each column against the plain reading of its tests, and what indexes share."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from random import Random

import pytest

from engine.backends.interpreter import InterpreterEngine
from engine.core.exact import ratio
from engine.core.interpret import judge_test
from engine.core.values import Value
from engine.plan.groups import Group
from engine.plan.tables.bits import bits_of, numbers_of, positions
from engine.plan.tables.columns import look_up
from engine.plan.tables.index import Index
from rules.ir import (
    AllOf,
    Compare,
    Condition,
    Equals,
    FieldTest,
    HasAny,
    Missing,
    NotOneOf,
    OneOf,
    Operator,
    Present,
    Rule,
    Subject,
    Test,
    Within,
)
from rules.text.source import Span

LIMITS = (Fraction(1), Fraction(3, 2), Fraction(2), Fraction(7, 3))
BOTH = (False, True)
NUMBERS = [Fraction(n, 12) for n in range(40)]


def number_tests() -> Iterator[Test]:
    for limit in LIMITS:
        yield Equals(limit)
        for operator in (Operator.LESS, Operator.AT_MOST, Operator.GREATER, Operator.AT_LEAST):
            yield Compare(operator, limit)
    for some in combinations(LIMITS, 3):
        yield OneOf(some)
        yield NotOneOf(some[::-1])
    for low, high in product((None, *LIMITS), (None, *LIMITS)):  # backwards ones too: they hold for nothing
        for low_closed, high_closed in product(BOTH, BOTH):
            yield Within(low, low_closed, high, high_closed)


def word_tests() -> Iterator[Test]:
    for some in combinations("abcd", 2):
        yield Equals(some[0])
        yield OneOf(some)
        yield NotOneOf(some)


@pytest.mark.parametrize("seed", range(20))
def test_a_column_says_what_its_tests_say(seed: int) -> None:
    rng = Random(seed)
    numbers, words = list(number_tests()), list(word_tests())
    for tests, values in (
        (numbers, [ratio(number) for number in NUMBERS] + [(5, 0), (-5, 0), None]),
        (words, ["a", "b", "c", "d", "e", None]),
    ):
        rng.shuffle(tests)
        some = tests[: rng.randrange(1, len(tests))]
        null = bits_of([number for number, test in enumerate(some) if isinstance(test, NotOneOf)])
        column = look_up({id(test): (test, [number]) for number, test in enumerate(some)}, given=0, null=null)
        for value in values:
            holds = [number for number, test in enumerate(some) if judge_test(test, value, None)]
            assert numbers_of(column.bits(value)) == holds, value


def test_slots_change_where_rules_do() -> None:
    closed = Within(Fraction(1), low_closed=True, high=Fraction(2), high_closed=True)
    column = look_up({id(closed): (closed, [0, 1])}, given=0, null=0)
    assert getattr(column, "slots", None) == [0, 0b11, 0]


@pytest.mark.parametrize("seed", range(40))
def test_bits_and_numbers_are_the_same(seed: int) -> None:
    rng = Random(seed)
    bits = rng.getrandbits(rng.randrange(1, 3_000)) & rng.getrandbits(3_000)
    assert numbers_of(bits) == list(positions(bits))
    assert bits_of(numbers_of(bits)) == bits
    assert bits_of(rng.sample(numbers_of(bits), bits.bit_count())) == bits


SPAN = Span("p", 1, 1, 1, 2)
FIELDS = ("deal.margin", "line.discount", "line.sku")


def rules(rng: Random, count: int) -> tuple[Rule, ...]:
    """Return rules that test few fields in all ways; some test a field twice."""
    numbers, words = (*number_tests(), Present(), Missing()), (*word_tests(), Present(), Missing())
    made = []
    for number in range(count):
        fields = rng.choices(FIELDS, k=rng.randrange(4))
        parts = [FieldTest(path, rng.choice(words if path == "line.sku" else numbers), "", SPAN) for path in fields]
        made.append(Rule(str(number), "", Subject.LINE, AllOf(tuple(parts)), (), None, SPAN))
    return tuple(made)


@pytest.mark.parametrize("seed", range(20))
def test_near_misses_come_with_the_match(seed: int) -> None:
    rng = Random(seed)
    plain = InterpreterEngine()
    group = Group.of(rules(rng, rng.randrange(120)), Subject.LINE)
    for _ in range(60):
        values: dict[str, Value] = {
            path: rng.choice(("a", "b", "e", None)) if path == "line.sku" else rng.choice((*map(ratio, NUMBERS), None))
            for path in rng.sample(FIELDS, rng.choice((1, 2, 3, 3, 3)))
        }
        match = plain.judge(group, values, values, near=True)
        assert group.index.match_and_near(values, values) == (match.fired, match.undetermined, match.near)
        assert group.index.match(values, values) == (match.fired, match.undetermined)


def test_a_group_of_fewer_conjuncts_has_the_columns_that_are_left() -> None:
    group = Group.of(rules(Random(1), 50), Subject.LINE)
    fewer = group.only(lambda part: _field(part) != "line.sku")
    assert group.index.columns.keys() == set(FIELDS)
    assert fewer.index.columns.keys() == {*FIELDS} - {"line.sku"}
    assert all(column is group.index.columns[path] for path, column in fewer.index.columns.items())
    assert all(_field(part) != "line.sku" for rule in fewer.rules for part in rule.when.parts)


@dataclass(frozen=True, slots=True)
class HasOneOf(HasAny):
    """A test that the index has never heard of, judged as what it is made from."""


def test_a_test_that_nobody_listed_is_judged_by_itself() -> None:
    test = FieldTest("order.evidence", HasOneOf(("contract",)), "has contract", SPAN)
    index = Index([Rule("R", "s", Subject.DEAL, AllOf((test,)), (), None, SPAN)], Subject.DEAL)
    assert index.match({"order.evidence": frozenset({"contract", "deposit_slip"})}, {}) == (1, 0)
    assert index.match({"order.evidence": frozenset({"deposit_slip"})}, {}) == (0, 0)
    assert index.match({}, {}) == (0, 1)


@dataclass(frozen=True, slots=True)
class Unheard:
    """A test that nobody has heard of."""


def test_a_test_that_nobody_can_judge_stops_the_start() -> None:
    test = FieldTest("deal.segment", Unheard(), "?", SPAN)  # type: ignore[arg-type]  # the type checker has heard of all
    with pytest.raises(AssertionError, match="Unheard"):
        Index([Rule("R", "s", Subject.DEAL, AllOf((test,)), (), None, SPAN)], Subject.DEAL)


def _field(part: Condition) -> str:
    assert isinstance(part, FieldTest)
    return part.field
