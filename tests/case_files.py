"""The project's own cases, read and run as `dealdesk test` reads and runs them (docs/testing-policies.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from api.desk.case_files import LOCK, case_files
from engine.assure.cases import case as policy_tests
from engine.assure.cases.policies import Policies, PolicyProblem
from engine.assure.cases.reading import read_cases
from engine.assure.cases.table import request_fields
from engine.program import Program
from rules.reports.diagnostics import draw
from tests.deciding import SHIPPED, Data, program_at

FOLDER = Path(__file__).parent / "cases"


@cache
def policies() -> Policies:
    """Return the programs of all cases, each compiled once."""
    return Policies(program_at(SHIPPED), FOLDER)


@dataclass(frozen=True)
class Case:
    """A case of a file, and what it says in the words of tests."""

    file: Path
    test: policy_tests.Case

    @property
    def id(self) -> str:
        """Return the name under which pytest reports the case."""
        return self.test.id

    @property
    def kind(self) -> str:
        """Return what is to be decided."""
        return self.test.kind.value

    @property
    def request(self) -> Mapping[str, Data]:
        """Return the request."""
        return self.test.request

    @property
    def expect(self) -> Mapping[str, Data]:
        """Return what is expected of the decision."""
        return self.test.expect

    @property
    def unsupported(self) -> Mapping[str, Data]:
        """Return the engines that cannot take the case, with the reasons."""
        return self.test.unsupported

    def program(self) -> Program:
        """Return the policy: the shipped one, one written in the case's file, or one beside it."""
        found = policies().program(self.test)
        assert not isinstance(found, PolicyProblem), f"{self.id}: {found}"
        return found


def cases_of(file: Path) -> list[Case]:
    """Return a file's cases; mistakes in it fail the test with their drawings."""
    fields = request_fields(program_at(SHIPPED).policy)
    read = read_cases(file.read_bytes(), file.relative_to(FOLDER).as_posix(), fields=fields)
    assert not read.diagnostics, "\n\n".join(draw(one, [read.source]) for one in read.diagnostics)
    return [Case(file, case) for case in read.cases]


def all_cases() -> list[Case]:
    """Return every case that a person wrote, in the order of the files."""
    return [case for file in case_files([FOLDER]) if file.name != LOCK for case in cases_of(file)]


def locked_cases() -> list[Case]:
    """Return the cases that `dealdesk test --mutate --lock` has made: many, and much alike."""
    return cases_of(FOLDER / LOCK)
