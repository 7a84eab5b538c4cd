"""A stage of derivations as one function: the loop over fields and rows written out, for it runs for every request.

What a field is when a formula does not go the ordinary way, the interpreter says, as everywhere.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias, assert_never

from engine.core.facts import Facts
from engine.core.views import UNKNOWN
from engine.plan.derive.derivation import Derivation
from engine.plan.derive.formulas import UNUSUAL, total
from engine.plan.generated import compile_function
from engine.plan.groups import Engine
from rules.ir import Aggregate, Arithmetic, Constant, Expression, Extreme, FieldValue, Subject

Stage: TypeAlias = Callable[[Engine, Facts], None]

_ROWS = {
    Subject.LINE: "facts.lines or ()",
    Subject.CLAIM: "facts.claims or ()",
    Subject.PARTNER: "facts.candidates or ()",
}


def fused(derivations: Sequence[Derivation], *, by_index: bool) -> Stage:
    """Write a stage's derivations, which stand in dependency order, as a function that adds their fields.

    With `by_index`, tables are looked up in their own index; without, the engine is asked.
    """
    names: dict[str, Any] = {"UNKNOWN": UNKNOWN, "total": total, "nothing": {}}
    lines = ["def stage(engine, facts):", "    shared, lines, row = facts.shared, facts.lines, nothing"]
    for number, (subject, found) in enumerate(_layers(derivations)):
        indent = "    "
        if subject is not Subject.DEAL:
            lines.append(f"    for row in {_ROWS[subject]}:")
            indent = "        "
        into = "shared" if subject is Subject.DEAL else "row"
        for place, derivation in enumerate(found):
            lines += [
                indent + line for line in _statements(derivation, into, f"{number}_{place}", names, by_index=by_index)
            ]
        if subject is not Subject.DEAL:
            lines.append("    row = nothing")
    made: Stage = compile_function("\n".join(lines), "stage", names)
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


def _statements(derivation: Derivation, into: str, name: str, names: dict[str, Any], *, by_index: bool) -> list[str]:
    """Return the statements that add one field to one row."""
    target = f"{into}[{derivation.path!r}]"
    if derivation.written is None:
        if by_index and derivation.look_up is not None:
            names[f"find{name}"] = derivation.look_up
            found = f"find{name}(shared, row, lines)"
        else:
            names[f"find{name}"] = derivation.evaluate
            found = f"find{name}(engine, facts, row)"
        return [f"state = {found}", f"if state is not UNKNOWN: {target} = state"]
    names[f"unusual{name}"] = derivation.unusual
    return [
        "try:",
        *(f"    {line}" for line in derivation.written.lines),
        f"    if not {derivation.written.d}: raise ZeroDivisionError",
        f"    {target} = {derivation.written.n}, {derivation.written.d}",
        f"except {UNUSUAL}:",
        f"    state = unusual{name}(shared, row, lines)",
        f"    if state is not UNKNOWN: {target} = state",
    ]
