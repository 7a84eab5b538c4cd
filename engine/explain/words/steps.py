"""The steps from the rules to the outcome, in sentences; a language that forgets one is a type error."""

from engine.answers.decisions import AnyStep
from engine.core.decision import Language
from engine.explain.words import en, zh

STEPS = {"en": en.step_text, "zh": zh.step_text}


def step_text(step: AnyStep, language: Language) -> str:
    """Return a step's sentence.

    >>> from engine.answers.price import AuthorityStep
    >>> step_text(AuthorityStep(line=2, level="regional_director"), "en")
    'line 2: regional_director is the lowest level that may sign it'
    """
    return STEPS[language](step)
