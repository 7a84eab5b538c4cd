"""Coverage as a table for the terminal and as JSON: section by section, then every part that was not seen whole."""

from collections.abc import Sequence
from fractions import Fraction

from engine.assure.cases.case import Case
from engine.assure.cases.coverage import Covered, SectionCoverage, total
from engine.core.decision import Json
from engine.explain.words.layout import padded, width

MOST = 40


def percent(share: Fraction) -> str:
    """Return a share in percent, rounded down, so that 100.0% is all of it.

    >>> percent(Fraction(1999, 2000)), percent(Fraction(1))
    ('99.9%', '100.0%')
    """
    tenths = int(share * 1000)
    return f"{tenths // 10}.{tenths % 10}%"


def coverage_table(found: Sequence[SectionCoverage], *, most: int = MOST) -> str:
    """Return the table, and below it what was not seen; `most` rows of that."""
    rows = [["section", "rules", "tests", "seen"]]
    for section in found:
        seen, wanted = section.share()
        rows.append(
            [section.name, _share(section, tests=False), _share(section, tests=True), percent(Fraction(seen, wanted))]
        )
    rows.append(["total", "", "", percent(total(found))])
    widths = [max(width(row[n]) for row in rows) for n in range(4)]
    lines = ["  ".join(padded(cell, widths[n], right=n > 0) for n, cell in enumerate(row)).rstrip() for row in rows]
    missed = [one for section in found for one in section.parts if one.never]
    lines += [_missed(one) for one in missed[:most]]
    if len(missed) > most:
        lines.append(f"… and {len(missed) - most} more; --html shows them all")
    return "\n".join(lines)


def coverage_json(found: Sequence[SectionCoverage], cases: Sequence[Case]) -> dict[str, Json]:
    """Return what was seen of every part, with the cases that show it."""
    return {
        "coverage": percent(total(found)),
        "sections": [
            {
                "section": section.name,
                "seen": section.share()[0],
                "wanted": section.share()[1],
                "parts": [_part_json(one, cases) for one in section.parts],
            }
            for section in found
        ],
    }


def _share(section: SectionCoverage, *, tests: bool) -> str:
    seen, wanted = section.share(tests=tests)
    return f"{seen}/{wanted}" if wanted else "-"


def _missed(one: Covered) -> str:
    part = one.part
    words = part.rule if part.test is None else f"{part.rule}  {part.words}"
    return f"{part.span}: {words}: {one.never}"


def _part_json(one: Covered, cases: Sequence[Case]) -> Json:
    part = one.part
    sides: dict[str, Json] = {
        side: [cases[number].id for number in getattr(one.sides, side)] for side in ("true", "false", "undetermined")
    }
    return {
        "rule": part.rule,
        "test": part.words if part.test is not None else None,
        "file": part.span.file,
        "line": part.span.line,
        "column": part.span.column,
        **sides,
    }
