"""What the texts of all kinds share: reading a stored decision, naming sources, listing rules, and what is missing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.core.decision import Language
from engine.explain.words import en, zh
from engine.explain.words.layout import Row, Table
from engine.explain.words.phrases import say
from engine.explain.words.tested import failures, is_close, reasons, unknowns

Entry: TypeAlias = Mapping[str, Any]

OUTCOMES = {"en": en.OUTCOMES, "zh": zh.OUTCOMES}
MOST_NEAR = 5
AUTHORITY = "price_approval.authority"


@dataclass(frozen=True, slots=True)
class DecisionReader:
    """A decision as JSON, to be shown in a language."""

    decision: Entry
    language: Language

    def say(self, phrase: str, *values: object, **named: object) -> str:
        """Return a phrase in the language."""
        return say(phrase, self.language, *values, **named)

    @property
    def result(self) -> Entry:
        """Return the result."""
        found: Entry = self.decision["result"]
        return found

    @property
    def basis(self) -> Entry:
        """Return the settings that the trace names; nothing where there is no trace."""
        return self._trace().get("basis") or {}

    def rules(self, *statuses: str, section: str = "") -> list[Entry]:
        """Return the trace's rules of some statuses, of sections that end so."""
        return [
            rule
            for rule in self._trace().get("rules", ())
            if rule["status"] in statuses and rule["section"].endswith(section)
        ]

    def steps(self, *names: str) -> Iterator[Entry]:
        """Yield some of the trace's steps."""
        return (step for step in self._trace().get("steps", ()) if step["step"] in names)

    def facts(self) -> Iterator[Entry]:
        """Yield the trace's facts."""
        return iter(self._trace().get("facts", ()))

    def joined(self, parts: list[str]) -> str:
        """List all of several things."""
        return self.say("comma").join(parts)

    def outcome(self, name: str) -> str:
        """Return an outcome's words."""
        return OUTCOMES[self.language][name]

    def because_of(self, rule: Entry) -> str:
        """Return what made a rule fire, or why its owner wants it where it always does."""
        tests = self.joined(reasons(rule, self.language))
        return f"{rule['rule']}: {tests}" if tests else str(rule["rule"])

    def _trace(self) -> Entry:
        found: Entry = self.decision.get("trace") or {}
        return found


def source(rule: Entry) -> str:
    """Return where a rule stands.

    >>> source({"source": {"file": "policies.yaml", "line": 41}})
    'policies.yaml:41'
    """
    return f"{rule['source']['file']}:{rule['source']['line']}"


def placed(reader: DecisionReader, entry: Entry, text: str) -> str:
    """Return a text with the line, claim or partner that it is about before it."""
    if "line" in entry:
        return reader.say("on_line", place=reader.say("line", line=entry["line"]), reason=text)
    whose = entry.get("claim") or entry.get("partner")
    return reader.say("on_line", place=whose, reason=text) if whose else text


def effects(reader: DecisionReader, key: str, label: str, *, section: str = "") -> Table:
    """Return the fired rules that have an effect, each with what made it fire and where it stands."""
    rows: dict[tuple[str, ...], Row] = {}
    for rule in reader.rules("fired", section=section):
        for then in rule["then"]:
            if key in then:
                cells = (placed(reader, rule, str(then[key])), reader.because_of(rule), source(rule))
                rows[cells] = Row(reader.say(label), cells)
    return Table([*rows.values()])


def reasoned(reader: DecisionReader, entries: list[Entry], label: str, name: str = "rule") -> Table:
    """Return entries of the result that have a reason, with the rules that gave it where the trace has them."""
    by_id = {(rule["rule"], rule.get("line")): rule for rule in reader.rules("fired")}
    rows = []
    for entry in entries:
        rule = by_id.get((entry.get(name), entry.get("line")))
        told = [reader.because_of(rule), source(rule)] if rule else [str(entry[name])] if entry.get(name) else []
        rows.append(Row(reader.say(label), [placed(reader, entry, str(entry["reason"])), *told]))
    return Table(rows)


def near_misses(reader: DecisionReader) -> Table:
    """Return the rules that one number kept from firing, by little: all else about them held.

    What authority misses stands beside each line instead.
    """
    near = [rule for rule in reader.rules("blocked") if not rule["section"].endswith(AUTHORITY) and _is_near(rule)]
    return _told(reader, near, "label_near", "missed_by", failures)


def undetermined(reader: DecisionReader) -> Table:
    """Return the rules that missing information leaves open."""
    return _told(reader, reader.rules("undetermined"), "label_not_sure", "undetermined", unknowns)


def _told(
    reader: DecisionReader, rules: list[Entry], label: str, phrase: str, tests: Callable[[Entry, Language], list[str]]
) -> Table:
    """Return the first few rules with some of their tests."""
    rows = []
    for rule in rules[:MOST_NEAR]:
        text = reader.say(phrase, rule=rule["rule"], tests=reader.joined(tests(rule, reader.language)))
        rows.append(Row(reader.say(label), [placed(reader, rule, text), source(rule)]))
    if len(rules) > MOST_NEAR:
        rows.append(Row(reader.say(label), [reader.say("more_rows", count=len(rules) - MOST_NEAR)]))
    return Table(rows)


def _is_near(rule: Entry) -> bool:
    failed = [test for test in rule["tests"] if test["holds"] is False]
    return len(failed) == 1 < len(rule["tests"]) and is_close(failed[0])


def missing(reader: DecisionReader) -> Table:
    """Return what is missing, and what remains possible."""
    rows = []
    if reader.decision.get("missing"):
        rows.append(Row(reader.say("label_missing"), [reader.joined([*reader.decision["missing"]])]))
    possible = reader.decision.get("possible")
    if possible:
        outcomes = reader.joined([reader.outcome(name) for name in possible.get("outcomes", ())])
        levels = reader.joined([*possible.get("levels", ())])
        rows.append(
            Row(reader.say("label_possible"), [outcomes + (reader.say("in_brackets", levels) if levels else "")])
        )
    return Table(rows)


def notes(reader: DecisionReader, *steps: str) -> Table:
    """Return some steps' sentences as they stand."""
    return Table([Row(reader.say("label_note"), [step["text"]]) for step in reader.steps(*steps)])


def day(moment: str) -> str:
    """Return a moment to the minute, with its offset.

    >>> day("2026-12-21T09:00:00+08:00")
    '2026-12-21 09:00 +08:00'
    """
    offset = "Z" if moment.endswith("Z") else moment[19:] if "." not in moment else moment[-6:]
    return f"{moment[:10]} {moment[11:16]} {offset}".rstrip()
