"""A rule that is shown again and again, written out as a function: one dictionary, its tests in their places.

It says what going through the tests one by one says, in less than half the time; `tests/test_trace.py` holds the two
together.
"""

from collections.abc import Callable, Sequence
from operator import ge, gt, le, lt
from typing import Any, TypeAlias

from engine.core.exact import Ratio
from engine.explain.trace.conditions import Common, Kept, Traced
from engine.explain.trace.distances import LEAST_SHOWN, gap_text
from engine.explain.trace.kept import NOT_KNOWN, keep
from engine.explain.trace.numbers import writer
from engine.explain.trace.traced_subject import Entry, TracedSubject
from engine.explain.trace.unary import TracedLimit, TracedTest
from engine.plan.generated import compile_function
from rules.ir import Compare, CompareField, Within

# From one subject and the status of the rule there to the rule's entry.
Tell: TypeAlias = Callable[[TracedSubject, str], Entry]

_HAVE_DISTANCES = (Compare, CompareField, Within)
_SIGNS: dict[Callable[[int, int], bool], str] = {lt: "<", le: "<=", gt: ">", ge: ">="}


def telling(tests: Sequence[Traced], blank: Entry, key: str | None) -> Tell:
    """Write out what fills in a blank entry; `key` says whose entry it is, if anyone's."""
    names: dict[str, Any] = {"NOT_KNOWN": NOT_KNOWN, "gap_text": gap_text, "keep": keep, "seen": {}}
    names |= {f"blank_{name}": value for name, value in blank.items()}
    lines = [
        "def tell(traced, status):",
        "    row, shared, told = traced.row, traced.shared, traced.told",
    ]
    reads = _few(tests) if key in (None, "line") else None  # a line's number comes again, a claim's name does not
    if reads is not None:
        values = "".join([f"{_facts(own)}.get({path!r}, NOT_KNOWN), " for path, own in reads])
        lines += [
            f"    key = (status, traced.name, {values})",
            "    entry = seen.get(key)",
            "    if entry is not None: return entry",
        ]
    told: list[str] = []
    for number, test in enumerate(tests):
        names[f"test{number}"], names[f"entry{number}"] = test, test.entry
        told.append(_test(test, number, lines, names))
    filled = {"status": "status", "tests": f"[{', '.join(told)}]"} | ({} if key is None else {key: "traced.name"})
    entry = ", ".join([f"{name!r}: {filled.get(name, f'blank_{name}')}" for name in blank])
    lines.append(f"    return {{{entry}}}" if reads is None else f"    return keep(seen, key, {{{entry}}})")
    made: Tell = compile_function("\n".join(lines), "tell", names)
    return made


def _few(tests: Sequence[Traced]) -> list[tuple[str, bool]] | None:
    """Return the fields that the tests read, if few values are met of all of them: then the whole entry is kept."""
    reads: dict[tuple[str, bool], None] = {}
    for test in tests:
        part = test.part if isinstance(test, Common) else test
        if not isinstance(part, Kept):
            return None
        reads |= dict.fromkeys(part.reads)
    return [*reads]


def _facts(own: bool) -> str:
    return "row" if own else "shared"


def _texts(own: bool) -> str:
    return "traced.texts" if own else "traced.shared_texts"


def _test(test: Traced, number: int, lines: list[str], names: dict[str, Any]) -> str:
    """Return the expression of a test's entry; what it needs before goes to the lines."""
    if isinstance(test, Common):
        return f"told.get(test{number}) or entry{number}(traced)"
    if isinstance(test, Kept) and len(test.reads) == 1:
        ((path, own),) = test.reads
        names[f"seen{number}"] = test.seen
        return f"seen{number}.get({_facts(own)}.get({path!r}, NOT_KNOWN)) or entry{number}(traced)"
    if isinstance(test, TracedLimit):
        _limit(test, number, lines, names)
        return f"told{number}"
    if isinstance(test, TracedTest) and not isinstance(
        test.test, Compare | CompareField | Within
    ):  # none has a distance
        names |= {f"written{number}": test.written, f"judge{number}": test.judge}
        known = f"{_parts(test, number)}, 'holds': judge{number}(shared, row)"
        return f"{{{known}}} if {test.field!r} in {_texts(test.own)} else entry{number}(traced)"
    return f"entry{number}(traced)"


def _limit(test: TracedLimit, number: int, lines: list[str], names: dict[str, Any]) -> None:
    """Write out `TracedLimit.entry`."""
    names |= {f"written{number}": test.written, f"kind{number}": test.kind, f"write{number}": writer(test.kind)}
    condition = "value.__class__ is tuple and value[1]"
    gap, bottom, limit = *_gap(test.limit), ""
    lines.append(f"    value = {_facts(test.own)}.get({test.field!r})")
    if test.other is not None:
        lines.append(f"    limit = {_facts(test.other_own)}.get({test.other!r})")
        condition += " and limit.__class__ is tuple and limit[1]"
        limit = f", 'limit': {_texts(test.other_own)}[{test.other!r}]"
    start, sign = _parts(test, number), _SIGNS[test.holds]
    distance = "gap" if sign in {"<", "<="} else "-gap"
    short_by = (
        f"write{number}(({distance}, {bottom})) if {distance} * {LEAST_SHOWN} >= {bottom} "
        f"else gap_text(({distance}, {bottom}), kind{number})"
    )
    lines += [
        f"    if {condition}:",
        "        n, d = value",
        *(["        m, e = limit"] if test.other is not None else []),
        f"        gap = {gap}",
        f"        if gap {sign} 0: told{number} = {{{start}, 'holds': True{limit}}}",
        f"        else: told{number} = {{{start}, 'holds': False{limit}, 'short_by': {short_by}}}",
        f"    else: told{number} = entry{number}(traced)",
    ]


def _parts(test: TracedTest | TracedLimit, number: int) -> str:
    """Return what every test's entry starts with."""
    return f"'field': {test.field!r}, 'test': written{number}, 'actual': {_texts(test.own)}[{test.field!r}]"


def _gap(limit: Ratio | None) -> tuple[str, str]:
    """Return how value and limit differ: the expressions of the difference's top and bottom."""
    if limit is None:
        return "n * e - m * d", "d * e"
    m, e = limit
    top = "n" if e == 1 else f"n * {e}"
    return (f"{top} - {m} * d" if m else top), ("d" if e == 1 else f"d * {e}")
