"""What the type checker says to someone who adds a member to a closed union: every place that must know of it.

All members are added at once to a copy of the tree, which is checked once. An error belongs to the union whose new
member it names: that is what `assert_never` at the end of a `match` is for.
"""

import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("rules", "engine", "api")
_EXHAUSTIVE = ('"assert_never"', "Literal[")
_ERROR = re.compile(r"^(?P<file>[^:]+):\d+: error: (?P<message>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Union:
    """A closed union: how a member is added where it is declared, and then named by the type checker."""

    name: str
    found: str
    put: str
    named: str

    def widen(self, folder: Path) -> None:
        """Add a member, in the one file that declares the union."""
        found = [file for file in folder.rglob("*.py") if re.search(self.found, file.read_text("utf-8"), re.MULTILINE)]
        assert len(found) == 1, f"{self.name} is declared in another way, or in two places: {found}"
        text = re.sub(self.found, self.put, found[0].read_text("utf-8"), count=1, flags=re.MULTILINE)
        found[0].write_text(text, "utf-8")


def of_classes(name: str) -> Union:
    """A `TypeAlias` of dataclasses."""
    added = f"Another{name}"
    made = f"@dataclass(frozen=True, slots=True)\nclass {added}:\n    pass\n\n\n"
    return Union(name, rf"^{name}: TypeAlias = (\(?\s*)", rf"{made}{name}: TypeAlias = \g<1>{added} | ", added)


def of_members(name: str) -> Union:
    """An enumeration."""
    put = r'\g<0>    ANOTHER = "another"\n'
    return Union(name, rf'^class {name}\(\w*Enum\):\n(    """[^"]*"""\n\n)?', put, f"{name}.ANOTHER")


def of_words(name: str, declared: str) -> Union:
    """A `Literal`; `declared` is what stands before it."""
    added = f"another {name}"
    return Union(name, re.escape(declared) + r" Literal\[", rf'\g<0>"{added}", ', added)


UNIONS = (
    of_classes("Test"),
    of_classes("Condition"),
    of_classes("Expression"),
    of_classes("Effect"),
    of_classes("Derivation"),
    of_classes("Node"),
    of_classes("Syntax"),
    of_members("Origin"),
    of_members("Operator"),
    of_members("Subject"),
    of_members("Preference"),
    of_members("Scalar"),
    of_members("Kind"),
    of_members("Form"),
    of_words("Explain", "Explain: TypeAlias ="),
    of_words("Language", "Language: TypeAlias ="),
    of_words("hit", "    hit:"),
    of_words("operator", '`left operator right`; a minus sign before an operand is `0 - operand`."""\n\n    operator:'),
    of_words("function", 'line\'s field over all lines, in a field of the deal."""\n\n    function:'),
)


def reported(
    folder: Path, unions: tuple[Union, ...] = UNIONS, packages: tuple[str, ...] = PACKAGES
) -> tuple[dict[str, Counter[str]], list[str]]:
    """Return where exhaustiveness names new members, by union and file, and the errors that name no new member.

    What else a new member breaks (it lacks an attribute that all others have) is found too, and comes and goes.
    """
    for package in packages:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for union in unions:
        union.widen(folder)
    checked = [argument for package in packages for argument in ("-p", package)]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", "--no-pretty", "--cache-dir", ".cache", *checked],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    places: dict[str, Counter[str]] = {union.name: Counter() for union in unions}
    others = done.stderr.splitlines()
    for error in _ERROR.finditer(done.stdout):
        owners = [union.name for union in unions if union.named in error["message"]]
        for owner in owners:
            places[owner][error["file"]] += any(word in error["message"] for word in _EXHAUSTIVE)
        if not owners:
            others.append(error[0])
    return places, others
