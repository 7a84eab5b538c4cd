"""`dealdesk decide KIND REQUEST.json`: one decision, as text for people or as JSON."""

import sys
from typing import Annotated, Literal

import typer

from api.commands.console import DONE, POLICY_HAS_ERRORS, kind_named, program_of, read_input, refusal, say, say_json
from api.commands.moments import moment
from api.commands.options import DEFAULT_POLICY, EngineOption, PolicyOption
from api.desk import service
from api.desk.settings import Settings
from api.web.body import read_json
from engine.backends import make_engine
from engine.core.decision import Explain, Language, RefusedError
from engine.texts import as_text

KINDS = "price-approval, special-order, deal-registration or partner-allocation."


def decide(  # noqa: PLR0917 - each is an option of the command
    kind: Annotated[str, typer.Argument(metavar="KIND", help=KINDS, show_default=False)],
    request: Annotated[str, typer.Argument(metavar="REQUEST.json", help="`-` is standard input.", show_default=False)],
    policy: PolicyOption = DEFAULT_POLICY,
    style: Annotated[
        Literal["text", "json"] | None,
        typer.Option("--format", help="Default: text on a terminal, else json.", show_default=False),
    ] = None,
    explain: Annotated[Explain, typer.Option(help="How much the trace tells.")] = "near",
    lang: Annotated[Language, typer.Option(help="The language of texts.")] = "en",
    as_of: Annotated[
        str | None, typer.Option(help="Decide as of this day or moment, whatever the request says.", metavar="TIME")
    ] = None,
    engine: EngineOption = "index",
) -> int:
    """Decide one request and print the decision."""
    settings = Settings()
    chosen = kind_named(kind)
    name = "standard input" if request == "-" else request
    try:
        value = read_json(read_input(request, most=settings.max_body_bytes))
    except RefusedError as refused:
        raise refusal(name, refused) from None
    program = program_of(policy)
    if program is None:
        return POLICY_HAS_ERRORS
    if as_of is not None and isinstance(value, dict):
        value = {**value, "as_of": moment(as_of, program.policy).isoformat()}
    backend = make_engine(engine)
    backend.prepare(program.policy)
    options = service.Options(explain=explain, language=lang, engine=backend, limits=settings.limits)
    try:
        answer = service.decide(program, chosen, value, now=service.moment(), options=options)
    except RefusedError as refused:
        raise refusal(name, refused) from None
    if (style or ("text" if sys.stdout is not None and sys.stdout.isatty() else "json")) == "text":
        say(as_text(answer.decision, lang).removesuffix("\n"))
    else:
        say_json(answer.to_json())
    return DONE
