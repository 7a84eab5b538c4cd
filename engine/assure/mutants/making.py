"""Every mutant of a policy, in the order of its text: section by section, rule by rule, test by test."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from engine.assure.cases.parts import Section, sections
from engine.assure.mutants import effects, formulas
from engine.assure.mutants import unary_mutants as tests
from engine.assure.mutants.criteria import criterion_mutants, order_mutants
from engine.assure.mutants.mutant import (
    Anything,
    Mutant,
    NewCondition,
    NewEffects,
    Reach,
    Swapped,
    What,
    replaced,
    with_rule,
    with_rules,
)
from engine.assure.mutants.settings import setting_mutants
from engine.core.decision import Kind
from engine.program import Program
from rules.ir import (
    AllOf,
    Compare,
    CompareField,
    Condition,
    DerivedFormula,
    Effect,
    Equals,
    Expression,
    FieldTest,
    OneOf,
    Policy,
    Rule,
    Test,
    Within,
)
from rules.kinds import SECTIONS
from rules.traverse import tests_of
from rules.types import Type
from rules.vocabulary import AS_OF

KINDS_OF = {section.key: frozenset({section.kind}) for section in SECTIONS.values()}


def mutants_of(program: Program) -> Iterator[Mutant]:
    """Yield every mutant of a program's policy."""
    policy = program.policy
    for section in sections(policy):
        kinds = kinds_of(section.name, program)
        for rule in section.rules:
            yield from _of_tests(rule, policy, kinds)
            yield from _of_effects(rule, policy, kinds)
            dropped = partial(with_rule, key=(rule.section, rule.id), change=_nothing)
            yield _mutant("row", rule, "is left out", kinds, NewCondition(None), dropped)
        if section.first:
            yield from _of_order(section, kinds)
        if section.criteria:
            yield from criterion_mutants(section, policy, kinds)
            yield from order_mutants(section, kinds)
    for derived in policy.derive:
        if isinstance(derived, DerivedFormula):
            yield from _of_formula(derived, kinds_of(f"derive.{derived.field}", program))
    yield from setting_mutants(policy)


def kinds_of(section: str, program: Program) -> frozenset[Kind]:
    """Return the kinds of decision that a section can change."""
    head, _, tail = section.partition(".")
    field = tail if head == "derive" else "deal.special_kinds" if section == "special_orders.kinds" else None
    using = {kind for kind, domain in program.domains.items() if field in domain.derivations.inputs}
    return KINDS_OF.get(head, frozenset()) | using


def type_of(field: str, policy: Policy) -> Type:
    """Return a field's type, also that of the day of the request."""
    return AS_OF.type if field == AS_OF.path else policy.fields[field].type


def _mutant(  # noqa: PLR0917 - the members of a mutant, in their order
    what: What, rule: Rule, words: str, kinds: frozenset[Kind], reach: Reach, apply: Callable[[Policy], Policy]
) -> Mutant:
    return Mutant(what, (rule.section, rule.id), words, rule.span, kinds, reach, apply)


def _nothing(_: Rule) -> None:
    return None


def _of_tests(rule: Rule, policy: Policy, kinds: frozenset[Kind]) -> Iterator[Mutant]:
    for number, test in enumerate(tests_of(rule.when)):
        kind = type_of(test.field, policy)
        for other in tests.neighbours(test.test, kind):
            when = replaced(rule.when, number, replace(test, test=other, written=tests.worded(other, kind)))
            assert isinstance(when, AllOf)
            words = f"`{test.field}: {test.written}` becomes `{tests.worded(other, kind)}`"
            change = partial(_asking, when=when)
            apply = partial(with_rule, key=(rule.section, rule.id), change=change)
            yield replace(
                _mutant(what_of(test.test, other), rule, words, kinds, NewCondition(when), apply), span=test.span
            )


def what_of(test: Test, other: Test) -> What:
    """Name what was changed of a test."""
    if type(test) is not type(other):
        return "operator"
    match test, other:
        case (Compare(before), Compare(after)) | (CompareField(before), CompareField(after)):
            return "threshold" if before is after else "operator"
        case Within(), Within():
            return "threshold" if (test.low, test.high) != (other.low, other.high) else "operator"
        case _:
            return "value"


def _asking(rule: Rule, *, when: AllOf) -> Rule:
    return replace(rule, when=when)


def _doing(rule: Rule, *, what: tuple[Effect, ...]) -> Rule:
    return replace(rule, effects=what)


def _of_effects(rule: Rule, policy: Policy, kinds: frozenset[Kind]) -> Iterator[Mutant]:
    assigned = rule.section.removeprefix("derive.") if rule.section.startswith("derive.") else None
    kind = policy.fields[assigned].type if assigned else None
    for n, effect in enumerate(rule.effects):
        before, after = rule.effects[:n], rule.effects[n + 1 :]
        changed = [
            ((*before, other, *after), words) for other, words in effects.neighbours(effect, rule.section, policy, kind)
        ]
        if before or after:
            changed.append(((*before, *after), f"`{type(effect).__name__.lower()}` is left out"))
        for what, words in changed:
            apply = partial(with_rule, key=(rule.section, rule.id), change=partial(_doing, what=what))
            yield _mutant("effect", rule, words, kinds, NewEffects(), apply)


def _of_order(section: Section, kinds: frozenset[Kind]) -> Iterator[Mutant]:
    for n, (rule, following) in enumerate(zip(section.rules, section.rules[1:], strict=False)):
        if rule.effects == following.effects or apart(rule.when, following.when):
            continue
        apply = partial(with_rules, section=section.name, change=partial(_swapped, place=n))
        words = f"is asked after `{following.id}`"
        yield _mutant("order", rule, words, kinds, Swapped((following.section, following.id)), apply)


def _swapped(rules: tuple[Rule, ...], *, place: int) -> tuple[Rule, ...]:
    return (*rules[:place], rules[place + 1], rules[place], *rules[place + 2 :])


def apart(left: AllOf, right: AllOf) -> bool:
    """Return whether two rows are plainly never met together: they want different values of one field."""
    wanted = {part.field: values for part in left.parts if (values := _values(part)) and isinstance(part, FieldTest)}
    return any(
        isinstance(part, FieldTest)
        and part.field in wanted
        and not (wanted[part.field] & (_values(part) or wanted[part.field]))
        for part in right.parts
    )


def _values(part: Condition) -> frozenset[object] | None:
    match part:
        case FieldTest(test=Equals(value)):
            return frozenset({value})
        case FieldTest(test=OneOf(values)):
            return frozenset(values)
        case _:
            return None


def _of_formula(derived: DerivedFormula, kinds: frozenset[Kind]) -> Iterator[Mutant]:
    for other, words in formulas.expressions(derived.expression):
        key = (f"derive.{derived.field}", derived.field)
        apply = partial(_computing, field=derived.field, expression=other)
        yield Mutant("formula", key, f"{words} in `{derived.written}`", derived.span, kinds, Anything(), apply)


def _computing(policy: Policy, *, field: str, expression: Expression) -> Policy:
    derive = tuple(
        replace(one, expression=expression) if isinstance(one, DerivedFormula) and one.field == field else one
        for one in policy.derive
    )
    return replace(policy, derive=derive)
