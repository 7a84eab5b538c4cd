"""How long something takes, for people: months and working time in words, days and hours as the policy writes them."""

import re

from engine.core.decision import Language

_PART = re.compile(r"([0-9]+)(mo|wd|wh)")
_WORDS: dict[str, dict[Language, str]] = {
    "mo": {"en": "month", "zh": "个月"},
    "wd": {"en": "working day", "zh": "个工作日"},
    "wh": {"en": "working hour", "zh": "个工作小时"},
}


def length(text: str, language: Language) -> str:
    """Return a duration for people.

    >>> length("30d", "en"), length("4wh", "en"), length("1mo", "en"), length("2wd", "zh")
    ('30d', '4 working hours', '1 month', '2 个工作日')
    """

    def said(part: re.Match[str]) -> str:
        word = _WORDS[part[2]][language]
        return f" {part[1]} {word}{'s' if language == 'en' and part[1] != '1' else ''}"

    return _PART.sub(said, text).strip()
