"""Mutants of criteria: the other direction, a little more or less tolerance, another test, none, another place."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from engine.assure.cases.parts import Section
from engine.assure.mutants import unary_mutants as tests
from engine.assure.mutants.mutant import Anything, Mutant, What, replaced, with_criteria
from engine.assure.mutants.units import steps, written
from engine.core.decision import Kind
from rules.durations import Duration, beside
from rules.ir import Criterion, Policy, Preference
from rules.traverse import tests_of

OTHER = {
    Preference.HIGHEST: Preference.LOWEST,
    Preference.LOWEST: Preference.HIGHEST,
    Preference.EARLIEST: Preference.LATEST,
    Preference.LATEST: Preference.EARLIEST,
}


def criterion_mutants(section: Section, policy: Policy, kinds: frozenset[Kind]) -> Iterator[Mutant]:
    """Yield the mutants of each criterion."""
    for criterion in section.criteria:
        for changed, what, words in _changes(criterion, policy):
            apply = partial(with_criteria, section=section.name, change=partial(_with, old=criterion, new=changed))
            yield Mutant(what, (section.name, criterion.id), words, criterion.span, kinds, Anything(), apply)


def order_mutants(section: Section, kinds: frozenset[Kind]) -> Iterator[Mutant]:
    """Yield for each criterion but the last that it comes after the next one."""
    for n, (criterion, following) in enumerate(zip(section.criteria, section.criteria[1:], strict=False)):
        apply = partial(with_criteria, section=section.name, change=partial(_swapped, place=n))
        words = f"is asked after `{following.id}`"
        yield Mutant("order", (section.name, criterion.id), words, criterion.span, kinds, Anything(), apply)


def _changes(criterion: Criterion, policy: Policy) -> Iterator[tuple[Criterion | None, What, str]]:
    if criterion.condition is not None:
        for number, test in enumerate(tests_of(criterion.condition)):
            kind = policy.fields[test.field].type
            for other in tests.neighbours(test.test, kind):
                said = tests.worded(other, kind)
                condition = replaced(criterion.condition, number, replace(test, test=other, written=said))
                words = f"`{test.field}: {test.written}` becomes `{said}`"
                yield replace(criterion, condition=condition), "criterion", words
    if criterion.preference in OTHER:
        other_way = OTHER[criterion.preference]
        words = f"`{criterion.preference.value}` becomes `{other_way.value}`"
        yield replace(criterion, preference=other_way), "criterion", words
    if isinstance(criterion.within, Duration):
        for length in beside(criterion.within):
            yield replace(criterion, within=length), "criterion", f"`within: {criterion.within}` becomes `{length}`"
    elif criterion.within is not None:
        kind = policy.fields[str(criterion.field)].type
        for more in steps(criterion.within, kind):
            assert not isinstance(more, str | bool | frozenset)
            words = f"`within: {written(criterion.within, kind)}` becomes `{written(more, kind)}`"
            yield replace(criterion, within=more), "criterion", words  # type: ignore[arg-type]  # of the same type
    yield None, "row", "is left out"


def _with(criteria: tuple[Criterion, ...], *, old: Criterion, new: Criterion | None) -> tuple[Criterion, ...]:
    kept = [new if one.id == old.id else one for one in criteria]
    return tuple([one for one in kept if one is not None])


def _swapped(criteria: tuple[Criterion, ...], *, place: int) -> tuple[Criterion, ...]:
    return (*criteria[:place], criteria[place + 1], criteria[place], *criteria[place + 2 :])
