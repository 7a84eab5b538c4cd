"""The values at which a policy's answers change: each limit that a rule names, and its neighbours one unit away.

Values drawn at random would nearly all be refused under a policy of any size: some rule rejects them. So the *quiet*
values of a field are known too: those that the fewest rules ask for that refuse, or want more signatures.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar, assert_never
from zoneinfo import ZoneInfo

from engine.core.interpret import judge_test, plain
from rules.built_in import FUNCTION_INPUTS
from rules.ir import (
    AllOf,
    Also,
    AnyOf,
    Approve,
    Arbitrate,
    Assign,
    AtLeast,
    Audit,
    Block,
    Compare,
    CompareField,
    Condition,
    Deposit,
    DerivedFormula,
    Document,
    Effect,
    Equals,
    Exclude,
    Expire,
    Field,
    FieldTest,
    Forfeit,
    HasAll,
    HasAny,
    HasNone,
    Hold,
    IsKind,
    Missing,
    Not,
    Notify,
    NotOneOf,
    OneOf,
    Policy,
    Present,
    Protect,
    Raise,
    Reject,
    Score,
    Sign,
    Split,
    Test,
    Within,
)
from rules.kinds import criteria_of, rules_of
from rules.traverse import expression_fields, formula_of, tests_of
from rules.types import Scalar, SetOf, Term, Type, Value

UNIT: dict[Type, Fraction] = {
    Scalar.MONEY: Fraction(1, 100),
    Scalar.RATE: Fraction(1, 10_000),
    Scalar.INTEGER: Fraction(1),
    Scalar.NUMBER: Fraction(1, 100),
}
STEP: dict[Type, timedelta] = {
    Scalar.DATE: timedelta(days=1),
    Scalar.TIMESTAMP: timedelta(seconds=1),
    Scalar.DURATION: timedelta(minutes=1),
}
# For fields that no rule compares with a literal.
PLAIN: dict[Type, tuple[Value, ...]] = {
    Scalar.MONEY: (Fraction(0), Fraction(100), Fraction(250_000), Fraction(900_000_000)),
    Scalar.RATE: (Fraction(0), Fraction(1, 20), Fraction(1, 5)),
    Scalar.INTEGER: (Fraction(0), Fraction(1), Fraction(7)),
    Scalar.NUMBER: (Fraction(0), Fraction(3, 2)),
    Scalar.DATE: (date(2026, 11, 21), date(2026, 12, 6)),
    Scalar.TIMESTAMP: (
        datetime(2026, 11, 1, 8, tzinfo=ZoneInfo("UTC")),
        datetime(2026, 12, 24, tzinfo=ZoneInfo("UTC")),
    ),
    Scalar.DURATION: (timedelta(days=2),),
}


Drawn = TypeVar("Drawn", bound=Value)


class Bounds:
    """What a policy names, field by field."""

    def __init__(self, policy: Policy) -> None:
        """Collect it; fields that are compared, or computed from each other, have each other's limits."""
        self.used: set[str] = set()
        self._named: dict[str, set[Value]] = {}
        pairs: list[tuple[str, str]] = []
        for condition in _conditions(policy):
            for test in tests_of(condition):
                self.used.add(test.field)
                self._named.setdefault(test.field, set()).update(_literals(test.test))
                if isinstance(test.test, CompareField):
                    pairs += [(test.field, test.test.other), (test.test.other, test.field)]
        for rule in rules_of(policy):
            for effect in rule.effects:
                for path, value in _looked_at(effect):
                    self._named.setdefault(path, set()).add(value)
        for derived in reversed(policy.derive):
            if isinstance(derived, DerivedFormula):
                pairs += [(derived.field, path) for path in expression_fields(derived.expression)]
        pairs = [(one, other) for one, other in pairs if _type(policy, one) == _type(policy, other)]
        for one, other in pairs:
            self._named.setdefault(other, set()).update(self._named.get(one, ()))
        self.used |= {path for pair in pairs for path in pair} | set(_computed_from(policy))
        self.used |= {criterion.field for criterion in criteria_of(policy) if criterion.field}
        self.used |= {name for path in self.used for name in FUNCTION_INPUTS.get(path, ())}
        self._refusing: dict[str, list[tuple[Test, bool]]] = {}
        for rule in rules_of(policy):
            if any(_refuses(effect) for effect in rule.effects):
                for test, holds in _wanted(rule.when):
                    self._refusing.setdefault(test.field, []).append((test.test, holds))

    def quiet(self, path: str, values: Sequence[Drawn]) -> Sequence[Drawn]:
        """Return those of the values at which the fewest refusing rules look."""
        tests = [one for one in self._refusing.get(path, ()) if not isinstance(one[0], CompareField)]
        hits = [sum(judge_test(test, plain(value), None) is holds for test, holds in tests) for value in values]
        return [value for value, number in zip(values, hits, strict=True) if number == min(hits)]

    def numbers(self, *paths: str) -> list[Fraction]:
        """Return the numbers that rules compare these fields with, ascending."""
        found = {value for path in paths for value in self._named.get(path, ()) if isinstance(value, Fraction)}
        return sorted(found)

    def days(self, path: str) -> list[date]:
        """Return the days that rules compare a field with, ascending."""
        return sorted(value for value in self._named.get(path, ()) if type(value) is date)

    def choices(self, field: Field) -> tuple[Value, ...]:
        """Return values of a field on and around every bound."""
        named = self._named.get(field.path, set())
        match field.type:
            case Term(_, values):
                return values
            case SetOf(item):
                members = item.values if isinstance(item, Term) else (*sorted(map(str, named)), "other")
                return (frozenset(), frozenset(members), *(frozenset({one}) for one in members), frozenset(members[1:]))
            case Scalar.BOOLEAN:
                return (True, False)
            case Scalar.TEXT:
                return (*sorted(map(str, named)), "other")
            case scalar:
                given = named | ({field.default} if field.default is not None else set())
                return tuple(_around(given, scalar)) or PLAIN[scalar]


def _around(values: Iterable[Value], kind: Scalar) -> Iterator[Value]:
    """Yield each bound with its neighbours, and the middle between two numbers."""
    step = STEP.get(kind)
    for value in sorted(values, key=str):
        if isinstance(value, Fraction):
            yield from (value - UNIT[kind], value, value + UNIT[kind])
        elif isinstance(value, timedelta) and step:
            yield from (max(value - step, timedelta(0)), value, value + step)
        elif isinstance(value, date) and step:
            yield from (value - step, value, value + step)
    for low, high in pairwise(sorted(value for value in values if isinstance(value, Fraction))):
        yield (low + high) / 2 // UNIT[kind] * UNIT[kind]


def _wanted(condition: Condition, *, holds: bool = True) -> Iterator[tuple[FieldTest, bool]]:
    """Yield each test of a condition with whether it must hold, or must not."""
    match condition:
        case FieldTest():
            yield condition, holds
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _wanted(part, holds=holds)
        case Not(part):
            yield from _wanted(part, holds=not holds)
        case _:
            assert_never(condition)


def _conditions(policy: Policy) -> Iterator[Condition]:
    for rule in rules_of(policy):
        yield rule.when
    for criterion in criteria_of(policy):
        if criterion.condition is not None:
            yield criterion.condition


def _computed_from(policy: Policy) -> Iterator[str]:
    """Yield the fields that formulas read."""
    for derived in policy.derive:
        if isinstance(derived, DerivedFormula):
            yield from expression_fields(derived.expression)
    for rule in rules_of(policy):
        for effect in rule.effects:
            if formula := formula_of(effect):
                yield from expression_fields(formula)


def _looked_at(effect: Effect) -> Iterator[tuple[str, Value]]:
    """Yield the fields that an effect compares with a value of its own, each with that value."""
    match effect:
        case Deposit(rate):
            yield "order.deposit", rate
        case (
            Sign()
            | Reject()
            | Hold()
            | AtLeast()
            | Raise()
            | Also()
            | Notify()
            | Expire()
            | IsKind()
            | Document()
            | Approve()
            | Block()
            | Audit()
            | Forfeit()
            | Arbitrate()
            | Protect()
            | Exclude()
            | Score()
            | Split()
            | Assign()
        ):
            pass
        case _:
            assert_never(effect)


def _refuses(effect: Effect) -> bool:
    """Return whether an effect stops a deal, or asks more of it than usual."""
    match effect:
        case Reject() | Exclude() | Block() | Hold() | AtLeast() | Raise() | Also():
            return True
        case (
            Sign()
            | Notify()
            | Expire()
            | IsKind()
            | Document()
            | Approve()
            | Deposit()
            | Audit()
            | Forfeit()
            | Arbitrate()
            | Protect()
            | Score()
            | Split()
            | Assign()
        ):
            return False
        case _:
            assert_never(effect)


def _type(policy: Policy, path: str) -> Type | None:
    return policy.fields[path].type if path in policy.fields else None


def _literals(test: Test) -> tuple[Value, ...]:
    match test:
        case Equals(value) | Compare(_, value):
            return (value,)
        case OneOf(values) | NotOneOf(values) | HasAny(values) | HasAll(values) | HasNone(values):
            return tuple(values)
        case Within(low, _, high, _):
            return tuple([end for end in (low, high) if end is not None])
        case CompareField() | Present() | Missing():
            return ()
        case _:
            assert_never(test)
