"""A policy made ready to decide: every table indexed, every derivation ordered, once. Immutable and thread-safe."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.answers.decisions import PolicyStamp
from engine.core.decision import Kind
from engine.core.facts import RequestReader
from engine.explain.trace import Tracer
from engine.kinds.registry import PREPARE, Decider
from engine.plan.derive.derivations import Derivations
from rules.collector import without_collector
from rules.ir import Policy


@dataclass(frozen=True, eq=False)
class Domain:
    """One kind of decision under one policy: what it derives, how it decides, and what traces its decisions."""

    derivations: Derivations
    decide: Decider
    tracer: Tracer


@dataclass(frozen=True, eq=False)
class Program:
    """A compiled policy; `domains` has the kinds for which the policy has a section."""

    policy: Policy
    stamp: PolicyStamp
    reader: RequestReader
    domains: Mapping[Kind, Domain]


@without_collector()
def compile_policy(policy: Policy) -> Program:
    """Index and order everything that deciding needs, and what explains it."""
    return Program(
        policy=policy,
        stamp=PolicyStamp(policy.name, policy.version, policy.digest),
        reader=RequestReader(policy),
        domains=_domains(policy, PREPARE),
    )


def recompile(program: Program, policy: Policy, kinds: Iterable[Kind]) -> Program:
    """Return the program of a policy with the same fields, for some kinds only: quick where many differ little."""
    return replace(
        program, policy=policy, domains=_domains(policy, [kind for kind in kinds if kind in program.domains])
    )


def _domains(policy: Policy, kinds: Iterable[Kind]) -> dict[Kind, Domain]:
    prepared = {kind: PREPARE[kind](policy) for kind in kinds}
    return {
        kind: Domain(one.derivations, one.decide, Tracer(policy, kind, one.derivations))
        for kind, one in prepared.items()
        if one is not None
    }
