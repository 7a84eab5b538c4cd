"""Bad policies earn the drawing beside them, and codes, documentation and examples stay in step."""

import re
from datetime import date
from pathlib import Path

import pytest

from api.desk.checked import checked
from rules.load import load
from rules.reports import codes
from rules.reports.diagnostics import draw

TODAY = date(2026, 11, 21)
FOLDER = Path(__file__).parent / "diagnostics"
EXAMPLES = sorted(FOLDER.glob("D*.yaml"))
PROJECT = FOLDER.parent.parent

# Shown in test_load.py: a file of more than 8 MiB, and a text that is no file.
WITHOUT_EXAMPLE = {"D202", "D224"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_bad_policy_earns_its_drawing(path: Path, update_golden: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    loaded = load(Path(path.name))
    diagnostics = checked(loaded, today=TODAY).diagnostics
    drawn = "\n\n".join(draw(diagnostic, loaded.sources) for diagnostic in diagnostics) + "\n"
    expected = path.with_suffix(".txt")
    if update_golden:
        expected.write_text(drawn, encoding="utf-8")
    assert drawn == expected.read_text(encoding="utf-8")
    assert path.stem.partition("-")[0] in {diagnostic.code for diagnostic in diagnostics}
    assert (loaded.policy is None) == any(diagnostic.severity == "error" for diagnostic in loaded.diagnostics)


def test_every_code_has_a_title_a_heading_and_an_example() -> None:
    used = {
        code
        for folder in ("rules", "engine")
        for module in (PROJECT / folder).rglob("*.py")
        for code in re.findall(r'"(D\d{3})"', module.read_text())
    }
    headings = re.findall(r"^## (D\d{3}) (.+)$", (PROJECT / "docs" / "diagnostics.md").read_text(), re.MULTILINE)
    assert used == set(codes.TITLES)
    assert dict(headings) == codes.TITLES
    assert [code for code, _ in headings] == sorted(codes.TITLES)
    assert {path.stem.partition("-")[0] for path in EXAMPLES} == set(codes.TITLES) - WITHOUT_EXAMPLE
