"""`dealdesk crosscheck`: the same requests on two engines, and every difference with both traces."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.commands.console import (
    DONE,
    POLICY_HAS_ERRORS,
    UnusableError,
    kind_named,
    program_of,
    read_input,
    reason,
    refusal,
    say,
)
from api.commands.options import DEFAULT_POLICY, PolicyOption
from api.desk import service
from api.desk.service import KIND_BY_NAME
from api.desk.settings import Settings
from api.web.body import read_json
from engine.assure.crosscheck import Difference
from engine.assure.crosscheck import crosscheck as compare
from engine.backends import Backend, make_engine
from engine.core.decision import Kind, RefusedError
from engine.program import Program
from engine.space.random_requests import SampleRequests

FOUND = 1
RANDOM = 200
MOST_BYTES = 1 << 30  # a file of requests; each of its lines has the limit of a request


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, its kind, and what it is called in the report; `made` if no file has it."""

    name: str
    kind: Kind
    request: object
    made: bool = False


def crosscheck(  # noqa: PLR0917 - each is an option of the command
    requests: Annotated[
        Path | None,
        typer.Argument(
            metavar="[REQUESTS.jsonl|FOLDER]", help="Default: random requests under the policy.", show_default=False
        ),
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="The kind of every request, or of the random ones.", show_default=False)
    ] = None,
    number: Annotated[
        int | None, typer.Option("--random", metavar="N", min=1, help=f"So many random requests; default: {RANDOM}.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same random requests.")] = 1,
    policy: PolicyOption = DEFAULT_POLICY,
    engine: Annotated[
        Literal["durable", "interpreter"], typer.Option(help="What the first engine is held against.")
    ] = "durable",
) -> int:
    """Decide requests on the first engine and on another one, and report every difference."""
    if requests is not None and number is not None:
        raise UnusableError("give requests, or --random, not both")
    settings = Settings()
    chosen = kind_named(kind) if kind is not None else None
    program = program_of(policy)
    if program is None:
        return POLICY_HAS_ERRORS
    engines = make_engine("index"), make_engine(engine)
    engines[1].prepare(program.policy)
    asked = (
        _random(program, chosen, number or RANDOM, seed)
        if requests is None
        else list(_given(requests, chosen, most=settings.max_body_bytes))
    )
    now = service.moment()
    differing = refused = 0
    for one in _shown(asked):
        checked = compare(program, one.kind, one.request, now=now, engines=engines, limits=settings.limits)
        refused += not checked.decided and checked.difference is None
        if checked.difference is not None:
            differing += 1
            say(_report(one, checked.difference))
    say(_summary(len(asked), differing, refused, engines))
    return FOUND if differing else DONE


def _random(program: Program, kind: Kind | None, number: int, seed: int) -> list[Asked]:
    """Return random requests, of all kinds in turn unless one is named."""
    kinds = list(program.domains) if kind is None else [kind]
    if not kinds or kinds[0] not in program.domains:
        raise UnusableError(f"the policy does not decide {kind.slug if kind else 'anything'}")
    source = SampleRequests(program.policy, seed)
    turns = [kinds[turn % len(kinds)] for turn in range(number)]
    return [Asked(f"random {turn}", one, source.make(one), made=True) for turn, one in enumerate(turns, start=1)]


def _given(path: Path, kind: Kind | None, *, most: int) -> Iterator[Asked]:
    """Yield the requests of a folder's JSON files, or of a file's lines."""
    if not path.is_dir():
        for number, line in enumerate(read_input(str(path), most=MOST_BYTES).splitlines(), start=1):
            if line.strip():
                yield _asked(f"{path}:{number}", line, kind, most=most)
        return
    try:
        # `examples/` keeps beside each request the decision that it gets.
        files = [file for file in sorted(path.rglob("*.json")) if not file.name.endswith(".decision.json")]
    except OSError as error:
        raise UnusableError(f"{path}: {reason(error)}") from None
    if not files:
        raise UnusableError(f"{path}: there is no .json file in it")
    for file in files:
        yield _asked(str(file), read_input(str(file), most=most), kind or _kind_of(file), most=most)


def _asked(name: str, text: bytes, kind: Kind | None, *, most: int) -> Asked:
    """Read one request: as a batch has it, with its kind, or plain."""
    if len(text) > most:
        raise UnusableError(f"{name}: is larger than {most} bytes")
    try:
        value = read_json(text)
    except RefusedError as refused:
        raise refusal(name, refused) from None
    if isinstance(value, dict) and set(value) == {"kind", "request"} and isinstance(value["kind"], str):
        try:
            return Asked(name, kind_named(value["kind"]), value["request"])
        except UnusableError as wrong:
            raise UnusableError(f"{name}: {wrong}") from None
    if kind is None:
        raise UnusableError(f'{name}: of which kind? use --kind, or {{"kind": …, "request": …}}')
    return Asked(name, kind, value)


def _kind_of(file: Path) -> Kind | None:
    """Return the kind that a file's folder or name says, as in `examples/`."""
    return KIND_BY_NAME.get(file.parent.name) or KIND_BY_NAME.get(file.stem)


def _shown(asked: list[Asked]) -> Iterable[Asked]:
    """Show on a terminal how far it is."""
    if sys.stderr is None or not sys.stderr.isatty():
        return asked
    from rich.console import Console  # noqa: PLC0415 - only a terminal waits for it
    from rich.progress import track  # noqa: PLC0415

    return track(asked, "deciding", console=Console(stderr=True), transient=True)


def _report(one: Asked, difference: Difference) -> str:
    parts = [f"{one.name} ({one.kind.slug}) differs at {difference.pointer or '/'} with explain={difference.explain}"]
    parts += [f"--- {answer.engine}\n{answer.text}".rstrip("\n") for answer in difference.answers]
    if one.made:
        # What a file of requests takes, so that the difference can be looked at again.
        parts.append(f"--- request\n{json.dumps({'kind': one.kind.value, 'request': one.request}, ensure_ascii=False)}")
    return "\n".join([*parts, ""])


def _summary(number: int, differing: int, refused: int, engines: tuple[Backend, Backend]) -> str:
    requests = f"{number} request{'s' if number != 1 else ''}"
    alike = f" ({refused} refused alike)" if refused else ""
    found = f"{differing} differ{'s' if differing == 1 else ''}" if differing else "no difference"
    return f"{requests} on {engines[0].name} and {engines[1].name}{alike}: {found}"
