"""What is said to people of rules and steps, in English and Chinese, and what the texts of every kind are made with."""

from engine.explain.words.effects import effect_text
from engine.explain.words.steps import step_text

__all__ = ["effect_text", "step_text"]
