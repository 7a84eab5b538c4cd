"""Everything that is said to people, in English and Chinese: effects, steps, summaries, and the trace as text."""

from engine.explain.words.effects import effect_text
from engine.explain.words.steps import step_text
from engine.explain.words.summary import summary
from engine.explain.words.text import as_text

__all__ = ["as_text", "effect_text", "step_text", "summary"]
