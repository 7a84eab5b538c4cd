"""One sentence on a decision: what, and the fact that drove it."""

from engine.decision import Kind, Language
from engine.ruling import Ruling
from engine.words import en, zh
from rules.ir import Policy

OUTCOMES = {"en": en.OUTCOMES, "zh": zh.OUTCOMES}


def summary(kind: Kind, ruling: Ruling, policy: Policy, language: Language) -> str:
    """Return the sentence."""
    del kind, policy
    return OUTCOMES[language][ruling.outcome]
