"""Tables, of decisions and of cases: columns and rows, as one mapping from column to cell for each row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rules.grammar import shape
from rules.grammar.scope import Scope
from rules.reports.report import Report
from rules.text.lookalikes import COMMAS, finding
from rules.text.nodes import Entry, ListNode, MappingNode, Node, ScalarNode, written
from rules.text.source import Span

Fits: TypeAlias = Callable[[Node, ScalarNode], bool]

WIDEST = 60  # columns of a table in which a missing cell is looked for
FEW = 4
PATIENCE = 20  # wrong rows of a table in which it is looked for


@dataclass(slots=True)
class Row:
    """A row: each cell under its column, as if the row were a mapping; `complete` if all its columns are known."""

    cells: dict[str, Entry]
    span: Span
    complete: bool


def _never(_cell: Node, _column: ScalarNode) -> bool:
    return False


def read_table(node: MappingNode, what: str, words: Sequence[str], scope: Scope, fits: Fits = _never) -> list[Row]:
    """Return a table's rows; its columns are fields and the given words.

    What is wrong with a column is reported once, not for each of its cells; a row of another length is left out, too.
    `fits` says whether a cell can stand in a column, to find out which cell is missing.
    """

    def is_known(column: ScalarNode) -> bool:
        return column.text in words or _is_field(column, words, scope)

    return rows_of(node, what, is_known, scope.report, dash="allows any value", fits=fits)


def rows_of(
    node: MappingNode,
    what: str,
    is_known: Callable[[ScalarNode], bool],
    report: Report,
    *,
    dash: str,
    fits: Fits = _never,
) -> list[Row]:
    """Return a table's rows; `is_known` reports a column that means nothing, `dash` says what a cell of "-" does."""
    columns = _columns(node, what, is_known, report)
    found = node.get("rows")
    rows = shape.listing(found, f"the rows of {what}", report) if found else None
    if columns is None or rows is None:
        return []
    read = [shape.listing(item, "a row", report) for item in rows.items]
    lists = [row for row in read if row]
    lengths = {len(row.items) for row in lists}
    if len(lists) > 1 and len(lengths) == 1 and lengths != {len(columns)}:
        _wrong_columns(lists[0], columns, report)
        return []
    result = []
    wrong = 0
    for row in lists:
        if len(row.items) != len(columns):
            _wrong_length(row, columns, fits if wrong < PATIENCE else _never, report, dash)
            wrong += 1
            continue
        cells = {
            column.text: Entry(column, cell)
            for column, cell in zip(columns, row.items, strict=True)
            if not column.unreadable
        }
        result.append(Row(cells, row.span, complete=len(cells) == len(columns)))
    return result


def _wrong_columns(first: ListNode, columns: Sequence[ScalarNode], report: Report) -> None:
    """Report once that all rows are of one other length: then it is the columns that are wrong."""
    if _report_split_or_joined(first, len(columns), report):
        return
    message = f"the table has {len(columns)} columns, and each of its rows has {len(first.items)} cells"
    place = columns[0].span.to(columns[-1].span)
    report.error("D401", message, place, related=[(first.span, "the first row")])


def _wrong_length(row: ListNode, columns: Sequence[ScalarNode], fits: Fits, report: Report, dash: str) -> None:
    """Report a row that has not a cell for each column, and which of them is probably missing or too many."""
    if _report_split_or_joined(row, len(columns), report):
        return
    cells, wanted = len(row.items), len(columns)
    message = f"the row has {cells} cells, and the table has {wanted} columns"
    place, probably = row.span, ""
    if cells < wanted:
        empty = " and ".join(f"`{column.text or '?'}`" for column in columns[cells:])
        hint = f"nothing stands under {empty}"
        gaps, word = (_gaps(row, columns, fits), "and") if wanted <= WIDEST else (None, "")
        if not gaps and cells == wanted - 1:
            gaps, word = _either_gap(row, columns, fits), "or"
        if gaps and gaps != list(range(cells, wanted)):
            place = row.items[gaps[0]].span if gaps[0] < cells else row.span
            probably = f"; probably the cell of {f' {word} '.join(f'`{columns[gap].text}`' for gap in gaps)} is missing"
    else:
        hint = "the last cell has no column"
        extra = _gaps_of_cells(row, columns, fits) if cells <= WIDEST else None
        if extra is not None:
            place = row.items[extra].span
            probably = f"; probably the cell `{written(row.items[extra])}` is one too many"
    hint = f'{hint}{probably}; a cell that {dash} is "-"'
    report.error("D401", message, place, hint=hint, related=[(columns[0].span, "the columns begin here")])


def _report_split_or_joined(row: ListNode, wanted: int, report: Report) -> bool:
    """Report numbers whose commas make several cells of one, and look-alikes of commas that make one of several."""
    if len(row.items) < wanted:
        joined = [
            (cell, at)
            for cell in row.items
            if isinstance(cell, ScalarNode) and not cell.style and not cell.text.isascii()
            for at, char in enumerate(cell.text)
            if char in COMMAS
        ]
        if len(joined) != wanted - len(row.items):
            return False
        for cell, at in joined:
            span = cell.cut(at, at + 1).span
            report.add(finding(span.file, span.line, span.column, cell.text[at], cell.text[at + 1 :]))
        return True
    start, end = 0, 0
    for number, begun in enumerate(row.items[:-1]):
        if not isinstance(begun, ScalarNode) or begun.style or not begun.text[-1:].isdigit():
            continue
        end = number + 1
        while end < len(row.items) and _continues(row.items[end - 1], row.items[end]):
            end += 1
        start = number
        if end - start - 1 >= len(row.items) - wanted > 0:
            pieces = [item.text for item in row.items[start:end] if isinstance(item, ScalarNode)]
            span = row.items[start].span.to(row.items[end - 1].span)
            said = f"commas make {len(pieces)} cells of the number `{','.join(pieces)}`"
            meant = "_".join(pieces)
            quoted = f'"{meant}"' if meant[0] in "<>=!" else meant
            hint = f"digits are grouped in threes with `_`: {quoted}"
            report.error("D401", said, span, hint=hint, instead=quoted)
            return True
    return False


def _continues(cell: Node, following: Node) -> bool:
    """Return whether a cell is three digits that stand right behind the comma of the cell before it."""
    return (
        isinstance(following, ScalarNode)
        and not following.style
        and following.text[:3].isdigit()
        and not following.text[3:4].isdigit()
        and following.text.removesuffix("%").replace(".", "").isdigit()
        and (following.span.line, following.span.column) == (cell.span.end_line, cell.span.end_column + 1)
    )


def _gaps(row: ListNode, columns: Sequence[ScalarNode], fits: Fits) -> list[int] | None:
    """Return which columns probably lack their cells, if one choice of them fits better than all others."""
    cells, wanted = len(row.items), len(columns)
    known = [[fits(cell, column) for column in columns] for cell in row.items]
    # The best score of the first cells in the first columns, and the only way to it or none.
    best: list[list[tuple[int, list[int] | None]]] = [[(0, [])] for _ in range(cells + 1)]
    best[0] = [(0, list(range(column))) for column in range(wanted + 1)]
    for cell in range(1, cells + 1):
        line: list[tuple[int, list[int] | None]] = [(-1, None)] * cell
        for column in range(cell, wanted + 1):
            score, gaps = best[cell - 1][column - 1]
            options = [(score + known[cell - 1][column - 1], gaps)]
            if column > cell:
                skipped, before = line[column - 1]
                options.append((skipped, None if before is None else [*before, column - 1]))
            top = max(option[0] for option in options)
            ways = [way for option, way in options if option == top]
            line.append((top, ways[0] if len(ways) == 1 else None))
        best[cell] = line
    score, gaps = best[cells][wanted]
    straight = sum(known[cell][cell] for cell in range(cells))
    return gaps if gaps is not None and score > straight else None


def _either_gap(row: ListNode, columns: Sequence[ScalarNode], fits: Fits) -> list[int] | None:
    """Return the few columns of which any may be the one that lacks its cell, if the cells fit the others all."""
    cells = len(row.items)
    ways = [
        gap
        for gap in range(len(columns))
        if all(fits(row.items[cell], columns[cell + (cell >= gap)]) for cell in range(cells))
    ]
    return ways if 0 < len(ways) <= FEW else None


def _gaps_of_cells(row: ListNode, columns: Sequence[ScalarNode], fits: Fits) -> int | None:
    """Return which cell is probably one too many, if without it alone all others fit."""
    if len(row.items) != len(columns) + 1:
        return None
    spare = [
        left_out
        for left_out in range(len(row.items))
        if all(
            fits(cell, column)
            for cell, column in zip((*row.items[:left_out], *row.items[left_out + 1 :]), columns, strict=True)
        )
    ]
    return spare[0] if len(spare) == 1 else None


def _columns(
    node: MappingNode, what: str, is_known: Callable[[ScalarNode], bool], report: Report
) -> list[ScalarNode] | None:
    """Return the columns; one that is unknown or repeated is marked, so that its cells are passed over."""
    found = node.get("columns")
    listed = shape.listing(found, f"the columns of {what}", report) if found else None
    if listed is None:
        return None
    if not listed.items:
        report.error("D312", "the list is empty", listed.span)
        return None
    columns: list[ScalarNode] = []
    seen: dict[str, Span] = {}
    for item in listed.items:
        column = shape.word(item, "a column", report) or ScalarNode("", item.span, unreadable=True)
        if column.text in seen:
            first = [(seen[column.text], "first written here")]
            report.error("D402", f"the column `{column.text}` is written twice", column.span, related=first)
            column = ScalarNode("", item.span, unreadable=True)
        elif not column.unreadable:
            seen[column.text] = column.span
            if not is_known(column):
                column = ScalarNode("", item.span, unreadable=True)
        columns.append(column)
    return columns


def _is_field(column: ScalarNode, words: Sequence[str], scope: Scope) -> bool:
    """Return whether a column is a field, and tell its author if it is nothing at all."""
    if "." in column.text:
        return scope.find(column) is not None
    near = scope.report.nearest(column.text, [*words, *scope.fields])
    hint = f"did you mean `{near}`?" if near else f"columns are fields, and {', '.join(f'`{word}`' for word in words)}"
    scope.report.error("D102", f"unknown column `{column.text}`", column.span, hint=hint)
    return False
