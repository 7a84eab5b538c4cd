"""Summaries of allocations: who gets the deal, with how many points."""

from engine.answers.allocation import AllocationResult, CandidateTieStep
from engine.answers.elimination import CriterionStep
from engine.explain.words.numbers import figure
from engine.explain.words.ruling_reader import RulingReader


def partner_summary(reader: RulingReader, result: AllocationResult) -> str:
    """Return the sentence on the candidates."""
    match reader.ruling.outcome:
        case "allocated":
            return _allocated(reader, result)
        case "needs_information":
            return reader.needs_information()
        case _:
            return _fallback(reader, result)


def _allocated(reader: RulingReader, result: AllocationResult) -> str:
    scores = {entry.partner: entry.score for entry in result.ranking}
    names = [_with_points(reader, name, scores.get(name)) for name in result.chosen]
    return reader.say("allocated", partners=reader.joined(names), why=_why(reader, len(result.ranking)))


def _with_points(reader: RulingReader, name: str, score: str | None) -> str:
    return name if score is None else reader.say("points", partner=name, score=figure(score))


def _why(reader: RulingReader, candidates: int) -> str:
    if candidates == 1:
        return reader.say("only_candidate")
    if next(reader.steps(CandidateTieStep), None) is not None:
        return reader.say("by_id")
    deciding = [step.criterion for step in reader.steps(CriterionStep) if step.dropped]
    return reader.say("decided_by", criterion=deciding[-1]) if deciding else ""


def _fallback(reader: RulingReader, result: AllocationResult) -> str:
    out = [
        reader.say("on_line", place=entry.partner, reason=entry.reasons[0].reason)
        for entry in result.excluded
        if entry.reasons
    ]
    why = reader.say("all_excluded", reasons=reader.joined(out)) if out else ""
    if not result.fallback:
        return reader.say("no_fallback", why=why)
    return reader.say("fallback", why=why, fallback=reader.title(result.fallback))
