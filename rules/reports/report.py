"""What is wrong with a policy, gathered while it is read.

Every check writes its findings here and goes on, so that an author hears of all mistakes at once. The list is bounded:
a hostile file of a million mistakes must neither fill the memory nor take minutes to look for a million hints.
"""

from collections.abc import Iterable, Sequence

from rules.reports.diagnostics import Diagnostic
from rules.reports.nearest import nearest
from rules.text.source import Source, Span

MOST = 500
LONGEST = 300
SHORT = 12  # a list of so many names is read; of a longer one, its beginning


def _clipped(words: str) -> str:
    """Return words that still fit on a screen when an author's own words in them do not."""
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"


class Report:
    """The findings so far; one at the same place in the same words is reported once."""

    def __init__(self, *, patience: int = 200_000) -> None:
        """Start with nothing found; `patience` is how many words are compared in search of hints, none below zero."""
        self._found: dict[Diagnostic, None] = {}
        self._nearest: dict[tuple[str, int], str | None] = {}
        self._patience = patience  # how many words are still compared
        self.errors = 0

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        hint: str | None = None,
        related: Iterable[tuple[Span, str]] = (),
        instead: str | None = None,
    ) -> None:
        """Add a mistake that keeps the policy from being used; `instead` is what its words should be."""
        hint = hint and _clipped(hint)
        self.add(Diagnostic(code, _clipped(message), span, hint, "error", tuple(related), instead))

    def warning(self, code: str, message: str, span: Span, *, hint: str | None = None) -> None:
        """Add something that an author should know, but that does no harm."""
        self.add(Diagnostic(code, message, span, hint, "warning"))

    def add(self, diagnostic: Diagnostic) -> None:
        """Add a finding."""
        if len(self._found) < MOST:
            self._found.setdefault(diagnostic)
        self.errors += diagnostic.severity == "error"

    def absorb(self, other: "Report") -> None:
        """Add what another report has found."""
        for diagnostic in other.diagnostics(()):
            self.add(diagnostic)

    def nearest(self, word: str, choices: Sequence[str]) -> str | None:
        """Return the choice most like a word; None when nothing is near, or nobody will read the hint any more.

        >>> Report().nearest("line.discont", ["line.discount", "deal.margin"])
        'line.discount'
        """
        if len(self._found) >= MOST or self._patience < 0:
            return None
        key = (word, hash(tuple(choices)))
        if key not in self._nearest:
            self._patience -= len(choices)
            by_small_letters = {choice.lower(): choice for choice in reversed(choices)}
            near = nearest(word.lower(), by_small_letters)
            self._nearest[key] = by_small_letters[near] if near else None
        return self._nearest[key]

    def did_you_mean(self, word: str, choices: Sequence[str]) -> str | None:
        """Return a hint that names the nearest choice, or else all of them, or the first few of many."""
        near = self.nearest(word, choices)
        if near:
            return f"did you mean `{near}`?"
        if not choices:
            return None
        more = f" and {len(choices) - SHORT} more" if len(choices) > SHORT else ""
        return f"one of {', '.join(f'`{choice}`' for choice in choices[:SHORT])}{more}"

    def diagnostics(self, sources: Iterable[Source]) -> tuple[Diagnostic, ...]:
        """Return the findings by file, in the order in which the files were read, and by place."""
        order = {source.file: number for number, source in enumerate(sources)}

        def place(diagnostic: Diagnostic) -> tuple[int, str, int, int, str, str]:
            span = diagnostic.span
            return (order.get(span.file, 0), span.file, span.line, span.column, diagnostic.code, diagnostic.message)

        return tuple(sorted(self._found, key=place))
