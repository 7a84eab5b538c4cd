"""python parse.py FOLDER ANSWERS: reads answers by a generated client, and prints what it did not take in whole.

ANSWERS is JSON: a list of pairs, the name of a model and what the service answered. It runs where the client's own
packages are, apart from ours.
"""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def main() -> None:
    """Print one line a fault."""
    folder, answers = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    sys.path.insert(0, str(folder.parent))
    models = importlib.import_module(f"{folder.name}.models")
    for number, (name, answer) in enumerate(answers):
        read = getattr(models, name).from_dict(answer)
        for fault in untyped(read, name):
            print(f"answer {number}: {fault}")
        if read.to_dict() != answer:
            print(f"answer {number}: {name} does not write what it has read")


def untyped(value: Any, place: str) -> Iterator[str]:
    """Yield every place at which a plain dictionary, or a key that no type has, is left."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from untyped(one, f"{place}[{number}]")
    elif isinstance(value, dict):
        yield f"{place} is a plain dictionary"
    elif hasattr(value, "__attrs_attrs__"):
        names = [one.name for one in value.__attrs_attrs__ if one.name != "additional_properties"]
        further = getattr(value, "additional_properties", {})
        if names and further:
            yield f"{place} has {', '.join(further)} beside what its type has"
        for name in names:
            yield from untyped(getattr(value, name), f"{place}.{name}")
        for key, one in () if names else further.items():  # an object whose keys are ids
            yield from untyped(one, f"{place}.{key}")


if __name__ == "__main__":
    main()
