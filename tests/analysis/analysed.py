"""Analysing in tests: from a policy's text to its findings, and each of their requests decided once more."""

from datetime import date
from functools import lru_cache

from engine.assure.check.check import Analysis, analyse
from engine.assure.check.findings import Finding
from engine.assure.check.tables import Table, tables
from engine.backends.interpreter import InterpreterEngine
from engine.core.facts import Facts, Limits
from engine.core.interpret import statuses
from engine.core.views import View
from engine.plan.derive.derivations import derivations
from engine.program import Program
from engine.space.rule_space import Shown
from rules.ir import Policy, Rule, Subject
from rules.load import load_text
from rules.traverse import rule_fields
from tests.deciding import NOW, compiled

TODAY = date(2026, 11, 21)
PLAIN = InterpreterEngine()


@lru_cache(maxsize=32)
def program_and_findings(text: str) -> tuple[Program, Analysis]:
    """Return a policy's program, and what the analysis finds."""
    program = compiled(load_text(text))
    return program, analyse(program, today=TODAY)


def table_of(policy: Policy, section: str) -> Table:
    return next(table for table in tables(policy) if table.section == section)


def fired(program: Program, shown: Shown) -> frozenset[str]:
    """Return the rules that fire on a request's first line, claim or candidate, by the plain interpreter alone."""
    rules = list(table_of(program.policy, shown.section).rules)
    facts = facts_of(program, shown, rules)
    return frozenset(rule.id for rule in rules if statuses([rule], view_of(facts, rule.subject))[0] is True)


def facts_of(program: Program, shown: Shown, rules: list[Rule]) -> Facts:
    facts = program.reader.read(shown.request, shown.kind, now=NOW, limits=Limits())
    facts.shared["as_of"] = facts.today
    fields = [path for rule in rules for path in rule_fields(rule)]
    derivations(program.policy, shown.kind, fields).derive(PLAIN, facts)
    return facts


def view_of(facts: Facts, subject: Subject) -> View:
    rows = {Subject.LINE: facts.lines, Subject.CLAIM: facts.claims, Subject.PARTNER: facts.candidates}
    return View(subject, facts.shared, (rows.get(subject) or [{}])[0])


def reproduces(program: Program, finding: Finding) -> bool:
    """Return whether the plain interpreter lets those rules fire on a finding's request that the finding says."""
    shown = finding.shown
    if shown is None or finding.code in ("D611", "D618"):
        return True
    again = fired(program, shown)
    match finding.code:
        case "D601" | "D602":
            return not again
        case "D603":
            return finding.rules[0] in again and len(again & set(finding.rules)) > 1
        case "D605" | "D606":
            return finding.rules[0] in again and len(again) > 1
        case "D616":
            return finding.rules[0] not in again
        case _:
            return shown.fired <= again
