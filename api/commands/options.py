"""The options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from engine.backends import EngineName

DEFAULT_POLICY = Path("policies.yaml")

PolicyOption = Annotated[
    Path, typer.Option("--policy", help="The policy file.", envvar="DEALDESK_POLICY", metavar="PATH")
]
EngineOption = Annotated[
    EngineName,
    typer.Option(
        "--engine",
        help="What matches the rules; all decide alike. `interpreter` is slow, `durable` needs an extra.",
        envvar="DEALDESK_ENGINE",
    ),
]
