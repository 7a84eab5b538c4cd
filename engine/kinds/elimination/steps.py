"""The rounds of an elimination as steps of a trace: every value that counted, who stayed and who went."""

from collections.abc import Callable, Sequence
from math import gcd

from engine.answers.elimination import CriterionStep
from engine.core.exact import has_places
from engine.core.views import UNKNOWN, State
from engine.kinds.elimination.ranking import Round

_SHOWN_PLACES = 12


def elimination_steps(
    eliminations: Sequence[Sequence[Round]], name: Callable[[int], str], *, numbered: bool
) -> list[list[CriterionStep]]:
    """Return for each elimination a step a round.

    Values are texts; a number whose text is rounded stands under `exact` as a fraction too. A round that ends the
    elimination because values are unknown drops nobody and names them under `unknown`. Where they are `numbered`,
    `round` counts the eliminations from 1; the later ones list only what has not been listed yet.
    """
    told: set[tuple[str, int]] = set()
    return [
        _round_steps(rounds, name, number if numbered else None, told)
        for number, rounds in enumerate(eliminations, start=1)
    ]


def _round_steps(
    rounds: Sequence[Round], name: Callable[[int], str], number: int | None, told: set[tuple[str, int]]
) -> list[CriterionStep]:
    steps = []
    for step in rounds:
        scale = step.scale
        criterion = scale.criterion.id
        kept = step.rows if step.kept is None else step.kept
        stays = frozenset(kept)
        known = [row for row in step.rows if scale.states[row] is not UNKNOWN and (criterion, row) not in told]
        told |= {(criterion, row) for row in known}
        exact = {name(row): fraction for row in known if (fraction := fraction_of(scale.states[row])) is not None}
        steps.append(
            CriterionStep(
                round=number,
                criterion=criterion,
                best=scale.text(scale.best(step.rows)) if step.kept is not None else None,
                values={name(row): scale.text(row) for row in known},
                unknown=[name(row) for row in scale.unknown_among(step.rows)],
                kept=[name(row) for row in kept],
                dropped=[name(row) for row in step.rows if row not in stays] if number in (None, 1) else [],
                exact=exact or None,
            )
        )
    return steps


def fraction_of(state: State) -> str | None:
    """Return a number as a fraction in lowest terms, where its text has to be rounded."""
    if not isinstance(state, tuple) or state[1] == 0 or has_places(state, _SHOWN_PLACES):
        return None
    shared = gcd(*state)
    return f"{state[0] // shared}/{state[1] // shared}"
