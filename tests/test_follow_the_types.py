"""A new member of a closed union is noticed wherever it must be known: by the type checker, or else by these tests.

`follow_the_types.txt` lists the places that the type checker names today, union by union. A place that it no longer
names fails; `pytest --update-golden` writes the list anew, and its diff is to be read like code.
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import get_args

from engine.core.decision import Kind, Language
from engine.explain.words.effects import SENTENCES
from engine.kinds.registration.claims import Fate
from engine.space.dims import Form
from rules.ir import Condition, Derivation, Effect, Operator, Origin, Preference, Subject, Test
from rules.load import load_text
from rules.schema import EFFECTS, policy_schema
from rules.sections.effects import READERS
from rules.types import Scalar
from tests.follow_the_types import PACKAGES, ROOT, Union, reported
from tests.random_policies import random_policy

PLACES = Path(__file__).parent / "follow_the_types.txt"
# A union that lost its last `assert_never` would have nothing in the list that could be missing.
LEAST = {
    "Test": 14,
    "Condition": 14,
    "Expression": 8,
    "Effect": 14,
    "Derivation": 1,
    "Node": 3,
    "Syntax": 1,
    "Origin": 1,
    "Operator": 2,
    "Subject": 1,
    "Preference": 1,
    "Scalar": 7,
    "Kind": 6,
    "Form": 3,
    "hit": 1,
    "operator": 1,
    "function": 1,
}
ENUMS: tuple[type[Enum], ...] = (Kind, Subject, Origin, Operator, Preference, Scalar, Form, Fate)
# What dictionaries leave out on purpose; a new member is left out of each of them, and so noticed.
LEFT_OUT = {
    ("Subject", ("DEAL",)): "the deal itself has no rows",
    ("Subject", ("DEAL", "LINE")): "claims and partners are listed by name",
    ("Kind", ("SPECIAL_ORDER", "DEAL_REGISTRATION", "PARTNER_ALLOCATION")): "only prices are always shown",
    ("Operator", ("EQUAL", "NOT_EQUAL")): "these two have no side",
    ("Preference", ("PREFER", "BEST")): "these two have no opposite",
    (
        "Scalar",
        ("INTEGER", "NUMBER", "BOOLEAN", "TEXT", "DATE", "TIMESTAMP", "DURATION"),
    ): "written with their own unit",
    ("Scalar", ("BOOLEAN", "TEXT", "DATE", "TIMESTAMP", "DURATION")): "these are no numbers",
    ("Scalar", ("NUMBER", "BOOLEAN", "TEXT")): "these have no smallest step",
    ("Scalar", ("BOOLEAN", "TEXT")): "these have no order",
    ("Scalar", ("MONEY", "RATE", "INTEGER", "NUMBER", "BOOLEAN", "TEXT")): "these are no times",
}
# What a `match` with a catch-all looks at: words that no type lists, or where any other member is safe.
OPEN = {
    "entry.key.text": "anything else is a field's path",
    "path": "derived fields by name; any other is said not to fit",
    "path.partition('.')[0]": "any other object is the deal's",
    "owner": "any other object is the deal's",
    "reader.ruling.outcome": "outcomes by name",
    "self.directions[number]": "a sign",
    "value": "JSON of any shape, or a value that orders like a moment",
    "members": "null has no members",
    "(left, right)": "what cannot be compared is refused, and data of other shapes differ",
    "(one, effect)": "any other pair of effects asks for different things",
    "(test, other)": "any other change of a test is a change of its value",
    "part": "any other condition is not an equality",
    "condition": "any other condition is judged in general",
    "kind": "a scalar is named by itself",
    "field.type": "a scalar is found in a table that is complete",
}


def test_the_type_checker_names_every_place(tmp_path: Path, update_golden: bool) -> None:
    places, others = reported(tmp_path)
    assert others == [], "the new members break something else than an `assert_never`"
    found = Counter({(union, file): count for union, files in places.items() for file, count in files.items() if count})
    if update_golden:
        lines = [f"{union:<12} {count:>2} {file}\n" for (union, file), count in sorted(found.items())]
        PLACES.write_text("".join(lines), "utf-8")
    listed = Counter(
        {(union, file): int(count) for union, count, file in map(str.split, PLACES.read_text("utf-8").splitlines())}
    )
    assert listed - found == Counter(), "places that the type checker no longer names"
    for union, least in LEAST.items():
        assert places[union].total() >= least, union


def test_a_place_that_keeps_quiet_is_noticed(tmp_path: Path) -> None:
    """What the list is for: a union of which nobody knows leads nowhere."""
    quiet = Union(
        "Acceptance",
        r"^class Acceptance:",
        r"class AnotherAcceptance:\n    pass\n\n\n@dataclass(frozen=True, slots=True)\n\g<0>",
        "AnotherAcceptance",
    )
    places, others = reported(tmp_path, (quiet,), ("rules",))
    assert (places["Acceptance"].total(), others) == (0, [])


def trees() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text("utf-8"))


def literal_keys(tree: ast.Module) -> Iterator[tuple[int, list[ast.expr]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and node.keys and (keys := [key for key in node.keys if key]) == node.keys:
            yield node.lineno, keys


def test_dictionaries_by_member_are_complete() -> None:
    members = {enum.__name__: [member.name for member in enum] for enum in ENUMS}
    seen = set()
    for file, tree in trees():
        for line, keys in literal_keys(tree):
            owners = {
                key.value.id if isinstance(key, ast.Attribute) and isinstance(key.value, ast.Name) else ""
                for key in keys
            }
            if len(owners) == 1 and (owner := owners.pop()) in members:
                named = {key.attr for key in keys if isinstance(key, ast.Attribute)}
                missing = owner, tuple(member for member in members[owner] if member not in named)
                assert not missing[1] or missing in LEFT_OUT, f"{file}:{line} leaves out {missing}"
                seen.add(missing)
    assert seen >= LEFT_OUT.keys(), "what no dictionary leaves out any more"


def test_dictionaries_by_language_are_complete() -> None:
    languages = set(get_args(Language))
    for file, tree in trees():
        for line, keys in literal_keys(tree):
            named = {key.value for key in keys if isinstance(key, ast.Constant)}
            assert not named & languages or named == languages, f"{file}:{line}"


def test_a_catch_all_is_listed_with_its_reason() -> None:
    seen = set()
    for file, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Match) and _catches_all(node.cases[-1]):
                subject = ast.unparse(node.subject)
                assert subject in OPEN, f"{file}:{node.lineno}: end it with `assert_never({subject})`"
                seen.add(subject)
    assert seen == OPEN.keys(), "what nothing looks at any more"


def _catches_all(case: ast.match_case) -> bool:
    pattern = case.pattern
    anything = isinstance(pattern, ast.MatchAs) and pattern.pattern is None and case.guard is None
    return anything and not ast.unparse(case.body[0]).startswith("assert_never")


def test_every_effect_can_be_written_and_read() -> None:
    written = {"Sign": "level", "IsKind": "kind", "Assign": "value"}
    names = {written.get(effect.__name__) or snake(effect.__name__) for effect in get_args(Effect)}
    of_lists = {"kind", "value"}  # a kind's id says it, and a derived field's row
    assert names - of_lists == EFFECTS.keys() - {"extend"}
    assert EFFECTS.keys() == READERS.keys() | {"protect", "extend"}, "one reader takes the two of a window"
    assert names - {"level"} <= SENTENCES.keys()  # a trace writes that one `sign`
    lists = json.dumps(policy_schema()["properties"])
    assert [name for name in EFFECTS if f'"{name}": {{' not in lists] == [], "effects that no list of rules may have"
    guide = (ROOT / "docs" / "trace.md").read_text("utf-8")
    assert [name for name in EFFECTS if f"`{name}`" not in guide.replace("`sign`", "`level`")] == []


def test_random_policies_use_every_effect_and_condition() -> None:
    """What they do not use, no engine is held to another for."""
    used = {type(part) for seed in range(40) for part in parts_of(load_text(random_policy(seed)).policy)}
    assert {*get_args(Effect), *get_args(Test), *get_args(Condition), *get_args(Derivation)} - used == set()


def parts_of(value: object) -> Iterator[object]:
    """Yield everything that a policy is made of."""
    if isinstance(value, tuple):
        for one in value:
            yield from parts_of(one)
    elif is_dataclass(value):
        yield value
        for member in fields(value):
            yield from parts_of(getattr(value, member.name))


def snake(name: str) -> str:
    return re.sub(r"(?<=.)([A-Z])", r"_\1", name).lower()
