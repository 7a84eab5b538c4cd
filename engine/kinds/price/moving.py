"""What a line's net price moves under a policy: found once, from the policy's own dependencies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.kinds.price.straight import PRICE, StraightForms, compiled
from engine.plan.derive.derivation import Derivation
from engine.plan.groups import Group
from rules.ir import Compare, CompareField, Condition, FieldTest, Operator, Subject, Within
from rules.traverse import condition_fields


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on a field that the price moves: `sign * (field - limit)` is at most zero, or below it if `strict`.

    The limit is n / d, or the value of another field.
    """

    field: str
    n: int
    d: int
    sign: int
    strict: bool
    other: str | None = None


@dataclass(frozen=True, eq=False)
class Parted:
    """Rules taken apart: `fixed` has only the conjuncts that no price of a line moves, `moving` each rule's others.

    `limits` says the same as `moving` for the rules whose moving conjuncts are all limits; None for the others.
    """

    fixed: Group
    moving: tuple[tuple[Condition, ...], ...]
    limits: tuple[tuple[Limit, ...] | None, ...]


@dataclass(frozen=True, eq=False)
class PriceDependence:
    """What a line's net price moves, of the fields that matter: their derivations, in order, and their tables.

    `crossing` are the lines' own fields among them that the price of another line moves as well, through fields of the
    deal; `across` are the deal's fields that look at such fields of all lines.
    """

    dependent: Mapping[str, Derivation]
    crossing: frozenset[str]
    across: frozenset[str]
    tables: Mapping[str, Parted]
    straight: StraightForms

    @staticmethod
    def of(derivations: Sequence[Derivation], wanted: Iterable[str]) -> "PriceDependence":
        """Follow the net price to the wanted fields, through derivations in dependency order."""
        needed = set(wanted)
        for derivation in reversed(derivations):
            if derivation.path in needed:
                needed |= derivation.inputs
        dependent: dict[str, Derivation] = {}
        for derivation in derivations:
            if PRICE in derivation.inputs or not derivation.inputs.isdisjoint(dependent):
                dependent[derivation.path] = derivation
        dependent = {path: derivation for path, derivation in dependent.items() if path in needed}
        tables = {path: derivation.rules for path, derivation in dependent.items() if derivation.formula is None}
        formulas = {path: derivation.formula for path, derivation in dependent.items() if derivation.formula}
        crossing: set[str] = set()
        for path, derivation in dependent.items():
            through = crossing | {
                name for name in derivation.inputs if name in dependent and not name.startswith("line.")
            }
            if derivation.subject is Subject.LINE and not through.isdisjoint(derivation.inputs):
                crossing.add(path)
        return PriceDependence(
            dependent,
            frozenset(crossing),
            frozenset(
                path
                for path, derivation in dependent.items()
                if derivation.subject is Subject.DEAL and not crossing.isdisjoint(derivation.inputs)
            ),
            {path: _parted(Group.of(rules, Subject.LINE), dependent) for path, rules in tables.items()},
            compiled(formulas, frozenset(crossing)),
        )

    def part(self, group: Group) -> Parted:
        """Take a line's rules apart."""
        return _parted(group, self.dependent)


def _parted(group: Group, dependent: Mapping[str, Derivation]) -> Parted:
    def moves(part: Condition) -> bool:
        return any(path == PRICE or path in dependent for path in condition_fields(part))

    moving = [tuple([part for part in rule.when.parts if moves(part)]) for rule in group.rules]
    return Parted(group.only(lambda part: not moves(part)), tuple(moving), tuple(_limits(parts) for parts in moving))


# What a limit's field less its literal may be: the sign to turn it by, and whether zero is too much.
_LIMIT: dict[Operator, tuple[int, bool]] = {
    Operator.AT_MOST: (1, False),
    Operator.LESS: (1, True),
    Operator.AT_LEAST: (-1, False),
    Operator.GREATER: (-1, True),
}


def _limits(conditions: Sequence[Condition]) -> tuple[Limit, ...] | None:
    limits: list[Limit] = []
    for condition in conditions:
        match condition:
            case FieldTest(field, Compare(operator, Fraction() as literal)) if operator in _LIMIT:
                limits.append(Limit(field, *literal.as_integer_ratio(), *_LIMIT[operator]))
            case FieldTest(field, CompareField(operator, other)) if operator in _LIMIT:
                limits.append(Limit(field, 0, 1, *_LIMIT[operator], other))
            case FieldTest(field, Within(low, low_closed, high, high_closed)):
                if isinstance(low, Fraction):
                    limits.append(Limit(field, *low.as_integer_ratio(), -1, not low_closed))
                if isinstance(high, Fraction):
                    limits.append(Limit(field, *high.as_integer_ratio(), 1, not high_closed))
                if not isinstance(low, Fraction | None) or not isinstance(high, Fraction | None):
                    return None
            case _:
                return None
    return tuple(limits)
