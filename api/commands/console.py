"""How commands read and print: bytes in, text out, and one line on standard error for whatever cannot be used."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import orjson

from api.commands.options import DEFAULT_POLICY
from api.desk.service import KIND_BY_NAME, PolicyRefusedError, open_program
from engine.core.decision import Kind, RefusedError
from engine.program import Program
from rules.load import Loaded
from rules.reports.diagnostics import draw
from rules.reports.nearest import nearest

DONE, POLICY_HAS_ERRORS, UNUSABLE = 0, 1, 2

Opened = TypeVar("Opened")


class UnusableError(Exception):
    """Wrong usage or unreadable input; the message is one line that says what and where."""


class ClosedPipeError(Exception):
    """Nobody reads what is printed any more; there is no one to write to."""


def say(text: str) -> None:
    """Print to standard output, and make sure that it arrived."""
    if sys.stdout is None:
        raise UnusableError("standard output is closed")
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError as error:
        # What is still buffered would fail again, loudly, when the interpreter exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise ClosedPipeError from None
        raise UnusableError(f"standard output: {reason(error)}") from None


def say_json(value: object) -> None:
    """Print a value as JSON, indented for a person."""
    say(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def complain(text: str) -> None:
    """Print to standard error."""
    if sys.stderr is not None:
        print(text, file=sys.stderr)  # noqa: T201 - this is the command line's voice


def read_input(path: str, *, most: int) -> bytes:
    """Return the content of a file, or of standard input for `-`; more than `most` bytes are refused."""
    name = "standard input" if path == "-" else path
    try:
        if path == "-":
            if sys.stdin is None:
                raise UnusableError("standard input is closed")
            content = sys.stdin.buffer.read(most + 1)
        else:
            with Path(path).open("rb") as file:
                content = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise UnusableError(f"{name}: {reason(error)}") from None
    if len(content) > most:
        raise UnusableError(f"{name}: is larger than {most} bytes")
    return content


def program_of(path: Path) -> Program | None:
    """Return a policy's program, or None when it has errors, which are then drawn on standard error."""
    return opened(path, open_program)


def opened(path: Path, open_: Callable[[Path], Opened]) -> Opened | None:
    """Return what `open_` makes of a policy, or None when it has errors, which are then drawn on standard error."""
    try:
        return open_(path)
    except (OSError, ValueError) as error:
        raise UnusableError(f"{path}: {reason(error)}{_how_to_name_a_policy(path)}") from None
    except PolicyRefusedError as refused:
        complain(drawings(refused.loaded))
        complain(f"{path}: {refused}")
        return None


def drawings(loaded: Loaded) -> str:
    """Return every finding with its excerpt."""
    return "\n\n".join(draw(one, loaded.sources) for one in loaded.diagnostics)


def kind_named(name: str) -> Kind:
    """Return the kind that a user names."""
    if kind := KIND_BY_NAME.get(name):
        return kind
    raise UnusableError(f"unknown kind `{name}`; {_advice(name, [kind.slug for kind in Kind])}")


def refusal(name: str, refused: RefusedError) -> UnusableError:
    """Return a request's faults as the one line that the contract asks for."""
    shown = [f"{fault.pointer or 'the request'}: {fault.message}{_hint(fault.hint)}" for fault in refused.faults[:10]]
    more = len(refused.faults) - len(shown)
    return UnusableError(f"{name}: {'; '.join([*shown, f'and {more} more'] if more else shown)}")


def reason(error: Exception) -> str:
    """Return why reading or writing failed, without the path that the message has anyway."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]


def _hint(hint: str | None) -> str:
    return f" ({hint})" if hint else ""


def _how_to_name_a_policy(path: Path) -> str:
    return " (name a policy with --policy or DEALDESK_POLICY)" if path == DEFAULT_POLICY else ""


def _advice(name: str, known: Iterable[str]) -> str:
    names = tuple(known)
    meant = nearest(name, names)
    return f"did you mean `{meant}`?" if meant else f"one of: {', '.join(names)}"
