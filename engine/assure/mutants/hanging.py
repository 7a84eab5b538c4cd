"""What a test must be left alone with so that its rule hangs on it, and what can be changed to get there."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from engine.assure.mutants.probe import Probe
from engine.assure.mutants.requests import Place
from engine.assure.mutants.targets import passing
from engine.core.interpret import judge
from rules.ir import AllOf, AnyOf, Condition, FieldTest, Not, Rule, Subject
from rules.kinds import SECTIONS
from rules.traverse import tests_of


def letting(condition: Condition, test: FieldTest) -> AllOf:
    """Return what else must hold so that a condition hangs on one of its tests alone.

    What stands beside the test under `all` must hold, and what stands beside it under `any` must not.
    """
    match condition:
        case FieldTest():
            return AllOf(())
        case Not(part):
            return letting(part, test)
        case AllOf(parts) | AnyOf(parts):
            needed: list[Condition] = []
            for part in parts:
                if any(one is test for one in tests_of(part)):
                    needed += letting(part, test).parts
                else:
                    needed.append(part if isinstance(condition, AllOf) else Not(part))
            return AllOf(tuple(needed))
        case _:
            assert_never(condition)


def towards(part: Condition, probe: Probe, locked: frozenset[Place], *, wanted: bool) -> Iterator[tuple[Probe, Place]]:
    """Yield probes with one change that makes a condition true (or false), or brings it nearer."""
    match part:
        case FieldTest():
            for value in passing(part, probe.field(part.field).type, probe.view, wanted=wanted):
                for changed, place in probe.setting(part.field, value, locked):
                    if judge(part, changed.view) is wanted:
                        yield changed, place
        case Not(inner):
            yield from towards(inner, probe, locked, wanted=not wanted)
        case AllOf(parts) | AnyOf(parts):
            for one in parts:
                if judge(one, probe.view) is not wanted:
                    yield from towards(one, probe, locked, wanted=wanted)
        case _:
            assert_never(part)


def judged_in(rule: Rule, probe: Probe) -> bool:
    """Return whether a rule takes part in a probe's kind of decision, and is judged for its subject or the deal."""
    head, _, field = rule.section.partition(".")
    if head == "derive":
        return field in probe.ruled.domain.derivations.inputs
    return head == SECTIONS[probe.kind].key and rule.subject in (Subject.DEAL, probe.subject)


def comes_from(field: str, source: str, inputs: Mapping[str, frozenset[str]]) -> bool:
    """Return whether a field is another one, or is computed from it."""
    return field == source or any(comes_from(one, source, inputs) for one in inputs.get(field, ()))
