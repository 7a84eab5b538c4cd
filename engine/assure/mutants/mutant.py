"""What a mutant is: a small change of a policy, where it stands, and which questions could get another answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, assert_never

from engine.assure.cases.parts import Key
from engine.core.decision import Kind
from rules.ir import AllOf, AnyOf, Condition, Criterion, DerivedTable, FieldTest, Not, Policy, Rule
from rules.text.source import Span

What: TypeAlias = Literal["threshold", "operator", "value", "effect", "row", "order", "formula", "criterion", "setting"]


@dataclass(frozen=True, slots=True)
class NewCondition:
    """A rule that asks something else, or (None) that never fires."""

    when: AllOf | None


@dataclass(frozen=True, slots=True)
class NewEffects:
    """A rule or a row that does something else when it fires."""


@dataclass(frozen=True, slots=True)
class Swapped:
    """A row of a `first` table in the other one's place."""

    other: Key


@dataclass(frozen=True, slots=True)
class Anything:
    """A change that every case of some kinds may notice."""


Reach: TypeAlias = NewCondition | NewEffects | Swapped | Anything


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small change. `apply` makes the changed policy; `reach` tells which cases could notice it."""

    what: What
    key: Key
    words: str
    span: Span
    kinds: frozenset[Kind]
    reach: Reach
    apply: Callable[[Policy], Policy] = field(repr=False, compare=False)

    @property
    def rule(self) -> str:
        """Return the rule, row or field that is changed."""
        return self.key[1]

    def __str__(self) -> str:
        """Return the change in one line, with its place."""
        return f"{self.span}: {self.key[1]}: {self.words}"


def replaced(condition: Condition, number: int, changed: FieldTest) -> Condition:
    """Return a condition with its test number `number` (counting as `tests_of` does) changed."""
    counter = iter(range(10**6))

    def walk(one: Condition) -> Condition:
        match one:
            case FieldTest():
                return changed if next(counter) == number else one
            case AllOf(parts):
                return AllOf(tuple([walk(part) for part in parts]))
            case AnyOf(parts):
                return AnyOf(tuple([walk(part) for part in parts]))
            case Not(part):
                return Not(walk(part))
            case _:
                assert_never(one)

    return walk(condition)


def with_rules(policy: Policy, section: str, change: Callable[[tuple[Rule, ...]], tuple[Rule, ...]]) -> Policy:
    """Return the policy with one section's rules changed."""
    head, _, tail = section.partition(".")
    if head == "derive":
        derive = tuple(
            replace(one, rows=change(one.rows)) if isinstance(one, DerivedTable) and one.field == tail else one
            for one in policy.derive
        )
        return replace(policy, derive=derive)
    whole = getattr(policy, head)
    return replace(policy, **{head: replace(whole, **{tail: change(getattr(whole, tail))})})


def with_rule(policy: Policy, key: Key, change: Callable[[Rule], Rule | None]) -> Policy:
    """Return the policy with one rule changed, or without it."""

    def changed(rules: tuple[Rule, ...]) -> Iterator[Rule]:
        for rule in rules:
            new = change(rule) if rule.id == key[1] else rule
            if new is not None:
                yield new

    return with_rules(policy, key[0], lambda rules: tuple(changed(rules)))


def with_criteria(
    policy: Policy, section: str, change: Callable[[tuple[Criterion, ...]], tuple[Criterion, ...]]
) -> Policy:
    """Return the policy with its criteria of one section changed."""
    head = section.partition(".")[0]
    name = "priority" if head == "deal_registration" else "by"
    whole = getattr(policy, head)
    return replace(policy, **{head: replace(whole, **{name: change(getattr(whole, name))})})
