"""Source that is made into functions: by one module alone, and of nothing that a policy's text could break."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.deciding import ROOT

THE_ONE = Path("engine/plan/generated.py")


def test_one_module_makes_functions_of_source() -> None:
    sources = [path for part in ("rules", "engine", "api") for path in sorted((ROOT / part).rglob("*.py"))]
    makers = {path.relative_to(ROOT) for path in sources if any(calls(ast.parse(path.read_text("utf-8"))))}
    assert makers == {THE_ONE}


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls of what makes code of text."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"exec", "eval", "compile"}
        ):
            yield node
