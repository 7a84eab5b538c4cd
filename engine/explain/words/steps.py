"""The steps from the rules to the outcome, in sentences; each step's data is the trace's own."""

from collections.abc import Mapping

from engine.core.decision import Json, Language
from engine.explain.words import en, zh

STEPS = {"en": en.STEPS, "zh": zh.STEPS}


def step_text(step: str, data: Mapping[str, Json], language: Language) -> str:
    """Return a step's sentence; a step without one is a mistake of ours, and a KeyError.

    >>> step_text("authority", {"line": 2, "level": "regional_director"}, "en")
    'line 2: regional_director is the lowest level that may sign it'
    """
    return STEPS[language][step](data)
