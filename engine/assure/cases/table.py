"""Tables of cases: each row a case, each column a field of the request or something that is expected.

They are written as the language's own tables are, with `columns` and `rows`. A cell of "-" leaves what the `given` says
as it is, and expects nothing.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from engine.answers.decisions import RESULTS
from engine.assure.cases.case import Data, merged
from engine.assure.cases.expect import OF_DECISION, STATUSES
from engine.assure.cases.scalars import data_of
from engine.core.decision import Kind
from engine.core.facts import TOP_LEVEL
from rules.grammar import shape
from rules.ir import Origin, Policy
from rules.reports.report import Report
from rules.sections.tables import Row, rows_of
from rules.text.nodes import Entry, MappingNode, Node, ScalarNode
from rules.text.source import Span

# The lists of a request, by the name of one entry; `partner` is an object of its own, and what candidates have.
ONE_OF = {"line": "lines", "claim": "claims", "candidate": "candidates"}
OBJECT_OF = {"lines": "line", "claims": "claim", "candidates": "partner"}
NAMES_OF_RULES = (*STATUSES, "not_fired")
EXPECT = "expect."
_PATH = re.compile(r"(?P<head>[a-z_]+)(?:\[(?P<number>[0-9]{1,3})\])?(?:\.(?P<rest>\S+))?", re.ASCII)

ONLY = ""
# The way to a part of a request: keys, and places in lists from 0 (or `ONLY`).
Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: the case's name, its request laid over the given one, and what it expects."""

    name: ScalarNode
    request: dict[str, Data]
    expect: dict[str, Data]
    span: Span


def request_fields(policy: Policy) -> frozenset[str]:
    """Return the paths that a request may give under a policy."""
    return frozenset(one.path for one in policy.fields.values() if one.origin in (Origin.GIVEN, Origin.FACT))


def is_table(node: Node) -> bool:
    """Return whether an item of `cases` is a table."""
    return isinstance(node, MappingNode) and bool(node.entries.keys() & {"columns", "rows"})


def table_rows(
    node: MappingNode, kind: Kind, given: dict[str, Data], fields: Collection[str] | None, report: Report
) -> Iterator[TableRow]:
    """Yield the rows of a table that have no mistake.

    Args:
        node: the table.
        kind: what its cases decide.
        given: the request that every row begins with.
        fields: the paths that a request may give (`line.net_price`), if the policy is known.
        report: takes the mistakes.
    """
    ways: dict[str, Way] = {}
    expected: dict[str, Span] = {}

    def is_known(column: ScalarNode) -> bool:
        if column.text == "name":
            return True
        if _is_expected(column.text, kind):
            first = expected.setdefault(column.text.removeprefix(EXPECT), column.span)
            if first is not column.span:
                related = [(first, "first written here")]
                report.error("D402", f"`{column.text}` is expected twice", column.span, related=related)
            return first is column.span
        way = _way(column, kind, fields, report)
        if way:
            ways[column.text] = way
        return way is not None

    rows = rows_of(node, "a table of cases", is_known, report, dash="leaves the given as it is, and expects nothing")
    columns = node.get("columns")
    if rows and columns and rows[0].complete and not _has_what_it_needs(rows[0], ways, columns.span, report):
        return
    for row in rows:
        read = _row(row, ways, given, report) if row.complete else None
        if read:
            yield read


def _expectations(kind: Kind) -> tuple[str, ...]:
    """Return what can be expected of a kind's decisions."""
    return (*OF_DECISION, *NAMES_OF_RULES, *RESULTS[kind].__struct_fields__)


def _is_expected(column: str, kind: Kind) -> bool:
    """Return whether a column is an expectation; plain `lines` are the request's."""
    return column not in TOP_LEVEL and column.removeprefix(EXPECT) in _expectations(kind)


def _has_what_it_needs(row: Row, ways: Mapping[str, Way], place: Span, report: Report) -> bool:
    if "name" not in row.cells:
        report.error("D103", "a table of cases needs the column `name`", place)
        return False
    if not row.cells.keys() - {"name"} - ways.keys():
        report.error("D103", "the table expects nothing", place, hint="add at least the column `outcome`")
        return False
    return True


def _row(row: Row, ways: Mapping[str, Way], given: dict[str, Data], report: Report) -> TableRow | None:
    name = shape.word(row.cells["name"].value, "a case's name", report)
    request, expect = given, dict[str, Data]()
    for text, entry in row.cells.items():
        if text == "name" or _is_dash(entry.value):
            continue
        if text in ways:
            way = _counted(ways[text], request, entry, report)
            if way is None:
                return None
            laid = _laid(request, way, data_of(entry.value))
            assert isinstance(laid, dict)
            request = laid
        else:
            key = text.removeprefix(EXPECT)
            value = data_of(entry.value)
            # One rule in a cell needs no brackets, as one value in a cell of a policy needs none.
            expect[key] = [value] if key in NAMES_OF_RULES and isinstance(value, str) else value
    if not expect:
        report.error("D312", "the case expects nothing", row.span, hint="say at least the `outcome`")
    return TableRow(name, request, expect, row.span) if name and expect else None


def _is_dash(cell: Node) -> bool:
    return isinstance(cell, ScalarNode) and (cell.text == "-" or (cell.empty and not cell.style))


def _way(column: ScalarNode, kind: Kind, fields: Collection[str] | None, report: Report) -> Way | None:
    """Return the way to what a column gives; one that leads nowhere is reported."""
    found = _PATH.fullmatch(column.text)
    head = found["head"] if found else ""
    listed = ONE_OF.get(head, head)
    if not found or listed not in TOP_LEVEL or (found["number"] and head not in OBJECT_OF):
        near = report.nearest(column.text, ["name", *_expectations(kind), *TOP_LEVEL, *sorted(fields or ())])
        among = "columns are `name`, fields of the request such as `line.net_price`, and what is expected"
        hint = f"did you mean `{near}`?" if near else among
        report.error("D102", f"unknown column `{column.text}`", column.span, hint=hint)
        return None
    rest = found["rest"].split(".") if found["rest"] else []
    if head in OBJECT_OF and rest and not found["number"]:
        one = next(one for one, many in ONE_OF.items() if many == head)
        hint = f"write `{head}[0].{found['rest']}`, or `{one}.{found['rest']}` where there is but one"
        report.error("D102", f"`{head}` is a list", column.span, hint=hint)
        return None
    if fields is not None and not _is_given(column, _field_path(listed, rest), fields, report):
        return None
    # Which entry `line` is shows when a row is read: the only one that there is.
    place: Way = (int(found["number"]),) if found["number"] else (ONLY,) if head in ONE_OF else ()
    return (listed, *place, *rest)


def _field_path(listed: str, rest: list[str]) -> str | None:
    """Return the path by which a policy knows a field; None for a whole object, and for labels, which are free."""
    if listed == "labels" or not rest or (listed == "claims" and rest == ["partner"]):
        return None
    own = listed == "claims" and rest[0] == "partner"
    return ".".join(rest if own else [OBJECT_OF.get(listed, listed), *rest])


def _is_given(column: ScalarNode, path: str | None, fields: Collection[str], report: Report) -> bool:
    """Return whether a request can give a field; one that it cannot is reported with the name that was meant."""
    if path is None or path in fields:
        return True
    head, _, name = path.partition(".")
    near = report.nearest(name, [one.partition(".")[2] for one in sorted(fields) if one.startswith(f"{head}.")])
    hint = f"did you mean `{column.text.removesuffix(name)}{near}`?" if near else None
    report.error("D102", f"a request gives no `{path}`", column.span, hint=hint)
    return False


def _counted(way: Way, request: Mapping[str, Data], entry: Entry, report: Report) -> Way | None:
    """Return a way with the place of its entry; an entry that the given does not have is reported."""
    if len(way) < 2 or way[0] not in OBJECT_OF:
        return way
    listed, place, *rest = way
    entries = request.get(str(listed))
    there = len(entries) if isinstance(entries, list) else 0
    if place == ONLY and there == 1:
        return (listed, 0, *rest)
    if isinstance(place, int) and place < there:
        return way
    of = f"{there} of them" if there else "none"
    hint = (
        f"say which: `{listed}[0]`" if place == ONLY and there else f"write them under `given`, or a column `{listed}`"
    )
    report.error("D102", f"`{entry.key.text}`: of `{listed}` the given has {of}", entry.key.span, hint=hint)
    return None


def _laid(data: Data, way: Way, value: Data) -> Data:
    """Return a request with a value laid over what stands at the end of a way.

    >>> _laid({"deal": {"id": "1"}, "lines": [{"quantity": 1}]}, ("lines", 0, "net_price"), 5)
    {'deal': {'id': '1'}, 'lines': [{'quantity': 1, 'net_price': 5}]}
    """
    if not way:
        return merged(data, value)
    head, rest = way[0], way[1:]
    if isinstance(head, int):
        assert isinstance(data, list)
        return [*data[:head], _laid(data[head], rest, value), *data[head + 1 :]]
    known = data if isinstance(data, dict) else {}
    return {**known, head: _laid(known.get(head), rest, value)}
