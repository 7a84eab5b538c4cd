"""Cases as data: what a YAML file of cases says, and how a decision is held against one (see `cases/README.md`)."""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import yaml

from engine.program import Program
from tests.deciding import SHIPPED, Data, program_at, program_of

FOLDER = Path(__file__).parent / "cases"
FILE_KEYS = frozenset({"policy", "given", "as_of", "cases"})
CASE_KEYS = frozenset({"name", "decide", "policy", "as_of", "given", "expect", "unsupported"})
# What `expect` may say of a decision and of its trace; any other key is one of the result's.
OF_TRACE = {"fired": "fired", "blocked": "blocked", "undetermined": "undetermined"}
OF_DECISION = ("outcome", "summary", "missing", "possible")


class _CaseLoader(yaml.SafeLoader):
    """YAML whose decimals stay exact, whose times stay text, and in which only true and false are booleans."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the base class's own, with some left out
        letter: [(tag, pattern) for tag, pattern in found if tag.rpartition(":")[2] not in ("timestamp", "bool")]
        for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Data]:
        """Refuse a key that stands twice: one of the two would test nothing."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"{node.start_mark}: a key stands twice among {keys}"
        return super().construct_mapping(node, deep=deep)


_CaseLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), list("tf"))


def _decimal(loader: _CaseLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)))


_CaseLoader.add_constructor("tag:yaml.org,2002:float", _decimal)


@dataclass(frozen=True)
class Case:
    """One case: a request under a policy, and what is expected of the decision."""

    file: Path
    name: str
    kind: str
    policy: str | None
    request: Mapping[str, Data]
    expect: Mapping[str, Data]
    unsupported: Mapping[str, str]

    @property
    def id(self) -> str:
        """Return the name under which pytest reports the case."""
        return f"{self.file.relative_to(FOLDER).with_suffix('')}: {self.name}"

    def program(self) -> Program:
        """Return the policy: the shipped one, one written in the case's file, or one beside it."""
        if self.policy is None:
            return program_at(SHIPPED)
        if "\n" in self.policy:
            return program_of(self.policy)
        return program_at((self.file.parent / self.policy).resolve())


def read_cases(file: Path) -> list[Case]:
    """Return a file's cases; a key that has no meaning is an error, or it would test nothing."""
    content = yaml.load(file.read_text("utf-8"), _CaseLoader)  # a safe loader that keeps more as text
    whole = content if isinstance(content, dict) else {"cases": content}
    _known(whole, FILE_KEYS, f"{file.name}")
    cases = []
    for written in whole["cases"]:
        _known(written, CASE_KEYS, f"{file.name}: {written.get('name')}")
        request = merged(whole.get("given") or {}, written.get("given") or {})
        as_of = written.get("as_of", whole.get("as_of"))
        if as_of is not None:
            request = {**request, "as_of": as_of}
        cases.append(
            Case(
                file,
                written["name"],
                written["decide"],
                written.get("policy", whole.get("policy")),
                request,
                written["expect"],
                written.get("unsupported") or {},
            )
        )
    return cases


def all_cases() -> list[Case]:
    """Return every case, in the order of the files."""
    return [
        case for file in sorted(FOLDER.rglob("*.yaml")) if not file.stem.endswith("policy") for case in read_cases(file)
    ]


def _known(written: Mapping[str, Data], keys: frozenset[str], place: str) -> None:
    unknown = sorted(set(written) - keys)
    assert not unknown, f"{place}: unknown key {', '.join(unknown)}"


def merged(base: Data, over: Data) -> Data:
    """Lay one request over another: objects key by key, anything else as a whole.

    >>> merged({"deal": {"id": "D-1", "type": "project"}, "lines": [1]}, {"deal": {"type": None}, "lines": []})
    {'deal': {'id': 'D-1', 'type': None}, 'lines': []}
    """
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}


def mismatches(expect: Mapping[str, Data], decision: Mapping[str, Data]) -> Iterator[str]:
    """Yield in words each expectation that a decision, explained in full, does not meet."""
    rules = decision["trace"]["rules"]
    for key, wanted in expect.items():
        if key in OF_TRACE:
            found = {rule["rule"] for rule in rules if rule["status"] == OF_TRACE[key]}
            if (set(wanted) - found) if wanted else found:
                yield f"{key}: expected {wanted or 'nothing'}, {key} are {sorted(found)}"
        elif key == "not_fired":
            found = {rule["rule"] for rule in rules if rule["status"] == "fired"}
            if found & set(wanted):
                yield f"not_fired: expected none of {wanted}, fired are {sorted(found)}"
        elif key in OF_DECISION:
            yield from differences(wanted, decision.get(key), key)
        elif key not in decision["result"]:
            yield f"{key}: expected {wanted!r}, and the result has no such key"
        else:
            yield from differences(wanted, decision["result"][key], key)


def differences(wanted: Data, found: Data, place: str) -> Iterator[str]:
    """Yield where a value is not as wanted: of an object only the wanted keys count, a list has the wanted length."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key, value in wanted.items():
            yield from differences(value, found.get(key), f"{place}.{key}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(one, other, f"{place}[{number}]")
    elif wanted != found or isinstance(wanted, bool) != isinstance(found, bool):
        yield f"{place}: expected {wanted!r}, is {found!r}"
