"""From a YAML file to cases: a list of them and of tables of them, or a mapping with what they share.

Reading is as strict as a policy's: a key that has no meaning, or stands twice, would test nothing. Every mistake is
reported with its place, all at once.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.assure.cases.case import Case, Data, merged
from engine.assure.cases.scalars import data_of
from engine.assure.cases.table import is_table, table_rows
from engine.core.decision import Kind
from rules.grammar import shape
from rules.reports.diagnostics import Diagnostic
from rules.reports.report import Report
from rules.text import encoding
from rules.text.nodes import Entry, MappingNode, Node, ScalarNode
from rules.text.reader import read
from rules.text.source import Source

SHARED_KEYS = ("decide", "policy", "given", "as_of", "unsupported")
KINDS = {name: kind for kind in Kind for name in (kind.value, kind.slug)}


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What became of one file: its cases if it has no mistake, and the mistakes."""

    source: Source
    cases: tuple[Case, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the cases of a file, or of a table, have in common; None is not said."""

    kind: Kind | None = None
    policy: str | None = None
    as_of: str | None = None
    given: dict[str, Data] = field(default_factory=dict)
    unsupported: Mapping[str, Data] = field(default_factory=dict)


@dataclass(slots=True)
class _Reading:
    """A file that is being read: the names so far, and the mistakes."""

    file: str
    fields: Collection[str] | None
    report: Report
    named: dict[str, ScalarNode] = field(default_factory=dict)


def read_cases(data: bytes, file: str, *, fields: Collection[str] | None = None) -> CaseFile:
    """Return the cases of a file's bytes.

    Args:
        data: the bytes.
        file: the name of the file in messages.
        fields: the paths that a request may give under the policy under test, if the columns are to be held to them.
    """
    report = Report()
    source, readable = encoding.decode(data, file, report)
    if readable and not source.text.strip():
        return CaseFile(source, (), ())
    tree = read(source, report) if readable else None
    cases = tuple(_cases(tree, _Reading(file, fields, report))) if tree else ()
    return CaseFile(source, () if report.errors else cases, report.diagnostics((source,)))


def _cases(tree: Node, reading: _Reading) -> Iterator[Case]:
    shared, listed, report = _Shared(), tree, reading.report
    if isinstance(tree, MappingNode):
        found = shape.fields_of(tree, "a file of cases", report, required=("cases",), optional=SHARED_KEYS) or {}
        shared = _with(shared, found, report)
        if "cases" not in found:
            return
        listed = found["cases"].value
    if is_table(listed):
        yield from _case_or_table(listed, shared, reading)
        return
    items = shape.listing(listed, "`cases`", report)
    for item in items.items if items else ():
        yield from _case_or_table(item, shared, reading)


def _with(shared: _Shared, found: Mapping[str, Entry], report: Report) -> _Shared:
    """Lay what a case or a table says over what is shared; a part that is badly written is as if it was not said."""
    if entry := found.get("decide"):
        kind = shape.one_of(entry.value, [*KINDS], "`decide`", report)
        shared = replace(shared, kind=KINDS[kind] if kind else None)
    if entry := found.get("policy"):
        text = shape.word(entry.value, "`policy`", report)
        shared = replace(shared, policy=text.text if text else None)
    if entry := found.get("as_of"):
        moment = shape.word(entry.value, "`as_of`", report)
        shared = replace(shared, as_of=moment.text if moment else None)
    if entry := found.get("given"):
        shared = replace(shared, given=_over(shared.given, shape.mapping(entry.value, "`given`", report)))
    if entry := found.get("unsupported"):
        shared = replace(shared, unsupported=_over({}, shape.mapping(entry.value, "`unsupported`", report)))
    return shared


def _over(base: dict[str, Data], given: MappingNode | None) -> dict[str, Data]:
    laid = merged(base, data_of(given)) if given else base
    assert isinstance(laid, dict)
    return laid


def _case_or_table(item: Node, shared: _Shared, reading: _Reading) -> Iterator[Case]:
    report, decide = reading.report, () if shared.kind else ("decide",)
    table = is_table(item)
    what, own = ("a table of cases", ("columns", "rows")) if table else ("a case", ("name", "expect"))
    # In the order in which people write them.
    required = (*decide, *own) if table else (own[0], *decide, own[1])
    found = shape.fields_of(item, what, report, required=required, optional=SHARED_KEYS)
    if not found or not found.keys() >= {*required}:
        return
    shared = _with(shared, found, report)
    if shared.kind is None:
        return
    request = {**shared.given, "as_of": shared.as_of} if shared.as_of else shared.given
    if table and isinstance(item, MappingNode):
        fields = reading.fields if shared.policy is None else None
        for row in table_rows(item, shared.kind, request, fields, report):
            yield _named(row.name, shared, row.request, row.expect, reading)
        return
    name = shape.word(found["name"].value, "a case's name", report)
    expect = shape.mapping(found["expect"].value, "`expect`", report)
    if expect and not expect.entries:
        report.error("D312", "the case expects nothing", expect.span, hint="say at least the `outcome`")
    if name and expect:
        yield _named(name, shared, request, _over({}, expect), reading)


def _named(
    name: ScalarNode, shared: _Shared, request: dict[str, Data], expect: dict[str, Data], reading: _Reading
) -> Case:
    """Return a case; a name that another one has is reported."""
    if name.text in reading.named:
        first = [(reading.named[name.text].span, "first written here")]
        reading.report.error("D108", f"two cases are named `{name.text}`", name.span, related=first)
    reading.named[name.text] = name
    assert shared.kind is not None
    return Case(reading.file, name.text, shared.kind, shared.policy, request, expect, shared.unsupported, name.span)
