"""The guide to `dealdesk check` leaves no finding out; its output is kept true with the other guides'."""

import re
from pathlib import Path

from engine.assure.check.findings import SEVERITIES
from rules.reports.codes import ANALYSIS

GUIDE = (Path(__file__).parent.parent.parent / "docs" / "check.md").read_text(encoding="utf-8")


def test_the_table_of_the_guide_has_every_code_of_the_analysis_once() -> None:
    rows = re.findall(r"^\| (D\d{3}(?: D\d{3})*) \|", GUIDE, re.MULTILINE)
    assert sorted(" ".join(rows).split()) == sorted(ANALYSIS)


def test_the_guide_names_every_code_that_is_a_note() -> None:
    ((notes, _),) = re.findall(
        r"\((D\d{3}(?:, D\d{3})*); some of (D\d{3} and D\d{3})\) where all may be as it should", GUIDE
    )
    assert notes.split(", ") == sorted(code for code, severity in SEVERITIES.items() if severity == "note")
