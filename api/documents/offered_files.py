"""The offered cases as files: one for each section, with what its cases have in common said once."""

from collections.abc import Mapping, Sequence
from functools import reduce

from engine.assure.cases.case import Data
from engine.assure.mutants.mutant import Mutant
from engine.assure.mutants.offers import Offer
from engine.assure.mutants.yaml_case import case_yaml, entry, scalar

Needed = Sequence[tuple[Offer, Sequence[Mutant]]]
HEAD = """\
# Made by `dealdesk test --mutate --cases`: what no other case notices. Each case fails as soon as the policy is changed
# as the comment above it says; if the change is meant, change the case with it.
"""


def offered_files(needed: Needed) -> dict[str, str]:
    """Return files of cases by their names: the kind's folder, and the section."""
    groups: dict[str, list[tuple[Offer, Sequence[Mutant]]]] = {}
    for offer, mutants in needed:
        head, _, tail = mutants[0].key[0].partition(".")
        section = (f"derive-{tail}" if head == "derive" else tail or "settings").replace("_", "-").replace(".", "-")
        groups.setdefault(f"{offer.case.kind.slug}/mutants-{section}.yaml", []).append((offer, mutants))
    return {name: _file(group) for name, group in groups.items()}


def _file(group: Needed) -> str:
    requests: list[Data] = [dict(offer.case.request) for offer, _ in group]
    shared = reduce(common, requests) if len(requests) > 1 else {}
    rows = [HEAD.rstrip("\n")]
    if isinstance(shared, dict):
        if "as_of" in shared:
            rows.append(f"as_of: {scalar(shared['as_of'])}")
        given = {key: value for key, value in shared.items() if key != "as_of"}
        rows += ["given:", *(row for key, value in given.items() for row in entry(key, value, "  "))] if given else []
    rows.append("cases:")
    for offer, mutants in group:
        rows += [f"  # {mutant.rule}: {mutant.words}" for mutant in mutants]
        case = offer.case
        own = without(dict(case.request), shared)
        text = case_yaml(case.name, case.kind.value, own if isinstance(own, dict) else {}, case.expect)
        rows += [f"  {row}" for row in text.rstrip("\n").split("\n")]
    return "\n".join(rows) + "\n"


def common(one: Data, other: Data) -> Data:
    """Return what two requests both say, object by object.

    >>> common({"deal": {"id": "1", "type": "x"}, "lines": [1]}, {"deal": {"id": "1", "type": "y"}, "lines": [2]})
    {'deal': {'id': '1'}}
    """
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one
    found = {}
    for key in one.keys() & other.keys():
        left, right = one[key], other[key]
        if left == right:
            found[key] = left
        elif isinstance(left, dict) and isinstance(right, dict) and (part := common(left, right)):
            found[key] = part
    return {key: found[key] for key in one if key in found}


def without(request: Data, shared: Data) -> Data:
    """Return a request without what a file says for all its cases.

    >>> without({"deal": {"id": "1", "type": "x"}, "lines": [1]}, {"deal": {"id": "1"}})
    {'deal': {'type': 'x'}, 'lines': [1]}
    """
    if not isinstance(request, dict) or not isinstance(shared, Mapping):
        return request
    return {
        key: without(value, shared[key]) if key in shared else value
        for key, value in request.items()
        if key not in shared or shared[key] != value
    }
