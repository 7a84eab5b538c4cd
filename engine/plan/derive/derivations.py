"""Derived fields: the built-in ones and the policy's, computed in dependency order before any rule is judged.

A derivation reads known fields and adds its own to the facts; one whose value is unknown adds nothing, which is what
unknown means there. `Derivations` holds for one kind of decision those that its rules can see, in stages: most come
first; those that depend on a field that the domain itself finds out (`claim.protected`, `deal.contenders`,
`partner.score`) come after it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import assert_never

from engine.core.decision import Kind
from engine.core.facts import Facts, Row
from engine.core.interpret import compute
from engine.core.kits import ADDED
from engine.core.values import PartialSet
from engine.core.views import UNKNOWN, State, Unknown, View
from engine.plan.derive.built_in import FUNCTIONS, Function, call, margin
from engine.plan.derive.derivation import Derivation, asking_nobody
from engine.plan.derive.formulas import written
from engine.plan.derive.kinds import special_kinds
from engine.plan.derive.stages import Stage, rows_of
from engine.plan.derive.tables import of_table
from engine.plan.groups import Engine
from rules.built_in import FORMULAS, FOUND, FOUND_FROM, FUNCTION_INPUTS, MARGINS
from rules.ir import DerivedFormula, DerivedTable, Expression, Policy, Subject
from rules.traverse import expression_fields
from rules.types import Type

STAGES = 3


class Derivations:
    """The derivations that one kind of decision needs, stage by stage, each after what it reads."""

    def __init__(self, kind: Kind, stages: tuple[Stage, ...], inputs: Mapping[str, frozenset[str]]) -> None:
        """Take the derivations in dependency order; `inputs` are the fields that each derived one reads."""
        self.kind = kind
        self.stages = stages
        self.inputs = inputs

    def __iter__(self) -> Iterator[Derivation]:
        """Yield all derivations, each after what it reads."""
        return (derivation for stage in self.stages for derivation in stage.derivations)

    def derive(self, engine: Engine, facts: Facts, *, stage: int = 0) -> None:
        """Add a stage's fields to the facts."""
        found = self.stages[stage]
        if found.derivations:
            engine.derive(found, facts)
            for derivation in found.of_deal:
                derivation.evaluate(engine, facts, {}, None)
            if facts.lines is None:
                for derivation in found.of_lines:
                    derivation.evaluate(engine, facts, {}, 0)

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
            elif facts.kits is not None and path in ADDED:
                found.update(facts.kits.lacking(path, facts.lines or ()))
            else:
                found.add(path)
        return frozenset(found)

    def _unknown_somewhere(self, path: str, reader: Subject | None, facts: Facts) -> bool:
        """Return whether a field is not known, or only partly, where it was read.

        `reader` is the subject of the derived field that reads it: the deal's own see the deal's partner, not a claim's
        or a candidate's. A field that a rule names may stand in either place.
        """
        subject = row_subject(path, self.kind)
        if subject is Subject.LINE:
            return facts.lines is None or any(_is_open(row, path) for row in facts.lines)
        if subject is Subject.DEAL or reader is Subject.DEAL:
            return _is_open(facts.shared, path)
        in_rows = any(_is_open(row, path) for row in rows_of(subject, facts))
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
        case "partner":
            return _partner_subject(kind)
        case _:
            return Subject.DEAL


def _partner_subject(kind: Kind) -> Subject:
    """Return in whose row partners stand: each claim has one, each candidate is one, and else the deal has."""
    match kind:
        case Kind.DEAL_REGISTRATION:
            return Subject.CLAIM
        case Kind.PARTNER_ALLOCATION:
            return Subject.PARTNER
        case Kind.PRICE_APPROVAL | Kind.SPECIAL_ORDER:
            return Subject.DEAL
        case _:
            assert_never(kind)


def derivations(policy: Policy, kind: Kind, wanted: Iterable[str]) -> Derivations:
    """Return what it takes to know the wanted fields."""
    makers: dict[str, Callable[[], Derivation]] = {
        **{path: partial(_formula, path, formula, kind) for path, formula in FORMULAS.items()},
        **{path: partial(_function, path, function, kind) for path, function in FUNCTIONS.items()},
        **{path: partial(_margin, path, kind) for path in MARGINS},
        "deal.special_kinds": partial(special_kinds, policy.special_orders),
        **{
            derived.field: partial(_policy_derivation, derived, kind, policy.fields[derived.field].type)
            for derived in policy.derive
        },
    }
    ordered: dict[str, Derivation] = {}
    stage_of: dict[str, int] = {path: found.stage for path, found in FOUND.items()}

    def visit(path: str) -> None:
        if path in ordered or path in FOUND or path not in makers:
            return
        derivation = makers[path]()
        for name in sorted(derivation.inputs):
            visit(name)
        ordered[path] = derivation
        stage_of[path] = max((stage_of.get(name, 0) for name in derivation.inputs), default=0)

    for path in wanted:
        visit(path)
    # What a field of a claim's or a candidate's partner would be of the deal's: nobody reads it, but the trace of a
    # deal's field that would have does tell why it is unknown.
    of_deal = {
        derived.field: of_table(derived, Subject.DEAL, policy.fields[derived.field].type)
        for derived in policy.derive
        if isinstance(derived, DerivedTable) and _is_of_own_partner(ordered.get(derived.field))
    }
    stages = tuple(
        Stage.of(
            [derivation for path, derivation in ordered.items() if stage_of[path] == stage],
            of_deal=[derivation for path, derivation in of_deal.items() if stage_of[path] == stage],
        )
        for stage in range(STAGES)
    )
    return Derivations(kind, stages, {path: derivation.inputs for path, derivation in ordered.items()})


def _is_of_own_partner(derivation: Derivation | None) -> bool:
    return (
        derivation is not None
        and derivation.subject in (Subject.CLAIM, Subject.PARTNER)
        and derivation.path.startswith("partner.")
    )


def _policy_derivation(derived: DerivedFormula | DerivedTable, kind: Kind, type_: Type) -> Derivation:
    if isinstance(derived, DerivedFormula):
        return _formula(derived.field, derived.expression, kind)
    return of_table(derived, row_subject(derived.field, kind), type_)


def _formula(path: str, expression: Expression, kind: Kind) -> Derivation:
    subject = row_subject(path, kind)

    def unusual(shared: Row, row: Row, lines: Sequence[Row] | None) -> State:
        return compute(expression, View(subject, shared, row), lines)

    def look_up(facts: Facts, row: Row, _: int | None) -> State:
        return unusual(facts.shared, row, facts.lines)

    return Derivation(
        path=path,
        subject=subject,
        inputs=frozenset(expression_fields(expression)),
        evaluate=asking_nobody(look_up),
        look_up=look_up,
        formula=expression,
        written=written(expression, subject),
        unusual=unusual,
    )


def _function(path: str, function: Function, kind: Kind) -> Derivation:
    subject = row_subject(path, kind)
    inputs = FUNCTION_INPUTS[path]

    def look_up(facts: Facts, row: Row, _: int | None) -> State:
        view = View(subject, facts.shared, row)
        return call(function, facts, [view[name] for name in inputs])

    return Derivation(path, subject, frozenset(inputs), asking_nobody(look_up), look_up)


def _margin(path: str, kind: Kind) -> Derivation:
    """Return a margin: a formula wherever something is paid, and a function for what is free."""
    subject = row_subject(path, kind)
    described = MARGINS[path]
    cost, net, formula = described.cost, described.net, described.formula

    def unusual(shared: Row, row: Row, _: Sequence[Row] | None) -> State:
        view = View(subject, shared, row)
        return UNKNOWN if UNKNOWN in (view[cost], view[net]) else margin(view[cost], view[net])

    def look_up(facts: Facts, row: Row, _: int | None) -> State:
        return unusual(facts.shared, row, facts.lines)

    return Derivation(
        path=path,
        subject=subject,
        inputs=frozenset((cost, net)),
        evaluate=asking_nobody(look_up),
        look_up=look_up,
        formula=formula,
        written=written(formula, subject),
        unusual=unusual,
    )
