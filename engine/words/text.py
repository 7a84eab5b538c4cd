"""A decision as text for people, made from the decision alone."""

from collections.abc import Mapping

from engine.decision import Decision, Json, Language


def as_text(decision: Decision | Mapping[str, Json], language: Language) -> str:
    """Return the decision as text."""
    told = decision.to_json() if isinstance(decision, Decision) else decision
    return f"{told['summary']}\n" if language else ""
