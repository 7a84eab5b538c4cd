"""A request as a rule sees it: what each field is, and what to give so that a field becomes what is wanted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from engine.assure.cases.case import Data
from engine.assure.mutants.requests import Place, as_data, changed, places_of
from engine.backends.index import IndexEngine
from engine.core.decision import Kind, RefusedError
from engine.core.facts import Row
from engine.core.values import Value
from engine.core.views import UNKNOWN, State, View
from engine.core.writing import UnwritableError
from engine.decide import Ruled, rule_on
from engine.program import Program
from rules.built_in import FOUND_FROM
from rules.ir import Field, Subject
from rules.types import NUMERIC, Scalar, Term
from rules.vocabulary import AS_OF

MOST_STEPS = 5
NUDGE = {Scalar.MONEY: Fraction(1), Scalar.RATE: Fraction(1, 100)}


@dataclass(slots=True)
class Budget:
    """How many requests may still be decided in search of one."""

    left: int


@dataclass(frozen=True, eq=False)
class Probe:
    """A request that can be decided, seen by one subject; `row` is its number."""

    program: Program
    kind: Kind
    request: Mapping[str, Data]
    subject: Subject
    row: int | None
    now: datetime
    ruled: Ruled
    budget: Budget

    @property
    def view(self) -> View:
        """Return the facts after deciding, from the subject's view."""
        rows = self._rows()
        own: Row = rows[self.row] if self.row is not None and self.row < len(rows) else {}
        return View(self.subject, self.ruled.facts.shared, own)

    def _rows(self) -> Sequence[Row]:
        facts = self.ruled.facts
        by_subject = {Subject.LINE: facts.lines, Subject.CLAIM: facts.claims, Subject.PARTNER: facts.candidates}
        return by_subject.get(self.subject) or ()

    def field(self, path: str) -> Field:
        """Return a field of the policy, or the day of the request."""
        return AS_OF if path == AS_OF.path else self.program.policy.fields[path]

    def over(self, request: Mapping[str, Data]) -> "Probe | None":
        """Return the probe of another request; None if it cannot be decided, or enough have been."""
        return seen(self.program, self.kind, request, self.subject, self.row, now=self.now, budget=self.budget)

    def with_value(self, place: Place, value: Data) -> "Probe | None":
        """Return the probe with another value at a place of the request."""
        request = changed(dict(self.request), place, value)
        return self.over(request) if isinstance(request, dict) else None

    def giving(self, place: Place, value: Value, field: Field) -> "Probe | None":
        """Return the probe with a field given so; None too where no request can give the value."""
        try:
            return self.with_value(place, as_data(value, field.type))
        except UnwritableError:
            return None

    def levers(self, path: str) -> Iterator[tuple[Field, Place]]:
        """Yield the given fields that a field comes from, and where they stand: the nearest first."""
        inputs = {**self.ruled.domain.derivations.inputs, **FOUND_FROM}
        open_, done = [path], set()
        while open_:
            name = open_.pop(0)
            if name in done:
                continue
            done.add(name)
            field = self.field(name)
            if field.givable and name not in inputs:
                yield from (
                    (field, place) for place in places_of(name, self.kind, self.request, self._row_of_request())
                )
            open_ += sorted(inputs.get(name, ()))

    def setting(self, path: str, wanted: State, locked: frozenset[Place]) -> Iterator[tuple["Probe", Place]]:
        """Yield probes in which a field has a value, or comes as near to it as can be, with what was changed."""
        own = self.field(path)
        if own.givable and path not in self.ruled.domain.derivations.inputs:
            for _, place in self.levers(path):
                if place not in locked and wanted is not UNKNOWN:
                    found = self.giving(place, wanted, own)
                    if found:
                        yield found, place
                    return
        # What comes out exactly goes first, and a list price, on which much else hangs, last.
        rest: list[tuple[Probe, Place]] = []
        for field, place in sorted(self.levers(path), key=lambda lever: lever[0].path == "line.list_price"):
            if place in locked:
                continue
            if isinstance(field.type, Term) or field.type is Scalar.BOOLEAN:
                yield from self._choosing(path, wanted, field, place)
            elif (found := self._solving(path, wanted, field, place)) is not None:
                if same(found.view[path], wanted):
                    yield found, place
                else:
                    rest.append((found, place))
        yield from rest

    def _choosing(self, path: str, wanted: State, field: Field, place: Place) -> Iterator[tuple["Probe", Place]]:
        values: Sequence[Data] = [*field.type.values] if isinstance(field.type, Term) else [True, False]
        for value in (*values, None):
            found = self.with_value(place, value)
            if found and same(found.view[path], wanted):
                yield found, place

    def _solving(self, path: str, wanted: State, field: Field, place: Place) -> "Probe | None":
        """Find a number or moment for a lever by the secant method, at once where the formula is straight."""
        goal, at = as_number(wanted), as_number(self._given(field, place))
        here: Probe | None = self
        if goal is None or at is None:
            return None
        value = as_number(self.view[path])
        nudge = NUDGE.get(field.type, Fraction(1)) if isinstance(field.type, Scalar) else Fraction(1)
        step = max(nudge, Fraction(round(at / 100))) if field.type in NUMERIC else Fraction(86_400)
        before, value_before = at, value
        if field.type in NUMERIC:
            at = field.nearest(at + step)
            at = field.nearest(at - step) if at == before else at
        else:
            at += step
        if at == before:
            return None
        for _ in range(MOST_STEPS):
            here = self._at(field, place, at)
            value = as_number(here.view[path]) if here else None
            if value is None or value_before is None or here is None:
                return None
            if value == goal:
                return here
            if value == value_before:
                return here if abs(value - goal) < abs(goal) / 10**6 else None
            slope = (value - value_before) / (at - before)
            before, value_before = at, value
            at = _rounded(at + (goal - value) / slope, field)
            if at == before:
                return here
        return here

    def _row_of_request(self) -> int | None:
        """Return the row's place in the request, where parts of lines stand among the lines."""
        facts = self.ruled.facts
        if self.row is None or self.subject is not Subject.LINE or self.row >= len(facts.lines or ()):
            return self.row
        return facts.line_number(self.row) - 1

    def _given(self, field: Field, place: Place) -> State:
        row = self.ruled.facts.shared
        facts = self.ruled.facts
        if len(place) > 2 and isinstance(place[1], int):
            rows = {"lines": facts.lines, "claims": facts.claims, "candidates": facts.candidates}[str(place[0])]
            if place[0] == "lines" and facts.kits is not None:
                if place[1] + 1 not in facts.kits.numbers:
                    return UNKNOWN  # a part of another line
                row = (rows or [])[facts.kits.numbers.index(place[1] + 1)]
            else:
                row = (rows or [])[place[1]]
        if field.path == AS_OF.path:
            return facts.today
        value = row.get(field.path, UNKNOWN)
        return (0, 1) if value in (UNKNOWN, None) and field.type in NUMERIC else value

    def _at(self, field: Field, place: Place, number: Fraction) -> "Probe | None":
        return self.giving(place, _as_value(number, field), field)


def seen(
    program: Program,
    kind: Kind,
    request: Mapping[str, Data],
    subject: Subject,
    row: int | None,
    *,
    now: datetime,
    budget: Budget,
) -> Probe | None:
    """Decide a request, and return it as a subject sees it; None if it is refused, or enough have been decided."""
    if budget.left <= 0:
        return None
    budget.left -= 1
    try:
        ruled = rule_on(program, kind, dict(request), now=now, engine=IndexEngine())
    except RefusedError:
        return None
    return Probe(program, kind, request, subject, row, now, ruled, budget)


def same(left: State, right: State) -> bool:
    """Return whether two states are the same value."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        return left[0] * right[1] == right[0] * left[1]
    return left == right


_EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def as_number(value: State) -> Fraction | None:
    """Return a value's place on a line: seconds for moments and lengths of time; None if it has none."""
    match value:
        case (int() as n, int() as d) if d:
            return Fraction(n, d)
        case datetime():
            return Fraction((value - _EPOCH).total_seconds())
        case date():
            return Fraction(value.toordinal() * 86_400)
        case timedelta():
            return Fraction(value.total_seconds())
        case _:
            return None


def _as_value(number: Fraction, field: Field) -> Value:
    if field.type is Scalar.TIMESTAMP:
        return _EPOCH + timedelta(seconds=float(round(number)))
    if field.type is Scalar.DATE:
        return date.fromordinal(max(1, round(number / 86_400)))
    if field.type is Scalar.DURATION:
        return timedelta(minutes=round(number / 60))
    return number.as_integer_ratio()


def _rounded(number: Fraction, field: Field) -> Fraction:
    """Return a number as a request would have it: cents where that is near, whole where it must be."""
    if field.type in NUMERIC:
        number = field.nearest(number)
    if field.type is Scalar.INTEGER:
        return Fraction(round(number))
    if field.type in (Scalar.DATE, Scalar.TIMESTAMP, Scalar.DURATION):
        return Fraction(round(number))
    for places in (2, 4, 6):
        near = Fraction(round(number * 10**places), 10**places)
        if near == number:
            return near
    return Fraction(round(number * 10**8), 10**8)
