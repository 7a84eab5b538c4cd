"""What durable-rules is given: every test as a range of slots, every condition as alternatives, rules in small sets."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from engine.backends.durable import rulesets
from engine.backends.durable.alternatives import MOST_ALTERNATIVES, MOST_TESTS, TooManyError, alternatives
from engine.backends.durable.bounds import Gauges
from engine.backends.durable.process import SCRIPT
from engine.backends.durable.rulesets import MOST_RULES, compile_conditions
from engine.core.facts import Row
from engine.core.interpret import judge
from engine.core.values import PartialSet, Value
from engine.core.views import View
from rules import traverse as walk
from rules.ir import AllOf, AnyOf, Condition, Equals, FieldTest, Not, NotOneOf, OneOf, Subject
from rules.kinds import rules_of
from rules.load import load, load_text
from rules.text.source import Span
from tests.deciding import SHIPPED
from tests.random_policies import random_policy
from tests.small_policies import LANGUAGE

SPAN = Span("policy.yaml", 1, 1, 1, 2)
DAY, INSTANT, BIT = timedelta(days=1), timedelta(microseconds=1), Fraction(1, 1000)


def lists_of_tests() -> Iterator[list[FieldTest]]:
    """Yield the tests of real policies and of random ones, a list a field."""
    texts = [SHIPPED.read_text("utf-8"), LANGUAGE, *(random_policy(seed) for seed in range(20))]
    for text in texts:
        policy = load(SHIPPED).policy if text == texts[0] else load_text(text).policy
        assert policy is not None
        by_field: dict[str, list[FieldTest]] = {}
        for rule in rules_of(policy):
            for test in walk.tests_of(rule.when):
                by_field.setdefault(test.field, []).append(test)
        yield from by_field.values()


def around(value: object) -> list[Value]:
    """Return a literal as a fact's value, and its neighbours."""
    match value:
        case Fraction():
            return [(one.numerator * 3, one.denominator * 3) for one in (value - BIT, value, value + BIT)]
        case datetime():
            return [value - INSTANT, value, value + INSTANT]
        case date():
            return [value - DAY, value, value + DAY]
        case timedelta():
            return [value - timedelta(seconds=1), value, value + timedelta(seconds=1)]
        case bool():
            return [True, False]
        case str():
            return [value, value + "x"]
        case _:
            raise AssertionError(value)


def states(tests: list[FieldTest]) -> list[Value]:
    """Return values of a field at all that its tests could tell apart."""
    found: list[Value] = [None]
    for test in tests:
        for name in getattr(test.test, "__dataclass_fields__", {}):
            said = getattr(test.test, name)
            if name == "values" and type(test.test).__name__.startswith("Has"):
                members = frozenset(said)
                found += [frozenset(), members, members | {"x"}, frozenset(sorted(members)[:1])]
                found += [PartialSet(frozenset(), members), PartialSet(members, frozenset({"x"}))]
            elif name in ("value", "low", "high") and said is not None:
                found += around(said)
            elif name == "values":
                found += [one for value in said for one in around(value)]
    if any(isinstance(one, tuple) for one in found):
        found += [(-1, 0), (1, 0)]
    return found


@pytest.mark.parametrize("holds", [True, False])
def test_a_test_is_a_range_of_slots(holds: bool) -> None:
    seen = 0
    for tests in lists_of_tests():
        gauges = Gauges(tests)
        for test in tests:
            others = [(1, 1), (2, 1), None] if type(test.test).__name__ == "CompareField" else [None]
            bounds = gauges.bounds(test, holds=holds)
            for value, other in product(states(tests), others):
                row: Row = {test.field: value}
                if others != [None]:
                    row[test.test.other] = other  # type: ignore[union-attr]
                    if not isinstance(value, tuple | None):
                        continue
                view = View(Subject.DEAL, row, {})
                if test.field.partition(".")[0] in ("line", "claim"):
                    view = View(Subject.CLAIM if test.field.startswith("claim") else Subject.LINE, row, row)
                slot = gauges.all[bounds.gauge].slot(view)
                inside = slot is not None and bounds.first <= slot <= bounds.last and slot not in bounds.gaps
                verdict = judge(test, view)
                assert (slot is None) == (verdict is None), (test, value)
                if verdict is not None:
                    assert inside == (verdict is holds), (test, value, bounds)
                seen += 1
    assert seen > 5_000


def a_test(field: str) -> FieldTest:
    return FieldTest(field, Equals("yes"), "yes", SPAN)


def random_condition(rng: Random, depth: int) -> Condition:
    if depth == 0 or rng.random() < 0.3:
        return a_test(f"deal.{rng.choice('abc')}")
    parts = tuple(random_condition(rng, depth - 1) for _ in range(rng.randint(0, 3)))
    made: list[Condition] = [AllOf(parts), AnyOf(parts), Not(random_condition(rng, depth - 1))]
    return rng.choice(made)


def test_alternatives_mean_what_the_condition_means() -> None:
    rng = Random(1)
    worlds = list(product(["yes", "no", None], repeat=3))
    for _ in range(500):
        condition = random_condition(rng, 3)
        found = alternatives(condition)
        for world in worlds:
            row: Row = {f"deal.{name}": state for name, state in zip("abc", world, strict=True) if state is not None}
            view = View(Subject.DEAL, row, {})
            again = AnyOf(tuple(AllOf(tuple(leaf if holds else Not(leaf) for leaf, holds in one)) for one in found))
            assert judge(again, view) is judge(condition, view), (condition, world)


def test_too_many_alternatives_are_refused() -> None:
    either = AnyOf((a_test("deal.a"), a_test("deal.b")))
    many = AllOf(tuple(AnyOf((a_test(f"deal.a{n}"), a_test(f"deal.b{n}"))) for n in range(9)))
    assert len(alternatives(either)) == 2
    with pytest.raises(TooManyError, match=f"more than {MOST_ALTERNATIVES} alternatives"):
        alternatives(many)
    with pytest.raises(TooManyError, match=f"more than {MOST_TESTS} tests at once"):
        alternatives(AllOf(tuple(a_test(f"deal.a{n}") for n in range(MOST_TESTS + 1))))


def test_no_ruleset_has_more_rules_than_are_safe() -> None:
    loaded = json.loads(compile_conditions([a_test(f"deal.f{n % 7}") for n in range(100)]).text)
    assert [len(one["rules"]) for one in loaded] == [MOST_RULES + 1] * 3 + [100 - 3 * MOST_RULES + 1]
    assert all(rulesets.CATCH_ALL in one["rules"] for one in loaded)


def test_a_list_with_gaps_stays_a_conjunction() -> None:
    values = tuple(f"v{n}" for n in range(40))
    every = FieldTest("deal.a", OneOf(values), "[…]", SPAN)
    scattered = FieldTest("deal.a", OneOf(values[::2]), "[…]", SPAN)
    but = FieldTest("deal.a", NotOneOf(values[7:8]), "!= v7", SPAN)
    text = compile_conditions([every, scattered, but]).text
    assert "$or" not in text
    assert text.count("$neq") == 1


def test_no_two_properties_look_the_same_to_durable_rules() -> None:
    """It knows a property by 32 bits of its name's hash."""
    names = [f"{side}{pair}" for side in "pq" for pair in range(2 * MOST_TESTS)] + ["fact", "id", "sid", "$s"]
    assert len({fnv_1a(name) for name in names}) == len(names)


def fnv_1a(name: str) -> int:
    found = 0x811C9DC5
    for byte in name.encode():
        found = (found ^ byte) * 16777619 % 2**32
    return found


def test_the_worker_knows_the_catch_all_rule_by_its_name() -> None:
    assert f'CATCH_ALL = "{rulesets.CATCH_ALL}"' in SCRIPT.read_text("utf-8")
