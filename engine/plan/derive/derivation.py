"""One derived field: where it stands, what it reads, and the ways to compute it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from engine.core.facts import Facts, Row
from engine.core.views import State
from engine.plan.derive.formulas import Formula, Written
from engine.plan.groups import Engine
from rules.ir import Expression, Rule, Subject

# The row's number counts its list in the request from 0; None for the shared facts.
Evaluate: TypeAlias = Callable[[Engine, Facts, Row, int | None], State]
LookUp: TypeAlias = Callable[[Facts, Row, int | None], State]


@dataclass(frozen=True, slots=True)
class Derivation:
    """A derived field of one subject's rows.

    `evaluate` computes it for one row, with any engine, and `look_up` without asking one. `formula` is the formula that
    it is, for prices above zero, and None for what tables and kinds give; `written` says it as statements, and
    `unusual` is called where those give up. `rules` are the rows of tables and kinds.
    """

    path: str
    subject: Subject
    inputs: frozenset[str]
    evaluate: Evaluate
    look_up: LookUp
    formula: Expression | None = None
    written: Written | None = None
    unusual: Formula | None = None
    rules: tuple[Rule, ...] = ()


def asking_nobody(look_up: LookUp) -> Evaluate:
    """Return how to compute a field for which every engine does the same."""

    def evaluate(_: Engine, facts: Facts, row: Row, number: int | None) -> State:
        return look_up(facts, row, number)

    return evaluate
