"""Tables, of decisions and of cases: columns and rows, as one mapping from column to cell for each row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rules.grammar import shape
from rules.grammar.scope import Scope
from rules.reports.report import Report
from rules.text.nodes import Entry, ListNode, MappingNode, ScalarNode
from rules.text.source import Span


@dataclass(slots=True)
class Row:
    """A row: each cell under its column, as if the row were a mapping; `complete` if all its columns are known."""

    cells: dict[str, Entry]
    span: Span
    complete: bool


def read_table(node: MappingNode, what: str, words: Sequence[str], scope: Scope) -> list[Row]:
    """Return a table's rows; its columns are fields and the given words.

    What is wrong with a column is told once, not for each of its cells; a row of another length is told and left out.
    """

    def is_known(column: ScalarNode) -> bool:
        return column.text in words or _is_field(column, words, scope)

    return rows_of(node, what, is_known, scope.report, dash="allows any value")


def rows_of(
    node: MappingNode, what: str, is_known: Callable[[ScalarNode], bool], report: Report, *, dash: str
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
    for row in lists:
        if len(row.items) != len(columns):
            _wrong_length(row, columns, report, dash)
            continue
        cells = {
            column.text: Entry(column, cell)
            for column, cell in zip(columns, row.items, strict=True)
            if not column.unreadable
        }
        result.append(Row(cells, row.span, complete=len(cells) == len(columns)))
    return result


def _wrong_columns(first: ListNode, columns: Sequence[ScalarNode], report: Report) -> None:
    """Tell once that all rows are of one other length: then it is the columns that are wrong."""
    message = f"the table has {len(columns)} columns, and each of its rows has {len(first.items)} cells"
    place = columns[0].span.to(columns[-1].span)
    report.error("D401", message, place, related=[(first.span, "the first row")])


def _wrong_length(row: ListNode, columns: Sequence[ScalarNode], report: Report, dash: str) -> None:
    cells, wanted = len(row.items), len(columns)
    message = f"the row has {cells} cells, and the table has {wanted} columns"
    missing = f"nothing stands under `{columns[cells].text}`" if cells < wanted else "the last cell has no column"
    hint = f'{missing}; a cell that {dash} is "-"'
    report.error("D401", message, row.span, hint=hint, related=[(columns[0].span, "the columns begin here")])


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
