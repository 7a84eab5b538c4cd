"""From a YAML file to cases: a list of them, or a mapping with what they share.

Reading is as strict as a policy's: a key that has no meaning, or stands twice, would test nothing. Every mistake is
told with its place, all at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.assure.cases.case import Case, merged
from engine.assure.cases.scalars import data_of
from engine.core.decision import Kind
from rules.grammar import shape
from rules.reports.diagnostics import Diagnostic
from rules.reports.report import Report
from rules.text import encoding
from rules.text.nodes import Entry, MappingNode, Node, ScalarNode
from rules.text.reader import read
from rules.text.source import Source

FILE_KEYS = ("policy", "given", "as_of", "cases")
CASE_KEYS = ("policy", "given", "as_of", "unsupported")
KINDS = {name: kind for kind in Kind for name in (kind.value, kind.slug)}


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What became of one file: its cases if it has no mistake, and the mistakes."""

    source: Source
    cases: tuple[Case, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the cases of a file have in common."""

    policy: Entry | None = None
    given: Entry | None = None
    as_of: Entry | None = None


def read_cases(data: bytes, file: str) -> CaseFile:
    """Return the cases of a file's bytes; `file` is its name in messages."""
    report = Report()
    source, readable = encoding.decode(data, file, report)
    if readable and not source.text.strip():
        return CaseFile(source, (), ())
    tree = read(source, report) if readable else None
    cases = tuple(_cases(tree, file, report)) if tree else ()
    return CaseFile(source, () if report.errors else cases, report.diagnostics((source,)))


def _cases(tree: Node, file: str, report: Report) -> Iterator[Case]:
    shared = _Shared()
    listed: Node | None = tree
    if isinstance(tree, MappingNode):
        found = shape.fields_of(tree, "a file of cases", report, required=("cases",), optional=FILE_KEYS[:-1]) or {}
        shared = _Shared(found.get("policy"), found.get("given"), found.get("as_of"))
        listed = found["cases"].value if "cases" in found else None
    items = shape.listing(listed, "`cases`", report) if listed else None
    named: dict[str, ScalarNode] = {}
    for item in items.items if items else ():
        case = _case(item, file, shared, named, report)
        if case:
            yield case


def _case(item: Node, file: str, shared: _Shared, named: dict[str, ScalarNode], report: Report) -> Case | None:
    found = shape.fields_of(item, "a case", report, required=("name", "decide", "expect"), optional=CASE_KEYS)
    if not found or not {"name", "decide", "expect"} <= found.keys():
        return None
    name = shape.word(found["name"].value, "a case's name", report)
    kind = shape.one_of(found["decide"].value, [*KINDS], "`decide`", report)
    expect = shape.mapping(found["expect"].value, "`expect`", report)
    if expect and not expect.entries:
        report.error("D312", "the case expects nothing", expect.span, hint="say at least the `outcome`")
    request = data_of(MappingNode({}, item.span))
    for entry in (shared.given, found.get("given")):
        given = shape.mapping(entry.value, "`given`", report) if entry else None
        request = merged(request, data_of(given)) if given else request
    as_of = found.get("as_of") or shared.as_of
    moment = shape.word(as_of.value, "`as_of`", report) if as_of else None
    policy = found.get("policy") or shared.policy
    text = shape.word(policy.value, "`policy`", report) if policy else None
    skipped = found.get("unsupported")
    unsupported = shape.mapping(skipped.value, "`unsupported`", report) if skipped else None
    if name is None or kind is None or expect is None or not isinstance(request, dict):
        return None
    if name.text in named:
        first = [(named[name.text].span, "first written here")]
        report.error("D108", f"two cases are named `{name.text}`", name.span, related=first)
    named[name.text] = name
    wanted, skips = data_of(expect), data_of(unsupported) if unsupported else {}
    assert isinstance(wanted, dict)
    assert isinstance(skips, dict)
    if moment:
        request = {**request, "as_of": moment.text}
    return Case(file, name.text, KINDS[kind], text.text if text else None, request, wanted, skips, name.span)
