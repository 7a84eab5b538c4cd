"""Summaries of allocations: who gets the deal, with how many points."""

from engine.core.decision import Json
from engine.explain.words.numbers import figure
from engine.explain.words.ruling_reader import RulingReader


def partner_summary(reader: RulingReader) -> str:
    """Return the sentence on the candidates."""
    match reader.ruling.outcome:
        case "allocated":
            return _allocated(reader)
        case "needs_information":
            return reader.needs_information()
        case _:
            return _fallback(reader)


def _allocated(reader: RulingReader) -> str:
    ranking = reader.entries("ranking")
    scores = {entry["partner"]: entry["score"] for entry in ranking}
    chosen = reader.ruling.result["chosen"]
    names = [_with_points(reader, name, scores.get(name)) for name in chosen] if isinstance(chosen, list) else []
    return reader.say("allocated", partners=reader.joined(names), why=_why(reader, len(ranking)))


def _with_points(reader: RulingReader, name: Json, score: Json) -> str:
    return str(name) if score is None else reader.say("points", partner=name, score=figure(str(score)))


def _why(reader: RulingReader, candidates: int) -> str:
    if candidates == 1:
        return reader.say("only_candidate")
    if next(reader.steps("tie"), None) is not None:
        return reader.say("by_id")
    deciding = [step["criterion"] for step in reader.steps("criterion") if step["dropped"]]
    return reader.say("decided_by", criterion=deciding[-1]) if deciding else ""


def _fallback(reader: RulingReader) -> str:
    out = []
    for entry in reader.entries("excluded"):
        reasons = entry["reasons"]
        if isinstance(reasons, list) and reasons and isinstance(reasons[0], dict):
            out.append(reader.say("on_line", place=entry["partner"], reason=reasons[0]["reason"]))
    why = reader.say("all_excluded", reasons=reader.joined(out)) if out else ""
    name = reader.ruling.result["fallback"]
    return (
        reader.say("fallback", why=why, fallback=reader.title(str(name)))
        if name
        else reader.say("no_fallback", why=why)
    )
