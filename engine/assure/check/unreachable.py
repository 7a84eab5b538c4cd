"""D604: rules whose condition nothing meets. D605: rows of a first-hit table that earlier rows always come before."""

from collections.abc import Iterator
from datetime import date

from engine.assure.check.findings import Finding, Unsettled
from engine.assure.check.tables import Table, rule_spaces
from engine.assure.check.words import condition_text, listed, named
from engine.program import Program
from engine.space.boxes import TooComplexError
from engine.space.dims import Box
from engine.space.rule_space import RuleSpace, Verdict
from rules.ir import Rule
from rules.traverse import condition_fields


def unreachable(program: Program, table: Table, *, today: date) -> Iterator[Finding | Unsettled]:
    """Yield the rules that never fire, and the rows that never decide."""
    for rule_space in rule_spaces(program, table, today=today):
        for number, rule in enumerate(rule_space.rules):
            if not rule_space.of_rule[number]:
                yield _never(rule, table, "its tests contradict each other")
                continue
            if _entangled(rule_space, number):
                found = RuleSpace(program, table.kind, [rule], today=today, unsettled=table.notes.unsettled).possible(0)
                if found is False:
                    yield _never(rule, table, "one of the fields that it tests follows from the others")
                    continue
                if found is None:
                    yield Unsettled(table.section, f"whether `{rule.id}` can fire", rule.span)
            if table.use == "first" and number:
                yield from _shadowed(rule_space, number, table)


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


def _entangled(rule_space: RuleSpace, number: int) -> bool:
    """Return whether one of a rule's fields is computed from another, so that the slots alone cannot tell."""
    fields = sorted(set(condition_fields(rule_space.rules[number].when)))
    return len(fields) > 1 and any(
        other in rule_space.inputs(path) for path in fields for other in fields if other != path
    )


def _shadowed(rule_space: RuleSpace, number: int, table: Table) -> Iterator[Finding | Unsettled]:
    rule = rule_space.rules[number]
    before = rule_space.bits_of(range(number))
    try:
        if any(rule_space.cover.first_uncovered(clause, before) is not None for clause in rule_space.of_rule[number]):
            return
    except TooComplexError:
        yield Unsettled(table.section, f"whether `{rule.id}` ever decides", rule.span)
        return
    covering = _fewest(rule_space, number)
    shown = rule_space.find(_first_clause(rule_space, number), fires=(number,), silent=())
    names = listed((named(rule_space.rules[one]) for one in covering), "and")
    stand = "stands" if len(covering) == 1 else "stand"
    yield Finding(
        "D605",
        f"{named(rule)} never decides: {names} {stand} before it and match{'es' if stand == 'stands' else ''} "
        "whatever it matches",
        rule.span,
        table.section,
        (rule.id,),
        hint="move it up if it is the exception, or leave it out",
        related=tuple((rule_space.rules[one].span, "this row comes first") for one in covering[:3]),
        shown=None if isinstance(shown, Verdict) else shown,
    )


def _first_clause(rule_space: RuleSpace, number: int) -> Box:
    clause = rule_space.of_rule[number][0]
    return {dim: (mask & rule_space.space.dims[dim].given) or mask for dim, mask in clause.items()}


def _fewest(rule_space: RuleSpace, number: int) -> list[int]:
    """Return earlier rows that together match all that a row matches, none of them needless."""
    met = 0
    for clause in rule_space.of_rule[number]:
        met |= rule_space.cover.meets(clause, rule_space.bits_of(range(number)))
    rows = rule_space.rules_of(met)
    for row in list(rows):
        rest = rule_space.bits_of(other for other in rows if other != row)
        if all(rule_space.cover.first_uncovered(clause, rest) is None for clause in rule_space.of_rule[number]):
            rows.remove(row)
    return rows
