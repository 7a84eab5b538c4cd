"""The rounds of an elimination as steps of a trace: every value that counted, who stayed and who went."""

from collections.abc import Callable, Iterable, Mapping

from engine.decision import Json
from engine.ranking import Round
from engine.ruling import Step
from engine.views import UNKNOWN


def round_steps(
    rounds: Iterable[Round], name: Callable[[int], str], extra: Mapping[str, Json] | None = None
) -> list[Step]:
    """Return a step a round. Values are texts; a number whose text is rounded stands under `exact` as a fraction too.

    A round that ends the elimination because values are unknown drops nobody and names them under `unknown`.
    """
    steps = []
    for step in rounds:
        scale = step.scale
        kept = step.rows if step.kept is None else step.kept
        stays = frozenset(kept)
        known = [row for row in step.rows if scale.states[row] is not UNKNOWN]
        exact: dict[str, Json] = {name(row): fraction for row in known if (fraction := scale.exact(row)) is not None}
        data: dict[str, Json] = {
            **(extra or {}),
            "criterion": scale.criterion.id,
            "best": scale.text(scale.best(step.rows)) if step.kept is not None else None,
            "values": {name(row): scale.text(row) for row in known},
            "unknown": [name(row) for row in scale.unknown_among(step.rows)],
            "kept": [name(row) for row in kept],
            "dropped": [name(row) for row in step.rows if row not in stays],
        }
        if exact:
            data["exact"] = exact
        steps.append(Step("criterion", data))
    return steps
