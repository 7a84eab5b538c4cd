"""Characters that look like those of the language and are not.

Input methods, word processors and web pages put `：`, `，`, `“`, `％`, `（` or a no-break space where `:`, `,`, `"`,
`%`, `(` or a blank is meant. In words for people they are welcome; where they keep a policy from being read, what is
said of the words around them (an unknown field `line.discount： "<= 10%"`) hides the cause. So such a finding becomes
one about the character itself, and the text is read again with the character that was meant, for the mistakes behind.
"""

import re
import unicodedata
from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from rules.reports.diagnostics import Diagnostic
from rules.text.source import Source, Span

_MEANT = {
    **{chr(0xFEE0 + code): chr(code) for code in range(0x21, 0x7F)},  # the full-width forms of ASCII
    **dict.fromkeys("“”„‟«»「」『』〝〞", '"'),
    **dict.fromkeys("‘’‚‛", "'"),
    **dict.fromkeys("【〔﹝", "["),
    **dict.fromkeys("】〕﹞", "]"),
    **dict.fromkeys("‐‑‒–—―−﹣", "-"),
    **dict.fromkeys("〜∼", "~"),
    **dict.fromkeys("、﹐﹑\ufe10\ufe11", ","),
    **dict.fromkeys("\u2236\u02d0\ua789\ufe13\ufe30\ufe55", ":"),
    **dict.fromkeys("。﹒", "."),
    "×": "*",
    "∗": "*",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    **dict.fromkeys("٪﹪", "%"),
    **dict.fromkeys(
        "\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    ),
    **dict.fromkeys("\u200c\u200d\u200e\u200f\ufe0e\ufe0f", ""),
}
_RUN = re.compile(f"[{re.escape(''.join(_MEANT))}]+")
_SPACES = "".join(char for char, meant in _MEANT.items() if meant == " ")
_COLON = "".join(char for char, meant in _MEANT.items() if meant == ":")
_QUOTE = "".join(char for char, meant in _MEANT.items() if meant in "\"'")
COMMAS = "".join(char for char, meant in _MEANT.items() if meant == ",")

# Where such a character stands in the place of one that YAML's syntax needs. A group `at` is the character.
_INDENT = re.compile(rf"^[ \t]*(?P<at>[{_SPACES}]+)")
_QUOTES = re.compile(f"[{_QUOTE}]")
_LEADING, _TRAILING = re.compile(f"[{_SPACES}]+"), re.compile(f"[{_SPACES}]+$")
_SYNTAX = (
    _INDENT,
    re.compile(rf"(?:^|[\[{{,，｛]|- )\s*\"?[A-Za-z_][\w.-]*\"?\s*(?P<at>[{_COLON}])", re.ASCII),
    re.compile(rf"(?:[:\[{{,]|^\s*-)\s*(?P<at>[{_QUOTE}])"),
    re.compile(r"(?:[:\[{,]|^\s*-)\s*(?P<at>[［【〔｛])"),
    re.compile(rf"(?:[:{_COLON}]|^\s*-)(?P<at>[{_SPACES}]+)"),
    re.compile(r"(?P<at>[］】〕｝])\s*(?:[\]},]|$)"),
)
_CLOSING = re.compile(rf"(?P<at>[{_QUOTE}])\s*(?=[\]}},，、］｝]|$)")
_COMMA = re.compile(rf"(?<=[^{COMMAS}])(?P<at>[{COMMAS}])")

# What is said of single words; findings about a whole row or rule may hold any text.
_ABOUT_WORDS = frozenset(
    """
    D101 D102 D104 D105 D106 D107 D110 D301 D302 D303 D304 D305 D307 D308 D310 D311 D402 D406 D501 D502
    """.split()  # noqa: SIM905 - so many codes read better as words than in quotes
)
MOST = 1_000  # look-alikes that are still worth distinguishing
SHORT = 30  # characters of many that a message shows
_ABOUT_LITERALS = ("D301", "D302", "D303")


def finding(file: str, line: int, column: int, run: str, after: str) -> Diagnostic:
    """Return what to say about look-alikes that stand together; `after` is what follows them."""
    meant = "".join(_MEANT[char] for char in run)
    place = Span(file, line, column, line, column + len(run))
    first = run[0]
    shown = run if len(run) <= SHORT else f"{run[:SHORT]}…"
    name = f"U+{ord(first):04X}, {unicodedata.name(first, 'unnamed').lower()}"
    if not meant:
        return Diagnostic("D225", f"a character that nobody sees ({name}) stands here", place, "remove it", instead="")
    if not meant.strip():
        said = f"this is not a blank ({name}), though it looks like one"
        return Diagnostic("D225", said, place, "write plain blanks", instead=meant)
    if len(run) > 1:
        said = f"`{shown}` is written in look-alike characters ({name}, …)"
    else:
        said = f"`{run}` ({name}) stands where `{meant}` should"
    if meant[-1] == ":" and after[:1].strip():
        return Diagnostic("D225", said, place, f"write `{meant} `, with a blank after it", instead=f"{meant} ")
    return Diagnostic("D225", said, place, f"write `{meant[: len(shown)]}`", instead=meant)


def in_words(diagnostic: Diagnostic, source: Source) -> Iterator[Diagnostic]:
    """Yield what look-alikes there are in the words that a finding is about."""
    span = diagnostic.span
    if diagnostic.code not in _ABOUT_WORDS:
        return
    if span.line != span.end_line:
        if diagnostic.code == "D110":  # without one colon, a mapping of many lines is a single word
            lines = source.text.split("\n")
            within = range(span.line - 1, min(span.end_line, len(lines)))
            yield from in_syntax(lines, [(number, lines[number]) for number in within], span.file)
        return
    if diagnostic.code == "D308" and diagnostic.instead:  # says already what to write in the place of all of it
        return
    line = source.line(span.line)
    start, end = span.column - 1, min(span.end_column - 1, len(line))
    runs = list(_RUN.finditer(line, start, end))
    if sum(found.group()[0] in _QUOTE for found in runs) % 2 and (closing := _QUOTES.search(line, end)):
        runs.append(closing)  # YAML ended the words at a comma or a bracket, before the quotes that close
    for found in runs:
        one = finding(span.file, span.line, found.start() + 1, found.group(), line[found.end() :])
        if diagnostic.code in _ABOUT_LITERALS and one.instead and one.instead.strip("\"' "):
            half_width = _RUN.sub(lambda run: "".join(_MEANT[char] for char in run.group()), line[start:end])
            one = replace(one, hint=f"write it in half-width characters: `{_unquoted(half_width)}`")
        yield one


def _unquoted(words: str) -> str:
    return words[1:-1] if len(words) > 1 and words[0] == words[-1] and words[0] in "\"'" else words


def divided(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Return what look-alikes are behind findings, and the findings that have nothing to do with any."""
    alike: list[Diagnostic] = []
    others: list[Diagnostic] = []
    for diagnostic in diagnostics:
        source = sources.get(diagnostic.span.file)
        within = [diagnostic] if diagnostic.code == "D225" else [*in_words(diagnostic, source)] if source else []
        alike += within
        others += [] if within else [diagnostic]
    return alike, others


def at_the_ends(text: str, place: Span) -> Iterator[Diagnostic]:
    """Yield the spaces around unquoted words that are no blanks."""
    if found := _LEADING.match(text):
        yield finding(place.file, place.line, place.column, found.group(), text[found.end() :])
    found = _TRAILING.search(text)
    if found and found.start() and place.line == place.end_line:
        yield finding(place.file, place.line, place.column + found.start(), found.group(), "")


def in_syntax(lines: list[str], blanked: Iterable[tuple[int, str]], file: str) -> list[Diagnostic]:
    """Return the look-alikes that stand in the place of syntax; `blanked` lines have no quoted text nor comment."""
    found: list[Diagnostic] = []
    for number, bare in blanked:
        if bare.isascii():
            continue
        if len(found) > MOST:
            break
        line = lines[number]
        places = {(one.start("at"), one.end("at")) for pattern in _SYNTAX for one in pattern.finditer(bare)}
        if any(line[start] in _QUOTE for start, _ in places):
            places |= {(one.start("at"), one.end("at")) for one in _CLOSING.finditer(bare)}
        found += [finding(file, number + 1, start + 1, line[start:end], line[end:]) for start, end in sorted(places)]
    return found


def comma_before(line: str, bare: str, number: int, column: int, file: str) -> list[Diagnostic]:
    """Return the last look-alike of a comma before a column, where nothing else explains a complaint."""
    found = list(_COMMA.finditer(bare, 0, column))
    if not found:
        return []
    start, end = found[-1].span("at")
    return [finding(file, number + 1, start + 1, line[start:end], line[end:])]


@dataclass
class Mends:
    """What is read in the place of look-alikes, by file and line; places count in the texts as they were written."""

    by_line: dict[tuple[str, int], list[tuple[int, int, str]]] = field(default_factory=dict)
    found: dict[Diagnostic, None] = field(default_factory=dict)
    texts: dict[str, Source] = field(default_factory=dict)  # mended already, by file

    def add(self, found: Iterable[Diagnostic]) -> bool:
        """Note look-alikes that were found in mended texts; return whether there was a new one."""
        known = len(self.found)
        for one in [self.placed(diagnostic) for diagnostic in found]:
            if one in self.found or one.instead is None:
                continue
            self.found[one] = None
            self.texts.clear()
            span = one.span
            mends = self.by_line.setdefault((span.file, span.line), [])
            insort(mends, (span.column, span.end_column, one.instead))
        return len(self.found) > known

    def mended(self, source: Source) -> Source:
        """Return a source with what was meant."""
        touched = [(line, mends) for (file, line), mends in self.by_line.items() if file == source.file]
        if not touched or source.file in self.texts:
            return self.texts.get(source.file, source)
        lines = source.text.split("\n")
        for number, mends in touched:
            for start, end, instead in reversed(mends):
                line = lines[number - 1]
                lines[number - 1] = line[: start - 1] + instead + line[end - 1 :]
        return self.texts.setdefault(source.file, Source(source.file, "\n".join(lines)))

    def placed(self, diagnostic: Diagnostic) -> Diagnostic:
        """Return a finding in a mended text with its place in the text as it was written."""
        related = tuple((self._original(span), note) for span, note in diagnostic.related)
        return replace(diagnostic, span=self._original(diagnostic.span), related=related)

    def _original(self, span: Span) -> Span:
        column = self._column(span.file, span.line, span.column)
        end = self._column(span.file, span.end_line, span.end_column)
        return Span(
            span.file, span.line, column, span.end_line, max(end, column + 1) if span.line == span.end_line else end
        )

    def _column(self, file: str, line: int, column: int) -> int:
        longer = 0
        for start, end, instead in self.by_line.get((file, line), ()):
            if start + longer < column:
                longer += len(instead) - (end - start)
        return max(column - longer, 1)
