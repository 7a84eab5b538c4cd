"""A case as YAML, ready to be pasted under `cases:` or into a list."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from engine.assure.cases.case import Case, Data
from engine.assure.cases.reading import read_cases

WIDTH = 116
# Words that need no quotes: none that YAML or the reader of cases would take for something else.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[-.+:/][A-Za-z0-9_]+)*", re.ASCII)
_TYPED = ("null", "true", "false", "yes", "no", "on", "off", "y", "n")


def case_yaml(name: str, kind: str, request: Mapping[str, Data], expect: Mapping[str, Data]) -> str:
    """Return a case as an item of a list.

    >>> print(case_yaml("a: b", "price_approval", {"deal": {"id": "1"}}, {"outcome": "held"}), end="")
    - name: "a: b"
      decide: price_approval
      given:
        deal: {id: "1"}
      expect: {outcome: held}
    """
    given = {key: value for key, value in request.items() if key != "as_of"}
    rows = [f"- name: {scalar(name)}", f"  decide: {kind}"]
    if "as_of" in request:
        rows.append(f"  as_of: {scalar(request['as_of'])}")
    if given:
        rows.append("  given:")
    for key, value in given.items():
        rows += entry(key, value, "    ")
    said = flow(dict(expect))
    if len(said) + 10 <= WIDTH:
        rows.append(f"  expect: {said}")
    else:
        rows.append("  expect:")
        for key, value in expect.items():
            rows += entry(key, value, "    ")
    return "\n".join(rows) + "\n"


def entry(key: str, value: Data, indent: str) -> Sequence[str]:
    """Return a key with its value, in one line or with each item in its own."""
    said = flow(value)
    if len(indent) + len(key) + 2 + len(said) > WIDTH:
        if isinstance(value, list) and value:
            return [f"{indent}{key}:", *(f"{indent}  - {flow(item)}" for item in value)]
        if isinstance(value, dict) and value:
            return [
                f"{indent}{key}:",
                *(row for name, item in value.items() for row in entry(name, item, indent + "  ")),
            ]
    return [f"{indent}{key}: {said}"]


def flow(value: Data) -> str:
    """Return a value in one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{scalar(key)}: {flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return scalar(value)


def scalar(value: Data) -> str:
    """Return a value that has no parts; text is quoted where it could be taken for something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    text = str(value)
    words = text.split(" ")
    if text.lower() not in _TYPED and all(_PLAIN.fullmatch(word) for word in words):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def read_back(text: str) -> Case:
    """Return the case that a text says, as `dealdesk test` would read it."""
    found = read_cases(text.encode(), "offered")
    assert not found.diagnostics, text
    (case,) = found.cases
    return case
