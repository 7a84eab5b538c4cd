"""Intervals in tests: `[8%..12%)`, with ends that belong to it or not, or are open to infinity."""

from datetime import date, timedelta
from fractions import Fraction

from rules.grammar import misspelt
from rules.grammar.literals import PARSERS, Refused
from rules.grammar.operands import read_piece
from rules.grammar.scope import Scope
from rules.ir import Field, Within
from rules.text.nodes import ScalarNode
from rules.types import ORDERED, Scalar, Type, Value


def read_interval(node: ScalarNode, field: Field, scope: Scope) -> Within | None:
    """Return an interval; an end left out is open to infinity."""
    if field.type not in ORDERED:
        message = f"an interval needs an order, and `{field.path}` ({field.type}) has none"
        scope.report.error("D304", message, node.span)
        return None
    text = node.text
    points = text.index("..")
    low, high = text[1:points].strip(), text[points + 2 : -1].strip()
    least = read_piece(node, (1, points), field.type, scope) if low else None
    most = read_piece(node, (points + 2, len(text) - 1), field.type, scope) if high else None
    if (low and least is None) or (high and most is None):
        return None
    within = Within(
        least, low_closed=bool(low) and text[0] == "[", high=most, high_closed=bool(high) and text[-1] == "]"
    )
    return within if _holds_something(within, node, scope) else None


def _holds_something(within: Within, node: ScalarNode, scope: Scope) -> bool:
    """Report an interval without an end, backwards or empty; return whether it is none of these."""
    low, high = within.low, within.high
    if low is None and high is None:
        scope.report.error("D305", "an interval needs at least one end", node.span, hint="`present` is any value given")
        return False
    if low is None or high is None:
        return True
    if _above(low, high):
        scope.report.error(
            "D305", f"the interval `{node.text}` is backwards", node.span, hint="write the lower end first"
        )
        return False
    if low == high and not (within.low_closed and within.high_closed):
        hint = "`[` and `]` include the ends"
        scope.report.error("D305", f"the interval `{node.text}` is empty", node.span, hint=hint)
        return False
    return True


def _above(low: Value, high: Value) -> bool:
    """Return whether one ordered value is above another of its type."""
    if isinstance(low, Fraction) and isinstance(high, Fraction):
        return low > high
    if isinstance(low, timedelta) and isinstance(high, timedelta):
        return low > high
    return isinstance(low, date) and isinstance(high, date) and low > high


def meant_interval(node: ScalarNode, type_: Type) -> str | None:
    """Return the interval that words in another notation mean, if its ends are literals of a type with an order."""
    parts = misspelt.interval(node.text) if type_ in ORDERED else None
    if parts is None or not isinstance(type_, Scalar):
        return None
    opens, low, high, closes = parts
    if isinstance(PARSERS[type_](low), Refused) or isinstance(PARSERS[type_](high), Refused):
        return None
    return f"{opens}{low}..{high}{closes}"


def report_interval(node: ScalarNode, meant: str, scope: Scope) -> None:
    """Report an interval in another notation."""
    hint = f'write "{meant}" with both ends, or `(` and `)` without' if meant[0] == "[" and meant[-1] == "]" else ""
    instead = f'"{meant}"' if node.instead("") != "" or not node.style else meant
    scope.report.error(
        "D308",
        f"`{node.text}` is not how an interval is written",
        node.span,
        hint=hint or f'write "{meant}"',
        instead=instead,
    )


def tell_broken_interval(node: ScalarNode, type_: Type, scope: Scope) -> None:
    """Report an interval that has no brackets, or that YAML took apart because it had no quotes."""
    meant = meant_interval(node, type_)
    bracketed = node.text[0] in "[(]" or node.text[-1] in "])["
    if bracketed and not node.style:
        message, hint = "an interval needs quotes", 'quote it: "[8%..12%)"'
        scope.report.error("D217", message, node.span, hint=hint)
    elif meant and (bracketed or "..." in node.text):
        report_interval(node, meant, scope)
    elif bracketed:
        scope.report.error(
            "D308",
            f"the brackets of `{node.text}` are not those of an interval",
            node.span,
            hint='write it like "[8%..12%)"',
        )
    else:
        hint = f'write "[{node.text}]" with both ends, or `(` and `)` without'
        scope.report.error(
            "D308", f"the interval `{node.text}` has no brackets", node.span, hint=hint, instead=f'"[{node.text}]"'
        )
