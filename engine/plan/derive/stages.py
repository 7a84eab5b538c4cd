"""A stage of derivations: field by field with any engine, or as one function.

The function is the loop over fields and rows written out, for it runs for every request. What a field is when a formula
does not go the ordinary way, the interpreter says, as everywhere.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from engine.core.facts import Facts, Row
from engine.core.views import UNKNOWN
from engine.plan.derive.derivation import Derivation
from engine.plan.derive.formulas import UNUSUAL, total
from engine.plan.generated import compile_function, field_of, indented
from engine.plan.groups import Engine
from rules.ir import Aggregate, Arithmetic, Constant, Expression, Extreme, FieldValue, Subject

# Adds a stage's fields to the facts.
Fused: TypeAlias = Callable[[Facts], None]

_ROWS = {
    Subject.LINE: "facts.lines or ()",
    Subject.CLAIM: "facts.claims or ()",
    Subject.PARTNER: "facts.candidates or ()",
}


@dataclass(frozen=True, eq=False)
class Stage:
    """Derivations that are computed together, each after what it reads.

    `of_deal` and `of_lines` are tables that are judged for a trace alone, which names their rows though they give no
    field a value: those of a partner for the deal's own, and those of a line where a request has no lines at all.
    """

    derivations: tuple[Derivation, ...]
    of_deal: tuple[Derivation, ...]
    of_lines: tuple[Derivation, ...]
    fused: Fused

    @staticmethod
    def of(derivations: Sequence[Derivation], *, of_deal: Sequence[Derivation]) -> "Stage":
        """Write the stage out."""
        tables = [one for one in derivations if one.subject is Subject.LINE and one.rules]
        return Stage(tuple(derivations), tuple(of_deal), tuple(tables), fused(derivations))

    def by_index(self, facts: Facts) -> None:
        """Add the fields to the facts: formulas compiled, tables looked up in their own index."""
        self.fused(facts)

    def one_by_one(self, engine: Engine, facts: Facts) -> None:
        """Add the fields to the facts: formulas through the plain interpreter, tables as the engine judges them."""
        for derivation in self.derivations:
            if derivation.subject is Subject.DEAL:
                state = derivation.evaluate(engine, facts, {}, None)
                if state is not UNKNOWN:
                    facts.shared[derivation.path] = state
                continue
            for number, row in enumerate(rows_of(derivation.subject, facts)):
                state = derivation.evaluate(engine, facts, row, number)
                if state is not UNKNOWN:
                    row[derivation.path] = state


def rows_of(subject: Subject, facts: Facts) -> Iterable[Row]:
    """Return the rows of a subject; the deal has one without fields of its own."""
    match subject:
        case Subject.DEAL:
            return ({},)
        case Subject.LINE:
            return facts.lines or ()
        case Subject.CLAIM:
            return facts.claims or ()
        case Subject.PARTNER:
            return facts.candidates or ()
        case _:
            assert_never(subject)


def fused(derivations: Sequence[Derivation]) -> Fused:
    """Write a stage's derivations, which stand in dependency order, as a function that adds their fields."""
    names: dict[str, Any] = {"UNKNOWN": UNKNOWN, "total": total, "nothing": {}}
    lines = ["def stage(facts):", "    shared, lines, row, number = facts.shared, facts.lines, nothing, None"]
    for number, (subject, found) in enumerate(_layers(derivations)):
        of_rows = subject is not Subject.DEAL
        if of_rows:
            lines.append(f"    for number, row in enumerate({_ROWS[subject]}):")
        for place, derivation in enumerate(found):
            lines += indented(_statements(derivation, f"{number}_{place}", names), 1 + of_rows)
        if of_rows:
            lines.append("    row, number = nothing, None")
    made: Fused = compile_function(lines, "stage", names)
    return made


def _layers(derivations: Sequence[Derivation]) -> Iterator[tuple[Subject, list[Derivation]]]:
    """Yield the derivations by subject, as few times each as their dependencies allow.

    Those of one layer are computed row by row, so one that adds up a field of all rows comes in a layer after it.
    """
    waiting = list(derivations)
    while waiting:
        subject = waiting[0].subject
        missing = {derivation.path for derivation in waiting}
        before = frozenset(missing)
        taken: list[Derivation] = []
        for derivation in waiting:
            of_all_rows = derivation.formula is not None and _adds_up(derivation.formula)
            still = before if of_all_rows and subject is not Subject.DEAL else missing
            if derivation.subject is subject and still.isdisjoint(derivation.inputs):
                taken.append(derivation)
                missing.discard(derivation.path)
        waiting = [derivation for derivation in waiting if derivation.path in missing]
        yield subject, taken


def _adds_up(expression: Expression) -> bool:
    """Return whether a formula looks at all lines."""
    match expression:
        case Aggregate():
            return True
        case Arithmetic(_, left, right):
            return _adds_up(left) or _adds_up(right)
        case Extreme(_, operands):
            return any(_adds_up(operand) for operand in operands)
        case Constant() | FieldValue():
            return False
        case _:
            assert_never(expression)


def _statements(derivation: Derivation, name: str, names: dict[str, Any]) -> list[str]:
    """Return the statements that add one field to one row."""
    target = field_of(derivation.path, own=derivation.subject is not Subject.DEAL)
    if derivation.written is None:
        names[f"find{name}"] = derivation.look_up
        return [f"state = find{name}(facts, row, number)", f"if state is not UNKNOWN: {target} = state"]
    names[f"unusual{name}"] = derivation.unusual
    return [
        "try:",
        *indented(derivation.written.lines),
        f"    if not {derivation.written.d}: raise ZeroDivisionError",
        f"    {target} = {derivation.written.n}, {derivation.written.d}",
        f"except {UNUSUAL}:",
        f"    state = unusual{name}(shared, row, lines)",
        f"    if state is not UNKNOWN: {target} = state",
    ]
