"""Mutants as text and as JSON: the score, what no case notices, and cases that would."""

from collections import Counter
from collections.abc import Sequence
from typing import get_args

from api.documents.coverage_text import percent
from api.documents.lock_file import Needed
from engine.assure.cases.case import Case
from engine.assure.mutants.mutant import What
from engine.assure.mutants.score import Tried, score
from engine.core.decision import Json
from engine.explain.words.layout import padded, width

MOST = 20
KINDS: tuple[What, ...] = get_args(What)


def mutants_table(tried: Sequence[Tried]) -> str:
    """Return how many mutants of each kind were noticed."""
    made, noticed = (
        Counter(one.mutant.what for one in tried),
        Counter(one.mutant.what for one in tried if not one.lives),
    )
    rows = [["changed", "mutants", "noticed", "score"]]
    rows += [[what, str(made[what]), str(noticed[what]), _score(tried, what)] for what in KINDS if made[what]]
    rows.append(["total", str(len(tried)), str(sum(noticed.values())), percent(score(tried))])
    widths = [max(width(row[n]) for row in rows) for n in range(4)]
    return "\n".join("  ".join(padded(cell, widths[n], right=n > 0) for n, cell in enumerate(row)) for row in rows)


def survivors_text(tried: Sequence[Tried], needed: Needed, *, most: int = MOST) -> str:
    """Return the mutants that no case notices, those with a case that would before it."""
    parts = []
    for offer, mutants in needed[:most]:
        told = [f"  # {line}".rstrip() for line in offer.told.rstrip("\n").split("\n")]
        parts.append("\n".join([*map(str, mutants), "", offer.text.rstrip("\n"), *told]))
    if len(needed) > most:
        parts.append(f"… and {len(needed) - most} more cases; --lock writes and keeps them all")
    helped = {id(mutant) for _, mutants in needed for mutant in mutants}
    others = [one.mutant for one in tried if one.lives and id(one.mutant) not in helped]
    if others:
        head = "No request was found that tells these from the policy; perhaps there is none:"
        more = [f"… and {len(others) - most} more"] if len(others) > most else []
        parts.append("\n".join([head, *(f"  {one}" for one in others[:most]), *more]))
    return "\n\n".join(parts)


def mutants_json(tried: Sequence[Tried], needed: Needed, cases: Sequence[Case]) -> dict[str, Json]:
    """Return every mutant with what became of it, and the offered cases."""
    offered = {id(mutant): number for number, (_, mutants) in enumerate(needed) for mutant in mutants}
    return {
        "score": percent(score(tried)),
        "mutants": [
            {
                "changed": one.mutant.what,
                "rule": one.mutant.rule,
                "words": one.mutant.words,
                "file": one.mutant.span.file,
                "line": one.mutant.span.line,
                "column": one.mutant.span.column,
                "noticed_by": cases[one.noticed_by].id if one.noticed_by is not None else None,
                "offer": offered.get(id(one.mutant)),
            }
            for one in tried
        ],
        "offers": [{"case": offer.text, "decision": offer.told} for offer, _ in needed],
    }


def _score(tried: Sequence[Tried], what: What) -> str:
    return percent(score([one for one in tried if one.mutant.what == what]))
