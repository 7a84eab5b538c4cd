"""Values of a case as a request has them: exact numbers, and text for all that is not plainly something else."""

import re
from decimal import Decimal
from typing import assert_never

from engine.assure.cases.case import Data
from rules.text.nodes import ListNode, MappingNode, Node, ScalarNode

_WORDS: dict[str, Data] = {"": None, "~": None, "null": None, "true": True, "false": False}
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*(?:_[0-9]+)*)", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*(?:_[0-9]+)*)\.[0-9]+", re.ASCII)


def data_of(node: Node) -> Data:
    """Return what a node says: quoted words are text, others a number, true, false, null or else text.

    So `2026-11-21`, `15%`, `no`, `007` and `1e3` are text, which the field that they are given to reads or refuses.
    """
    match node:
        case ScalarNode():
            return _scalar(node)
        case ListNode():
            return [data_of(item) for item in node.items]
        case MappingNode():
            return {entry.key.text: data_of(entry.value) for entry in node}
        case _:
            assert_never(node)


def _scalar(node: ScalarNode) -> Data:
    if node.style:
        return node.text
    if node.text in _WORDS:
        return _WORDS[node.text]
    # Longer numbers than any field takes stay text, and are refused as such where they are read.
    if len(node.text) <= 40:
        if _WHOLE.fullmatch(node.text):
            return int(node.text)
        if _DECIMAL.fullmatch(node.text):
            return Decimal(node.text)
    return node.text
