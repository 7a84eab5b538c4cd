"""Rules as trace entries; what does not depend on a request is worked out once for each rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.decision import Json, Language
from engine.facts import Facts
from engine.interpret import compute
from engine.matching import Group
from engine.tables.bits import Bits, positions
from engine.trace import effects
from engine.trace.conditions import Scene, Traced, traced
from engine.trace.fields import FieldBook, Reads
from engine.views import View
from engine.words import effect_text
from rules.fields import rule_fields
from rules.ir import Rule, Score, Subject

Status: TypeAlias = Literal["fired", "blocked", "undetermined"]
FIRED: Status = "fired"
BLOCKED: Status = "blocked"
UNDETERMINED: Status = "undetermined"


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule says, in one language."""

    then: list[Json]
    effects: list[Json]
    because: str | None


class TracedRule:
    """One rule, ready to be shown."""

    def __init__(self, rule: Rule, subject: Subject, book: FieldBook) -> None:
        """Prepare the rule's tests, and find the fields that it reads."""
        self._rule = rule
        self._subject = subject
        self._source: dict[str, Json] = {"file": book.file(rule.span), "line": rule.span.line}
        self._tests: tuple[Traced, ...] = tuple([traced(part, subject, book.types) for part in rule.when.parts])
        self._words: dict[Language, Words] = {}
        self._scores = tuple([effect.points for effect in rule.effects if isinstance(effect, Score)])
        self.reads: Reads = book.reads(rule_fields(rule), subject)

    def entry(
        self,
        status: Status,
        place: Mapping[str, Json],
        scene: Scene,
        *,
        facts: Facts,
        language: Language,
        misses_once: bool = False,
    ) -> dict[str, Json]:
        """Return the rule's entry for one subject; `misses_once` if exactly one of its tests is known to fail."""
        words = self._words.get(language) or self._put_into(language)
        then, said = (words.then, words.effects) if not self._scores else self._scored(words, scene, facts, language)
        return {
            "rule": self._rule.id,
            "section": self._rule.section,
            "source": self._source,
            **place,
            "status": status,
            "tests": self._judged(status, scene, misses_once=misses_once),
            "effects": said,
            "then": then,
            "because": words.because,
        }

    def _judged(self, status: Status, scene: Scene, *, misses_once: bool) -> list[Json]:
        """Return the entries of the tests; what the engine has found already is not judged again."""
        if status is FIRED:
            return [test.holding(scene) for test in self._tests]
        if not misses_once:
            return [test.judged(scene) for test in self._tests]
        last = len(self._tests) - 1
        miss = next((n for n, test in enumerate(self._tests) if n == last or test.verdict(scene) is False), last)
        return [test.failing(scene) if n == miss else test.holding(scene) for n, test in enumerate(self._tests)]

    def _put_into(self, language: Language) -> Words:
        rule = self._rule
        then = [effects.as_json(effect, language) for effect in rule.effects]
        because = rule.because.in_language(language) if rule.because else None
        words = Words([*then], [effect_text(one, language) for one in then], because)
        self._words[language] = words
        return words

    def _scored(self, words: Words, scene: Scene, facts: Facts, language: Language) -> tuple[list[Json], list[Json]]:
        """Put the points into a rule that gives a score."""
        view = View(self._subject, scene.shared, scene.row)
        points = iter([effects.points(compute(formula, view, facts.lines)) for formula in self._scores])
        then = [
            {**one, **next(points)} if isinstance(effect, Score) and isinstance(one, dict) else one
            for effect, one in zip(self._rule.effects, words.then, strict=True)
        ]
        return then, [effect_text(one, language) for one in then if isinstance(one, dict)]


class TracedGroup:
    """A group's rules, each prepared when it is first shown."""

    def __init__(self, group: Group, book: FieldBook) -> None:
        """Remember the group."""
        self._group = group
        self._book = book
        self._rules: list[TracedRule | None] = [None] * len(group.rules)
        self._reads: dict[Bits, Reads] = {}
        self.subject = group.subject

    def __getitem__(self, number: int) -> TracedRule:
        """Return one rule."""
        found = self._rules[number]
        if found is None:
            found = self._rules[number] = TracedRule(self._group.rules[number], self._group.subject, self._book)
        return found

    def reads(self, bits: Bits) -> Reads:
        """Return the fields that some of the rules read, and all that these are derived from."""
        found = self._reads.get(bits)
        if found is None:
            found = Reads()
            for number in positions(bits):
                found |= self[number].reads
            if len(self._reads) > 4_096:  # an outer bound, as for the book's sets of fields
                self._reads.clear()
            self._reads[bits] = found
        return found
