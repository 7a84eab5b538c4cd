"""A decision as text for people, made from the decision alone, also from a stored one.

The first line says what was decided and under which policy. Below it stand the lines, claims or candidates with what
they were judged by and where that is written, what nearly happened, what would change it, and what comes next.
"""

from collections.abc import Mapping

from engine.answers.decisions import Decision, decision_from_json
from engine.core.decision import Json, Language
from engine.explain.words.decision_reader import DecisionReader
from engine.explain.words.layout import body, head
from engine.kinds.registry import text_of


def as_text(decision: Decision | Mapping[str, Json], language: Language) -> str:
    """Return the decision as text, line by line, with a line end at its end.

    Args:
        decision: the decision, or its JSON; with a trace there is more to show.
        language: of the words of this text; reasons and titles stand in the language that was decided in.
    """
    stored = decision_from_json(decision.to_json() if isinstance(decision, Decision) else decision)
    reader = DecisionReader(stored, language)
    subject, tables = text_of(reader)
    outcome = reader.outcome(stored.outcome).upper()
    lines = [head(f"{outcome}  {subject}".rstrip(), f"{stored.policy.name} {stored.policy.version}")]
    if not stored.trace:
        lines.append(f"  {stored.summary}")
    return "\n".join([*lines, *body(tables)]) + "\n"
