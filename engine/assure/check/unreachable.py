"""D604: rules whose condition nothing meets. D605: rows of a first-hit table that earlier rows always come before."""

from collections.abc import Iterator
from datetime import date

from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table, scenes
from engine.assure.check.words import condition_text, listed, named
from engine.program import Program
from engine.space.boxes import TooComplexError
from engine.space.dims import Box
from engine.space.scene import Scene, Verdict
from rules.ir import Rule
from rules.traverse import condition_fields


def unreachable(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield the rules that never fire, and the rows that never decide."""
    for scene in scenes(program, table, today=today):
        for number, rule in enumerate(scene.rules):
            if not scene.of_rule[number]:
                yield _never(rule, table, "its tests contradict each other")
                continue
            if _entangled(scene, number):
                found = Scene(program, table.kind, [rule], today=today).possible(0)
                if found is False:
                    yield _never(rule, table, "one of the fields that it tests follows from the others")
                    continue
                if found is None:
                    yield Unsettled(table.section, f"whether `{rule.id}` can fire", rule.span)
            if table.use == "first" and number:
                yield from _shadowed(scene, number, table)


def _never(rule: Rule, table: Table, reason: str) -> Finding:
    condition = condition_text(rule.when)
    return Finding(
        "D604",
        f"{named(rule)} can never fire: {reason}" + (f" ({condition})" if len(condition) < 160 else ""),
        rule.span,
        table.section,
        (rule.id,),
        hint="change one of its tests, or leave the rule out",
    )


def _entangled(scene: Scene, number: int) -> bool:
    """Tell whether one of a rule's fields is computed from another, so that the slots alone cannot tell."""
    fields = sorted(set(condition_fields(scene.rules[number].when)))
    return len(fields) > 1 and any(other in scene.inputs(path) for path in fields for other in fields if other != path)


def _shadowed(scene: Scene, number: int, table: Table) -> Iterator[Finding | Unsettled]:
    rule = scene.rules[number]
    before = scene.bits_of(range(number))
    try:
        if any(scene.cover.first_uncovered(clause, before) is not None for clause in scene.of_rule[number]):
            return
    except TooComplexError:
        yield Unsettled(table.section, f"whether `{rule.id}` ever decides", rule.span)
        return
    covering = _fewest(scene, number)
    shown = scene.find(_first_clause(scene, number), fires=(number,), silent=())
    names = listed((named(scene.rules[one]) for one in covering), "and")
    stand = "stands" if len(covering) == 1 else "stand"
    yield Finding(
        "D605",
        f"{named(rule)} never decides: {names} {stand} before it and match{'es' if stand == 'stands' else ''} "
        "whatever it matches",
        rule.span,
        table.section,
        (rule.id,),
        hint="move it up if it is the exception, or leave it out",
        related=tuple((scene.rules[one].span, "this row comes first") for one in covering[:3]),
        shown=None if isinstance(shown, Verdict) else shown,
    )


def _first_clause(scene: Scene, number: int) -> Box:
    clause = scene.of_rule[number][0]
    return {dim: (mask & scene.space.dims[dim].given) or mask for dim, mask in clause.items()}


def _fewest(scene: Scene, number: int) -> list[int]:
    """Return earlier rows that together match all that a row matches, none of them needless."""
    met = 0
    for clause in scene.of_rule[number]:
        met |= scene.cover.meets(clause, scene.bits_of(range(number)))
    rows = scene.rules_of(met)
    for row in list(rows):
        rest = scene.bits_of(other for other in rows if other != row)
        if all(scene.cover.first_uncovered(clause, rest) is None for clause in scene.of_rule[number]):
            rows.remove(row)
    return rows
