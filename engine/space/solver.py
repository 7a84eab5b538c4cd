"""Requests found by the solver, where tables, derived fields and formulas meet.

What the solver finds is rounded to values that a person would write and then decided by the engine; that it finds
nothing is an answer only if it says so without giving up. Without z3 nothing is found here, and the check says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import assert_never
from zoneinfo import ZoneInfo

from engine.space.encoding import DAY, EPOCH_DAY, Encoding
from engine.space.smt import Members, Term3, real, z3
from rules import types
from rules.built_in import FOUND
from rules.ir import Field
from rules.types import NUMERIC, Scalar, SetOf, Term, Type
from rules.vocabulary import AS_OF

# In the solver's own units of work, so that the answer is the same on a fast machine and a slow one.
MOST_WORK = 1_500_000
MOST_WORK_ON_A_WISH = 200_000


@dataclass(frozen=True, slots=True)
class Found:
    """Values of the given fields, by path and line: None for null."""

    leaves: Mapping[tuple[str, int], types.Value | None]
    today: date | None


_THOUSAND, _MILLION, _ONE = Fraction(1_000), Fraction(1_000_000), Fraction(1)
# Simple requests come first, with one line of one piece; only the last attempts leave everything open.
_ATTEMPTS: tuple[tuple[int, Mapping[str, Fraction]], ...] = (
    (1, {"line.list_price": _THOUSAND, "line.quantity": _ONE}),
    (1, {"line.list_price": _THOUSAND}),
    (1, {}),
    (2, {"line.list_price": _THOUSAND}),
    (2, {}),
)


def attempts(fields: Sequence[str]) -> Iterator[tuple[int, Mapping[str, Fraction]]]:
    """Yield in how many lines and with which fixed prices to look, the freest attempt last."""
    lines = any(path.startswith("line.") for path in fields)
    for count, fixed in _ATTEMPTS if lines else ((1, {}),):
        yield count, {path: value for path, value in fixed.items() if path in fields}


def solve(encoding: Encoding, goals: Sequence[Term3], wished: Sequence[Term3] = ()) -> Found | None:
    """Return values that meet the goals; None if there are none, or the solver gave up.

    What is wished for is met as far as the goals allow it, in this order.
    """
    solver = z3.Solver()
    solver.set("rlimit", MOST_WORK)
    solver.set("random_seed", 1)
    solver.add(*encoding.side, *goals)
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    solver.set("rlimit", MOST_WORK_ON_A_WISH)
    for wish in [*wished, *(z3.Not(var.null) for var in encoding.leaves.values())]:
        model = _keep(solver, wish) or model
    chosen: dict[tuple[str, int], types.Value | None] = {}
    today: date | None = None
    for key, var in sorted(encoding.leaves.items()):
        field = encoding.fields[key[0]]
        if z3.is_true(model.eval(var.null, model_completion=True)):
            chosen[key] = None
            solver.add(var.null)
        elif isinstance(var.value, Members):
            members = {one: model.eval(flag, model_completion=True) for one, flag in var.value.known.items()}
            chosen[key] = frozenset(one for one, flag in members.items() if z3.is_true(flag))
            solver.add(*[var.value.known[one] == flag for one, flag in members.items()])
        else:
            number, model = _rounded(solver, model, var.value, field, encoding.day)
            chosen[key] = _as_value(encoding, number, field.type)
            if key[0] == AS_OF.path:
                today = date.fromordinal(int(number))
    chosen.pop((AS_OF.path, 0), None)
    return Found(chosen, today)


def satisfiable(encoding: Encoding, goals: Sequence[Term3]) -> bool | None:
    """Return whether any values meet the goals; None if the solver gave up."""
    solver = z3.Solver()
    solver.set("rlimit", MOST_WORK)
    solver.set("random_seed", 1)
    solver.add(*encoding.side, *goals)
    answer = solver.check()
    return None if answer == z3.unknown else bool(answer == z3.sat)


def _keep(solver: Term3, wish: Term3) -> Term3 | None:
    """Add a wish if it can be met, and return the model; else leave things as they were."""
    solver.push()
    solver.add(wish)
    if solver.check() == z3.sat:
        return solver.model()
    solver.pop()
    return None


def _rounded(solver: Term3, model: Term3, value: Term3, field: Field, day: date) -> tuple[Fraction, Term3]:
    """Return the simplest number that the goals allow for a field, and the model with it."""
    found = model.eval(value, model_completion=True)
    if z3.is_bool(found):
        solver.add(value == found)
        return Fraction(z3.is_true(found)), model
    if z3.is_algebraic_value(found):
        found = found.approx(14)
    now = Fraction(found.as_long()) if z3.is_int_value(found) else Fraction(found.as_fraction())
    for candidate in _simple(now, field, day):
        kept = _keep(solver, value == real(candidate))
        if kept is not None:
            return candidate, kept
    return now, model


def _simple(now: Fraction, field: Field, day: date) -> Iterator[Fraction]:
    """Yield simple values of a field, and ever more exact ones near the one that was found."""
    match field.type:
        case Scalar.DATE:
            yield Fraction(day.toordinal())
            yield Fraction(day.toordinal() + 30)
        case Scalar.TIMESTAMP:
            noon = (day.toordinal() - EPOCH_DAY) * DAY + 4 * 3_600
            yield from (Fraction(noon - days * DAY) for days in (0, 1, 10))
            yield Fraction(round(now / DAY) * DAY)
        case Scalar.MONEY | Scalar.INTEGER | Scalar.NUMBER:
            yield from (Fraction(one) for one in (1, 1_000, 800, 100, 0, 500, 10))
        case Scalar.RATE:
            yield from (Fraction(one, 100) for one in (0, 10, 5, 20))
        case Scalar.BOOLEAN | Scalar.TEXT | Scalar.DURATION | Term() | SetOf():
            pass  # whatever was found is simple
        case _:
            assert_never(field.type)
    if field.type in NUMERIC and field.type is not Scalar.INTEGER:
        extra = 2 if field.type is Scalar.RATE else 0
        for places in (-3, -2, -1, 0, 1, 2, 4, 6, 10):
            unit = Fraction(10) ** -(places + extra)
            yield round(now / unit) * unit
    yield now


def _as_value(encoding: Encoding, number: Fraction, type_: Type) -> types.Value:
    match type_:
        case Scalar.BOOLEAN:
            return bool(number)
        case Term() | Scalar.TEXT:
            return encoding.text(int(number))
        case Scalar.DATE:
            return date.fromordinal(int(number))
        case Scalar.TIMESTAMP:
            return datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC")) + timedelta(seconds=int(number))
        case Scalar.DURATION:
            return timedelta(seconds=int(number))
        case Scalar.MONEY | Scalar.RATE | Scalar.INTEGER | Scalar.NUMBER:
            return number
        case SetOf():  # its members are asked for one by one
            return number
        case _:
            assert_never(type_)


def within_reach(paths: Sequence[str]) -> bool:
    """Return whether none of the fields is found out by the engine while it decides."""
    return not any(path in FOUND for path in paths)
