"""A policy as checked: what the loader says of it, what the analysis finds, and each finding decided by the engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from textwrap import indent

import orjson

from api.desk import findings
from api.desk.service import moment
from engine.assure.check.check import Analysis, analyse
from engine.assure.check.findings import Finding
from engine.assure.check.showing import witness_json, witness_text
from engine.core.decision import Json
from engine.program import Program, compile_policy
from engine.space.rule_space import Shown
from rules.ir import Policy
from rules.load import Loaded
from rules.reports.diagnostics import Diagnostic, draw


@dataclass(frozen=True)
class Checked:
    """A policy with all that is to be said about it."""

    loaded: Loaded
    analysis: Analysis
    program: Program | None
    shown: Mapping[Diagnostic, Finding]

    @property
    def policy(self) -> Policy | None:
        """Return the policy, if it has no errors."""
        return self.loaded.policy

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return everything found: mistakes first, then what the analysis finds."""
        return (*self.loaded.diagnostics, *self.shown)

    @property
    def accepted(self) -> int:
        """Return how many findings their owner has accepted."""
        return len(self.analysis.accepted)

    def witness(self, diagnostic: Diagnostic) -> dict[str, Json] | None:
        """Return the request that shows a finding, as the engine decides it, with the one that it is compared with."""
        found = self.shown.get(diagnostic)
        if found is None or found.shown is None or self.program is None:
            return None
        witness = witness_json(self.program, found.shown)
        return witness if found.beside is None else {**witness, "beside": witness_json(self.program, found.beside)}


def checked(loaded: Loaded, *, today: date | None = None) -> Checked:
    """Analyse a policy that has no errors; gaps matter from `today` on."""
    if loaded.policy is None:
        return Checked(loaded, Analysis((), ()), None, {})
    program = compile_policy(loaded.policy)
    analysis = analyse(program, today=today or moment().date())
    shown = {one.diagnostic: one for one in analysis.findings}
    return Checked(loaded, analysis, program, shown)


def diagnostic_json(found: Checked, diagnostic: Diagnostic) -> dict[str, Json]:
    """Return a finding as data, with the request that shows it."""
    witness = found.witness(diagnostic)
    said = findings.diagnostic_json(diagnostic)
    return {**said, "witness": witness} if witness else said


def text_of(found: Checked) -> str:
    """Return every finding with its excerpt, its request and what the engine makes of it."""
    return "\n\n".join(_text(found, one) for one in found.diagnostics)


def _text(found: Checked, diagnostic: Diagnostic) -> str:
    drawn = draw(diagnostic, found.loaded.sources)
    finding = found.shown.get(diagnostic)
    if finding is None or finding.shown is None or found.program is None:
        return drawn
    shown = _example("for example", found.program, finding.shown)
    beside = "" if finding.beside is None else f"\n{_example('beside', found.program, finding.beside)}"
    return f"{drawn}\n{shown}{beside}"


def _example(mark: str, program: Program, shown: Shown) -> str:
    request = orjson.dumps(shown.request).decode()
    return f"  {mark} {shown.kind.slug} {request}\n{indent(witness_text(program, shown), '    ')}"
