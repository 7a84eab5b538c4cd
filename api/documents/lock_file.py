"""The lock file: cases for all that no case written by hand notices, as tables, the same bytes for the same policy.

Nobody writes in it, so it is small before it is pretty: a table for the cases of a section whose requests are alike,
with what its rows have in common said once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from engine.assure.cases.case import Case, Data
from engine.assure.cases.table import EXPECT, NAMES_OF_RULES, ONE_OF, Way
from engine.assure.mutants.mutant import Mutant
from engine.assure.mutants.offers import Offer
from engine.assure.mutants.yaml_case import case_yaml, entry, flow, scalar
from engine.core.facts import TOP_LEVEL

Needed = Sequence[tuple[Offer, Sequence[Mutant]]]
HEAD = """\
# Made by `dealdesk test --mutate --lock`; do not write in it. Each case keeps one small change of the policy, which its
# name says and which no case written by hand notices, from passing unseen. An edit of a rule breaks the cases that are
# locked for it; if the edit is meant, run the command again, and read what has changed here.
"""
DASH = '"-"'


def lock_file(needed: Needed) -> str:
    """Return the file for the cases that are needed."""
    tables: dict[tuple[str, tuple[Way, ...], str], list[Case]] = {}
    taken: set[str] = set()
    for offer, mutants in needed:
        case = replace(offer.case, name=_free(offer.case.name, taken))
        # A case that a table cannot say stands alone.
        alone = case.name if _has_dash(case) else ""
        tables.setdefault((mutants[0].key[0], (*_lists(dict(case.request)),), alone), []).append(case)
    rows = []
    for (section, _, alone), cases in tables.items():
        rows += [f"  # {section}", *(_written_out(cases[0]) if alone else _table(cases))]
    return HEAD + "\n".join(["cases:", *rows] if rows else ["cases: []"]) + "\n"


def _has_dash(case: Case) -> bool:
    """Return whether a case says "-" itself, which a cell of a table does not say."""
    return "-" in [*dict(_leaves(dict(case.request))).values(), *case.expect.values()]


def _written_out(case: Case) -> Sequence[str]:
    text = case_yaml(case.name, case.kind.value, case.request, case.expect)
    return [f"  {row}" for row in text.rstrip("\n").split("\n")]


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no case has yet."""
    names = [name, *(f"{name} ({number})" for number in range(2, len(taken) + 3))]
    found = next(one for one in names if one not in taken)
    taken.add(found)
    return found


def _table(cases: Sequence[Case]) -> Iterator[str]:
    requests = [dict(_leaves(dict(case.request))) for case in cases]
    ways = list(dict.fromkeys(way for request in requests for way in request))
    shared = [way for way in ways if all(way in one and _same(one[way], requests[0][way]) for one in requests)]
    varied = [way for way in ways if way not in shared]
    keys = list(dict.fromkeys(key for case in cases for key in case.expect))
    given = _nested({way: requests[0][way] for way in shared}, dict(cases[0].request))
    yield f"  - decide: {cases[0].kind.value}"
    if "as_of" in given:
        yield f"    as_of: {scalar(given.pop('as_of'))}"
    if given:
        yield "    given:"
    for key, value in given.items():
        yield from entry(key, value, "      ")
    columns = ["name", *(_column(way, dict(cases[0].request)) for way in varied)]
    columns += [f"{EXPECT}{key}" if key in TOP_LEVEL else key for key in keys]
    yield f"    columns: [{', '.join(map(scalar, columns))}]"
    yield "    rows:"
    for case, request in zip(cases, requests, strict=True):
        cells = [scalar(case.name)]
        cells += [flow(request[way]) if way in request else DASH for way in varied]
        cells += [_expected(key, case.expect[key]) if key in case.expect else DASH for key in keys]
        yield f"      - [{', '.join(cells)}]"


def _same(one: Data, other: Data) -> bool:
    """Return whether two values are written alike: `1` and `true` are not, nor `1` and `"1"`."""
    return flow(one) == flow(other)


def _expected(key: str, value: Data) -> str:
    if key in NAMES_OF_RULES and isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return scalar(value[0])
    return flow(value)


def _has_parts(value: Data, way: Way) -> bool:
    """Return whether columns go into a value: an object or a list of them, but not labels, which are named freely."""
    if way == ("labels",):
        return False
    return bool(value) and (isinstance(value, dict) or (isinstance(value, list) and isinstance(value[0], dict)))


def _parts(value: Data) -> Iterator[tuple[str | int, Data]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _leaves(value: Data, way: Way = ()) -> Iterator[tuple[Way, Data]]:
    """Yield everything in a request that has no parts, with the way to it."""
    if way and not _has_parts(value, way):
        yield way, value
        return
    for key, part in _parts(value):
        yield from _leaves(part, (*way, key))


def _lists(value: Data, way: Way = ()) -> Iterator[Way]:
    """Yield the ways to the entries of lists: rows of one table have as many lines, claims and candidates."""
    for key, part in _parts(value) if not way or _has_parts(value, way) else ():
        if isinstance(key, int):
            yield (*way, key)
        yield from _lists(part, (*way, key))


def _nested(leaves: Mapping[Way, Data], like: Data, way: Way = ()) -> dict[str, Data]:
    """Return the object that has these leaves; its lists have as many entries as those of a request like it."""
    found: dict[str, Data] = {}
    assert isinstance(like, dict)
    for key, value in like.items():
        inner = (*way, key)
        if inner in leaves:
            found[key] = leaves[inner]
        elif isinstance(value, list) and _has_parts(value, inner):
            found[key] = [_nested(leaves, one, (*inner, number)) for number, one in enumerate(value)]
        elif isinstance(value, dict) and (part := _nested(leaves, value, inner)):
            found[key] = part
    return found


def _column(way: Way, request: Mapping[str, Data]) -> str:
    """Return how a column is called that leads to a part of a request."""
    head, *rest = way
    if rest and isinstance(rest[0], int):
        entries = request[str(head)]
        alone = isinstance(entries, list) and len(entries) == 1
        one = next(one for one, many in ONE_OF.items() if many == head)
        head, rest = one if alone else f"{head}[{rest[0]}]", rest[1:]
    return ".".join(map(str, [head, *rest]))
