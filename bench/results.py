"""Results as files: one JSON file a part, from which the page is written."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"
PARTS = ("budgets", "peers", "http")

Result = dict[str, Any]


def save(folder: Path, part: str, result: Result) -> Path:
    """Write a part's results."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{part}.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def load(folder: Path) -> dict[str, Result]:
    """Return the results of every part that was run."""
    found = {part: folder / f"{part}.json" for part in PARTS}
    return {part: json.loads(path.read_text(encoding="utf-8")) for part, path in found.items() if path.exists()}
