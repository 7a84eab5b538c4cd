"""`dealdesk test`: policy tests, and how much of the policy they guard."""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Annotated, Literal

import typer

from api.commands.console import DONE, POLICY_HAS_ERRORS, UnusableError, complain, program_of, reason, say, say_json
from api.commands.moments import moment
from api.commands.options import DEFAULT_POLICY, EngineOption, PolicyOption
from api.desk.case_files import FOLDER, case_files, chosen, read_all
from api.desk.service import prepare
from api.documents.coverage_page import Lived, as_page
from api.documents.coverage_text import coverage_json, coverage_table, percent
from api.documents.failures import described
from api.documents.junit import as_junit
from api.documents.mutants_text import mutants_json, mutants_table, survivors_text
from api.documents.offered_files import offered_files
from api.documents.results import results_json
from engine.assure.cases.case import Case
from engine.assure.cases.coverage import SectionCoverage, cover, total
from engine.assure.cases.policies import Policies
from engine.assure.cases.running import AS_OF, Outcome, run_cases
from engine.assure.mutants.making import mutants_of
from engine.assure.mutants.mutant import Mutant
from engine.assure.mutants.offers import Offer
from engine.assure.mutants.score import Tried, fewest, score, try_all
from engine.assure.mutants.trying import record
from engine.program import Program
from rules.reports.diagnostics import draw


@dataclass(frozen=True, slots=True)
class Mutated:
    """The mutants, what became of them, and the cases that would notice those that live."""

    tried: Sequence[Tried]
    needed: Sequence[tuple[Offer, Sequence[Mutant]]]


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
    offered: Annotated[
        Path | None, typer.Option("--cases", help="Write the cases that would notice the rest.", metavar="FOLDER")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes for mutants. Default: one a core.")] = None,
    engine: EngineOption = "index",
) -> int:
    """Run policy tests, and tell how much of the policy they guard."""
    program = program_of(policy)
    if program is None:
        return POLICY_HAS_ERRORS
    prepare(program, engine)
    now = AS_OF if as_of is None else moment(as_of, program.policy)
    cases = _cases(paths or [policy.parent / FOLDER], words)
    if cases is None:
        return POLICY_HAS_ERRORS
    start = perf_counter()
    outcomes = [*run_cases(cases, Policies(program), engine=engine, now=now)]
    seconds = perf_counter() - start
    why = {one.case.id: described(one, now=now, engine=engine) for one in outcomes if one.failed}
    if junit:
        _write(junit, as_junit(outcomes, why))
    own = [case for case in cases if case.policy is None]
    found = cover(program, own, now=now) if coverage or html or fail_under is not None else None
    passing = [one.case for one in outcomes if one.passed and one.case.policy is None]
    wanted = mutate or min_score is not None or offered is not None
    mutated = _mutated(program, passing, jobs=jobs or os.cpu_count() or 1, now=now) if wanted else None
    if html and found is not None:
        _write(html, _page(program, found, own, mutated))
    if offered and mutated:
        for name, text in offered_files(mutated.needed).items():
            _write(_free(offered / name), text.encode())
    if style == "json":
        covered = {"coverage": coverage_json(found, own)} if found is not None else {}
        changed = {"mutation": mutants_json(mutated.tried, mutated.needed, passing)} if mutated else {}
        say_json({**results_json(program.policy, outcomes, why), **covered, **changed})
    else:
        _say_results(outcomes, why, seconds=seconds)
        if coverage and found is not None:
            say(f"\n{coverage_table(found)}")
        if mutated:
            say(f"\n{survivors_text(mutated.tried, mutated.needed)}\n\n{mutants_table(mutated.tried)}".rstrip("\n"))
    return POLICY_HAS_ERRORS if why or _too_little(found, fail_under, mutated, min_score) else DONE


def _cases(paths: Sequence[Path], words: str | None) -> list[Case] | None:
    """Return the cases that were asked for, or None when some are badly written, which is reported."""
    try:
        files = read_all(case_files(paths))
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


def _mutated(program: Program, cases: Sequence[Case], *, jobs: int, now: datetime) -> Mutated:
    """Try every mutant, showing on a terminal how far it is."""
    mutants = [*mutants_of(program)]
    recorded = record(program, cases, now=now)
    shows = sys.stderr is not None and sys.stderr.isatty()

    def progress(done: int) -> None:
        if shows and (done % 25 == 0 or done == len(mutants)):
            end = "\n" if done == len(mutants) else ""
            print(f"\r{done}/{len(mutants)} mutants", end=end, file=sys.stderr, flush=True)  # noqa: T201 - for the eye

    tried = try_all(mutants, recorded, jobs=jobs, progress=progress)
    return Mutated(tried, fewest(tried, recorded))


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


def _say_results(outcomes: Sequence[Outcome], why: dict[str, str], *, seconds: float) -> None:
    for one in outcomes:
        if one.failed:
            body = "\n".join(f"  {line}".rstrip() for line in why[one.case.id].split("\n"))
            say(f"{one.case.span}: FAILED {one.case.name}\n{body}\n")
    became = Counter("failed" if one.failed else "passed" if one.passed else "skipped" for one in outcomes)
    found = ", ".join(f"{became[word]} {word}" for word in ("failed", "passed", "skipped") if became[word])
    say(f"{found} in {seconds:.1f} s")


def _free(path: Path) -> Path:
    """Return a path where nothing lies yet: cases that were offered before are cases like any other now."""
    others = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return path if not path.exists() else next(other for other in others if not other.exists())


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UnusableError(f"{path}: {reason(error)}") from None
