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


def _clipped(words: str) -> str:
    """Return words that still fit on a screen when an author's own words in them do not."""
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"


class Report:
    """The findings so far; one at the same place in the same words is reported once."""

    def __init__(self) -> None:
        """Start with nothing found."""
        self._found: dict[Diagnostic, None] = {}
        self._nearest: dict[tuple[str, int], str | None] = {}
        self._patience = 200_000  # how many words are still compared in search of hints
        self.errors = 0

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        hint: str | None = None,
        related: Iterable[tuple[Span, str]] = (),
    ) -> None:
        """Add a mistake that keeps the policy from being used."""
        self._add(Diagnostic(code, _clipped(message), span, hint and _clipped(hint), "error", tuple(related)))

    def warning(self, code: str, message: str, span: Span, *, hint: str | None = None) -> None:
        """Add something that an author should know, but that does no harm."""
        self._add(Diagnostic(code, message, span, hint, "warning"))

    def _add(self, diagnostic: Diagnostic) -> None:
        if len(self._found) < MOST:
            self._found.setdefault(diagnostic)
        self.errors += diagnostic.severity == "error"

    def absorb(self, other: "Report") -> None:
        """Add what another report has found."""
        for diagnostic in other.diagnostics(()):
            self._add(diagnostic)

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
        """Return a hint that names the nearest choice, or else all of them if they are few."""
        near = self.nearest(word, choices)
        if near:
            return f"did you mean `{near}`?"
        if 0 < len(choices) <= 12:
            return f"one of {', '.join(f'`{choice}`' for choice in choices)}"
        return None

    def diagnostics(self, sources: Iterable[Source]) -> tuple[Diagnostic, ...]:
        """Return the findings by file, in the order in which the files were read, and by place."""
        order = {source.file: number for number, source in enumerate(sources)}

        def place(diagnostic: Diagnostic) -> tuple[int, str, int, int, str, str]:
            span = diagnostic.span
            return (order.get(span.file, 0), span.file, span.line, span.column, diagnostic.code, diagnostic.message)

        return tuple(sorted(self._found, key=place))
