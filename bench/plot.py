"""A plot as SVG, drawn by hand: time a decision against the rows of the table, both on logarithmic scales."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

Series = Mapping[str, Sequence[tuple[float, float]]]

WIDTH, HEIGHT = 460, 400
LEFT, RIGHT, TOP, BOTTOM = 56, 170, 44, 44
LABEL_HEIGHT = 14
OURS = "#b4231f"
COLOURS = ("#1f5fa8", "#2d7d46", "#8a5a00", "#6b4ba1", "#00737a", "#a13d6f", "#5c6670", "#3b3f9e")


@dataclass(frozen=True)
class Panel:
    """One plot: a line a series; names that start with `dealdesk` are ours."""

    title: str
    series: Series


def svg(panels: Sequence[Panel]) -> str:
    """Return the panels side by side, with the same colour for the same name."""
    names = dict.fromkeys(name for panel in panels for name in panel.series)
    others = [name for name in names if not name.startswith("dealdesk")]
    colours = {name: COLOURS[others.index(name) % len(COLOURS)] if name in others else OURS for name in names}
    dashes = dict(zip((name for name in names if name not in others), ("", "6 3", "2 3"), strict=False))
    body = "".join(
        f'<g transform="translate({number * WIDTH} 0)">{"".join(_panel(panel, colours, dashes))}</g>'
        for number, panel in enumerate(panels)
    )
    width = WIDTH * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" '
        f'font-family="system-ui, sans-serif" font-size="11" role="img">'
        f"<title>Time a decision against rows of the table</title>"
        f'<rect width="100%" height="100%" fill="#ffffff"/>{body}</svg>\n'
    )


def _panel(panel: Panel, colours: Mapping[str, str], dashes: Mapping[str, str]) -> Iterator[str]:
    points = [point for line in panel.series.values() for point in line]
    if not points:
        return
    xs = sorted({log10(x) for x, _ in points})
    low, high = floor(min(log10(y) for _, y in points)), ceil(max(log10(y) for _, y in points))
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def across(x: float) -> float:
        return LEFT + (right - LEFT) * (log10(x) - xs[0]) / ((xs[-1] - xs[0]) or 1)

    def up(y: float) -> float:
        return bottom - (bottom - TOP) * (log10(y) - low) / ((high - low) or 1)

    yield f'<text x="{LEFT}" y="20" font-size="13" font-weight="600" fill="#222">{escape(panel.title)}</text>'
    yield f'<text x="{LEFT}" y="35" fill="#555">median µs a decision, by rows</text>'
    for power in range(low, high + 1):
        level = up(10.0**power)
        yield f'<line x1="{LEFT}" x2="{right}" y1="{level:.1f}" y2="{level:.1f}" stroke="#e3e3e3"/>'
        yield f'<text x="{LEFT - 6}" y="{level + 4:.1f}" text-anchor="end" fill="#555">{_plain(10.0**power)}</text>'
    for x in sorted({x for x, _ in points}):
        yield f'<text x="{across(x):.1f}" y="{bottom + 18}" text-anchor="middle" fill="#555">{x:,.0f}</text>'
    for name, line in panel.series.items():
        if not line:
            continue
        path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in line)
        thick = 2.4 if colours[name] == OURS else 1.5
        dash = f' stroke-dasharray="{dashes[name]}"' if dashes.get(name) else ""
        yield f'<polyline points="{path}" fill="none" stroke="{colours[name]}" stroke-width="{thick}"{dash}/>'
        for x, y in line:
            yield f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="2.4" fill="{colours[name]}"/>'
    ends = {name: up(line[-1][1]) for name, line in panel.series.items() if line}
    for name, y in _apart(ends).items():
        at = across(panel.series[name][-1][0])
        yield f'<line x1="{at + 3:.1f}" x2="{right + 10}" y1="{ends[name]:.1f}" y2="{y:.1f}" stroke="#ccc"/>'
        yield f'<text x="{right + 13}" y="{y + 4:.1f}" fill="{colours[name]}">{escape(name)}</text>'


def _apart(ends: Mapping[str, float]) -> dict[str, float]:
    """Return where labels go: beside the end of their line, but not one over another."""
    placed: dict[str, float] = {}
    last = float(TOP - LABEL_HEIGHT)
    for name, y in sorted(ends.items(), key=lambda item: item[1]):
        last = max(y, last + LABEL_HEIGHT)
        placed[name] = last
    over = max([0.0, *(y - (HEIGHT - BOTTOM) for y in placed.values())])
    return {name: y - over for name, y in placed.items()}


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"
