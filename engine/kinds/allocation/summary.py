"""Summaries of allocations: who gets the deal, with how many points."""

from engine.core.decision import Json
from engine.explain.words.numbers import figure
from engine.explain.words.ruling_reader import Told


def partner_summary(told: Told) -> str:
    """Return the sentence on the candidates."""
    match told.ruling.outcome:
        case "allocated":
            return _allocated(told)
        case "needs_information":
            return told.needs_information()
        case _:
            return _fallback(told)


def _allocated(told: Told) -> str:
    ranking = told.entries("ranking")
    scores = {entry["partner"]: entry["score"] for entry in ranking}
    chosen = told.ruling.result["chosen"]
    names = [_with_points(told, name, scores.get(name)) for name in chosen] if isinstance(chosen, list) else []
    return told.say("allocated", partners=told.joined(names), why=_why(told, len(ranking)))


def _with_points(told: Told, name: Json, score: Json) -> str:
    return str(name) if score is None else told.say("points", partner=name, score=figure(str(score)))


def _why(told: Told, candidates: int) -> str:
    if candidates == 1:
        return told.say("only_candidate")
    if next(told.steps("tie"), None) is not None:
        return told.say("by_id")
    deciding = [step["criterion"] for step in told.steps("criterion") if step["dropped"]]
    return told.say("decided_by", criterion=deciding[-1]) if deciding else ""


def _fallback(told: Told) -> str:
    out = []
    for entry in told.entries("excluded"):
        reasons = entry["reasons"]
        if isinstance(reasons, list) and reasons and isinstance(reasons[0], dict):
            out.append(told.say("on_line", place=entry["partner"], reason=reasons[0]["reason"]))
    why = told.say("all_excluded", reasons=told.joined(out)) if out else ""
    name = told.ruling.result["fallback"]
    return told.say("fallback", why=why, fallback=told.title(str(name))) if name else told.say("no_fallback", why=why)
