"""Locked cases that no longer hold: a line for each rule, for one edit of a rule breaks many of them."""

from collections.abc import Sequence
from itertools import groupby

from engine.assure.cases.case import Case
from engine.assure.cases.parts import Part, parts, sections
from engine.assure.cases.running import Outcome
from engine.assure.mutants.making import KINDS_OF
from rules.ir import Policy

REMAKE = "if the edit is meant: dealdesk test --mutate --lock"


def locked_text(outcomes: Sequence[Outcome], policy: Policy) -> str:
    """Return what is to be said of locked cases that fail, in the order of the policy; nothing if there are none."""
    rules = [part for section in sections(policy) for part in parts(section) if part.test is None]
    found = [(one.case, _part(one.case, rules)) for one in outcomes if one.failed]
    found.sort(key=lambda one: (rules.index(one[1]) if one[1] else len(rules), rule_of(one[0])))
    groups = groupby(found, key=lambda one: (rule_of(one[0]), one[1]))
    lines = [_line(rule, part, [case for case, _ in group]) for (rule, part), group in groups]
    return "\n".join([*lines, REMAKE]) if lines else ""


def _part(case: Case, rules: Sequence[Part]) -> Part | None:
    """Return the rule of a case as the policy has it; one of another kind may have the same name."""
    named = [part for part in rules if part.rule == rule_of(case)]
    own = [part for part in named if case.kind in KINDS_OF.get(part.section.partition(".")[0], ())]
    return next(iter(own or named), None)


def rule_of(case: Case) -> str:
    """Return the rule that a case is locked for: its name begins with it."""
    return case.name.partition(": ")[0]


def _line(rule: str, part: Part | None, cases: Sequence[Case]) -> str:
    many = f"{len(cases)} locked cases of {rule} no longer hold" if len(cases) > 1 else ""
    return f"{part.span if part else cases[0].file}: {many or f'1 locked case of {rule} no longer holds'}"
