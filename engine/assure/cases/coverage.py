"""Coverage: for every rule, row, test and criterion of a policy, by which cases it was seen true and seen false.

Counted is what deciding asked: rules by the plain interpreter's verdict, each test on its own, criteria by whether they
separated the contenders. A row of a table with hit policy `first` counts as true only where it gave the value, and as
false only where it was asked at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from engine.answers.elimination import CriterionStep
from engine.assure.cases.case import Case
from engine.assure.cases.parts import Key, Part, parts, sections
from engine.assure.cases.recording import Question, Recorder
from engine.core.decision import Kind, RefusedError
from engine.core.interpret import Verdict, judge
from engine.decide import Ruled, rule_on
from engine.program import Program
from rules.ir import FieldTest, Policy, Rule
from rules.kinds import SECTIONS
from rules.traverse import tests_of

CRITERIA = {section.kind: of.heading for section in SECTIONS.values() for of in section.criteria_lists}


@dataclass(slots=True)
class Sides:
    """The cases, by number, in which a part was true, false and undetermined."""

    true: list[int] = field(default_factory=list)
    false: list[int] = field(default_factory=list)
    undetermined: list[int] = field(default_factory=list)

    def add(self, verdict: Verdict, case: int) -> None:
        """Note a verdict; a case counts once a side."""
        side = self.true if verdict else self.undetermined if verdict is None else self.false
        if not side or side[-1] != case:
            side.append(case)


@dataclass(frozen=True, slots=True)
class Covered:
    """A part, and what was seen of it."""

    part: Part
    sides: Sides

    @property
    def wanted(self) -> int:
        """Return how many sides there are to see; a rule without a test is always true."""
        return 1 if self.part.always else 2

    @property
    def seen(self) -> int:
        """Return how many of them were seen."""
        return bool(self.sides.true) + (not self.part.always and bool(self.sides.false))

    @property
    def never(self) -> str:
        """Say what was not seen."""
        if self.seen == self.wanted:
            return ""
        sides = [word for word in ("true", "false") if not getattr(self.sides, word)]
        return f"never {'asked' if self.seen == 0 and self.wanted == 2 else ' or '.join(sides[: self.wanted])}"


@dataclass(frozen=True, slots=True)
class SectionCoverage:
    """A section, and what was seen of its parts."""

    name: str
    parts: tuple[Covered, ...]

    def share(self, *, tests: bool | None = None) -> tuple[int, int]:
        """Return the sides seen and the sides there are: of tests, of rules, or of both."""
        chosen = [one for one in self.parts if tests is None or (one.part.test is not None) == tests]
        return sum(one.seen for one in chosen), sum(one.wanted for one in chosen)


class Coverage:
    """What cases have shown of a policy so far."""

    def __init__(self, policy: Policy) -> None:
        """Start with nothing seen."""
        self._parts = {section.name: [*parts(section)] for section in sections(policy)}
        self._first = frozenset(section.name for section in sections(policy) if section.first)
        self._rules = {(rule.section, rule.id): rule for section in sections(policy) for rule in section.rules}
        self._sides = {(part.key, part.test): Sides() for found in self._parts.values() for part in found}
        self._tests: dict[Key, tuple[FieldTest, ...]] = {}

    def add(self, case: int, kind: Kind, ruled: Ruled, questions: Iterable[Question]) -> None:
        """Add what deciding one case asked, and which criteria separated."""
        facts = ruled.facts
        rows = frozenset(id(row) for listed in (facts.lines, facts.claims, facts.candidates) for row in listed or ())
        for question in questions:
            of_criterion = not question.group.rules[0].section
            if not of_criterion and not question.is_real(facts.shared, rows):
                continue
            for number in self._asked(question):
                # A rule may also be asked without some of its tests, in search of another price: that does not count.
                if of_criterion or self._is_whole(question.group.rules[number]):
                    self._note(case, CRITERIA[kind] if of_criterion else "", question, number)
        for step in ruled.ruling.steps:
            if isinstance(step, CriterionStep) and step.round in (None, 1):
                self._sides[(CRITERIA[kind], step.criterion), None].add(bool(step.dropped), case)

    def report(self) -> tuple[SectionCoverage, ...]:
        """Return what was seen, section by section."""
        return tuple(
            SectionCoverage(name, tuple([Covered(part, self._sides[part.key, part.test]) for part in found]))
            for name, found in self._parts.items()
            if found
        )

    def _is_whole(self, rule: Rule) -> bool:
        return self._rules.get((rule.section, rule.id)) is rule

    def _asked(self, question: Question) -> Iterator[int]:
        """Yield the rules that count: of a `first` table those up to the first that fires."""
        for number, rule in enumerate(question.group.rules):
            yield number
            if rule.section in self._first and question.fired >> number & 1:
                return

    def _note(self, case: int, section: str, question: Question, number: int) -> None:
        """Note what became of a rule and of its tests; a criterion's verdict is given by the elimination instead."""
        rule = question.group.rules[number]
        key = (section or rule.section, rule.id)
        if key not in self._tests:
            self._tests[key] = tuple(tests_of(rule.when))
        if not section:
            self._sides[key, None].add(question.verdict(number), case)
        for place, test in enumerate(self._tests[key]):
            self._sides[key, place].add(judge(test, question.snapshot), case)


def cover(program: Program, cases: Sequence[Case], *, now: datetime) -> tuple[SectionCoverage, ...]:
    """Decide the cases of a policy, and return what they show of it; `Sides` count the cases from 0."""
    coverage, recorder = Coverage(program.policy), Recorder()
    for number, case in enumerate(cases):
        # One that cannot be decided has failed already, and shows nothing.
        with suppress(RefusedError):
            ruled = rule_on(program, case.kind, dict(case.request), now=now, engine=recorder)
            coverage.add(number, case.kind, ruled, recorder.questions)
        recorder.questions.clear()
    return coverage.report()


def total(found: Iterable[SectionCoverage]) -> Fraction:
    """Return the share of all sides that was seen; of a policy without rules, all."""
    shares = [section.share() for section in found]
    wanted = sum(there for _, there in shares)
    return Fraction(sum(seen for seen, _ in shares), wanted) if wanted else Fraction(1)
