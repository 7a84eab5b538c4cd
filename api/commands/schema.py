"""`dealdesk schema policy|KIND`: the JSON Schema of a policy file, or of a request under the current policy."""

from typing import Annotated

import typer

from api.commands.console import DONE, POLICY_HAS_ERRORS, kind_named, program_of, say_json
from api.commands.options import DEFAULT_POLICY, PolicyOption
from api.desk.settings import Settings
from engine.core.request_schema import request_schema
from rules.schema import policy_schema


def schema(
    what: Annotated[str, typer.Argument(metavar="policy|KIND", show_default=False)],
    policy: PolicyOption = DEFAULT_POLICY,
) -> int:
    """Print the JSON Schema of the policy file, for editors, or of a request under the policy."""
    if what == "policy":
        say_json(policy_schema())
        return DONE
    kind = kind_named(what)
    program = program_of(policy)
    if program is None:
        return POLICY_HAS_ERRORS
    say_json(request_schema(program.policy, kind, limits=Settings().limits))
    return DONE
