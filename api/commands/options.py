"""The options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_POLICY = Path("policies.yaml")

PolicyOption = Annotated[
    Path, typer.Option("--policy", help="The policy file.", envvar="DEALDESK_POLICY", metavar="PATH")
]
