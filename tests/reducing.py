"""Cutting a policy and a request down to what still shows a fault, and writing them as a case to keep."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial

import yaml

from engine.core.decision import Kind, RefusedError
from engine.program import Program, compile_policy
from rules.load import load_text
from tests.deciding import Data

Fails = Callable[[Program, Kind, Mapping[str, Data]], bool]


def reduced(text: str, kind: Kind, request: Mapping[str, Data], fails: Fails) -> tuple[str, Mapping[str, Data]]:
    """Return a smaller policy and request that still fail, by leaving out what can be left out."""

    def still(policy: str, asked: Mapping[str, Data]) -> bool:
        loaded = load_text(policy)
        if loaded.policy is None:
            return False
        try:
            program = compile_policy(loaded.policy)
            return kind in program.domains and fails(program, kind, asked)
        except RefusedError:
            return False

    while True:
        fewer = _first_that_holds(text, _fewer_lines, partial(_swapped, still, request))
        smaller = _first_that_holds(request, _smaller, partial(still, fewer))
        if (fewer, smaller) == (text, request):
            return text, request
        text, request = fewer, smaller


def _swapped(holds: Callable[[str, Mapping[str, Data]], bool], request: Mapping[str, Data], text: str) -> bool:
    return holds(text, request)


def _first_that_holds(start: Data, smaller: Callable[[Data], Iterator[Data]], holds: Callable[[Data], bool]) -> Data:
    """Take the first smaller value that holds, again and again."""
    while (found := next((one for one in smaller(start) if holds(one)), None)) is not None:
        start = found
    return start


def _fewer_lines(text: str) -> Iterator[str]:
    """Yield the text without one of its lines and what is indented below it, the largest parts first."""
    lines = text.splitlines()
    parts = []
    for start, line in enumerate(lines):
        depth = len(line) - len(line.lstrip())
        end = start + 1
        while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > depth:
            end += 1
        parts.append((start, end))
    for start, end in sorted(parts, key=lambda part: part[0] - part[1]):
        yield "\n".join([*lines[:start], *lines[end:]]) + "\n"


def _smaller(value: Data) -> Iterator[Data]:
    """Yield a request with one thing less."""
    if isinstance(value, dict):
        for key in value:
            yield {name: one for name, one in value.items() if name != key}
        for key, one in value.items():
            for smaller in _smaller(one):
                yield {**value, key: smaller}
    elif isinstance(value, list):
        for number in range(len(value)):
            yield value[:number] + value[number + 1 :]
        for number, one in enumerate(value):
            for smaller in _smaller(one):
                yield [*value[:number], smaller, *value[number + 1 :]]


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and decimals with all their digits."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)
_Dumper.add_representer(
    Decimal, lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", f"{number:f}")
)


def as_case(name: str, text: str, kind: Kind, request: Mapping[str, Data], expect: Mapping[str, Data]) -> str:
    """Write a case, ready to paste into a file under `cases/`."""
    case = {"name": name, "decide": kind.value, "policy": text, "given": dict(request), "expect": dict(expect)}
    return yaml.dump([case], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
