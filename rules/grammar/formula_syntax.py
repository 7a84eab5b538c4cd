"""The syntax of formulas: from text to operations in the order of precedence, each with its place.

A formula is bounded in length, operands and depth, so that no one who walks it needs to fear for its stack.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rules.reports.report import Report
from rules.text.nodes import ScalarNode

LONGEST = 2_000
MOST_OPERANDS = 100
DEEPEST = 20

_TOKEN = re.compile(r"\s*(?:(?P<number>[0-9][0-9_.]*%?)|(?P<name>[A-Za-z_]\w*(?:\.\w+)*)|(?P<sign>[-+*/(),]))")


@dataclass(frozen=True, slots=True)
class Operand:
    """A literal or a field."""

    words: ScalarNode
    is_literal: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """`left operator right`."""

    operator: Literal["+", "-", "*", "/"]
    left: "Syntax"
    right: "Syntax"
    words: ScalarNode


@dataclass(frozen=True, slots=True)
class Negation:
    """A minus sign before an operand."""

    operand: "Syntax"
    words: ScalarNode


@dataclass(frozen=True, slots=True)
class Call:
    """A function of operands."""

    function: ScalarNode
    operands: tuple["Syntax", ...]
    words: ScalarNode


Syntax: TypeAlias = Operand | Operation | Negation | Call


class _Riddle(Exception):  # noqa: N818 - inside this module only: the mistake is reported where it is caught
    """Where a formula cannot be read on, and why."""

    def __init__(self, message: str, start: int, end: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.hint = message, start, end, hint


def parse(node: ScalarNode, report: Report) -> Syntax | None:
    """Return the syntax of a formula, or nothing once it is reported where it cannot be read."""
    if node.unreadable:
        return None
    if len(node.text) > LONGEST:
        report.error(
            "D507", f"a formula of more than {LONGEST:_} characters", node.span, hint="divide it with `derive`"
        )
        return None
    try:
        return _Parser(node).whole()
    except _Riddle as riddle:
        start = min(riddle.start, max(len(node.text) - 1, 0))
        span = node.cut(start, max(riddle.end, start + 1)).span
        report.error("D501", riddle.message, span, hint=riddle.hint)
        return None


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while text[position:].strip():
        found = _TOKEN.match(text, position)
        if found is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise _Riddle(f"`{text[start]}` has no meaning in a formula", start, start + 1)
        kind = found.lastgroup or ""
        yield _Token(kind, found[kind], found.start(kind), found.end())
        position = found.end()
    yield _Token("end", "", len(text), len(text))


class _Parser:
    """Recursive descent over a formula's tokens."""

    def __init__(self, node: ScalarNode) -> None:
        self.node = node
        self.tokens = list(_tokens(node.text))
        self.position = 0
        self.operands = 0
        self.depth = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.next
        self.position += token.kind != "end"
        return token

    def whole(self) -> Syntax:
        """Return the formula, which must reach to the end."""
        result = self.sum()
        token = self.next
        if token.kind != "end":
            raise _Riddle(f"`{token.text}` does not continue the formula", token.start, token.end)
        return result

    def sum(self) -> Syntax:
        """Return operands with `+` and `-` between them."""
        start = self.next.start
        left = self.product()
        while self.next.text in ("+", "-"):
            operator: Literal["+", "-"] = "+" if self.take().text == "+" else "-"
            left = Operation(operator, left, self.product(), self.words(start))
        return left

    def product(self) -> Syntax:
        """Return operands with `*` and `/` between them."""
        start = self.next.start
        left = self.signed()
        while self.next.text in ("*", "/"):
            operator: Literal["*", "/"] = "*" if self.take().text == "*" else "/"
            left = Operation(operator, left, self.signed(), self.words(start))
        return left

    def signed(self) -> Syntax:
        """Return an operand, perhaps with a minus sign before it."""
        token = self.next
        if token.text != "-":
            return self.operand()
        self.take()
        if self.next.text == "-":
            raise _Riddle("two minus signs stand together", token.start, self.next.end)
        return Negation(self.operand(), self.words(token.start))

    def operand(self) -> Syntax:
        """Return a literal, a field, a function of operands, or a formula in parentheses."""
        token = self.take()
        self.operands += 1
        if self.operands > MOST_OPERANDS:
            raise _Riddle(f"a formula has at most {MOST_OPERANDS} operands", token.start, token.end)
        if token.kind == "number":
            return Operand(self.words(token.start), is_literal=True)
        if token.kind == "name" and self.next.text == "(":
            name = self.words(token.start)
            self.take()
            return Call(name, tuple(self.arguments()), self.words(token.start))
        if token.kind == "name":
            return Operand(self.words(token.start), is_literal=False)
        if token.text == "(":
            inside = self.nested()
            self.close()
            return inside
        said = (
            f"`{token.text}` stands where a value should"
            if token.text
            else "the formula ends where a value should stand"
        )
        raise _Riddle(said, token.start, token.end, "values are fields, such as `line.discount`, and literals")

    def arguments(self) -> Iterator[Syntax]:
        """Yield a function's operands."""
        yield self.nested()
        while self.next.text == ",":
            self.take()
            yield self.nested()
        self.close()

    def nested(self) -> Syntax:
        """Return a formula inside parentheses."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Riddle(f"parentheses are nested more than {DEEPEST} deep", self.next.start, self.next.end)
        result = self.sum()
        self.depth -= 1
        return result

    def close(self) -> None:
        """Take a closing parenthesis."""
        token = self.take()
        if token.text != ")":
            said = f"`{token.text}` stands where `)` should" if token.text else "a `)` is missing at the end"
            raise _Riddle(said, token.start, token.end)

    def words(self, start: int) -> ScalarNode:
        """Return what has been taken since a position."""
        return self.node.cut(start, self.tokens[self.position - 1].end)
