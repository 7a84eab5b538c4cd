"""What lies beyond all that the ladder's top may sign, and what is a hole before it."""

from dataclasses import dataclass

from engine.assure.check.unnamed import unnamed_values
from engine.space.dims import Box, Mask
from engine.space.rule_space import RuleSpace
from rules.ir import Policy, Sign


@dataclass(frozen=True)
class Authority:
    """The rows of authority as what they let be signed, and who the top of the ladder is."""

    rule_space: RuleSpace
    rows: int
    top: int
    directions: dict[int, int]
    unnamed: dict[int, Mask]
    naming: dict[int, int]

    @staticmethod
    def of(policy: Policy, rule_space: RuleSpace, count: int) -> "Authority":
        """Sort the rows."""
        assert policy.price_approval is not None
        top = Sign(policy.price_approval.levels[-1])
        highest = [row for row in range(count) if rule_space.rules[row].effects == (top,)]
        directions = {dim.number: rule_space.cover.signs.get(dim.number, 0) for dim in rule_space.space.dims}
        unnamed = unnamed_values(rule_space, count)
        rows = rule_space.bits_of(range(count))
        naming = {
            number: rule_space.cover.meets({number: rule_space.space.dims[number].given & ~mask}, rows)
            for number, mask in unnamed.items()
        }
        return Authority(rule_space, rows, rule_space.bits_of(highest), directions, unnamed, naming)

    def is_hole(self, cell: Box) -> bool:
        """Return whether somebody may sign something worse than a cell's best, or the top has no row for it at all.

        A hole is also what nobody may sign only because no row names its class or product line: for another somebody
        may, and what there is for anything does not go so far.
        """
        return (
            not self.has_top(cell)
            or bool(self.rule_space.cover.meets(self._or_worse(cell), self.rows))
            or any(self._for_others(cell, number) for number in self.unnamed)
        )

    def _for_others(self, cell: Box, number: int) -> bool:
        """Return whether a cell lies in values that no row names, and somebody may sign such a line with another."""
        given = self.rule_space.space.dims[number].given
        others = {**cell, number: given & ~self.unnamed[number]}
        return not cell.get(number, given) & others[number] and bool(
            self.rule_space.cover.meets(others, self.naming[number])
        )

    def has_top(self, cell: Box) -> bool:
        """Return whether the top of the ladder has a row for such lines, its limits aside."""
        sort = {number: mask for number, mask in cell.items() if not self.directions[number]}
        return bool(self.rule_space.cover.meets(sort, self.top))

    def _or_worse(self, cell: Box) -> Box:
        """Return a cell with all that is worse than its best corner."""
        worse: dict[int, Mask] = {}
        for number, mask in cell.items():
            match self.directions[number]:
                case 0:
                    worse[number] = mask
                case 1:
                    worse[number] = self.rule_space.space.dims[number].given & -(mask & -mask)
                case _:
                    worse[number] = self.rule_space.space.dims[number].given & ((1 << mask.bit_length()) - 1)
        return worse
