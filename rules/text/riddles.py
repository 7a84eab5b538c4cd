"""What a YAML parser's complaint means for someone who writes policies.

Tests begin with characters that mean something to YAML (`>`, `[`, `!`, `-`). An unquoted one breaks the syntax
somewhere after it; the parser then complains about that place. Here the words that were meant are looked for.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import yaml

from rules.reports.report import Report
from rules.text.lookalikes import comma_before, in_syntax
from rules.text.source import Source, Span

# What covers an unquoted test while the rest of the file is read. No policy contains it otherwise.
MENDED = "\N{REPLACEMENT CHARACTER}"
LINES_BACK = 40
LONGEST = 1_000  # what is looked at of a line

# Each group `test` is a test that needs quotes; quoted words and comments are blanked out before these are tried.
_UNQUOTED = (
    re.compile(r"(?:(?<=[\[,{])|(?<=:\s)|(?<=-\s))\s*(?P<test>>(?!\s*$|[-+1-9]\s*$)[^,\]}]*)"),
    re.compile(r"(?P<test>[\[(][^\[\](){},\"']*\.\.[^\[\](){},\"']*[\])])"),
    re.compile(r"(?<![\w.])(?P<test>(?:not|has any|has all|has none)\s*\[[^\]]*\])"),
    re.compile(r"(?:(?<=[\[,{])|(?<=:\s))\s*(?P<test>!=?[^,\]}]*)"),
    re.compile(r"[\[,]\s*(?P<test>-)\s+(?=[,\]])|,\s*(?P<last>-)\s*(?=,)"),
)
_BLANKED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|(?:^|(?<=\s))#.*")

_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_COMMENT = re.compile(r"(?<=\s)#")
_CLOSING = re.compile(r"\s*[\]}]+,?\s*$")
_ITEM_OR_KEY = re.compile(r"\s*(?:- |[A-Za-z_][\w.-]*:(?:\s|$))")

# The parser's words, and ours: code, message, hint. The first whose words occur in the complaint is told.
_MEANINGS = (
    ("quoted scalar, found unexpected end", "D218", "the file ends inside quotes that begin here", "close the quotes"),
    ("expected node content", "D219", "a value is missing here", 'in a table, write "-" for any value'),
    ("mapping values are not allowed", "D219", "a second `key: value` begins inside a value", "quote text with a `: `"),
    ("could not find expected ':'", "D219", "a key without a `:` after it", "write `key: value`"),
    ("expected ',' or ']'", "D219", "the list that begins here is not closed", "look for a missing `,`, `]` or quote"),
    (
        "expected ',' or '}'",
        "D219",
        "the mapping that begins here is not closed",
        "look for a missing `,`, `}` or quote",
    ),
    ("unknown escape character", "D219", "a backslash in double quotes begins an escape", "use single quotes"),
    ("cannot start any token", "D219", "a value cannot begin with this character", "quote the value"),
    ("expected key", "D219", "this does not fit what stands around it", "look at the indentation and the quotes"),
    ("'-' indicator", "D219", "this is no item of the list around it", "look at the indentation, or begin with `- `"),
)


@dataclass(frozen=True, slots=True)
class Around:
    """What a parser had read when it complained: where brackets and blocks are open, and where a quoted text stands.

    `unclosed` is where the innermost open bracket stands, `blocks` where the open block lists and mappings begin and
    how many things each has, and `quoted` the last quoted text, if it goes over several lines.
    """

    unclosed: Span | None
    blocks: tuple[tuple[Span, int], ...]
    quoted: Span | None


def explain(error: yaml.YAMLError, source: Source, around: Around, report: Report) -> str | None:
    """Report what a parser's complaint means; return the text with the words behind it covered, if that mends it."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        report.error("D219", "this is not YAML", Span(source.file, 1, 1, 1, 2))
        return None
    lines = source.text.split("\n")
    problem = error.problem_mark
    context = error.context_mark
    first = max(min(context.line if context else problem.line, problem.line), problem.line - LINES_BACK, 0)
    last = min(problem.line + 1, len(lines))
    if not source.text.isascii():
        # One look-alike in the place of syntax hints at others: all of the text is looked through at once.
        before = next((number for number in range(first - 1, -1, -1) if _bare(lines[number]).strip("# ")), first)
        alike = in_syntax(lines, [(number, _bare(lines[number])) for number in range(before, last)], source.file)
        if alike:
            everywhere = in_syntax(lines, enumerate(map(_bare, lines)), source.file)
            for diagnostic in everywhere:
                report.add(diagnostic)
            return None
    for number in range(first, last):
        found = unquoted(lines[number])
        if found:
            start, end = found
            test = lines[number][start:end]
            span = Span(source.file, number + 1, start + 1, number + 1, end + 1)
            instead = f'"{test}"'
            message = f"a test that begins with `{test[0]}` needs quotes"
            report.error("D217", message, span, hint=f"quote it: {instead}", instead=instead)
            return _covered(lines, number, start, end)
    if around.quoted and (around.quoted.end_line, around.quoted.end_column) <= (problem.line + 1, problem.column + 1):
        if around.quoted.end_line == problem.line + 1:
            tell_unclosed_quotes(around.quoted, report)
            return None
    opened = around.unclosed.line - 1 if around.unclosed else first
    for number in range(max(opened, problem.line - LINES_BACK), last):
        cut = cut_off(lines[number])
        if cut and around.unclosed:
            start, at, end = cut
            span = Span(source.file, number + 1, at + 1, number + 1, end + 1)
            tell_cut_off(lines[number][start:end], span, report)
            return _covered(lines, number, start, end)
    if _tell_indent(problem.line, lines, source.file, around, report):
        return None
    if problem.line < len(lines):
        alike = comma_before(lines[problem.line], _bare(lines[problem.line]), problem.line, problem.column + 1, source.file)
        for diagnostic in alike:
            report.add(diagnostic)
        if alike:
            return None
    _tell(error, lines, source.file, around.unclosed, report)
    return None


def _covered(lines: list[str], number: int, start: int, end: int) -> str:
    lines[number] = lines[number][:start] + MENDED * (end - start) + lines[number][end:]
    return "\n".join(lines)


def _bare(line: str) -> str:
    """Return a line in which quoted texts and comments are blanked out; places stay."""
    return _BLANKED.sub(lambda found: "#" * len(found.group()), line[:LONGEST])


def tell_unclosed_quotes(quoted: Span, report: Report) -> None:
    """Report quotes that swallow the lines after them."""
    place = Span(quoted.file, quoted.line, quoted.column, quoted.line, quoted.column + 1)
    report.error("D228", "the quotes that open here are not closed in this line", place, hint="close the quotes")


def runs_on(lines: Iterable[str]) -> bool:
    """Return whether later lines of a text look like items or keys that were meant to stand by themselves.

    >>> runs_on(["  and more words", "  id: late"])
    True
    """
    return any(_ITEM_OR_KEY.match(line) for line in lines)


def cut_off(line: str) -> tuple[int, int, int] | None:
    """Return where a text begins whose end is a comment, where that begins, and where the text probably ends.

    >>> cut_off("- {because: See #12 first}")
    (11, 15, 25)
    """
    for found in _COMMENT.finditer(_QUOTED.sub(lambda quoted: "'" * len(quoted.group()), line[:LONGEST])):
        before = found.string[: found.start()]
        start = max(before.rfind(mark) for mark in ("[", "{", ",", ": ")) + 1
        start += len(line[start:]) - len(line[start:].lstrip())
        closing = _CLOSING.search(line, found.start())
        if start < found.start() and closing:
            return start, found.start(), closing.start()
    return None


def tell_cut_off(text: str, span: Span, report: Report) -> None:
    """Report words after a ` #`, which YAML takes for a comment; `text` is all that was meant."""
    quoted = text.replace("'", "''")
    hint = f"quote the text: '{quoted}'" if '"' in text or "\\" in text else f'quote the text: "{text}"'
    report.error("D227", "what follows a blank and `#` is a comment, and no part of the text", span, hint=hint)


def _tell_indent(number: int, lines: list[str], file: str, around: Around, report: Report) -> bool:
    """Report a line that begins in no column in which lines around it begin; return whether it does."""
    line = lines[number] if number < len(lines) else ""
    indent = len(line) - len(line.lstrip(" "))
    columns = [span.column - 1 for span, _ in around.blocks]
    if around.unclosed or not columns or not line.strip() or line[indent] in "\t#" or indent in columns:
        return False
    meant = min(reversed(columns), key=lambda column: abs(column - indent))
    block, things = around.blocks[columns.index(meant)]
    following = next((later for later in lines[number + 1 :] if later.strip()), "")
    beside = len(following) - len(following.lstrip(" "))
    if things <= 1 and meant > indent and beside == indent and indent not in columns:
        # One line before this stands deeper, and all after it stand as this one does: it is that one which is wrong.
        number, meant, indent = block.line - 1, indent, meant
        line = lines[number]
    word = line[indent:].split()[0]
    span = Span(file, number + 1, indent + 1, number + 1, indent + 1 + len(word))
    said = f"the line is indented by {_blanks(indent)}, and the lines that it belongs to by {meant}"
    hint = f"indent it by {_blanks(meant)}" if meant else "begin it at the start of the line"
    report.error("D226", said, span, hint=hint)
    return True


def _blanks(count: int) -> str:
    return f"{count} blank{'' if count == 1 else 's'}"


def unquoted(line: str) -> tuple[int, int] | None:
    """Return where the first test stands that YAML does not read as one.

    >>> unquoted("- [DM, [8%..12%), x]")
    (7, 16)
    """
    blanked = _bare(line)
    spans = [
        (found.start(group), found.start(group) + len(found.group(group).rstrip()))
        for pattern in _UNQUOTED
        for found in pattern.finditer(blanked)
        for group in found.groupdict()
        if found.group(group)
    ]
    return min(spans, default=None)


def _tell(error: yaml.MarkedYAMLError, lines: list[str], file: str, unclosed: Span | None, report: Report) -> None:
    """Tell a complaint that has nothing to do with tests."""
    problem = error.problem_mark
    assert problem is not None
    line = lines[problem.line] if problem.line < len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    place = Span(file, problem.line + 1, problem.column + 1, problem.line + 1, problem.column + 2)
    said = f"{error.context}, {error.problem}"
    if line[problem.column : problem.column + 1] == ":":  # inside brackets, where the parser misses only a comma
        said = "mapping values are not allowed"
    if "\t" in indent:
        column = indent.index("\t") + 1
        span = Span(file, problem.line + 1, column, problem.line + 1, len(indent) + 1)
        report.error("D208", "the line is indented with a tab", span, hint="indent with spaces")
        return
    at_end = not any(rest.strip() for rest in (line[problem.column :], *lines[problem.line + 1 :]))
    if at_end and unclosed is not None:
        report.error("D218", "the file ends inside the brackets that open here", unclosed, hint="close the brackets")
        return
    for words, code, message, hint in _MEANINGS:
        if words in said:
            opened = error.context_mark if "begin" in message and "here" in message else None
            span = (
                Span(file, opened.line + 1, opened.column + 1, opened.line + 1, opened.column + 2) if opened else place
            )
            report.error(code, message, span, hint=hint)
            return
    report.error("D219", f"this is not YAML: {error.problem}", place)
