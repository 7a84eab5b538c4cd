"""Tables and numbers for the page."""

from collections.abc import Iterable, Mapping
from typing import Any


def rows(head: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    """Return a table; columns after the first are aligned to the right."""
    names = list(head)
    lines = [names, ["---", *["---:"] * (len(names) - 1)], *(list(line) for line in body)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def number(value: float | None) -> str:
    """Return a number with about three figures.

    >>> number(0.1234), number(12.34), number(1234.5), number(None)
    ('0.123', '12.3', '1,234', '–')
    """
    if value is None:
        return "–"
    for limit, places in ((1, 3), (10, 2), (100, 1)):
        if abs(value) < limit:
            return f"{value:.{places}f}"
    return f"{value:,.0f}"


def machine(about: Mapping[str, Any]) -> str:
    """Return what numbers were taken on."""
    versions = {**about["versions"], **about.get("npm", {})}
    runtimes = [about[name] for name in ("python", "java") if about.get(name)]
    if about.get("node"):
        runtimes.append(f"Node {about['node']}")
    return (
        f"Taken {about['taken']} on {about['processor']}, {about['cores']} cores, {about['memory']}, "
        f"{about['system']}; load before it {' '.join(map(str, about['load']))}. "
        f"{'What decides is compiled (`make wheel`)' if about.get('compiled') else 'Plain Python modules'}. "
        f"{', '.join([*runtimes, *(f'{name} {version}' for name, version in versions.items())])}.\n"
    )
