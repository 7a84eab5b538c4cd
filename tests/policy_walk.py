"""What a policy tests its fields against: the conditions, formulas and literals that random requests are drawn from."""

from collections.abc import Iterator, Sequence

from rules.ir import (
    Compare,
    Condition,
    DerivedFormula,
    Equals,
    Expression,
    HasAll,
    HasAny,
    HasNone,
    NotOneOf,
    OneOf,
    Policy,
    Score,
    Test,
    Within,
)
from rules.kinds import criteria_of, rules_of
from rules.types import Value


def conditions_of(policy: Policy) -> Iterator[Condition]:
    for rule in rules_of(policy):
        yield rule.when
    for criterion in criteria_of(policy):
        if criterion.condition is not None:
            yield criterion.condition


def expressions_of(policy: Policy) -> Iterator[Expression]:
    for derived in policy.derive:
        if isinstance(derived, DerivedFormula):
            yield derived.expression
    for rule in rules_of(policy):
        for effect in rule.effects:
            if isinstance(effect, Score):
                yield effect.points


def literals_of(test: Test) -> Sequence[Value]:
    match test:
        case Equals(value) | Compare(_, value):
            return (value,)
        case OneOf(values) | NotOneOf(values) | HasAny(values) | HasAll(values) | HasNone(values):
            return values
        case Within(low, _, high, _):
            return tuple(end for end in (low, high) if end is not None)
        case _:
            return ()
