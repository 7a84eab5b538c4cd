"""Rules as trace entries; what does not depend on a request is worked out once for each rule."""

from typing import Literal, TypeAlias

from engine.core.decision import Json, Language
from engine.core.interpret import compute
from engine.core.views import View
from engine.explain.trace import effects
from engine.explain.trace.conditions import Traced, traced
from engine.explain.trace.fields import FieldBook, Listing, Reads
from engine.explain.trace.traced_subject import Entry, TracedSubject
from engine.explain.words import effect_text
from engine.plan.groups import Group, Match
from engine.plan.tables.bits import Bits, numbers_of, positions
from rules.ir import Rule, Score, Subject
from rules.traverse import rule_fields

Status: TypeAlias = Literal["fired", "blocked", "undetermined"]
FIRED: Status = "fired"
BLOCKED: Status = "blocked"
UNDETERMINED: Status = "undetermined"

_MOST = 4_096  # sets of rules that are remembered: an outer bound, as for the book's sets of fields


class TracedRule:
    """One rule, ready to be shown."""

    def __init__(self, rule: Rule, subject: Subject, book: FieldBook) -> None:
        """Prepare the rule's tests, and find the fields that it reads."""
        self._rule = rule
        self._subject = subject
        self._source: dict[str, Json] = {"file": book.file(rule.span), "line": rule.span.line}
        self._tests: tuple[Traced, ...] = tuple([traced(part, subject, book.types) for part in rule.when.parts])
        self._blanks: dict[tuple[Status, str | None, Language], Entry] = {}
        self._then: dict[Language, list[Entry]] = {}
        self._scores = tuple([effect.points for effect in rule.effects if isinstance(effect, Score)])
        self.reads: Reads = book.reads(rule_fields(rule), subject)

    def entry(self, status: Status, traced: TracedSubject, language: Language) -> Entry:
        """Return the rule's entry for one subject: a copy of the blank, filled in."""
        key = traced.key
        entry = (self._blanks.get((status, key, language)) or self._blank(status, key, language)).copy()
        if key is not None:
            entry[key] = traced.name
        entry["tests"] = [test.entry(traced) for test in self._tests]
        if self._scores:
            self._put_points(entry, traced, language)
        return entry

    def _blank(self, status: Status, key: str | None, language: Language) -> Entry:
        """Return an entry with everything that no request changes, and with places for the rest."""
        rule = self._rule
        then = self._then[language] = [effects.as_json(effect, language) for effect in rule.effects]
        blank = self._blanks[status, key, language] = {
            "rule": rule.id,
            "section": rule.section,
            "source": self._source,
            **({} if key is None else {key: None}),
            "status": status,
            "tests": None,
            "effects": [effect_text(one, language) for one in then],
            "then": list[Json](then),
            "because": rule.because.in_language(language) if rule.because else None,
        }
        return blank

    def _put_points(self, entry: Entry, traced: TracedSubject, language: Language) -> None:
        """Put the points into the entry of a rule that gives a score."""
        view = View(self._subject, traced.shared, traced.row)
        points = iter([effects.points(compute(formula, view, traced.facts.lines)) for formula in self._scores])
        then = [
            {**one, **next(points)} if isinstance(effect, Score) else one
            for effect, one in zip(self._rule.effects, self._then[language], strict=True)
        ]
        entry["effects"] = [effect_text(one, language) for one in then]
        entry["then"] = list[Json](then)


class TracedGroup:
    """A group's rules, each prepared when it is first shown."""

    def __init__(self, group: Group, book: FieldBook, listing: Listing) -> None:
        """Remember the group; `listing` lists the facts of its subject's rows."""
        self._group = group
        self._book = book
        self._rules: list[TracedRule | None] = [None] * len(group.rules)
        self._reads: dict[Bits, Reads] = {}
        self._matched: dict[tuple[Bits, Bits, Bits], tuple[tuple[int, Status], ...]] = {}
        self.listing = listing

    def __getitem__(self, number: int) -> TracedRule:
        """Return one rule."""
        found = self._rules[number]
        if found is None:
            found = self._rules[number] = TracedRule(self._group.rules[number], self._group.subject, self._book)
        return found

    def entries(self, bits: Bits, match: Match, traced: TracedSubject, language: Language) -> list[Json]:
        """Return the entries of some of the rules, as they were matched."""
        statuses = self._statuses(bits, bits & match.fired, bits & match.undetermined)
        return [self[number].entry(status, traced, language) for number, status in statuses]

    def _statuses(self, bits: Bits, fired: Bits, open_: Bits) -> tuple[tuple[int, Status], ...]:
        """Return the numbers of some rules, and what became of each."""
        key = (bits, fired, open_)
        found = self._matched.get(key)
        if found is None:
            numbers = numbers_of(bits)
            found = tuple(
                [(n, FIRED if fired >> n & 1 else UNDETERMINED if open_ >> n & 1 else BLOCKED) for n in numbers]
            )
            if len(self._matched) > _MOST:
                self._matched.clear()
            self._matched[key] = found
        return found

    def reads(self, bits: Bits) -> Reads:
        """Return the fields that some of the rules read, and all that these are derived from."""
        found = self._reads.get(bits)
        if found is None:
            found = Reads()
            for number in positions(bits):
                found |= self[number].reads
            if len(self._reads) > _MOST:
                self._reads.clear()
            self._reads[bits] = found
        return found
