"""Authority that is written in bands: what is better than a band is outside of it, and nobody may sign it.

`[10%..20%)` beside a margin leaves out who gives less and earns less. A row says how far its level may go, so the limit
alone is meant: one finding says so, instead of one for each gap between the bands.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.assure.check.edits import instead
from engine.assure.check.findings import Edit, Finding
from engine.assure.check.tables import Table
from engine.assure.check.words import described
from engine.plan.tables.bits import lowest_bit
from engine.space.boxes import Cover, TooComplexError
from engine.space.dims import Box, Dim, Mask, ones
from engine.space.rule_space import RuleSpace, Shown
from rules.ir import FieldTest, Rule, Within


@dataclass(frozen=True)
class Limits:
    """Rows of authority as they would be if each band were its limit alone."""

    rule_space: RuleSpace
    cover: Cover
    count: int

    @staticmethod
    def of(rule_space: RuleSpace, count: int) -> "Limits":
        """Let each band of a row begin at the best value that there is."""
        clauses = [
            {number: _limit(rule_space, number, mask) for number, mask in clause.items()}
            for row in range(count)
            for clause in rule_space.of_rule[row]
        ]
        return Limits(rule_space, Cover(rule_space.space, clauses), count)

    def would_cover(self, cells: Iterable[Box]) -> bool:
        """Return whether there are bands, and some row's limits would be kept by the best of each of some cells."""
        try:
            return any(True for _ in self._banded()) and all(
                self.cover.first_uncovered({number: self._best(number, mask) for number, mask in cell.items()}) is None
                for cell in cells
            )
        except TooComplexError:
            return False

    def _best(self, number: int, mask: Mask) -> Mask:
        sign = self.rule_space.cover.signs.get(number, 0)
        if not sign or not mask:
            return mask
        return mask & -mask if sign > 0 else 1 << mask.bit_length() - 1

    def finding(self, table: Table, holes: Sequence[tuple[Box, Shown]]) -> Finding:
        """Return one finding for all that lies beside bands."""
        banded = list(self._banded())
        (box, shown), *others = holes
        words = described(self.rule_space.space, box)
        more = f", and {len(others)} more like it" if others else ""
        _, test, limit = banded[0]
        return Finding(
            "D601",
            f"no level may sign a line with {words}{more}: authority is written in bands",
            test.span,
            table.section,
            tuple(dict.fromkeys(rule.id for rule, _, _ in banded)),
            hint=f"write the limit: {limit} instead of `{test.written}`; what is better than a limit is within it",
            shown=shown,
            edits=tuple(self._edits(banded)),
        )

    def _banded(self) -> Iterator[tuple[Rule, FieldTest, str]]:
        """Yield the bands with the limits that they have."""
        for rule in self.rule_space.rules[: self.count]:
            for test in rule.when.parts:
                if isinstance(test, FieldTest) and isinstance(test.test, Within) and ".." in test.written:
                    sign = self.rule_space.cover.signs.get(self.rule_space.space.plain(test.field).number, 0)
                    low, _, high = test.written.partition("..")
                    if sign > 0 and test.test.high is not None:
                        yield rule, test, f'"{"<=" if test.test.high_closed else "<"} {high.strip()[:-1].strip()}"'
                    elif sign < 0 and test.test.low is not None:
                        yield rule, test, f'"{">=" if test.test.low_closed else ">"} {low.strip()[1:].strip()}"'

    def _edits(self, banded: Iterable[tuple[Rule, FieldTest, str]]) -> Iterator[Edit]:
        for _, test, limit in banded:
            yield from instead(self.rule_space.policy, test, limit)


def _limit(rule_space: RuleSpace, number: int, mask: Mask) -> Mask:
    dim, sign = rule_space.space.dims[number], rule_space.cover.signs.get(number, 0)
    return no_worse(dim, mask, sign) if sign and mask & dim.given else mask


def no_worse(dim: Dim, mask: Mask, sign: int) -> Mask:
    """Return slots with all that is better than the worst of them."""
    given = mask & dim.given
    better = ones(1, given.bit_length() - 1) if sign > 0 else ~ones(0, lowest_bit(given) - 1)
    return mask | (better & dim.given)
