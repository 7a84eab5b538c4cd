"""Whether some price might do if more were known, and what is to be known for that.

A price is only named if it does whatever the unknown fields are, and it is only impossible if none does whatever they
are. Between the two the answer is the fields. So a line is looked at a second time, in the most hopeful way: rows that
may hold count, rules that may lift do not, and whether an unknown field will be given is open (`Awaiting`), also in
what is derived. That is done only where a request lacks a field that a level may hang on.
"""

from collections.abc import Iterable, Iterator, Sequence

from engine.core.facts import Facts, Row
from engine.core.values import PartialSet
from engine.core.views import UNKNOWN, State, View
from engine.kinds.price.levels import LevelChange, changed
from engine.kinds.price.other_lines import OtherLines
from engine.kinds.price.pieces import Fixed
from engine.kinds.price.priced_line import PricedLine
from engine.kinds.price.repricing import Lever, Repricing
from engine.kinds.price.spans import Spans, contains, intersection
from engine.plan.awaiting import Awaiting
from engine.plan.derive.derivations import Derivations
from engine.plan.groups import Engine
from engine.plan.tables.bits import positions
from rules.ir import Condition, Rule, Subject
from rules.traverse import condition_fields


class OpenPrices:
    """One decision's request, looked at hopefully once somebody asks."""

    def __init__(self, repricing: Repricing, derivations: Derivations, engine: Engine, facts: Facts) -> None:
        """Take the facts with their derived fields."""
        self.repricing = repricing
        self.engine = Awaiting(engine, None)
        self._derivations = derivations
        self._facts = facts
        self._awaiting: tuple[Facts, OtherLines] | None = None

    def line(self, number: int, low: int, high: int) -> "OpenLine | None":
        """Return a line between two prices; None if nothing is unknown that its level may hang on."""
        if self._awaiting is None and not self._is_lacking():
            return None
        if self._awaiting is None:
            facts = self._anew()
            self._awaiting = facts, OtherLines(facts.lines or ())
        facts, others = self._awaiting
        return OpenLine(self, facts, others, number, low=low, high=high)

    def _is_lacking(self) -> bool:
        shared, lines = self._facts.shared, self._facts.lines or ()
        return any(
            any(path not in row for row in lines) if path.startswith("line.") else path not in shared
            for path in self.repricing.given
        )

    def _anew(self) -> Facts:
        """Return the request with its derived fields found anew, where it is open whether unknown fields will come."""
        derived = self._derivations.inputs.keys()
        lines = [{path: one for path, one in row.items() if path not in derived} for row in self._facts.lines or ()]
        shared = {path: one for path, one in self._facts.shared.items() if path not in derived}
        facts = self._facts.what_if(shared, lines=lines)
        self._derivations.derive(self.engine, facts)
        return facts

    def roots(self, paths: Iterable[str], line: PricedLine, facts: Facts, row: Row) -> Iterator[str]:
        """Yield the given fields because of which a line's fields, or the deal's, are unknown at some price."""
        for path in paths:
            own = row is (facts.lines or ())[line.number]
            if not (_is_open(path, line, facts, row) if own or not path.startswith("line.") else _lacks(row, path)):
                continue
            inputs = self._derivations.inputs.get(path)
            if inputs is None:
                yield path
            elif path.startswith("line."):
                yield from self.roots(inputs, line, facts, row)
            else:
                for other in facts.lines or ():
                    yield from self.roots(inputs, line, facts, other)


class OpenLine:
    """One line of such a request."""

    def __init__(self, of: OpenPrices, facts: Facts, others: OtherLines, number: int, *, low: int, high: int) -> None:
        """Find the rows that may hold at some price, and the rules that lift the level for certain."""
        repricing = of.repricing
        self._of, self._facts = of, facts
        self._row = (facts.lines or ())[number]
        self._view = View(Subject.LINE, facts.shared, self._row)
        self._line = PricedLine(
            facts, number, low=low, high=high, engine=of.engine, moving=repricing.moving, others=others, awaiting=True
        )
        match = of.engine.judge(repricing.rows.fixed, facts.shared, self._row)
        self.candidates = match.fired | match.undetermined
        self._allowed = [
            (n, spans)
            for n in positions(self.candidates)
            if (spans := self._prices(repricing.rows.moving[n], certainly=False))
        ]
        verdicts = [of.engine.verdict(rule.when, self._view) for rule in repricing.lifting.fixed.rules]
        levers = zip(repricing.levers, verdicts, repricing.lifting.moving, strict=True)
        self._lifts: list[tuple[Lever, Spans]] = []
        self._may_lift: list[tuple[Lever, Spans]] = []
        for lever, verdict, moving in levers:
            certain = self._prices(moving, certainly=True) if verdict else ()
            maybe = self._prices(moving, certainly=False) if verdict is not False else ()
            self._lifts.append((lever, certain))
            if maybe != certain:
                self._may_lift.append((lever, maybe))

    def fields(self, rank: int) -> list[str]:
        """Return the given fields without which nobody knows whether a price does for a rank; none if none does."""
        hopeful = [(n, spans) for n, spans in self._allowed if self._of.repricing.authority.ranks[n] <= rank]
        prices = [price for price in self._turns() if self._rank(price) <= rank]
        if not prices:
            return []
        parts: list[Condition] = []
        for n, spans in hopeful:
            if any(contains(spans, price) for price in prices):
                parts += self._undetermined(self._of.repricing.authority.group.rules[n])
        for lever, spans in self._may_lift:
            if _lifts_above(lever.change, rank) and any(contains(spans, price) for price in prices):
                parts += self._undetermined(lever.rule)
        named = dict.fromkeys(path for part in parts for path in condition_fields(part))
        return sorted({*self._of.roots(named, self._line, self._facts, self._row)})

    def _prices(self, conditions: Sequence[Condition], *, certainly: bool) -> Spans:
        spans = self._line.everywhere
        for condition in conditions:
            spans = intersection(spans, self._line.truth(condition)[0 if certainly else 1])
        return spans

    def _turns(self) -> list[int]:
        """Return a price of every stretch on which nothing changes."""
        ends = {self._line.low}
        for _, spans in (*self._allowed, *self._lifts, *self._may_lift):
            ends.update(end for first, last in spans for end in (first, last + 1))
        return sorted(end for end in ends if self._line.low <= end <= self._line.high)

    def _rank(self, price: int) -> int:
        """Return the lowest rank that a line might need at a price."""
        ranks = self._of.repricing.authority.ranks
        top = len(self._of.repricing.authority.below) - 2
        rank = min((ranks[n] for n, spans in self._allowed if contains(spans, price)), default=top + 1)
        return changed(rank, [lever.change for lever, spans in self._lifts if contains(spans, price)], top=top)

    def _undetermined(self, rule: Rule) -> Iterator[Condition]:
        """Yield the conjuncts of a rule that are undetermined at some price."""
        for part in rule.when.parts:
            holds, open_ = self._line.truth(part)
            if holds != open_:
                yield part


def _lifts_above(change: LevelChange, rank: int) -> bool:
    return change.at_least > rank or change.levels > 0


def _is_open(path: str, line: PricedLine, facts: Facts, row: Row) -> bool:
    """Return whether a field is unknown, or known in part only, at some price."""
    if line.moves(path):
        return any(isinstance(shape, Fixed) and _is_unknown(shape.state) for _, _, shape in line.pieces_of(path))
    return _lacks(row if path.startswith("line.") else facts.shared, path)


def _lacks(row: Row, path: str) -> bool:
    return _is_unknown(row.get(path, UNKNOWN))


def _is_unknown(state: State) -> bool:
    return state is UNKNOWN or isinstance(state, PartialSet)
