"""A policy in several files: `include` merges further mappings in, so that each section can have its own owner.

Files are merged key by key, and the keys within one section too; nothing overrides anything. Only files below the
folder of the first one are read, whatever their names or links say.
"""

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rules.grammar import shape
from rules.reports.report import Report
from rules.text.encoding import LIMIT, decode
from rules.text.lookalikes import Mends
from rules.text.nodes import Entry, ListNode, MappingNode, Node, ScalarNode
from rules.text.reader import read
from rules.text.source import Source, Span

MOST = 64


@dataclass
class Files:
    """The files read so far, and where each was asked for."""

    folder: Path
    report: Report
    mends: Mends = field(default_factory=Mends)
    sources: list[Source] = field(default_factory=list)
    asked: dict[Path, Span] = field(default_factory=dict)
    bytes: int = 0
    complete: bool = True

    def fail(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        """Report why a file cannot be read; what it would have said is unknown."""
        self.report.error(code, message, span, hint=hint)
        self.complete = False


def read_files(path: Path, report: Report, mends: Mends) -> tuple[Node | None, tuple[Source, ...]]:
    """Return a policy's tree, with what it includes, and the files; no tree if any of them cannot be read.

    In the place of look-alikes that were found already, what was meant is read.

    A file that cannot be read ends the loading: most of what one could say about the rest would be wrong.
    """
    files = Files(path.parent, report, mends)
    tree = _file(path, str(path), Span(str(path), 1, 1, 1, 2), files)
    return (tree if files.complete else None), tuple(files.sources)


def _file(path: Path, name: str, asked: Span, files: Files) -> Node | None:
    """Return a file's tree with everything merged that it includes."""
    data = _bytes(path, name, asked, files)
    if data is None:
        return None
    source, readable = decode(data, name, files.report)
    files.sources.append(source)
    tree = read(files.mends.mended(source), files.report) if readable else None
    if tree is None:
        files.complete = False
    if not isinstance(tree, MappingNode) or "include" not in tree.entries:
        return tree
    merged = dict(tree.entries)
    listed = merged.pop("include").value
    for item in _listed(listed, files):
        included = _included(item, path, files)
        mapping = shape.mapping(included, "an included file", files.report) if included else None
        for entry in mapping or ():
            _merge(merged, entry, files.report)
    return MappingNode(merged, tree.span)


def _bytes(path: Path, name: str, asked: Span, files: Files) -> bytes | None:
    """Return a file's content; not more than a policy may have."""
    try:
        files.asked[path.resolve()] = asked
        if not path.is_file():
            said = "is not a file" if path.exists() else "does not exist"
            files.fail("D201", f"`{name}` {said}", asked)
            return None
        with path.open("rb") as stream:
            data = stream.read(LIMIT + 1)
    except (OSError, RuntimeError, ValueError) as error:
        reason = (error.strerror or "it fails") if isinstance(error, OSError) else str(error)
        files.fail("D201", f"`{name}` cannot be read: {reason.lower()}", asked)
        return None
    files.bytes += len(data)
    if files.bytes > LIMIT:
        files.fail("D202", "the policy's files are larger than 8 MiB together", asked)
        return None
    return data


def _listed(node: Node, files: Files) -> list[ScalarNode]:
    """Return the paths that are listed under `include`."""
    items = node.items if isinstance(node, ListNode) else (node,)
    words = [shape.word(item, "an included path", files.report) for item in items]
    return [word for word in words if word]


def _included(word: ScalarNode, by: Path, files: Files) -> Node | None:
    """Return the tree of an included file."""
    if PurePosixPath(word.text).is_absolute() or ".." in PurePosixPath(word.text).parts or "\\" in word.text:
        hint = "write a path below this file's folder, with `/`"
        files.fail("D221", f"`{word.text}` leads out of the policy's folder", word.span, hint)
        return None
    path = by.parent / word.text
    try:
        real = path.resolve()
    except (OSError, RuntimeError, ValueError):
        files.fail("D201", f"`{word.text}` cannot be read", word.span)
        return None
    if not real.is_relative_to(files.folder.resolve()):
        files.fail("D221", f"`{word.text}` is a link out of the policy's folder", word.span)
        return None
    if real in files.asked:
        first = [(files.asked[real], "asked for here before")]
        files.report.error("D222", f"`{word.text}` is included again", word.span, related=first)
        files.complete = False
        return None
    if len(files.asked) >= MOST:
        files.fail("D222", f"a policy has at most {MOST} files", word.span)
        return None
    name = path.relative_to(files.folder).as_posix()
    return _file(path, name, word.span, files)


def _merge(into: dict[str, Entry], entry: Entry, report: Report, *, within: str = "") -> None:
    """Add an entry; the mappings of one section are joined, and nothing is overridden."""
    key = entry.key.text
    there = into.get(key)
    if there is None:
        into[key] = entry
    elif not within and isinstance(there.value, MappingNode) and isinstance(entry.value, MappingNode):
        joined = dict(there.value.entries)
        for inner in entry.value:
            _merge(joined, inner, report, within=key)
        into[key] = Entry(there.key, MappingNode(joined, there.value.span))
    else:
        name = f"{within}.{key}" if within else key
        first = [(there.key.span, "first written here")]
        report.error("D223", f"`{name}` is written in two files", entry.key.span, related=first)
