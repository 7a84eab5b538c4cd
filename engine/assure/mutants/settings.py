"""Mutants of what stands in a section beside its rules: the chain, how long things are valid, how many are chosen."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from engine.assure.mutants.mutant import Anything, Mutant
from engine.core.decision import Kind
from rules.durations import Duration, beside
from rules.ir import Policy
from rules.text.source import Span


def setting_mutants(policy: Policy) -> Iterator[Mutant]:
    """Yield the mutants of all settings; a setting has no place of its own, so that they stand at the section's."""
    if price := policy.price_approval:
        span = price.ladder[0].span if price.ladder else _start(policy)
        kinds = frozenset({Kind.PRICE_APPROVAL})
        chain = "direct" if price.chain == "stepwise" else "stepwise"
        yield _mutant("price_approval", "chain", price.chain, chain, chain, span=span, kinds=kinds)
        yield from _lengths("price_approval", "validity", price.validity, span=span, kinds=kinds)
    if allocation := policy.partner_allocation:
        span = allocation.by[0].span if allocation.by else _start(policy)
        kinds = frozenset({Kind.PARTNER_ALLOCATION})
        for take in (allocation.take - 1, allocation.take + 1):
            if take:
                yield _mutant("partner_allocation", "take", allocation.take, take, take, span=span, kinds=kinds)
        yield from _lengths("partner_allocation", "accept_within", allocation.accept_within, span=span, kinds=kinds)
        if allocation.fallback:
            yield _mutant("partner_allocation", "fallback", allocation.fallback, "none", None, span=span, kinds=kinds)


def _lengths(
    section: str, name: str, length: Duration | None, *, span: Span, kinds: frozenset[Kind]
) -> Iterator[Mutant]:
    for other in beside(length) if length else ():
        yield _mutant(section, name, length, other, other, span=span, kinds=kinds)


def _mutant(
    section: str, name: str, before: object, after: object, value: object, *, span: Span, kinds: frozenset[Kind]
) -> Mutant:
    words = f"`{before}` becomes `{after}`"
    apply = partial(_set, section=section, name=name, value=value)
    return Mutant("setting", (section, name), words, span, kinds, Anything(), apply)


def _set(policy: Policy, *, section: str, name: str, value: object) -> Policy:
    return replace(policy, **{section: replace(getattr(policy, section), **{name: value})})


def _start(policy: Policy) -> Span:
    return Span(policy.sources[0].file, 1, 1, 1, 2)
