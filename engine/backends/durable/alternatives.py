"""Conditions as alternatives: each a list of tests that must all hold, or not hold. No `any`, no `not` inside.

durable-rules gets one rule for each alternative, so that its rules are conjunctions and nothing else.
"""

from collections.abc import Sequence
from typing import TypeAlias, assert_never

from rules.ir import AllOf, AnyOf, Condition, FieldTest, Not

# More than these are refused. Each alternative is a rule of its own, and each test two properties of a message, of
# which durable-rules takes 254.
MOST_ALTERNATIVES = 256
MOST_TESTS = 100

# A test, and whether it must hold or must not.
Leaf: TypeAlias = tuple[FieldTest, bool]
Alternative: TypeAlias = tuple[Leaf, ...]


class TooManyError(Exception):
    """A condition has more of something than durable-rules can be trusted with; the message names it."""


def alternatives(condition: Condition, *, holds: bool = True) -> tuple[Alternative, ...]:
    """Return the alternatives of which one must be met for a condition to hold, or not to hold.

    Kleene's logic obeys De Morgan's laws, so a `not` moves inwards to the tests without changing what is undetermined.

    Raises:
        TooManyError: they are more, or longer, than the engine takes.
    """
    match condition:
        case FieldTest():
            return (((condition, holds),),)
        case Not(part):
            return alternatives(part, holds=not holds)
        case AllOf(parts):
            return _all([alternatives(part, holds=True) for part in parts]) if holds else _any(parts, holds=False)
        case AnyOf(parts):
            return _any(parts, holds=True) if holds else _all([alternatives(part, holds=False) for part in parts])
        case _:
            assert_never(condition)


def _any(parts: Sequence[Condition], *, holds: bool) -> tuple[Alternative, ...]:
    return _bounded([one for part in parts for one in alternatives(part, holds=holds)])


def _all(factors: Sequence[Sequence[Alternative]]) -> tuple[Alternative, ...]:
    product: tuple[Alternative, ...] = ((),)
    for factor in factors:
        product = _bounded([tuple(dict.fromkeys((*left, *right))) for left in product for right in factor])
    return product


def _bounded(found: Sequence[Alternative]) -> tuple[Alternative, ...]:
    if len(found) > MOST_ALTERNATIVES:
        raise TooManyError(f"a condition of more than {MOST_ALTERNATIVES} alternatives")
    if any(len(one) > MOST_TESTS for one in found):
        raise TooManyError(f"a condition of more than {MOST_TESTS} tests at once")
    return tuple(dict.fromkeys(found))
