"""What a rule does when it fires: one reader for each effect, by the name that an author writes.

Which effects a list of rules may use is said where the list is declared (its section's module); a column of a table
that has an effect's name is read by the same reader.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

from rules.grammar import settings, shape
from rules.grammar.formulas import read_formula
from rules.grammar.literals import read_literal
from rules.grammar.scope import Scope
from rules.ir import (
    AUTOMATIC,
    Also,
    Approve,
    Arbitrate,
    AtLeast,
    Audit,
    Block,
    Deposit,
    Document,
    Effect,
    Exclude,
    Expire,
    Forfeit,
    Hold,
    Notify,
    Raise,
    Reject,
    Score,
    Sign,
    Split,
    Text,
)
from rules.text.nodes import Node
from rules.types import Scalar, SetOf, Term

Reader: TypeAlias = Callable[[Node, str, Scope], Effect | None]
ONE = Fraction(1)


def read_effect(name: str, node: Node, scope: Scope) -> Effect | None:
    """Return the effect of that name, or nothing once it is reported what is wrong with it."""
    return READERS[name](node, f"`{name}`", scope)


def _with_reason(make: Callable[[Text], Effect]) -> Reader:
    def read(node: Node, what: str, scope: Scope) -> Effect | None:
        reason = shape.text(node, what, scope.report)
        return make(reason) if reason else None

    return read


def _with_role(make: Callable[[str], Effect]) -> Reader:
    def read(node: Node, what: str, scope: Scope) -> Effect | None:
        word = shape.word(node, what, scope.report)
        role = scope.choose(word, scope.signers, "role") if word else None
        return make(role) if role else None

    return read


def _with_rate(make: Callable[[Fraction], Effect]) -> Reader:
    def read(node: Node, what: str, scope: Scope) -> Effect | None:
        word = shape.word(node, what, scope.report)
        value = read_literal(word, Scalar.RATE, scope.report) if word else None
        if not isinstance(value, Fraction) or word is None:
            return None
        if not 0 < value <= 1:
            scope.report.error("D410", f"{what} must be above 0% and at most 100%", word.span)
            return None
        return make(value)

    return read


def _at_least(node: Node, what: str, scope: Scope) -> Effect | None:
    word = shape.word(node, what, scope.report)
    level = scope.choose(word, scope.levels, "level") if word else None
    return AtLeast(level) if level else None


def _sign(node: Node, what: str, scope: Scope) -> Effect | None:
    word = shape.word(node, what, scope.report)
    level = scope.choose(word, (AUTOMATIC, *scope.levels), "level") if word else None
    return Sign(level) if level else None


def _raise(node: Node, what: str, scope: Scope) -> Effect | None:
    levels = shape.count(node, what, scope.report)
    return Raise(levels) if levels else None


def _expire(node: Node, what: str, scope: Scope) -> Effect | None:
    after = settings.duration(node, what, scope)
    return Expire(after) if after else None


def _document(node: Node, what: str, scope: Scope) -> Effect | None:
    word = shape.name(node, what, scope.report)
    evidence = scope.fields.get("order.evidence")
    declared = evidence.type.item if evidence and isinstance(evidence.type, SetOf) else None
    if word and isinstance(declared, Term):
        return Document(word.text) if read_literal(word, declared, scope.report) else None
    return Document(word.text) if word else None


def _score(node: Node, what: str, scope: Scope) -> Effect | None:
    word = shape.word(node, what, scope.report)
    points = read_formula(word, Scalar.NUMBER, scope) if word else None
    return Score(points) if points else None


def _split(node: Node, what: str, scope: Scope) -> Effect | None:
    """Return shares that add up to the whole."""
    found = shape.mapping(node, what, scope.report)
    if found is None:
        return None
    shares: list[tuple[str, Fraction]] = []
    complete = True
    for entry in found:
        shape.name(entry.key, "a share's name", scope.report)
        word = shape.word(entry.value, "a share", scope.report)
        share = read_literal(word, Scalar.RATE, scope.report) if word else None
        if isinstance(share, Fraction) and share < 0:
            scope.report.error("D410", "a share must not be below 0%", entry.value.span)
        elif isinstance(share, Fraction):
            shares.append((entry.key.text, share))
            continue
        complete = False
    total = sum((share for _, share in shares), Fraction(0))
    if complete and total != ONE:
        scope.report.error("D409", f"the shares add up to {shape.percent(total)}, not to 100%", node.span)
        return None
    return Split(tuple(shares)) if complete else None


READERS: Mapping[str, Reader] = {
    "level": _sign,
    "reject": _with_reason(Reject),
    "hold": _with_reason(Hold),
    "at_least": _at_least,
    "raise": _raise,
    "also": _with_role(Also),
    "notify": _with_role(Notify),
    "expire": _expire,
    "document": _document,
    "approve": _with_role(Approve),
    "deposit": _with_rate(Deposit),
    "block": _with_reason(Block),
    "audit": _with_rate(Audit),
    "forfeit": _with_reason(Forfeit),
    "arbitrate": _with_reason(Arbitrate),
    "exclude": _with_reason(Exclude),
    "score": _score,
    "split": _split,
}
