"""What a YAML parser's complaint means for someone who writes policies.

Tests begin with characters that mean something to YAML (`>`, `[`, `!`, `-`). An unquoted one breaks the syntax
somewhere after it; the parser then complains about that place. Here the words that were meant are looked for.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import yaml

from rules.reports.report import Report
from rules.text.lookalikes import comma_before, in_syntax
from rules.text.source import Source, Span

# The keys of the policy itself, which stand at the start of their lines.
SECTIONS = (
    *("calendars", "terms", "facts", "roles", "derive", "price_approval", "special_orders", "deal_registration"),
    *("partner_allocation", "invariants"),
)
TOP_LEVEL = ("policy", "version", "currency", "timezone", "include", *SECTIONS)
# What covers an unquoted test while the rest of the file is read. No policy contains it otherwise.
MENDED = "\N{REPLACEMENT CHARACTER}"
LINES_BACK = 40
MOST_MOVES = 12
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
_OPEN = re.compile(r"(?::|:\s+[|>][-+]?)\s*(?:\s#.*)?$")
_TAB_INDENT = re.compile(r" *(?P<at>\t\s*)(?:- |[A-Za-z_][\w.-]*:(?:\s|$))")
_ITEM_OR_KEY = re.compile(r"\s*(?:- |[A-Za-z_][\w.-]*:(?:\s|$))")

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


@dataclass(frozen=True, slots=True)
class Around:
    """What a parser had read when it complained: where brackets are open, and where a quoted text stands.

    `unclosed` is where the innermost open bracket stands, and `quoted` the last quoted text, if it goes over several
    lines. `judge` says how much a text has of what no policy has, or how soon after a line it cannot be read on.
    """

    unclosed: Span | None
    quoted: Span | None
    judge: Callable[[str, int], int]


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
    for number in range(max(problem.line - 1, 0), last):
        if tab := _TAB_INDENT.match(lines[number]):
            report_tab(Span(source.file, number + 1, tab.start("at") + 1, number + 1, tab.end("at") + 1), report)
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
    quoted = around.quoted
    if quoted and quoted.end_line == problem.line + 1 and quoted.end_column <= problem.column + 1:
        report_unclosed_quotes(quoted, report)
        return None
    if problem.line < len(lines) and (at := unpaired(lines[problem.line], problem.column)) is not None:
        report_unclosed_quotes(Span(source.file, problem.line + 1, at + 1, problem.line + 1, at + 2), report)
        return None
    opened = around.unclosed.line - 1 if around.unclosed else first
    for number in range(max(opened, problem.line - LINES_BACK), last):
        cut = cut_off(lines[number])
        if cut and around.unclosed:
            start, at, end = cut
            span = Span(source.file, number + 1, at + 1, number + 1, end + 1)
            report_cut_off(lines[number][start:end], span, report)
            return _covered(lines, number, start, end)
    if _report_indent(problem.line, lines, source.file, around, report):
        return None
    if problem.line < len(lines):
        alike = comma_before(
            lines[problem.line], _bare(lines[problem.line]), problem.line, problem.column + 1, source.file
        )
        for diagnostic in alike:
            report.add(diagnostic)
        if alike:
            return None
    _tell(error, lines, source.file, around.unclosed, report)
    return None


def report_tab(span: Span, report: Report) -> None:
    """Report a tab in an indent."""
    report.error("D208", "the line is indented with a tab", span, hint="indent with spaces")


def _covered(lines: list[str], number: int, start: int, end: int) -> str:
    lines[number] = lines[number][:start] + MENDED * (end - start) + lines[number][end:]
    return "\n".join(lines)


def _bare(line: str) -> str:
    """Return a line in which quoted texts and comments are blanked out; places stay."""
    return _BLANKED.sub(lambda found: "#" * len(found.group()), line[:LONGEST])


def report_unclosed_quotes(quoted: Span, report: Report) -> None:
    """Report quotes that swallow the lines after them."""
    place = Span(quoted.file, quoted.line, quoted.column, quoted.line, quoted.column + 1)
    report.error("D228", "the quotes that open here are not closed in this line", place, hint="close the quotes")


def unpaired(line: str, column: int) -> int | None:
    """Return where a quoted text opens that ends just before a column with something unfit behind it.

    >>> unpaired('- ["<= 2%, ">= 15%", "-"]', 12)
    3
    """
    for found in _QUOTED.finditer(line[:LONGEST]):
        if found.end() == column and line[column : column + 1].strip() and line[column] not in ",]}:，、":
            return found.start()
    return None


def runs_on(lines: Iterable[str]) -> bool:
    """Return whether later lines of a text look like items or keys that were meant to stand by themselves.

    >>> runs_on(["  and more words", "  id: late"])
    True
    """
    return any(_ITEM_OR_KEY.match(line) for line in lines)


def cut_off(line: str) -> tuple[int, int, int] | None:
    """Return where a text begins whose end is a comment, where that begins, and where the text probably ends.

    >>> cut_off("- {because: See #12 first}")
    (12, 16, 25)
    """
    for found in _COMMENT.finditer(_QUOTED.sub(lambda quoted: "'" * len(quoted.group()), line[:LONGEST])):
        before = found.string[: found.start()]
        start = max(before.rfind(mark) for mark in ("[", "{", ",", ": ")) + 1
        start += len(line[start:]) - len(line[start:].lstrip())
        closing = _CLOSING.search(line, found.start())
        if start < found.start() and closing:
            return start, found.start(), closing.start()
    return None


def _with_colon(line: str, column: int) -> str | None:
    """Return the text around a second colon, which was probably meant as one; nothing where none stands before it."""
    before = _bare(line)[:column]
    start = max(before.rfind(mark) + len(mark) for mark in (": ", "[", "{", ", ", "- "))
    in_brackets = before.count("{") + before.count("[") > before.count("}") + before.count("]")
    end = re.search(r"\s*[,\]}]" if in_brackets else r"\s*(?:#.*)?$", _bare(line)[column:])
    text = line[start : column + (end.start() if end else len(line))].strip()
    return text if ": " in before and before[:start].rstrip().endswith(":") and ": " in text else None


def _quoted_hint(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"quote the text: '{doubled}'" if '"' in text or "\\" in text else f'quote the text: "{text}"'


def report_cut_off(text: str, span: Span, report: Report, *, is_sure: bool = True) -> None:
    """Report words after a ` #`, which YAML takes for a comment; `text` is all that was meant."""
    hint = _quoted_hint(text) + ("" if is_sure else "; or put a blank after the `#`, if it is a comment")
    report.error("D227", "what follows a blank and `#` is a comment, and no part of the text", span, hint=hint)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A line that begins an item or a key: its number and indentation."""

    number: int
    indent: int
    is_item: bool
    is_open: bool  # whether what it says goes on in deeper lines

    @property
    def columns(self) -> tuple[tuple[int, bool], ...]:
        """Return where lines that belong beside it may begin, as items or as keys."""
        inside = ((self.indent + 2, False),) if self.is_item else ()
        return ((self.indent, self.is_item), *inside)


def _begun(number: int, line: str) -> _Begun | None:
    found = _ITEM_OR_KEY.match(line)
    if found is None:
        return None
    return _Begun(number, len(line) - len(line.lstrip(" ")), "- " in found.group(), _OPEN.search(line) is not None)


def _report_indent(number: int, lines: list[str], file: str, around: Around, report: Report) -> bool:
    """Report a line that begins in no column in which lines around it begin; return whether there is one.

    The complaint comes at the first line that fits nowhere. Which line is wrong shows by trying: this one or one above
    it is moved, and what the text then says is judged.
    """
    this = _begun(number, lines[number]) if number < len(lines) and not around.unclosed else None
    if this is None:
        return False
    above = [begun for one in range(max(number - LINES_BACK * 5, 0), number) if (begun := _begun(one, lines[one]))]
    beside = _beside(above, this)
    if (this.indent, this.is_item) in beside or not above:
        return False
    moves = [(this, column) for column, is_item in beside if is_item == this.is_item]
    moves += [(begun, this.indent) for begun in _chain(above) if begun.is_item == this.is_item]
    if not this.is_item:
        moves += [(begun, this.indent - 2) for begun in _chain(above) if begun.is_item and this.indent >= 2]
    moves = [(begun, column) for begun, column in moves if column != begun.indent]
    if not moves:
        return False
    every = [one for at, line in enumerate(lines) if (one := _begun(at, line))]
    usual = _steps(every)
    moves.sort(key=lambda move: (_oddity(move[0], move[1], every, usual) + abs(move[1] - move[0].indent), -move[1]))
    judged = [(around.judge(_moved(lines, *move), number), move) for move in moves[:MOST_MOVES]]
    best, (wrong, meant) = min(judged, key=lambda one: one[0])
    as_good = {column for worth, (one, column) in judged if one is wrong and worth == best}
    either = sorted(column for column in as_good if abs(column - wrong.indent) == abs(meant - wrong.indent))
    line = lines[wrong.number]
    word = line[wrong.indent :].split()[0]
    span = Span(file, wrong.number + 1, wrong.indent + 1, wrong.number + 1, wrong.indent + 1 + len(word))
    columns = " or ".join(map(str, either))
    said = f"the line is indented by {_blanks(wrong.indent)}, and those that it seems to stand beside by {columns}"
    hint = f"indent it by {columns} blank{'' if meant == 1 else 's'}" if meant else "begin it at the start of the line"
    report.error("D226", said, span, hint=hint)
    return True


def _moved(lines: list[str], begun: _Begun, column: int) -> str:
    line = " " * column + lines[begun.number].lstrip(" ")
    return "\n".join([*lines[: begun.number], line, *lines[begun.number + 1 :]])


def _steps(begun: list[_Begun]) -> dict[bool, int]:
    """Return how much deeper than what they belong to keys and items mostly begin in a text."""
    steps = Counter(
        (after.is_item, after.indent - before.indent)
        for before, after in pairwise(begun)
        if before.is_open and after.indent >= before.indent
    )
    return {is_item: step for (is_item, step), _ in reversed(steps.most_common())}


def _oddity(moved: _Begun, column: int, begun: list[_Begun], usual: Mapping[bool, int]) -> int:
    """Return how unlike the rest of a text a line would be in a column."""
    position = begun.index(moved)
    odd = 0
    for one in reversed(begun[:position]):
        if one.is_item and not moved.is_item and one.indent + 2 == column:
            break
        if one.indent < column and one.is_open:
            odd = 2 * (column - one.indent != usual.get(moved.is_item, 2))
            break
    below = begun[position + 1] if position + 1 < len(begun) else None
    if below is not None and moved.is_open:
        odd += 2 * (below.indent - column != usual.get(below.is_item, 2))
    elif below is not None:
        odd += below.is_item == moved.is_item and below.indent != column
    return odd


def _chain(above: list[_Begun]) -> list[_Begun]:
    """Return the lines above one that are still open at it, the nearest first."""
    found: list[_Begun] = []
    for begun in reversed(above):
        lower = not found or begun.indent < found[-1].indent
        if lower or (begun.indent == found[-1].indent and found[-1].is_item and begun.is_open):
            found.append(begun)
    return found


def _beside(above: list[_Begun], this: _Begun) -> list[tuple[int, bool]]:
    """Return the columns in which a line may begin, and whether as an item, the nearest first."""
    found = [column for begun in _chain(above) for column in begun.columns]
    if above and above[-1].is_open:
        deeper = above[-1].indent + 2
        found.append((this.indent if this.indent > above[-1].indent else deeper, this.is_item))
    return found


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
    """Report a complaint that has nothing to do with tests."""
    problem = error.problem_mark
    assert problem is not None
    line = lines[problem.line] if problem.line < len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    place = Span(file, problem.line + 1, problem.column + 1, problem.line + 1, problem.column + 2)
    said = f"{error.context}, {error.problem}"
    if line[problem.column : problem.column + 1] == ":" and (text := _with_colon(line, problem.column)):
        hint = _quoted_hint(text)
        report.error("D219", "a second `key: value` begins inside a value", place, hint=hint)
        return
    if line[problem.column : problem.column + 1] == ":":  # inside brackets, where the parser misses only a comma
        said = "mapping values are not allowed"
    if "\t" in indent:
        report_tab(Span(file, problem.line + 1, indent.index("\t") + 1, problem.line + 1, len(indent) + 1), report)
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
