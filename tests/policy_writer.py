"""Writes a policy that is made of plain values as YAML: each rule, row and declaration on a line of its own."""

import json
import re
from typing import Any, TypeAlias

# What a policy is written from: mappings, lists and words.
Tree: TypeAlias = Any

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*|[0-9][0-9_]*(?:\.[0-9]+)?%?|[0-9]+[dhm]")


def written(policy: dict[str, Tree]) -> str:
    """Write a policy: each rule, row and declaration on a line of its own."""
    lines: list[str] = []
    for key, part in policy.items():
        _block(key, part, "", lines)
    return "\n".join(lines) + "\n"


def _block(key: str, part: Tree, indent: str, lines: list[str]) -> None:
    if isinstance(part, dict) and part and len(indent) < 4 and not (indent and {"id", "type", "title"} & part.keys()):
        lines.append(f"{indent}{key}:")
        for name, one in part.items():
            _block(name, one, indent + "  ", lines)
    elif isinstance(part, list) and part and not isinstance(part[0], str):
        lines.append(f"{indent}{key}:")
        lines.extend(f"{indent}  - {_flow(one)}" for one in part)
    else:
        lines.append(f"{indent}{key}: {_flow(part)}")


def _flow(tree: Tree) -> str:
    match tree:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in tree.items()) + "}"
        case list():
            return "[" + ", ".join(_flow(one) for one in tree) + "]"
        case _:
            return tree if _PLAIN.fullmatch(tree) else json.dumps(tree, ensure_ascii=False)
