"""`dealdesk test`: policy tests, and how much of the policy they guard."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Annotated, Literal

import typer

from api.commands.console import (
    DONE,
    POLICY_HAS_ERRORS,
    UnusableError,
    complain,
    program_of,
    reason,
    say,
    say_json,
)
from api.commands.moments import moment
from api.commands.options import DEFAULT_POLICY, EngineOption, PolicyOption
from api.service import prepare
from api.testing.coverage_text import coverage_json, coverage_table, percent
from api.testing.failures import told
from api.testing.files import FOLDER, case_files, chosen, read_all
from api.testing.junit import as_junit
from api.testing.page import as_page
from api.testing.results import results_json
from engine.cases.case import Case
from engine.cases.coverage import cover, total
from engine.cases.policies import Policies
from engine.cases.running import AS_OF, Outcome, run_cases
from rules.diagnostics import draw


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
        int | None, typer.Option(min=0, max=100, help="Fail below this coverage, in percent.", metavar="PERCENT")
    ] = None,
    engine: EngineOption = "index",
) -> int:
    """Run policy tests, and tell how much of the policy they guard."""
    start = perf_counter()
    program = program_of(policy)
    if program is None:
        return POLICY_HAS_ERRORS
    prepare(program, engine)
    now = AS_OF if as_of is None else moment(as_of, program.policy)
    cases = _cases(paths or [policy.parent / FOLDER], words)
    if cases is None:
        return POLICY_HAS_ERRORS
    outcomes = [*run_cases(cases, Policies(program), engine=engine, now=now)]
    why = {one.case.id: told(one, now=now, engine=engine) for one in outcomes if one.failed}
    if junit:
        _write(junit, as_junit(outcomes, why))
    own = [case for case in cases if case.policy is None]
    found = cover(program, own, now=now) if coverage or html or fail_under is not None else None
    if html and found:
        _write(html, as_page(program.policy, found, own, score=None, lived=()).encode())
    if style == "json":
        covered = {"coverage": coverage_json(found, own)} if found else {}
        say_json({**results_json(program.policy, outcomes, why), **covered})
    else:
        _say_results(outcomes, why, seconds=perf_counter() - start)
        if coverage and found:
            say(f"\n{coverage_table(found)}")
    too_little = fail_under is not None and found is not None and total(found) * 100 < fail_under
    if too_little and found:
        complain(f"coverage is {percent(total(found))}, less than {fail_under}%")
    return POLICY_HAS_ERRORS if why or too_little else DONE


def _cases(paths: Sequence[Path], words: str | None) -> list[Case] | None:
    """Return the cases that were asked for, or None when some are badly written, which is told."""
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


def _say_results(outcomes: Sequence[Outcome], why: dict[str, str], *, seconds: float) -> None:
    for one in outcomes:
        if one.failed:
            body = "\n".join(f"  {line}".rstrip() for line in why[one.case.id].split("\n"))
            say(f"{one.case.span}: FAILED {one.case.name}\n{body}\n")
    count = Counter("failed" if one.failed else "passed" if one.passed else "skipped" for one in outcomes)
    found = ", ".join(f"{count[word]} {word}" for word in ("failed", "passed", "skipped") if count[word])
    say(f"{found} in {seconds:.1f} s")


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UnusableError(f"{path}: {reason(error)}") from None
