"""Derived fields: the built-in ones and the policy's, computed in dependency order before any rule is judged.

A derivation reads known fields and adds its own to the facts; one whose value is unknown adds nothing, which is what
unknown means there. `Derivations` holds for one kind of decision those that its rules can see, in stages: most come
first; those that depend on a field that the domain itself finds out (`claim.protected`, `deal.contenders`,
`partner.score`) come after it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TypeAlias

from engine.decision import Kind
from engine.derive.built_in import FUNCTIONS, Function, call, margin
from engine.derive.formulas import Formula, compiled
from engine.exact import ZERO, Ratio, add, compare
from engine.facts import Facts, Row
from engine.interpret import as_ratio, compute, plain
from engine.matching import Engine, Group, groups_of, match_all
from engine.tables.bits import positions
from engine.values import PartialSet, Value
from engine.views import UNKNOWN, State, Unknown, View
from rules.built_in import FORMULAS, FUNCTION_INPUTS, MARGINS
from rules.fields import expression_fields, rule_fields
from rules.ir import Assign, DerivedFormula, DerivedTable, Expression, Policy, Rule, SpecialOrders, Subject

Evaluate: TypeAlias = Callable[[Engine, Facts, Row], State]

# Fields that a domain finds out while it decides, by the stage after which they are known.
FOUND_IN_STAGE = {"claim.protected": 1, "partner.score": 1, "deal.contenders": 2, "deal.decided_by": 2}
STAGES = 3
# What a caller gives so that fields become known which are no formula of others.
FOUND_FROM = {
    "claim.protected": ("claim.status", "claim.protected_until"),
    "deal.line_count": ("line.quantity",),
}


@dataclass(frozen=True, slots=True)
class Derivation:
    """One derived field: where it stands, what it reads, and how it is computed for one row.

    `formula` is the formula that it is, for prices above zero, and None for what tables and kinds give; `compiled` says
    it as a function that gives what `evaluate` gives. `rules` are the rows of tables and kinds.
    """

    path: str
    subject: Subject
    inputs: frozenset[str]
    evaluate: Evaluate
    formula: Expression | None = None
    compiled: Formula | None = None
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Derivations:
    """The derivations that one kind of decision needs, stage by stage, each after what it reads."""

    kind: Kind
    stages: tuple[tuple[Derivation, ...], ...]
    inputs: Mapping[str, frozenset[str]]

    def derive(self, engine: Engine, facts: Facts, *, stage: int = 0) -> None:
        """Add a stage's fields to the facts."""
        shared, lines = facts.shared, facts.lines
        for derivation in self.stages[stage]:
            path, formula = derivation.path, None if engine.plain else derivation.compiled
            for row in _rows(derivation.subject, facts):
                state = formula(shared, row, lines) if formula else derivation.evaluate(engine, facts, row)
                if state is not UNKNOWN:
                    (shared if derivation.subject is Subject.DEAL else row)[path] = state

    def roots(self, paths: Iterable[str], facts: Facts) -> frozenset[str]:
        """Return the unknown given fields that these fields come from: what a caller could add."""
        found: set[str] = set()
        seen: set[tuple[str, Subject | None]] = set()
        open_: list[tuple[str, Subject | None]] = [(path, None) for path in paths]
        while open_:
            path, reader = open_.pop()
            if (path, reader) in seen or not self._unknown_somewhere(path, reader, facts):
                continue
            seen.add((path, reader))
            inputs = self.inputs.get(path) or FOUND_FROM.get(path)
            if inputs:
                open_ += [(name, row_subject(path, self.kind)) for name in inputs]
            else:
                found.add(path)
        return frozenset(found)

    def _unknown_somewhere(self, path: str, reader: Subject | None, facts: Facts) -> bool:
        """Tell whether a field is not known, or only partly, where it was read.

        `reader` is the subject of the derived field that reads it: the deal's own see the deal's partner, not a claim's
        or a candidate's. A field that a rule names may stand in either place.
        """
        subject = row_subject(path, self.kind)
        if subject is Subject.LINE:
            return facts.lines is None or any(_is_open(row, path) for row in facts.lines)
        if subject is Subject.DEAL or reader is Subject.DEAL:
            return _is_open(facts.shared, path)
        in_rows = any(_is_open(row, path) for row in _rows(subject, facts))
        return in_rows or (reader is None and _is_open(facts.shared, path))


def _is_open(row: Row, path: str) -> bool:
    return isinstance(row.get(path, UNKNOWN), Unknown | PartialSet)


def row_subject(path: str, kind: Kind) -> Subject:
    """Return whose row a field stands in when this kind is decided; the deal's own is the shared one."""
    match path.partition(".")[0]:
        case "line":
            return Subject.LINE
        case "claim":
            return Subject.CLAIM
        case "partner" if kind is Kind.DEAL_REGISTRATION:
            return Subject.CLAIM
        case "partner" if kind is Kind.PARTNER_ALLOCATION:
            return Subject.PARTNER
        case _:
            return Subject.DEAL


def derivations(policy: Policy, kind: Kind, wanted: Iterable[str]) -> Derivations:
    """Return what it takes to know the wanted fields."""
    makers: dict[str, Callable[[], Derivation]] = {
        **{path: partial(_formula, path, formula, kind) for path, formula in FORMULAS.items()},
        **{path: partial(_function, path, function, kind) for path, function in FUNCTIONS.items()},
        **{path: partial(_margin, path, kind) for path in MARGINS},
        "deal.special_kinds": partial(_special_kinds, policy.special_orders),
        **{derived.field: partial(_policy_derivation, derived, kind) for derived in policy.derive},
    }
    ordered: dict[str, Derivation] = {}
    stage_of: dict[str, int] = dict(FOUND_IN_STAGE)

    def visit(path: str) -> None:
        if path in ordered or path in FOUND_IN_STAGE or path not in makers:
            return
        derivation = makers[path]()
        for name in sorted(derivation.inputs):
            visit(name)
        ordered[path] = derivation
        stage_of[path] = max((stage_of.get(name, 0) for name in derivation.inputs), default=0)

    for path in wanted:
        visit(path)
    stages = tuple(
        tuple(derivation for path, derivation in ordered.items() if stage_of[path] == stage) for stage in range(STAGES)
    )
    return Derivations(kind, stages, {path: derivation.inputs for path, derivation in ordered.items()})


def _rows(subject: Subject, facts: Facts) -> Iterable[Row]:
    match subject:
        case Subject.DEAL:
            return ({},)
        case Subject.LINE:
            return facts.lines or ()
        case Subject.CLAIM:
            return facts.claims or ()
        case Subject.PARTNER:
            return facts.candidates or ()


def _policy_derivation(derived: DerivedFormula | DerivedTable, kind: Kind) -> Derivation:
    if isinstance(derived, DerivedFormula):
        return _formula(derived.field, derived.expression, kind)
    subject = row_subject(derived.field, kind)
    group = Group.of(derived.rows, subject)
    values = [_assigned(rule) for rule in derived.rows]
    decide = _HITS[derived.hit]
    first = derived.hit == "first"

    def evaluate(engine: Engine, facts: Facts, row: Row) -> State:
        fired, undetermined = engine.match(group, facts.shared, row)
        if first and not undetermined:  # by far the most frequent case
            return values[(fired & -fired).bit_length() - 1] if fired else None
        hits = [(value, bool(fired >> n & 1)) for n, value in enumerate(values) if (fired | undetermined) >> n & 1]
        return decide(hits)

    inputs = frozenset(path for rule in derived.rows for path in rule_fields(rule))
    return Derivation(derived.field, subject, inputs, evaluate, rules=derived.rows)


def _assigned(rule: Rule) -> Value:
    (effect,) = rule.effects
    assert isinstance(effect, Assign)
    return plain(effect.value)


# A table's hits in the owner's order: the row's value, and whether the row fires (else it is undetermined).
_Hits: TypeAlias = list[tuple[Value, bool]]


def _first(hits: _Hits) -> State:
    """Return the first firing row's value, unless an undetermined row before it could give another."""
    result: Value = None
    candidates = []
    for value, fires in hits:
        if fires:
            result = value
            break
        candidates.append(value)
    return result if all(_same(value, result) for value in candidates) else UNKNOWN


def _same(left: Value, right: Value) -> bool:
    if isinstance(left, tuple) and isinstance(right, tuple):
        return compare(left, right) == 0
    return left == right


def _sum(hits: _Hits) -> State:
    """Return the sum of the firing rows; an undetermined row that adds something makes it unknown."""
    if any(not fires and not _same(value, ZERO) for value, fires in hits):
        return UNKNOWN
    total: Ratio | None = ZERO
    for value, _ in hits:
        total = add(total, as_ratio(value)) if total is not None else None
    return total


def _extreme(sign: int) -> Callable[[_Hits], State]:
    """Return the largest (+1) or smallest (-1), unknown if an undetermined row could beat it."""

    def beats(left: Value, right: Value) -> bool:
        if isinstance(left, tuple) and isinstance(right, tuple):
            return compare(left, right) == sign
        return _moment_order(left, right) == sign

    def decide(hits: _Hits) -> State:
        best: Value = None
        for value, fires in hits:
            if fires and (best is None or beats(value, best)):
                best = value
        doubtful = any(not fires and (best is None or beats(value, best)) for value, fires in hits)
        return UNKNOWN if doubtful else best

    return decide


def _moment_order(left: Value, right: Value) -> int:
    assert isinstance(left, date | timedelta)
    assert isinstance(right, date | timedelta)
    return (left > right) - (left < right)  # type: ignore[operator]  # one field's values have one type


_HITS: dict[str, Callable[[_Hits], State]] = {
    "first": _first,
    "sum": _sum,
    "max": _extreme(1),
    "min": _extreme(-1),
}


def _formula(path: str, expression: Expression, kind: Kind) -> Derivation:
    subject = row_subject(path, kind)

    def evaluate(_: Engine, facts: Facts, row: Row) -> State:
        return compute(expression, View(subject, facts.shared, row), facts.lines)

    def unusual(shared: Row, row: Row, lines: Sequence[Row] | None) -> State:
        return compute(expression, View(subject, shared, row), lines)

    made = compiled(expression, subject, unusual)
    return Derivation(path, subject, frozenset(expression_fields(expression)), evaluate, expression, made)


def _function(path: str, function: Function, kind: Kind) -> Derivation:
    subject = row_subject(path, kind)
    inputs = FUNCTION_INPUTS[path]

    def evaluate(_: Engine, facts: Facts, row: Row) -> State:
        view = View(subject, facts.shared, row)
        return call(function, facts, [view[name] for name in inputs])

    return Derivation(path, subject, frozenset(inputs), evaluate)


def _margin(path: str, kind: Kind) -> Derivation:
    """Return a margin: a formula wherever something is paid, and a function for what is free."""
    subject = row_subject(path, kind)
    cost, net = FUNCTION_INPUTS[path]

    def unusual(shared: Row, row: Row, _: Sequence[Row] | None) -> State:
        view = View(subject, shared, row)
        return UNKNOWN if UNKNOWN in (view[cost], view[net]) else margin(view[cost], view[net])

    def evaluate(_: Engine, facts: Facts, row: Row) -> State:
        return unusual(facts.shared, row, facts.lines)

    made = compiled(MARGINS[path], subject, unusual)
    return Derivation(path, subject, frozenset((cost, net)), evaluate, MARGINS[path], made)


def _special_kinds(section: SpecialOrders | None) -> Derivation:
    """Return the kinds that the deal is of: of a kind if its condition holds for the deal or any line."""
    kinds = section.kinds if section else ()
    groups = groups_of(kinds)

    def evaluate(engine: Engine, facts: Facts, _: Row) -> State:
        known: set[str] = set()
        maybe: set[str] = set()
        for match in match_all(engine, groups, facts):
            known.update(match.group.rules[number].id for number in positions(match.fired))
            maybe.update(match.group.rules[number].id for number in positions(match.undetermined))
        return PartialSet(frozenset(known), frozenset(maybe - known)) if maybe - known else frozenset(known)

    inputs = frozenset(path for rule in kinds for path in rule_fields(rule))
    return Derivation("deal.special_kinds", Subject.DEAL, inputs, evaluate, rules=kinds)
