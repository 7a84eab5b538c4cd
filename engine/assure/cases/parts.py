"""The parts of a policy that cases can reach: rules and rows, their tests, and criteria, in the owner's order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rules.ir import Criterion, DerivedTable, Policy, Rule
from rules.kinds import SECTIONS
from rules.sections.rule_lists import RuleList
from rules.text.source import Span
from rules.traverse import tests_of

# A rule by its section and id; a criterion stands there with its own section.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """Rules or rows that stand together. In a `first` one a row is only asked when no row before it has fired."""

    name: str
    rules: tuple[Rule, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    first: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is seen true and seen false: a rule (`test` is None) or one of its tests, by its number."""

    section: str
    rule: str
    test: int | None
    words: str
    span: Span = field(compare=False, repr=False)
    always: bool = False

    @property
    def key(self) -> Key:
        """Return the rule that this is, or that it is a part of."""
        return self.section, self.rule


def sections(policy: Policy) -> Iterator[Section]:
    """Yield the sections in the order of the language's guide."""
    for derived in policy.derive:
        if isinstance(derived, DerivedTable):
            yield Section(f"derive.{derived.field}", derived.rows, first=derived.hit == "first")
    for described in SECTIONS.values():
        if described.of(policy) is None:
            continue
        for of in described.lists:
            if isinstance(of, RuleList):
                yield Section(of.section, described.rules(policy, of), first=of.use == "first")
            else:
                yield Section(of.heading, criteria=described.criteria(policy, of))


def parts(section: Section) -> Iterator[Part]:
    """Yield each rule of a section, followed by its tests."""
    for rule in section.rules:
        tests = [*tests_of(rule.when)]
        yield Part(section.name, rule.id, None, rule.id, rule.span, always=not tests)
        for number, test in enumerate(tests):
            yield Part(section.name, rule.id, number, f"{test.field}: {test.written}", test.span)
    for criterion in section.criteria:
        yield Part(section.name, criterion.id, None, criterion.id, criterion.span)
        for number, test in enumerate(tests_of(criterion.condition) if criterion.condition else ()):
            yield Part(section.name, criterion.id, number, f"{test.field}: {test.written}", test.span)


def rules_of(policy: Policy) -> Mapping[str, Rule]:
    """Return every rule that a decision can name, by its id: all but the rows of derived fields."""
    return {rule.id: rule for one in sections(policy) if not one.name.startswith("derive.") for rule in one.rules}
