"""The command line: which commands `dealdesk` has, and how they end.

Exit status: 0 done; 1 the policy has errors, or the check that was asked for failed; 2 wrong usage or unreadable input,
with one line on standard error. Nothing ends in a traceback.
"""

import os
import sys
from typing import Annotated

import typer
from pydantic import ValidationError

from api import VERSION
from api.commands.check import check
from api.commands.console import DONE, UNUSABLE, ClosedPipeError, UnusableError, complain, say
from api.commands.crosscheck import crosscheck
from api.commands.decide import decide
from api.commands.schema import schema
from api.commands.serve import serve
from api.commands.test import policy_tests
from engine.backends.durable.errors import EngineError

INTERRUPTED = 130  # what shells expect after Ctrl-C

app = typer.Typer(
    name="dealdesk",
    help="Deal-desk policy as code: exact decisions, each with the trace that explains it.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (decide, check, crosscheck, serve, schema):
    app.command()(command)
app.command("test")(policy_tests)


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"dealdesk {VERSION}")
        raise typer.Exit(DONE)


@app.callback()
def dealdesk(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Deal-desk policy as code: exact decisions, each with the trace that explains it."""


def main() -> None:
    """Run the command line as this process."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Chinese still gets an answer
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    try:
        status: int | None = app(arguments, prog_name="dealdesk", standalone_mode=False)
    except UnusableError as error:
        complain(f"dealdesk: {error}")
    except EngineError as error:
        complain(f"dealdesk: {error}")
    except ValidationError as error:
        complain(f"dealdesk: {_wrong_setting(error)}")
    except typer.TyperException as error:
        complain(f"dealdesk: {_one_line(error.format_message())}")
    except ClosedPipeError:
        pass
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except Exception as error:  # whatever it is, it is reported in a line; the traceback is for us
        if os.environ.get("DEALDESK_DEBUG"):
            raise
        complain(
            f"dealdesk: internal error: {_one_line(f'{type(error).__name__}: {error}')} (DEALDESK_DEBUG=1 tells more)"
        )
    else:
        return status or DONE
    return UNUSABLE


def _wrong_setting(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"DEALDESK_{'_'.join(str(part) for part in first['loc']).upper()}: {_one_line(first['msg'])}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
