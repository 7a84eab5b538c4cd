"""Authority and the lines' rules taken apart, once a policy: what a line's net price moves, and what it does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.kinds.price.authority import Authority
from engine.kinds.price.levels import LevelChange
from engine.kinds.price.moving import Parted, PriceDependence
from engine.kinds.price.straight import PRICE
from engine.plan.derive.derivations import Derivations
from engine.plan.groups import Group
from engine.plan.tables.bits import Bits, bits_of
from engine.plan.tables.columns import Tests, Thresholds, look_up
from engine.plan.tables.conditions import Judge, compiled
from rules.ir import Condition, Field, FieldTest, Rule, Subject
from rules.traverse import rule_fields


@dataclass(frozen=True, slots=True)
class Lever:
    """A line's rule that lifts its level."""

    rule: Rule
    change: LevelChange


@dataclass(frozen=True, eq=False)
class Repricing:
    """Authority and the lines' rules, taken apart into what a line's net price moves and what it does not.

    `rows` and `lifting` are the rows and the levers in these parts; `may_lift` judges a lever's conjuncts that no price
    moves. `levers` are the lines' rules that lift a level.
    `named` are the fields that the price moves and that rows or levers test. `columns` index the limits of the rows in
    `walkable` on such fields.
    """

    authority: Authority
    rows: Parted
    lifting: Parted
    may_lift: tuple[Judge, ...]
    levers: tuple[Lever, ...]
    moving: PriceDependence
    named: tuple[str, ...]
    fields: Mapping[str, Field]
    columns: tuple[tuple[str, Thresholds], ...]
    walkable: Bits
    judges: dict[int, tuple[tuple[Condition, Judge], ...]] = field(default_factory=dict)

    def parts(self, n: int) -> tuple[tuple[Condition, Judge], ...]:
        """Return the conjuncts of an authority row, with functions that judge them, made when first asked for."""
        found = self.judges.get(n)
        if found is None:
            parts = self.authority.group.rules[n].when.parts
            found = self.judges[n] = tuple([(part, compiled(part, Subject.LINE)) for part in parts])
        return found

    @staticmethod
    def of(
        authority: Authority,
        *,
        levers: Sequence[Lever],
        derivations: Derivations,
        fields: Mapping[str, Field],
    ) -> "Repricing":
        """Take the section's rules apart."""
        tested = {
            path for rule in (*authority.group.rules, *(one.rule for one in levers)) for path in rule_fields(rule)
        }
        moving = PriceDependence.of(derivations.stages[0].derivations, tested)
        rows = moving.part(authority.group)
        columns, walkable = _columns(rows)
        lifting = moving.part(Group.of([one.rule for one in levers], Subject.LINE))
        return Repricing(
            authority=authority,
            rows=rows,
            lifting=lifting,
            may_lift=tuple([compiled(rule.when, Subject.LINE) for rule in lifting.fixed.rules]),
            levers=tuple(levers),
            moving=moving,
            named=tuple(sorted(path for path in tested if path == PRICE or path in moving.dependent)),
            fields=fields,
            columns=columns,
            walkable=walkable,
        )


def _columns(rows: Parted) -> tuple[tuple[tuple[str, Thresholds], ...], Bits]:
    """Index the rows whose moving conjuncts are limits, each on a field of its own."""
    tests: dict[str, Tests] = {}
    walkable = 0
    for n, (conditions, limits) in enumerate(zip(rows.moving, rows.limits, strict=True)):
        parts = [part for part in conditions if isinstance(part, FieldTest)]
        if limits is None or len({part.field for part in parts}) < len(conditions):
            continue
        if any(limit.other for limit in limits):
            continue
        walkable |= 1 << n
        for part in parts:
            tests.setdefault(part.field, {}).setdefault(id(part.test), (part.test, []))[1].append(n)
    every = (1 << len(rows.moving)) - 1
    columns = []
    for path, found in tests.items():
        rules = [n for _, numbers in found.values() for n in numbers]
        column = look_up(found, given=every ^ bits_of(rules), null=0)
        assert isinstance(column, Thresholds)
        columns.append((path, column))
    return tuple(columns), walkable
