"""From a policy file's text to its tree: YAML without its surprises.

PyYAML's parser gives events; the tree is made here, so that nothing is typed, merged or overridden behind the owner's
back. What YAML allows and a policy must not say (two keys alike, merge keys, tags, bombs) is reported with its place.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import assert_never

import yaml

from rules.reports.report import Report
from rules.text.lookalikes import at_the_ends
from rules.text.nodes import Entry, ListNode, MappingNode, Node, ScalarNode
from rules.text.riddles import MENDED, SECTIONS, TOP_LEVEL, Around, explain, report_tab, report_unclosed_quotes, runs_on
from rules.text.source import Source, Span

DEEPEST = 60
MOST_VALUES = 500_000
MOST_BY_ALIAS = 100_000
MOST_MENDS = 20
MENDABLE = 2**20
JUDGED = 2**18  # characters of a text that is read a few times more to find a wrong indent
NEVER = 10**6

Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(source: Source, report: Report) -> Node | None:
    """Return the tree of a source; nothing if the text is no YAML, which is reported.

    A test that needed quotes breaks the syntax of what follows. It is reported, covered, and the text read again, so
    that one forgotten pair of quotes does not hide the mistakes after it.
    """
    text = source.text
    mends = MOST_MENDS if len(text) < MENDABLE else 1
    while True:
        # What is found on the way to a syntax error may follow from it, so that it is reported only if there is none.
        found = Report()
        tree = _Tree(Source(source.file, text), found, mended=text is not source.text)
        try:
            root = tree.build(text)
        except yaml.YAMLError as error:
            repaired = explain(error, Source(source.file, text), tree.around, report)
            if repaired is None or not mends:
                return None
            text = repaired
            mends -= 1
        else:
            report.absorb(found)
            return root


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    start: Span
    anchor: str | None
    flow: bool
    is_mapping: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    key: ScalarNode | None = None
    size: int = 1


class _Stopped(Exception):  # noqa: N818 - not an error: the mistake is reported already, and reading on would be of no use
    """The rest of the file is not read."""


class _Tree:
    """Makes nodes of events."""

    def __init__(self, source: Source, report: Report, *, mended: bool) -> None:
        self.file = source.file
        self.source = source
        self.comments = " #" in source.text
        self.quoted: Span | None = None
        self.report = report
        self.mended = mended
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.values = 0
        self.by_alias = 0

    @property
    def around(self) -> Around:
        """Return what is open, for the one who explains a complaint."""
        marks = [frame.start for frame in self.open if frame.flow]
        return Around(marks[-1] if marks else None, self.quoted, _judge if len(self.source.text) < JUDGED else _any)

    def build(self, text: str) -> Node | None:
        """Return the tree of a text."""
        try:
            for event in _events(text):
                self.take(event)
        except _Stopped:
            return None
        if self.root is None or (isinstance(self.root, ScalarNode) and self.root.empty):
            first = Span(self.file, 1, 1, 1, 2)
            self.report.error("D209", "the file says nothing", first, hint="begin with `policy: a-name`")
            return None
        return self.root

    def take(self, event: yaml.Event) -> None:
        """Put one event where it belongs."""
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self.begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.end(event)
        elif isinstance(event, yaml.AliasEvent):
            self.alias(event)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self.stop("D210", "a policy is one document; a second one begins here", event, hint="remove the `---`")

    def scalar(self, event: yaml.ScalarEvent) -> None:
        """Add a scalar."""
        text: str = event.value
        style = event.style or ""
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        unreadable = (event.tag is not None and self.tagged(event)) or (self.mended and MENDED in text)
        if "\x00" in text:
            self.error("D206", "the character U+0000 cannot stand in a policy", event, hint="remove the `\\0`")
            unreadable = True
        if style in ("|", ">"):
            text = text.strip()
        place = self.place(event)
        if place.line != place.end_line and style not in ("|", ">"):
            unreadable |= self.runs_on(place, style)
        if not style and not text.isascii() and text != text.strip():
            for one in at_the_ends(text, place):
                self.report.add(one)
        node = ScalarNode(text, place, style, unreadable)
        if self.comments and not style and text:
            node.cut_off = self.cut_off(place)
        self.add(node, event.anchor, 1)

    def runs_on(self, place: Span, style: str) -> bool:
        """Report a text that has swallowed the lines after it, and return whether it has."""
        self.quoted = place if style else None
        later = [self.source.line(number) for number in range(place.line + 1, place.end_line + 1)]
        wrong = next((number for number, line in enumerate(later) if runs_on([line])), None)
        if wrong is None:
            return False
        if style:
            report_unclosed_quotes(place, self.report)
        else:
            number, line = place.line + 1 + wrong, later[wrong]
            indent = len(line) - len(line.lstrip())
            if "\t" in line[:indent]:
                report_tab(Span(self.file, number, line.index("\t") + 1, number, indent + 1), self.report)
                return True
            span = Span(self.file, number, indent + 1, number, indent + 1 + len(line[indent:].split()[0]))
            hint = "indent it as the lines that it belongs to; or quote the text, if it belongs to that"
            self.report.error("D226", "this line is read as part of the text in the line above it", span, hint=hint)
        return True

    def cut_off(self, place: Span) -> "ScalarNode | None":
        """Return where a comment follows words so closely that it may have been meant as part of them."""
        line = self.source.line(place.end_line)
        after = line[place.end_column - 1 :]
        if not after.startswith(" #") or not after[2:3].strip() or after[2] in "#-=":
            return None
        words = after.strip()
        start = place.end_column + 1
        return ScalarNode(words, Span(self.file, place.end_line, start, place.end_line, start + len(words)))

    def begin(self, event: yaml.CollectionStartEvent) -> None:
        """Open a list or a mapping."""
        self.tagged(event)
        if len(self.open) >= DEEPEST:
            self.stop("D216", f"this is nested more than {DEEPEST} deep", event)
        self.open.append(
            _Open(self.place(event), event.anchor, bool(event.flow_style), isinstance(event, yaml.MappingStartEvent))
        )

    def end(self, event: yaml.CollectionEndEvent) -> None:
        """Close the innermost list or mapping."""
        frame = self.open.pop()
        last: Node | None = None
        if not frame.flow:
            values = [entry.value for entry in frame.entries.values()] or frame.items
            last = values[-1] if values else None
        closing = self.place(event)
        span = Span(self.file, frame.start.line, frame.start.column, closing.end_line, closing.end_column)
        if last is not None and last.span.line >= span.line:
            # A block ends in YAML where the next thing begins; for people it ends with its last words.
            span = Span(self.file, span.line, span.column, last.span.end_line, last.span.end_column)
        node: Node = MappingNode(frame.entries, span) if frame.is_mapping else ListNode(tuple(frame.items), span)
        self.add(node, frame.anchor, frame.size)

    def alias(self, event: yaml.AliasEvent) -> None:
        """Add what an alias stands for, as long as it does not grow beyond bounds."""
        found = self.anchors.get(event.anchor or "")
        if found is None:
            self.stop(
                "D214",
                f"nothing before this is anchored as `&{event.anchor}`",
                event,
                hint=f'quote it: "*{event.anchor}"',
            )
            return
        node, size = found
        self.by_alias += size
        if self.by_alias > MOST_BY_ALIAS:
            self.stop("D215", f"aliases repeat more than {MOST_BY_ALIAS:_} values", event, hint="write fewer aliases")
        self.add(node, None, size)

    def add(self, node: Node, anchor: str | None, size: int) -> None:
        """Add a finished node to the innermost open one."""
        self.values += 1
        if self.values > MOST_VALUES:
            start = Span(self.file, 1, 1, 1, 2)
            self.report.error("D215", f"the file has more than {MOST_VALUES:_} values", start)
            raise _Stopped
        if anchor is not None:
            self.anchors[anchor] = (node, size)
        if not self.open:
            self.root = node
            return
        frame = self.open[-1]
        frame.size += size
        if not frame.is_mapping:
            frame.items.append(node)
        elif frame.key is None:
            frame.key = self.key(node)
        else:
            self.enter(frame, Entry(frame.key, node))
            frame.key = None

    def key(self, node: Node) -> ScalarNode:
        """Return a key; one that is not a word is reported and read over."""
        if isinstance(node, ScalarNode):
            return node
        self.report.error("D220", "a key must be a word", node.span, hint='quote it if brackets belong to it: "[a]": …')
        return ScalarNode("", node.span, unreadable=True)

    def enter(self, frame: _Open, entry: Entry) -> None:
        """Add an entry to a mapping."""
        key = entry.key
        if key.unreadable:
            return
        if key.text == "<<" and not key.style:
            self.report.error("D212", "merge keys are not part of the language", key.span, hint="write the keys out")
        elif key.text in frame.entries:
            first = frame.entries[key.text].key.span
            self.report.error(
                "D211",
                f"`{key.text}` is written twice in one mapping",
                key.span,
                related=[(first, "first written here")],
            )
        else:
            frame.entries[key.text] = entry

    def tagged(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> bool:
        """Report a tag; return whether there was one."""
        tag: str | None = event.tag
        if tag is None:
            return False
        place = self.place(event)
        if tag.startswith("!=") and isinstance(event, yaml.ScalarEvent):
            test = f"!= {tag[2:]}{event.value}"
            self.report.error("D217", "a test that begins with `!` needs quotes", place, hint=f'quote it: "{test}"')
        else:
            end = Span(self.file, place.line, place.column, place.line, place.column + 1)
            self.report.error("D213", "tags are not part of the language", end, hint="remove it, or quote the `!`")
        return True

    def place(self, event: yaml.Event) -> Span:
        """Return where an event stands; YAML's marks count from 0."""
        start, end = event.start_mark, event.end_mark
        assert start is not None
        assert end is not None
        line = start.line + 1
        # Nearly all that is written ends on the line that it begins on: one number serves for both.
        end_line = line if end.line == start.line else end.line + 1
        return Span(self.file, line, start.column + 1, end_line, end.column + 1)

    def error(self, code: str, message: str, event: yaml.Event, *, hint: str | None = None) -> None:
        """Add a mistake at an event."""
        self.report.error(code, message, self.place(event), hint=hint)

    def stop(self, code: str, message: str, event: yaml.Event, *, hint: str | None = None) -> None:
        """Add a mistake after which the rest is not worth reading."""
        self.error(code, message, event, hint=hint)
        raise _Stopped


def _judge(text: str, number: int) -> int:
    """Return how much a text has of what no policy has: less is better."""
    try:
        root = _Tree(Source("", text), Report(), mended=False).build(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        return NEVER if line <= number + 1 else NEVER // 2
    except yaml.YAMLError:
        return NEVER
    if not isinstance(root, MappingNode):
        return NEVER
    return sum(2 * (entry.key.text not in TOP_LEVEL) for entry in root) + _odd(root, outermost=True)


def _any(_text: str, _number: int) -> int:
    return 0


def _odd(node: Node, *, outermost: bool = False) -> int:
    """Return how many keys have nothing under them, and how many of the policy's own keys stand deeper."""
    match node:
        case ScalarNode():
            return 0
        case ListNode():
            return sum(map(_odd, node.items))
        case MappingNode():
            return sum(
                (isinstance(entry.value, ScalarNode) and entry.value.empty)
                + 2 * (not outermost and entry.key.text in SECTIONS)
                + _odd(entry.value)
                for entry in node
            )
        case _:
            assert_never(node)


def _events(text: str) -> Iterator[yaml.Event]:
    """Yield the parser's events one by one, so that a bomb is noticed before it is whole."""
    loader = Loader(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()
