"""A decision as text for people, made from the decision alone, also from a stored one.

The first line says what was decided and under which policy. Below it stand the lines, claims or candidates with what
they were judged by and where that is written, what nearly happened, what would change it, and what comes next.
"""

from collections.abc import Mapping

from engine.core.decision import Decision, Json, Kind, Language
from engine.explain.words.decision_reader import DecisionReader
from engine.explain.words.layout import body, head
from engine.kinds.registry import KINDS


def as_text(decision: Decision | Mapping[str, Json], language: Language) -> str:
    """Return the decision as text, line by line, with a line end at its end.

    Args:
        decision: the decision, or its JSON; with a trace there is more to tell.
        language: of the words of this text; reasons and titles stand in the language that was decided in.
    """
    reader = DecisionReader(decision.to_json() if isinstance(decision, Decision) else decision, language)
    kind = KINDS[Kind(reader.decision["kind"])]
    outcome = reader.outcome(reader.decision["outcome"]).upper()
    policy = reader.decision["policy"]
    lines = [head(f"{outcome}  {kind.head(reader)}".rstrip(), f"{policy['name']} {policy['version']}")]
    if not reader.decision.get("trace"):
        lines.append(f"  {reader.decision['summary']}")
    return "\n".join([*lines, *body(kind.tables(reader))]) + "\n"
