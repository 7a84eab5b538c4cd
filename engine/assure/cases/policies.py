"""The policies that cases are decided under: the one under test, and those that cases bring along."""

from dataclasses import dataclass, field
from pathlib import Path

from engine.assure.cases.case import Case
from engine.program import Program, compile_policy
from rules.load import Loaded, load, load_text


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """Why a case's own policy cannot be used: what is wrong with it, or that it cannot be read."""

    name: str
    loaded: Loaded | None
    reason: str


@dataclass(slots=True)
class Policies:
    """The programs of cases, each compiled once; `folder` is where the names of case files start."""

    tested: Program
    folder: Path = field(default_factory=Path)
    _known: dict[str, Program | PolicyProblem] = field(default_factory=dict)

    def program(self, case: Case) -> Program | PolicyProblem:
        """Return the program of a case's policy."""
        if case.policy is None:
            return self.tested
        inline = "\n" in case.policy
        key = case.policy if inline else str(self.folder / Path(case.file).parent / case.policy)
        if key not in self._known:
            self._known[key] = _compiled(key, inline=inline, name=f"{case.file}: policy" if inline else case.policy)
        return self._known[key]


def _compiled(key: str, *, inline: bool, name: str) -> Program | PolicyProblem:
    if not inline and not Path(key).is_file():
        return PolicyProblem(name, None, f"there is no file {key}")
    loaded = load_text(key, file="policy") if inline else load(Path(key))
    if loaded.policy is None:
        return PolicyProblem(name, loaded, "its policy has errors")
    return compile_policy(loaded.policy)
