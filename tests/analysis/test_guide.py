"""The guide to `dealdesk check` leaves no finding out; its output is kept true with the other guides'."""

from pathlib import Path

from rules.reports.codes import ANALYSIS

GUIDE = Path(__file__).parent.parent.parent / "docs" / "check.md"


def test_the_guide_names_every_code_of_the_analysis() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert not [code for code in ANALYSIS if code not in text]
