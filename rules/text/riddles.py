"""What a YAML parser's complaint means for someone who writes policies.

Tests begin with characters that mean something to YAML (`>`, `[`, `!`, `-`). An unquoted one breaks the syntax
somewhere after it; the parser then complains about that place. Here the words that were meant are looked for.
"""

import re

import yaml

from rules.reports.report import Report
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

# The parser's words, and ours: code, message, hint. The first whose words occur in the complaint is reported.
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


def explain(error: yaml.YAMLError, source: Source, unclosed: Span | None, report: Report) -> str | None:
    """Report what a parser's complaint means; return the text with an unquoted test covered, if that was it."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        report.error("D219", "this is not YAML", Span(source.file, 1, 1, 1, 2))
        return None
    lines = source.text.split("\n")
    problem = error.problem_mark
    context = error.context_mark
    first = max(min(context.line if context else problem.line, problem.line), problem.line - LINES_BACK, 0)
    for number in range(first, min(problem.line + 1, len(lines))):
        found = unquoted(lines[number])
        if found:
            start, end = found
            test = lines[number][start:end]
            span = Span(source.file, number + 1, start + 1, number + 1, end + 1)
            hint = f'quote it: "{test}"'
            report.error("D217", f"a test that begins with `{test[0]}` needs quotes", span, hint=hint)
            lines[number] = lines[number][:start] + MENDED * (end - start) + lines[number][end:]
            return "\n".join(lines)
    _tell(error, lines, source.file, unclosed, report)
    return None


def unquoted(line: str) -> tuple[int, int] | None:
    """Return where the first test stands that YAML does not read as one.

    >>> unquoted("- [DM, [8%..12%), x]")
    (7, 16)
    """
    blanked = _BLANKED.sub(lambda found: "#" * len(found.group()), line[:LONGEST])
    spans = [
        (found.start(group), found.start(group) + len(found.group(group).rstrip()))
        for pattern in _UNQUOTED
        for found in pattern.finditer(blanked)
        for group in found.groupdict()
        if found.group(group)
    ]
    return min(spans, default=None)


def _tell(error: yaml.MarkedYAMLError, lines: list[str], file: str, unclosed: Span | None, report: Report) -> None:
    """Report a complaint that has nothing to do with tests."""
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
