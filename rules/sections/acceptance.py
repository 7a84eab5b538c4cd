"""`accept: {code: reason}`: what an owner has seen and means to keep, on a rule, a row, a table or a section."""

from collections.abc import Mapping

from rules.grammar import shape
from rules.grammar.scope import Scope
from rules.grammar.unary import ANY
from rules.ir import Acceptance
from rules.reports.codes import ANALYSIS
from rules.text.nodes import Entry, Node, ScalarNode

WORD = "accept"


def read_acceptances(found: Mapping[str, Entry], section: str, scope: Scope, *, rule: str | None = None) -> None:
    """Note the acceptances that stand among a mapping's entries, if there are any."""
    if WORD in found and not _is_any(found[WORD].value):
        _read(found[WORD].value, section, rule, scope)


def _is_any(node: Node) -> bool:
    """Return whether a table's cell is empty."""
    return isinstance(node, ScalarNode) and node.text in ANY


def _read(node: Node, section: str, rule: str | None, scope: Scope) -> None:
    codes = shape.mapping(node, "`accept`", scope.report)
    for entry in codes or ():
        reason = shape.text(entry.value, "the reason", scope.report)
        code = entry.key.text
        if code not in ANALYSIS:
            hint = scope.report.did_you_mean(code, [*ANALYSIS]) or "what a policy says wrongly cannot be accepted"
            scope.report.error("D104", f"no finding to accept has the code `{code}`", entry.key.span, hint=hint)
        elif reason is not None:
            scope.accepted.append(Acceptance(code, reason, section, rule, entry.key.span))
