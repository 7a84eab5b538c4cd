"""Coverage as one HTML page: the policy's own text, each part marked, and behind each mark the cases that show it.

The page is a file of its own: no script, no server, nothing fetched. What a mark shows opens by its link alone.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from importlib.resources import files

from api.documents.coverage_text import percent
from api.documents.marks import Mark, line_id, marks_of, source_html
from engine.assure.cases.case import Case
from engine.assure.cases.coverage import Covered, SectionCoverage, total
from rules.ir import Policy
from rules.text.source import Span

MOST_CASES = 6
LEGEND = "".join(
    f"<span class='test {status}'>{words}</span>"
    for status, words in (("full", "seen true and false"), ("partly", "seen one way"), ("never", "never seen"))
)


@dataclass(frozen=True, slots=True)
class Lived:
    """A mutant that no case notices, as the page shows it: where, what, and a case that would."""

    span: Span
    words: str
    case: str | None


def as_page(
    policy: Policy,
    found: Sequence[SectionCoverage],
    cases: Sequence[Case],
    *,
    score: str | None,
    lived: Sequence[Lived],
) -> str:
    """Return the page; `score` is the mutation score, if mutants were made."""
    marks = marks_of(one for section in found for one in section.parts)
    survivors = Counter((one.span.file, one.span.line) for one in lived)
    title = f"{policy.name} {policy.version}"
    numbers = [(percent(total(found)), "covered"), (str(len(cases)), "cases")]
    numbers += [(score, "of mutants noticed")] if score is not None else []
    body = [
        f"<header><h1>{escape(title)}</h1><p class='digest'>{escape(policy.digest[:19])}</p>",
        *(f"<p class='number'><b>{escape(number)}</b> {escape(what)}</p>" for number, what in numbers),
        f"<p class='legend'>{LEGEND}</p></header>",
        f"<main>{_summary(found)}{_survivors(lived)}",
        *(f"<h2>{escape(one.file)}</h2>{source_html(one, marks, survivors)}" for one in policy.sources),
        "</main>",
        *(_panel(mark, cases) for mark in marks),
    ]
    return _document(f"Coverage of {title}", "\n".join(body))


def _document(title: str, body: str) -> str:
    style = files("api.documents").joinpath("coverage_page.css").read_text("utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _summary(found: Sequence[SectionCoverage]) -> str:
    rows = []
    for section in found:
        seen, wanted = section.share()
        share = Fraction(seen, wanted)
        cells = ["/".join(map(str, section.share(tests=tests))) for tests in (False, True)]
        link = f'<a href="#{_line(section.parts[0].part.span)}">{escape(section.name)}</a>'
        bar = f'<meter min="0" max="1" low="0.9" high="0.999" optimum="1" value="{float(share):.4f}"></meter>'
        rows.append(
            f"<tr><td>{link}</td><td>{cells[0]}</td><td>{cells[1]}</td><td>{percent(share)}</td><td>{bar}</td></tr>"
        )
    head = "<tr><th>section</th><th>rules</th><th>tests</th><th>seen</th><th></th></tr>"
    return f'<table class="summary"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'


def _survivors(lived: Sequence[Lived]) -> str:
    if not lived:
        return ""
    items = [
        f'<li><a href="#{_line(one.span)}">{escape(str(one.span))}</a> {escape(one.words)}'
        + (
            f"<details><summary>a case that would notice</summary><pre>{escape(one.case)}</pre></details>"
            if one.case
            else ""
        )
        + "</li>"
        for one in lived
    ]
    return f"<h2 id='survivors'>Changes that no case notices</h2><ol class='survivors'>{''.join(items)}</ol>"


def _panel(mark: Mark, cases: Sequence[Case]) -> str:
    shown = "".join(html for one in mark.parts for html in _shown(one, cases))
    place = f"{mark.span.file}:{mark.span.line}"
    close = f'<a class="close" href="#{_line(mark.span)}" title="close">×</a>'
    return f'<aside id="{mark.id}">{close}<p class="place">{escape(place)}</p>{shown}</aside>'


def _shown(one: Covered, cases: Sequence[Case]) -> Iterator[str]:
    part = one.part
    yield f"<h3>{escape(part.rule)}</h3>"
    if part.test is not None:
        yield f"<p><code>{escape(part.words)}</code></p>"
    for side in ("true", "false", "undetermined"):
        numbers: list[int] = getattr(one.sides, side)
        if part.always and side == "false":
            continue
        if numbers or side != "undetermined":
            word = "never" if not numbers else f"{len(numbers)} case{'s' * (len(numbers) > 1)}"
            yield f"<p class='side {'seen' if numbers else 'unseen'}'><b>{side}</b> {word}</p>"
        if numbers:
            more = f"<li>and {len(numbers) - MOST_CASES} more</li>" if len(numbers) > MOST_CASES else ""
            items = "".join(f"<li>{_case(cases[number])}</li>" for number in numbers[:MOST_CASES])
            yield f"<ul>{items}{more}</ul>"


def _line(span: Span) -> str:
    return line_id(span.file, span.line)


def _case(case: Case) -> str:
    return f"{escape(case.name)} <small>{escape(case.file)}:{case.span.line}</small>"
