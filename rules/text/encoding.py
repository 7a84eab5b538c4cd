"""From a file's bytes to text: the mistakes of saving that come before any mistake of writing.

A policy is UTF-8 text with line ends that every editor shows. What is not is refused at the place where it stands:
a character nobody sees must not take part in a decision, nor move the lines that messages and traces point to.
"""

import re

from rules.reports.report import Report
from rules.text.source import Source, Span

LIMIT = 8 * 2**20
TOO_LARGE = "look for what a program has written again and again"
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff"
    # Soft hyphens, joiners of no width, and marks that turn the direction in which a line is shown.
    r"\xad\u200b\u2060-\u2064\u202a-\u202e\u2066-\u2069]"
)
_LINE_END = re.compile("\r(?!\n)|[\x85\u2028\u2029]")


def decode(data: bytes, file: str, report: Report) -> tuple[Source, bool]:
    """Return a file's text, and whether it can be read; what cannot be shown is replaced."""
    start = Span(file, 1, 1, 1, 2)
    if len(data) > LIMIT:
        report.error("D202", "the file is larger than 8 MiB", start, hint=TOO_LARGE)
        return Source(file, ""), False
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:4]:
        report.error("D204", "the file is UTF-16 or UTF-32, not UTF-8", start, hint="save it as UTF-8")
        return Source(file, ""), False
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        place = Span(file, *_line_and_column(before, len(before)), *_line_and_column(before + "?", len(before) + 1))
        byte = f"0x{data[error.start]:02X}"
        report.error("D203", f"byte {byte} is not UTF-8", place, hint="save the file as UTF-8")
        return Source(file, data.decode(errors="replace")), False
    return check(text, file, report)


def check(text: str, file: str, report: Report) -> tuple[Source, bool]:
    """Return a text without its byte order mark, and whether all its characters can be seen."""
    if len(text) > LIMIT or len(text.encode(errors="surrogatepass")) > LIMIT:
        report.error("D202", "the policy is larger than 8 MiB", Span(file, 1, 1, 1, 2), hint=TOO_LARGE)
        return Source(file, ""), False
    if text.startswith(BOM):
        text = text.removeprefix(BOM)
        report.warning(
            "D205",
            "the file begins with a byte order mark, which is ignored",
            Span(file, 1, 1, 1, 2),
            hint="save it as UTF-8 without a BOM",
        )
    for pattern, code, what in ((_UNSEEN, "D206", "character"), (_LINE_END, "D207", "line end")):
        found = pattern.search(text)
        if found:
            line, column = _line_and_column(text, found.start())
            report.error(
                code,
                f"the {what} U+{ord(found.group()[0]):04X} cannot stand in a policy",
                Span(file, line, column, line, column + 1),
                hint="remove it; it may have come along with text that was pasted in",
            )
            return Source(file, pattern.sub("\N{REPLACEMENT CHARACTER}", text)), False
    return Source(file, text), True


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    r"""Return the place of a character, both counted from 1.

    >>> _line_and_column("ab\ncd", 4)
    (2, 2)
    """
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
