"""What the texts of all kinds share: reading a stored decision, naming sources, listing rules, and what is missing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.answers.decisions import Outcome, StoredDecision
from engine.answers.price import PricePossible
from engine.core.decision import Language
from engine.core.parts import MissingDidNotMatterStep, Step
from engine.core.traced import Status, TracedEffect, TracedFact, TracedRule
from engine.explain.words import en, zh
from engine.explain.words.layout import Row, Table
from engine.explain.words.phrases import line_place, say
from engine.explain.words.tested import failures, is_close, reasons, unknowns

OUTCOMES = {"en": en.OUTCOMES, "zh": zh.OUTCOMES}
MOST_NEAR = 5
AUTHORITY = "price_approval.authority"


@dataclass(frozen=True, slots=True)
class DecisionReader:
    """A decision as it is stored, to be shown in a language."""

    decision: StoredDecision
    language: Language

    def say(self, phrase: str, *values: object, **named: object) -> str:
        """Return a phrase in the language."""
        return say(phrase, self.language, *values, **named)

    def rules(self, *statuses: Status, section: str = "") -> list[TracedRule]:
        """Return the trace's rules of some statuses, of sections that end so."""
        rules = self.decision.trace.rules if self.decision.trace else ()
        return [rule for rule in rules if rule.status in statuses and rule.section.endswith(section)]

    def steps(self, *kinds: type[Step]) -> Iterator[Step]:
        """Yield the trace's steps of some kinds."""
        return (step for step in (self.decision.trace.steps if self.decision.trace else ()) if isinstance(step, kinds))

    def facts(self) -> Sequence[TracedFact]:
        """Return the trace's facts."""
        return self.decision.trace.facts if self.decision.trace else ()

    def joined(self, parts: Iterable[str]) -> str:
        """List all of several things."""
        return self.say("comma").join(parts)

    def outcome(self, name: Outcome) -> str:
        """Return an outcome's words."""
        return OUTCOMES[self.language][name]

    def because_of(self, rule: TracedRule) -> str:
        """Return what made a rule fire, or why its owner wants it where it always does."""
        tests = self.joined(reasons(rule, self.language))
        return f"{rule.rule}: {tests}" if tests else rule.rule


def source(rule: TracedRule) -> str:
    """Return where a rule stands: `policies.yaml:41`."""
    return f"{rule.source.file}:{rule.source.line}"


def placed(reader: DecisionReader, rule: TracedRule, text: str) -> str:
    """Return a text with the line, claim or partner that it is about before it."""
    if rule.line is not None:
        return on_line(reader, rule, text)
    whose = rule.claim or rule.partner
    return reader.say("on_line", place=whose, reason=text) if whose else text


class OfLine(Protocol):
    """An entry that may be about a line."""

    @property
    def line(self) -> int | None:
        """Return the line's number."""

    @property
    def line_id(self) -> str | None:
        """Return the line's id, where the request gives one."""


def on_line(reader: DecisionReader, entry: OfLine, text: str) -> str:
    """Return a text with the line that its entry is about before it, if it is about one."""
    if entry.line is None:
        return text
    return reader.say("on_line", place=line_place(entry.line, entry.line_id, reader.language), reason=text)


def effects(reader: DecisionReader, what: Callable[[TracedEffect], str | None], label: str) -> Table:
    """Return the fired rules that have an effect, each with what made it fire and where it stands."""
    rows: dict[tuple[str, ...], Row] = {}
    for rule in reader.rules("fired"):
        for then in rule.then:
            said = what(then)
            if said is not None:
                cells = (placed(reader, rule, said), reader.because_of(rule), source(rule))
                rows[cells] = Row(reader.say(label), cells)
    return Table([*rows.values()])


class Reasoned(OfLine, Protocol):
    """An entry of a result that has a reason, of a line or of the deal."""

    @property
    def reason(self) -> str:
        """Return the reason."""


def reasoned(reader: DecisionReader, entries: Iterable[tuple[Reasoned, str | None]], label: str) -> Table:
    """Return entries of the result that have a reason, with the rules that gave it where the trace has them."""
    by_id = {(rule.rule, rule.line): rule for rule in reader.rules("fired")}
    rows = []
    for entry, name in entries:
        rule = by_id.get((name, entry.line)) if name is not None else None
        told = [reader.because_of(rule), source(rule)] if rule else [name] if name else []
        rows.append(Row(reader.say(label), [on_line(reader, entry, entry.reason), *told]))
    return Table(rows)


def near_misses(reader: DecisionReader) -> Table:
    """Return the rules that one number kept from firing, by little: all else about them held.

    What authority misses stands beside each line instead.
    """
    near = [rule for rule in reader.rules("blocked") if not rule.section.endswith(AUTHORITY) and _is_near(rule)]
    return _told(reader, near, "label_near", "missed_by", failures)


def undetermined(reader: DecisionReader) -> Table:
    """Return the rules that missing information leaves open."""
    return _told(reader, reader.rules("undetermined"), "label_not_sure", "undetermined", unknowns)


def _told(
    reader: DecisionReader,
    rules: list[TracedRule],
    label: str,
    phrase: str,
    tests: Callable[[TracedRule, Language], list[str]],
) -> Table:
    """Return the first few rules with some of their tests."""
    rows = []
    for rule in rules[:MOST_NEAR]:
        text = reader.say(phrase, rule=rule.rule, tests=reader.joined(tests(rule, reader.language)))
        rows.append(Row(reader.say(label), [placed(reader, rule, text), source(rule)]))
    if len(rules) > MOST_NEAR:
        rows.append(Row(reader.say(label), [reader.say("more_rows", count=len(rules) - MOST_NEAR)]))
    return Table(rows)


def _is_near(rule: TracedRule) -> bool:
    failed = [test for test in rule.tests if test.holds is False]
    return len(failed) == 1 < len(rule.tests) and is_close(failed[0])


def missing(reader: DecisionReader) -> Table:
    """Return what is missing, and what remains possible."""
    rows = []
    if reader.decision.missing:
        rows.append(Row(reader.say("label_missing"), [reader.joined(reader.decision.missing)]))
    possible = reader.decision.possible
    if possible:
        outcomes = reader.joined([reader.outcome(name) for name in possible.outcomes])
        levels = reader.joined(possible.levels) if isinstance(possible, PricePossible) else ""
        rows.append(
            Row(reader.say("label_possible"), [outcomes + (reader.say("in_brackets", levels) if levels else "")])
        )
    return Table(rows)


def notes(reader: DecisionReader) -> Table:
    """Return what was not given and did not matter."""
    return Table([Row(reader.say("label_note"), [step.text]) for step in reader.steps(MissingDidNotMatterStep)])


def day(moment: str) -> str:
    """Return a moment to the minute, with its offset.

    >>> day("2026-12-21T09:00:00+08:00")
    '2026-12-21 09:00 +08:00'
    """
    offset = "Z" if moment.endswith("Z") else moment[19:] if "." not in moment else moment[-6:]
    return f"{moment[:10]} {moment[11:16]} {offset}".rstrip()
