"""Columns made once: an index of fewer conjuncts has most of its columns in common with the index of all of them.

Prices are tried on an authority table without the conjuncts that the price moves, and its rows are told apart by what
they are made for. The columns that are left are those of the whole table, and a large table's columns are large.
"""

from collections.abc import Iterable
from typing import TypeAlias
from weakref import WeakValueDictionary

from engine.core.interpret import judge_test
from engine.core.views import UNKNOWN, State
from engine.plan.tables.bits import Bits, bits_of
from engine.plan.tables.columns import Column, Tests, look_up
from rules.ir import Missing, Present, Test

_Key: TypeAlias = tuple[str, bool, Bits, tuple[int, ...], tuple[tuple[int, ...], ...]]

# INVARIANT: a column keeps its tests, so that no other test can have their identity for as long as it is found here.
_IN_USE: WeakValueDictionary[_Key, Column] = WeakValueDictionary()


def column(path: str, tests: Tests, *, own: bool, every: Bits) -> Column:
    """Return the column of these very tests, each with its rules' numbers; `every` are the bits of all rules."""
    key = (path, own, every, tuple(tests), tuple([tuple(rules) for _, rules in tests.values()]))
    found = _IN_USE.get(key)
    if found is None:
        found = _IN_USE[key] = _column(path, tests, own=own, every=every)
    return found


def _column(path: str, tests: Tests, *, own: bool, every: Bits) -> Column:
    by_class: dict[type[Test], list[int]] = {}
    for test, rules in tests.values():
        by_class.setdefault(type(test), []).extend(rules)
    bits = {kind: bits_of(rules) for kind, rules in by_class.items()}
    examples = {type(test): test for test, _ in tests.values()}
    untested = every ^ _union(bits.values())

    def also(state: State, *verdicts: bool | None) -> Bits:
        # Without a value, a test's class alone decides.
        kinds = [kind for kind, test in examples.items() if judge_test(test, state, None) in verdicts]
        return untested | _union(bits[kind] for kind in kinds)

    valued = {key: found for key, found in tests.items() if not isinstance(found[0], Present | Missing)}
    return Column(
        path,
        own,
        look_up(valued, given=untested | bits.get(Present, 0), null=also(None, True)),
        unknown_holds=also(UNKNOWN, True),
        unknown_open=also(UNKNOWN, True, None),
        tests=tuple([test for test, _ in tests.values()]),
    )


def _union(bits: Iterable[Bits]) -> Bits:
    union = 0
    for one in bits:
        union |= one
    return union
