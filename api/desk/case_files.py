"""Finding and reading the files of cases that a command is asked for."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from engine.assure.cases.case import Case
from engine.assure.cases.reading import CaseFile, read_cases
from rules.text.encoding import LIMIT

FOLDER = Path("tests/cases")  # beside the policy
ENDINGS = (".yaml", ".yml")
# Among the cases of a folder: those that `dealdesk test --mutate --lock` has made.
LOCK = "mutants.lock.yaml"


def case_files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files that paths name: of a folder all YAML files in it, but those called `…policy.yaml`.

    Raises:
        OSError: a path leads nowhere, or cannot be read.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(
                found
                for found in path.rglob("*")
                if found.suffix in ENDINGS and not found.stem.endswith("policy") and found.is_file()
            )
        else:
            yield path


def read_all(paths: Iterable[Path], fields: Collection[str]) -> list[CaseFile]:
    """Read files of cases, each once; `fields` are what a request may give.

    Nobody mends a lock file by hand: a field that the policy no longer has makes its cases fail, and no mistake of it.

    Raises:
        OSError: a file cannot be read.
    """
    found = []
    for path in dict.fromkeys(paths):
        with path.open("rb") as file:
            known = None if path.name == LOCK else fields
            found.append(read_cases(file.read(LIMIT + 1), path.as_posix(), fields=known))
    return found


def chosen(files: Iterable[CaseFile], words: str | None) -> list[Case]:
    """Return the cases whose file or name has all the words, whatever their case."""
    wanted = (words or "").lower().split()
    return [case for file in files for case in file.cases if all(word in case.id.lower() for word in wanted)]


def is_locked(case: Case) -> bool:
    """Return whether a case was made by the command, and not written by hand."""
    return Path(case.file).name == LOCK
