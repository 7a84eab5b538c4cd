"""What a policy test is: a request under a policy, and what is expected of the decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from engine.core.decision import Kind
from rules.text.source import Span

# What a case says, as JSON has it: decimals stay exact, and nothing is a float.
Data: TypeAlias = "bool | int | Decimal | str | list[Data] | dict[str, Data] | None"


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `policy` is None for the policy under test, a path from the case's own file, or a policy's text."""

    file: str
    name: str
    kind: Kind
    policy: str | None
    request: Mapping[str, Data]
    expect: Mapping[str, Data]
    unsupported: Mapping[str, Data]
    span: Span = field(compare=False, repr=False)

    @property
    def id(self) -> str:
        """Return the name by which reports call the case: its file without the ending, and its own name."""
        return f"{self.file.removesuffix('.yaml').removesuffix('.yml')}: {self.name}"


def merged(base: Data, over: Data) -> Data:
    """Lay one request over another: objects key by key, anything else as a whole.

    >>> merged({"deal": {"id": "D-1", "type": "project"}, "lines": [1]}, {"deal": {"type": None}, "lines": []})
    {'deal': {'id': 'D-1', 'type': None}, 'lines': []}
    """
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}
