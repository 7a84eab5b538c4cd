"""A ruling as a trace (docs/trace.md): facts, rules and steps, from which the outcome can be recomputed.

Nothing is matched here: which rules fired, and which nearly did, the ruling says. What follows from the policy alone is
prepared once for each kind of decision; a decision then costs what it lists, a look-up or two for each field of a rule.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from engine.core.decision import Explain, Json, Kind, Language
from engine.core.facts import Facts, Row
from engine.core.parts import to_json
from engine.explain.line_names import name_lines
from engine.explain.trace.fields import FieldBook, Listing
from engine.explain.trace.rules import TracedGroup
from engine.explain.trace.traced_subject import Entry, Texts, TracedSubject
from engine.explain.words import step_text
from engine.plan.derive.derivations import Derivations
from engine.plan.groups import Group, Match
from engine.plan.ruling import Ruling
from engine.plan.tables.bits import Bits
from rules.ir import Policy, Subject

# What a reader wants to know of a line, whatever the rules ask.
ALWAYS: dict[Kind, tuple[str, ...]] = {
    Kind.PRICE_APPROVAL: ("line.product_line", "line.quantity", "line.net_price"),
}
# The field whose value names a subject in the trace; a line has its number.
NAMED_BY = {Subject.CLAIM: "claim.id", Subject.PARTNER: "partner.id"}
# Where a request lists the rows of each subject but the deal, in the order in which a trace lists them.
_LISTS = {Subject.LINE: "lines", Subject.CLAIM: "claims", Subject.PARTNER: "candidates"}

# The rules to list of one match.
_Chosen: TypeAlias = tuple[Match, TracedGroup, Bits]
# The traced rows of each subject by their numbers. Subjects go by their listings: a member of an enumeration is slow to
# look up.
_TracedSubjects: TypeAlias = dict[Listing, dict[int | None, TracedSubject]]


class Tracer:
    """Makes the traces of one kind of decision under one policy."""

    def __init__(self, policy: Policy, kind: Kind, derivations: Derivations) -> None:
        """Prepare the fields; rules are prepared as they come."""
        self._book = FieldBook(policy, derivations)
        self._listings = {subject: Listing(self._book, subject) for subject in Subject}
        self._of_deal = self._listings[Subject.DEAL]
        self._of_rows = tuple([(self._listings[subject], subject, key) for subject, key in _LISTS.items()])
        self._groups: dict[Group, TracedGroup] = {}
        self._always = self._book.reads(ALWAYS.get(kind, ()), Subject.LINE)

    def trace(self, facts: Facts, ruling: Ruling, *, explain: Explain, language: Language) -> dict[str, Json] | None:
        """Return the trace of a ruling; None if none is wanted."""
        if explain == "none":
            return None
        chosen = self._choose(ruling, explain)
        listed: list[Json] = []
        traced_subjects = self._traced_subjects(facts, chosen, listed)
        rules: list[Json] = []
        for match, group, bits in chosen:
            rules += group.entries(bits, match, traced_subjects[group.listing][match.number], language)
        steps: list[Json] = [{**to_json(step), "text": step_text(step, language)} for step in ruling.steps]
        named, of_lines = name_lines(listed, facts), name_lines(rules, facts)
        return {"facts": named, "rules": of_lines, "steps": steps, "basis": dict(ruling.basis)}

    def _choose(self, ruling: Ruling, explain: Explain) -> list[_Chosen]:
        open_ = ruling.outcome == "needs_information"
        chosen = []
        for match in ruling.matches:
            bits = _selected(match, explain, open_=open_)
            if bits:
                chosen.append((match, self._group(match.group), bits))
        return chosen

    def _group(self, group: Group) -> TracedGroup:
        found = self._groups.get(group)
        if found is None:
            found = self._groups[group] = TracedGroup(group, self._book, self._listings[group.subject])
        return found

    def _traced_subjects(self, facts: Facts, chosen: Sequence[_Chosen], listed: list[Json]) -> _TracedSubjects:
        """Return each subject's view with the texts of its values, and list its facts."""
        shared_bits, line_bits = self._always.shared, self._always.own
        own: dict[Listing, dict[int, int]] = {}
        for match, group, bits in chosen:
            reads = group.reads(bits)
            shared_bits |= reads.shared
            line_bits |= reads.lines
            number = match.number
            if number is not None:
                of_subject = own.setdefault(group.listing, {})
                of_subject[number] = of_subject.get(number, 0) | reads.own
        shared = facts.shared
        told: dict[object, Entry] = {}
        texts: Texts = {}
        deal = TracedSubject(facts, None, shared, shared, texts, texts, told)
        listed += self._of_deal[shared_bits].tell(deal)
        traced_subjects: _TracedSubjects = {self._of_deal: {None: deal}}
        for listing, subject, key in self._of_rows:
            of_subject, always = own.get(listing, {}), line_bits if subject is Subject.LINE else 0
            given, found = facts.request.get(key), traced_subjects.setdefault(listing, {})
            for number, row in enumerate(_rows(facts, subject)):
                bits = of_subject.get(number, 0) | always
                if bits or number in of_subject:
                    place = number if subject is not Subject.LINE else facts.line_number(number) - 1
                    of_row, where = _given(given, place), _where(subject, place, facts, row)
                    traced = found[number] = TracedSubject(facts, number, shared, row, texts, {}, told, of_row, *where)
                    listed += listing[bits].tell(traced)
        return traced_subjects


def _selected(match: Match, explain: Explain, *, open_: bool) -> Bits:
    """Return the rules to list.

    `near` answers what would have changed the decision: besides what fired and what is undetermined, what the domain
    says came near. Where a decision is open, also `fired` lists what leaves it so.
    """
    if explain == "all":
        return (1 << len(match.group.rules)) - 1
    if explain == "near":
        return match.fired | match.undetermined | match.near
    return match.fired | match.undetermined if open_ else match.fired


def _rows(facts: Facts, subject: Subject) -> Sequence[Row]:
    """Return the rows of a subject. Where no lines are given at all, one of which nothing is known."""
    if subject is Subject.LINE:
        return [{}] if facts.lines is None else facts.lines
    return (facts.claims if subject is Subject.CLAIM else facts.candidates) or ()


def _given(rows: object, number: int) -> Mapping[str, object] | None:
    """Return what a request gives of a row."""
    row = rows[number] if isinstance(rows, list) else None
    return row if isinstance(row, dict) else None


def _where(subject: Subject, number: int, facts: Facts, row: Row) -> tuple[str | None, Json]:
    """Say whose an entry is: the key, and what stands there; nobody's where the request lists no lines at all."""
    if subject is Subject.LINE:
        return (None, None) if facts.lines is None else ("line", number + 1)
    name = row.get(NAMED_BY[subject])
    return subject.value, name if isinstance(name, str) else None
