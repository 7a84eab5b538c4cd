"""Locked cases that no longer hold: a line for each rule, for one edit of a rule breaks many of them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from engine.assure.cases.case import Case
from engine.assure.cases.parts import Part, parts, sections
from engine.assure.cases.running import Outcome
from rules.ir import Policy

REMAKE = "if the edit is meant: dealdesk test --mutate --lock"


def locked_text(outcomes: Sequence[Outcome], policy: Policy) -> str:
    """Return what is to be said of locked cases that fail, in the order of the policy; nothing if there are none."""
    failed = [one.case for one in outcomes if one.failed]
    rules = {part.rule: part for section in sections(policy) for part in parts(section) if part.test is None}
    order = {rule: number for number, rule in enumerate(rules)}
    failed.sort(key=lambda case: (order.get(rule_of(case), len(order)), rule_of(case)))
    lines = [line for rule, cases in groupby(failed, key=rule_of) for line in _lines(rule, [*cases], rules.get(rule))]
    return "\n".join([*lines, REMAKE]) if lines else ""


def rule_of(case: Case) -> str:
    """Return the rule that a case is locked for: its name begins with it."""
    return case.name.partition(": ")[0]


def _lines(rule: str, cases: Sequence[Case], part: Part | None) -> Iterator[str]:
    many = f"{len(cases)} locked cases of {rule} no longer hold" if len(cases) > 1 else ""
    yield f"{part.span if part else cases[0].file}: {many or f'1 locked case of {rule} no longer holds'}"
