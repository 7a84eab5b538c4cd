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
_ERROR = re.compile(r"^(?P<file>[^:]+):\d+: error: (?P<message>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Union:
    """A closed union: where it is declared, and how a member is added there and then named by the type checker."""

    name: str
    file: str
    found: str
    put: str
    named: str

    def widened(self, text: str) -> str:
        """Return the file's text with one more member."""
        text, times = re.subn(self.found, self.put, text, count=1, flags=re.MULTILINE)
        assert times == 1, f"{self.file} declares {self.name} in another way"
        return text


def of_classes(name: str, file: str) -> Union:
    """A `TypeAlias` of dataclasses."""
    added = f"Another{name}"
    made = f"@dataclass(frozen=True, slots=True)\nclass {added}:\n    pass\n\n\n"
    return Union(name, file, rf"^{name}: TypeAlias = (\(?\s*)", rf"{made}{name}: TypeAlias = \g<1>{added} | ", added)


def of_members(name: str, file: str) -> Union:
    """An enumeration."""
    put = r'\g<0>    ANOTHER = "another"\n'
    return Union(name, file, rf'^class {name}\(\w*Enum\):\n(    """[^"]*"""\n\n)?', put, f"{name}.ANOTHER")


def of_words(name: str, file: str, declared: str) -> Union:
    """A `Literal`; `declared` is what stands before it."""
    added = f"another {name}"
    return Union(name, file, re.escape(declared) + r" Literal\[", rf'\g<0>"{added}", ', added)


UNIONS = (
    of_classes("Test", "rules/ir.py"),
    of_classes("Condition", "rules/ir.py"),
    of_classes("Expression", "rules/ir.py"),
    of_classes("Effect", "rules/ir.py"),
    of_classes("Derivation", "rules/ir.py"),
    of_classes("Node", "rules/text/nodes.py"),
    of_classes("Syntax", "rules/grammar/formula_syntax.py"),
    of_members("Origin", "rules/ir.py"),
    of_members("Operator", "rules/ir.py"),
    of_members("Subject", "rules/ir.py"),
    of_members("Preference", "rules/ir.py"),
    of_members("Scalar", "rules/types.py"),
    of_members("Kind", "engine/core/decision.py"),
    of_members("Form", "engine/space/dims.py"),
    of_words("Explain", "engine/core/decision.py", "Explain: TypeAlias ="),
    of_words("Language", "engine/core/decision.py", "Language: TypeAlias ="),
    of_words("hit", "rules/ir.py", "hit:"),
    of_words("operator", "rules/ir.py", "operator:"),
    of_words("function", "rules/ir.py", 'line\'s field over all lines, in a field of the deal."""\n\n    function:'),
)


def reported(folder: Path, unions: tuple[Union, ...] = UNIONS) -> tuple[dict[str, Counter[str]], list[str]]:
    """Return the errors that new members lead to, by union and file, and those that name no new member."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for union in unions:
        file = folder / union.file
        file.write_text(union.widened(file.read_text("utf-8")), "utf-8")
    packages = [argument for package in PACKAGES for argument in ("-p", package)]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", "--no-pretty", "--cache-dir", ".cache", *packages],
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
            places[owner][error["file"]] += 1
        if not owners:
            others.append(error[0])
    return places, others
