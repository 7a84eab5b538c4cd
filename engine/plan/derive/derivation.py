"""One derived field: where it stands, what it reads, and the ways to compute it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from engine.core.facts import Facts, Row
from engine.core.views import State
from engine.plan.derive.formulas import Formula, Written
from engine.plan.groups import Engine
from rules.ir import Expression, Rule, Subject

Evaluate: TypeAlias = Callable[[Engine, Facts, Row], State]


@dataclass(frozen=True, slots=True)
class Derivation:
    """A derived field of one subject's rows.

    `evaluate` computes it for one row, with any engine. `formula` is the formula that it is, for prices above zero, and
    None for what tables and kinds give; `written` says it as statements, and `unusual` is called where those give up.
    `look_up` finds what tables and kinds give without asking an engine. `rules` are the rows of tables and kinds.
    """

    path: str
    subject: Subject
    inputs: frozenset[str]
    evaluate: Evaluate
    formula: Expression | None = None
    written: Written | None = None
    unusual: Formula | None = None
    look_up: Formula | None = None
    rules: tuple[Rule, ...] = ()
