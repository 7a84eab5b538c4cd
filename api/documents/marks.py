"""A policy's text as HTML, with what was seen of it marked where it stands."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal, TypeAlias

from engine.assure.cases.coverage import Covered
from rules.text.source import Source, Span

Status: TypeAlias = Literal["full", "partly", "never"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text with what stands there: one part, or several that an alias repeats."""

    id: str
    span: Span
    parts: tuple[Covered, ...]

    @property
    def status(self) -> Status:
        """Return how much was seen of all the parts together."""
        seen, wanted = sum(one.seen for one in self.parts), sum(one.wanted for one in self.parts)
        return "full" if seen == wanted else "partly" if seen else "never"

    @property
    def is_rule(self) -> bool:
        """Return whether the mark is of a rule, and not of a test."""
        return self.parts[0].part.test is None


def line_id(file: str, line: int) -> str:
    """Return the anchor of a line.

    >>> line_id("policies.yaml", 12)
    'policies-yaml-12'
    """
    return f"{re.sub('[^A-Za-z0-9]+', '-', file)}-{line}"


def marks_of(parts: Iterable[Covered]) -> list[Mark]:
    """Return a mark for each place, in the order of the text."""
    by_place: dict[tuple[Span, bool], list[Covered]] = {}
    for one in parts:
        by_place.setdefault((one.part.span, one.part.test is None), []).append(one)
    ordered = sorted(by_place.items(), key=lambda entry: (entry[0][0].file, entry[0][0].line, entry[0][0].column))
    return [Mark(f"p{n}", span, tuple(found)) for n, ((span, _), found) in enumerate(ordered, start=1)]


def source_html(source: Source, marks: Sequence[Mark], survivors: Mapping[tuple[str, int], int]) -> str:
    """Return a file as a table of numbered lines; `survivors` counts mutants that no case notices, by line."""
    rules: dict[int, list[Mark]] = {}
    tests: dict[int, list[tuple[int, int, Mark]]] = {}
    for mark in marks:
        if mark.span.file != source.file:
            continue
        if mark.is_rule:
            rules.setdefault(mark.span.line, []).append(mark)
        else:
            for line, start, end in _stretches(mark.span, source):
                tests.setdefault(line, []).append((start, end, mark))
    rows = []
    for number, text in enumerate(source.text.rstrip("\n").split("\n"), start=1):
        beside = "".join(_badge(mark) for mark in rules.get(number, ()))
        lived = survivors.get((source.file, number), 0)
        left = f'<a class="lived" href="#survivors" title="{lived} mutants survive here">{lived}</a>' if lived else ""
        code = _line_html(text.rstrip("\r"), sorted(tests.get(number, ()), key=lambda one: one[:2]))
        cells = f'<td class="n">{number}</td><td class="b">{beside}{left}</td><td>{code}</td>'
        rows.append(f'<tr id="{line_id(source.file, number)}">{cells}</tr>')
    return f'<table class="source">{"".join(rows)}</table>'


def _badge(mark: Mark) -> str:
    count = len({case for one in mark.parts for case in one.sides.true})
    title = f"{mark.parts[0].part.rule}: fired in {count} case{'s' * (count != 1)}"
    return f'<a class="rule {mark.status}" href="#{mark.id}" title="{escape(title)}">{count}</a>'


def _stretches(span: Span, source: Source) -> Iterator[tuple[int, int, int]]:
    """Yield what a span covers of each line: the line, and columns from 0."""
    for line in range(span.line, span.end_line + 1):
        text = source.line(line)
        start = span.column - 1 if line == span.line else len(text) - len(text.lstrip())
        end = span.end_column - 1 if line == span.end_line else len(text)
        if end > start:
            yield line, start, end


def _line_html(text: str, marks: Iterable[tuple[int, int, Mark]]) -> str:
    done, html = 0, []
    for start, end, mark in marks:
        if start < done:  # what an alias repeats stands there already
            continue
        html += [
            _plain(text[done:start]),
            f'<a class="test {mark.status}" href="#{mark.id}">{escape(text[start:end])}</a>',
        ]
        done = end
    return "".join([*html, _plain(text[done:])])


def _plain(text: str) -> str:
    code, hash_, comment = text.partition("#")
    if hash_ and (not code or code[-1].isspace()):
        return f'{escape(code)}<span class="comment">#{escape(comment)}</span>'
    return escape(text)
