"""One subject of a request as a trace sees it: its facts, their texts, and what was said already of all lines alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine.core.decision import Json
from engine.core.facts import Facts, Row

Entry: TypeAlias = dict[str, Json]
# The text of every known value that a trace shows of one row, by field.
Texts: TypeAlias = dict[str, Json]


@dataclass(slots=True, eq=False)
class TracedSubject:
    """The facts from one subject's view; for the deal itself the shared facts are its row.

    `key` and `name` say whose an entry is: `line` and its number, `claim` or `partner` and its id; `key` is None where
    that goes without saying. `number` counts the subject's rows from 0, None for the deal. `given` is the subject's own
    object in the request. `told` has the entries of tests that read shared facts alone, by test: they are the same for
    every line, and made once for a decision.

    Not frozen, though nothing changes it: one is made for every line, and a frozen one takes four times as long.
    """

    facts: Facts
    number: int | None
    shared: Row
    row: Row
    shared_texts: Texts
    texts: Texts
    told: dict[object, Entry]
    given: Mapping[str, object] | None = None
    key: str | None = None
    name: Json = None
