"""`dealdesk test`: policy tests, and how much of the policy they guard."""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated, Literal

import typer

from api.commands.console import DONE, POLICY_HAS_ERRORS, UnusableError, complain, program_of, reason, say, say_json
from api.commands.moments import moment
from api.commands.options import DEFAULT_POLICY, EngineOption, PolicyOption
from api.desk.case_files import FOLDER, LOCK, case_files, chosen, is_locked, read_all
from api.documents.coverage_page import Lived, as_page
from api.documents.coverage_text import coverage_json, coverage_table, percent
from api.documents.failures import described
from api.documents.junit import as_junit
from api.documents.lock_file import lock_file
from api.documents.locked_text import locked_text
from api.documents.mutants_text import mutants_json, mutants_table, survivors_text
from api.documents.results import results_json
from engine.assure.cases.case import Case
from engine.assure.cases.coverage import SectionCoverage, cover, total
from engine.assure.cases.policies import Policies
from engine.assure.cases.running import AS_OF, Outcome, run_cases
from engine.assure.cases.table import request_fields
from engine.assure.mutants.making import mutants_of
from engine.assure.mutants.mutant import Mutant
from engine.assure.mutants.offers import Offer
from engine.assure.mutants.score import Tried, fewest, locked, score, try_all
from engine.assure.mutants.trying import record
from engine.backends import make_engine
from engine.program import Program
from rules.ir import Policy
from rules.reports.diagnostics import draw


@dataclass(frozen=True, slots=True)
class Mutated:
    """The mutants, what became of them, the cases that would notice those that live, and those that were tried."""

    tried: Sequence[Tried]
    needed: Sequence[tuple[Offer, Sequence[Mutant]]]
    cases: Sequence[Case]


def policy_tests(  # noqa: PLR0917 - each is an option of the command
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATHS]", help="Files of cases, or folders of them. Default: tests/cases.", show_default=False
        ),
    ] = None,
    policy: PolicyOption = DEFAULT_POLICY,
    words: Annotated[
        str | None, typer.Option("-k", help="Only cases whose file or name has these words.", metavar="WORDS")
    ] = None,
    style: Annotated[Literal["text", "json"], typer.Option("--format", help="For people or programs.")] = "text",
    junit: Annotated[Path | None, typer.Option(help="Also write JUnit XML.", metavar="FILE")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="When cases are decided that say no `as_of`.", metavar="TIME")
    ] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Show what the cases show of the policy.")] = False,
    html: Annotated[
        Path | None, typer.Option(help="Write the policy with its coverage as a page.", metavar="FILE")
    ] = None,
    fail_under: Annotated[
        int | None, typer.Option(min=0, max=100, help="Fail below this coverage.", metavar="PERCENT")
    ] = None,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Change the policy step by step, and list what no case notices.")
    ] = False,
    min_score: Annotated[
        int | None, typer.Option(min=0, max=100, help="Fail below this mutation score.", metavar="PERCENT")
    ] = None,
    lock: Annotated[
        bool, typer.Option("--lock", help="Write cases for what none written by hand notices, in place of the last.")
    ] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes for mutants. Default: one a core.")] = None,
    engine: EngineOption = "index",
) -> int:
    """Run policy tests, and tell how much of the policy they guard."""
    program = program_of(policy)
    if program is None:
        return POLICY_HAS_ERRORS
    backend = make_engine(engine)
    backend.prepare(program.policy)
    now = AS_OF if as_of is None else moment(as_of, program.policy)
    paths = paths or [policy.parent / FOLDER]
    locking = _lock_path(paths, words) if lock else None
    cases = _cases(paths, words, program.policy, leaving_out=locking)
    if cases is None:
        return POLICY_HAS_ERRORS
    start = perf_counter()
    outcomes = [*run_cases(cases, Policies(program), engine=backend, now=now)]
    seconds = perf_counter() - start
    why = {one.case.id: described(one, now=now, engine=backend) for one in outcomes if one.failed}
    if junit:
        _write(junit, as_junit(outcomes, why))
    own = [case for case in cases if case.policy is None]
    found = cover(program, own, now=now) if coverage or html or fail_under is not None else None
    passing = [one.case for one in outcomes if one.passed and one.case.policy is None]
    if why and lock:
        complain("nothing is locked: mend the cases that fail first")
    changing = (mutate or min_score is not None or lock) and not (why and lock)
    jobs = jobs or os.cpu_count() or 1
    mutated = _mutated(program, passing, lock=lock, jobs=jobs, now=now) if changing else None
    if html and found is not None:
        _write(html, _page(program, found, own, mutated))
    if locking and mutated:
        _write(locking, lock_file(mutated.needed).encode())
    if style == "json":
        covered = {"coverage": coverage_json(found, own)} if found is not None else {}
        changed = {"mutation": mutants_json(mutated.tried, mutated.needed, mutated.cases)} if mutated else {}
        say_json({**results_json(program.policy, outcomes, why), **covered, **changed})
    else:
        _say_results(outcomes, why, program.policy, seconds=seconds, whole=words is not None)
        if coverage and found is not None:
            say(f"\n{coverage_table(found)}")
        if mutated:
            living = survivors_text(mutated.tried, () if lock else mutated.needed)
            say("\n".join(["", *([living, ""] if living else []), mutants_table(mutated.tried)]).rstrip("\n"))
        if locking and mutated:
            say(f"\n{len(mutated.needed)} cases locked in {locking}")
    return POLICY_HAS_ERRORS if why or _too_little(found, fail_under, mutated, min_score) else DONE


def _lock_path(paths: Sequence[Path], words: str | None) -> Path:
    """Return the lock file of the folder of cases that was asked for."""
    if words is not None or len(paths) != 1 or not paths[0].is_dir():
        raise UnusableError("--lock takes all cases of one folder: name no other paths, and no words")
    return paths[0] / LOCK


def _cases(paths: Sequence[Path], words: str | None, policy: Policy, *, leaving_out: Path | None) -> list[Case] | None:
    """Return the cases that were asked for, or None when some are badly written, which is reported."""
    try:
        asked_for = [path for path in case_files(paths) if path != leaving_out]
        files = read_all(asked_for, request_fields(policy))
    except OSError as error:
        raise UnusableError(f"{error.filename}: {reason(error)} (name files or folders of cases)") from None
    drawn = [draw(one, [file.source]) for file in files for one in file.diagnostics]
    if drawn:
        complain("\n\n".join(drawn))
        return None
    cases = chosen(files, words)
    if not cases:
        asked = f"with the words `{words}` " if words else ""
        raise UnusableError(f"no cases {asked}in {', '.join(map(str, paths))}")
    return cases


def _mutated(program: Program, cases: Sequence[Case], *, lock: bool, jobs: int, now: datetime) -> Mutated:
    """Try every mutant, showing on a terminal how far it is; to lock, add the cases that notice the rest."""
    mutants = [*mutants_of(program)]
    recorded = record(program, cases, now=now)
    shows = sys.stderr is not None and sys.stderr.isatty()

    def progress(done: int, of: int) -> None:
        if shows and (done % 25 == 0 or done == of):
            end = "\n" if done == of else ""
            print(f"\r{done}/{of} mutants", end=end, file=sys.stderr, flush=True)  # noqa: T201 - for the eye

    if lock:
        tried, needed = locked(mutants, recorded, jobs=jobs, progress=progress)
    else:
        tried = try_all(mutants, recorded, jobs=jobs, progress=progress)
        needed = fewest(tried, recorded)
    return Mutated(tried, needed, recorded.cases)


def _page(program: Program, found: Sequence[SectionCoverage], cases: Sequence[Case], mutated: Mutated | None) -> bytes:
    noticed = percent(score(mutated.tried)) if mutated else None
    offers = (
        {id(mutant): f"{offer.text}\n{offer.told}" for offer, mutants in mutated.needed for mutant in mutants}
        if mutated
        else {}
    )
    lived = [one.mutant for one in mutated.tried if one.lives] if mutated else []
    told_of = [Lived(one.span, f"{one.rule}: {one.words}", offers.get(id(one))) for one in lived]
    return as_page(program.policy, found, cases, score=noticed, lived=told_of).encode()


def _too_little(
    found: Sequence[SectionCoverage] | None, fail_under: int | None, mutated: Mutated | None, min_score: int | None
) -> bool:
    """Return, and say, whether coverage or the mutation score is less than was asked for."""
    shares = []
    if found is not None and fail_under is not None:
        shares.append(("coverage", total(found), fail_under))
    if mutated is not None and min_score is not None:
        shares.append(("the mutation score", score(mutated.tried), min_score))
    short = [(name, share, least) for name, share, least in shares if share * 100 < least]
    for name, share, least in short:
        complain(f"{name} is {percent(share)}, less than {least}%")
    return bool(short)


def _say_results(
    outcomes: Sequence[Outcome], why: dict[str, str], policy: Policy, *, seconds: float, whole: bool
) -> None:
    """Say what failed, and how many cases did what; of locked ones a line for each rule, unless they were asked for."""
    by_hand, made = ([one for one in outcomes if is_locked(one.case) == which] for which in (False, True))
    for one in outcomes if whole else by_hand:
        if one.failed:
            body = "\n".join(f"  {line}".rstrip() for line in why[one.case.id].split("\n"))
            say(f"{one.case.span}: FAILED {one.case.name}\n{body}\n")
    broken = "" if whole else locked_text(made, policy)
    if broken:
        say(f"{broken}\n")
    found = [_became(by_hand)] if by_hand or not made else []
    found += [f"locked: {_became(made)}"] if made else []
    say(f"{'; '.join(found)} in {seconds:.1f} s")


def _became(outcomes: Sequence[Outcome]) -> str:
    became = Counter("failed" if one.failed else "passed" if one.passed else "skipped" for one in outcomes)
    return ", ".join(f"{became[word]} {word}" for word in ("failed", "passed", "skipped") if became[word])


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UnusableError(f"{path}: {reason(error)}") from None
