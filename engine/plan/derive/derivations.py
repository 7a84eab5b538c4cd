"""Derived fields: the built-in ones and the policy's, computed in dependency order before any rule is judged.

A derivation reads known fields and adds its own to the facts; one whose value is unknown adds nothing, which is what
unknown means there. `Derivations` holds for one kind of decision those that its rules can see, in stages: most come
first; those that depend on a field that the domain itself finds out (`claim.protected`, `deal.contenders`,
`partner.score`) come after it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from engine.core.decision import Kind
from engine.core.facts import Facts, Row
from engine.core.interpret import compute
from engine.core.values import PartialSet
from engine.core.views import UNKNOWN, State, Unknown, View
from engine.plan.derive.built_in import FUNCTIONS, Function, call, margin
from engine.plan.derive.derivation import Derivation
from engine.plan.derive.formulas import written
from engine.plan.derive.kinds import special_kinds
from engine.plan.derive.stages import Stage, fused
from engine.plan.derive.tables import of_table
from engine.plan.groups import Engine, IndexEngine
from rules.built_in import FORMULAS, FUNCTION_INPUTS, MARGINS
from rules.ir import DerivedFormula, DerivedTable, Expression, Policy, Subject
from rules.traverse import expression_fields

# Fields that a domain finds out while it decides, by the stage after which they are known.
FOUND_IN_STAGE = {
    "claim.protected": 1,
    "claim.queued_at": 1,
    "partner.score": 1,
    "deal.contenders": 2,
    "deal.claims_in": 2,
    "deal.decided_by": 2,
}
STAGES = 3
# What a caller gives so that fields become known which are no formula of others.
FOUND_FROM = {
    "claim.protected": ("claim.status", "claim.protected_until"),
    "claim.queued_at": ("claim.registered_at", "claim.status", "claim.protected_until"),
    "deal.line_count": ("line.quantity",),
}


class Derivations:
    """The derivations that one kind of decision needs, stage by stage, each after what it reads."""

    def __init__(
        self, kind: Kind, stages: tuple[tuple[Derivation, ...], ...], inputs: Mapping[str, frozenset[str]]
    ) -> None:
        """Take the derivations in dependency order; `inputs` are the fields that each derived one reads."""
        self.kind = kind
        self.stages = stages
        self.inputs = inputs
        self._fused: dict[tuple[int, bool], Stage] = {}

    def derive(self, engine: Engine, facts: Facts, *, stage: int = 0) -> None:
        """Add a stage's fields to the facts."""
        if engine.plain:
            self._derive_plainly(engine, facts, stage)
        elif self.stages[stage]:
            by_index = isinstance(engine, IndexEngine)
            found = self._fused.get((stage, by_index))
            if found is None:
                found = self._fused[stage, by_index] = fused(self.stages[stage], by_index=by_index)
            found(engine, facts)

    def _derive_plainly(self, engine: Engine, facts: Facts, stage: int) -> None:
        for derivation in self.stages[stage]:
            for row in _rows(derivation.subject, facts):
                state = derivation.evaluate(engine, facts, row)
                if state is not UNKNOWN:
                    (facts.shared if derivation.subject is Subject.DEAL else row)[derivation.path] = state

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
        """Return whether a field is not known, or only partly, where it was read.

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
        "deal.special_kinds": partial(special_kinds, policy.special_orders),
        **{derived.field: partial(_policy_derivation, derived, kind, policy) for derived in policy.derive},
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


def _policy_derivation(derived: DerivedFormula | DerivedTable, kind: Kind, policy: Policy) -> Derivation:
    if isinstance(derived, DerivedFormula):
        return _formula(derived.field, derived.expression, kind)
    return of_table(derived, row_subject(derived.field, kind), policy.fields)


def _formula(path: str, expression: Expression, kind: Kind) -> Derivation:
    subject = row_subject(path, kind)

    def evaluate(_: Engine, facts: Facts, row: Row) -> State:
        return compute(expression, View(subject, facts.shared, row), facts.lines)

    def unusual(shared: Row, row: Row, lines: Sequence[Row] | None) -> State:
        return compute(expression, View(subject, shared, row), lines)

    return Derivation(
        path=path,
        subject=subject,
        inputs=frozenset(expression_fields(expression)),
        evaluate=evaluate,
        formula=expression,
        written=written(expression, subject),
        unusual=unusual,
    )


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

    return Derivation(
        path=path,
        subject=subject,
        inputs=frozenset((cost, net)),
        evaluate=evaluate,
        formula=MARGINS[path],
        written=written(MARGINS[path], subject),
        unusual=unusual,
    )
