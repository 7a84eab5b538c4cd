"""What is said in English."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from engine.answers.allocation import (
    AcceptanceStep,
    AllocationAsksStep,
    AllocationOutcomeStep,
    CandidateEligibilityStep,
    CandidateTieStep,
    ChosenStep,
    FallbackStep,
    ScoresStep,
    SplitStep,
)
from engine.answers.decisions import AnyStep, Outcome
from engine.answers.elimination import CriterionStep
from engine.answers.price import (
    AtLeastStep,
    AuthorityStep,
    ChainStep,
    HighestLineStep,
    PriceOutcomeStep,
    RaiseStep,
)
from engine.answers.registration import (
    ClaimEligibilityStep,
    ClaimTieStep,
    ContestStep,
    HeldWinnerStep,
    PriorityStep,
    ProtectionStep,
    RecommendationOpenStep,
    RegistrationAsksStep,
    RegistrationOutcomeStep,
)
from engine.answers.special_order import AuditStep, OrderOutcomeStep
from engine.core.parts import MissingDidNotMatterStep, Shown
from engine.explain.words.lengths import length
from engine.explain.words.numbers import brief, brief_values
from engine.explain.words.phrases import line_place

OUTCOMES: Mapping[Outcome, str] = {
    "auto_approved": "approved automatically",
    "requires_approval": "requires approval",
    "held": "held",
    "rejected": "rejected",
    "needs_information": "needs information",
    "clear": "clear",
    "blocked": "blocked",
    "awarded": "awarded",
    "contested": "contested",
    "allocated": "allocated",
    "fallback": "fallback",
}


def _whose(step: AtLeastStep | RaiseStep | AuditStep) -> str:
    """Say what a step is about: `line 2: `, or nothing for the whole deal."""
    return f"{line_place(step.line, step.line_id, 'en')}: " if step.line is not None else ""


def _authority(step: AuthorityStep) -> str:
    place = line_place(step.line, step.line_id, "en")
    if step.level is None:
        return f"{place}: no level may sign it"
    if step.level == "automatic":
        return f"{place}: no one need sign it"
    return f"{place}: {step.level} is the lowest level that may sign it"


def _highest_line(step: HighestLineStep) -> str:
    if step.level is None:
        return "the highest level of the lines is not known, or nobody's"
    return f"the highest level of the lines is {step.level}"


def _raise(step: RaiseStep) -> str:
    levels = "1 level" if step.levels == 1 else f"{step.levels} levels"
    return f"{_whose(step)}{step.rule} raises by {levels}"


def _audit(step: AuditStep) -> str:
    drawn = "is in the sample" if step.sampled else "is not in the sample"
    return f"{_whose(step)}{step.control} audits {brief(step.rate)} of the orders: this one {drawn}"


def _candidates(step: CandidateEligibilityStep) -> str:
    out = f"; excluded: {_listed(step.excluded)}" if step.excluded else ""
    open_ = f"; not certain: {_listed(step.undetermined)}" if step.undetermined else ""
    return f"in the running: {_listed(step.candidates) or 'nobody'}{out}{open_}"


def _claim(step: ClaimEligibilityStep) -> str:
    said = f" ({_listed(step.rules)})" if step.rules else ""
    status = {"rejected": "is rejected", "held": "is held", "eligible": "is eligible"}[step.status]
    forfeited = ", its protection is forfeited" if step.forfeited else ""
    protected = ", protected" if step.protected else ", protection not known" if step.protected is None else ""
    open_ = f"; not certain: {_listed(step.undetermined)}" if step.undetermined else ""
    return f"{step.claim} {status}{said}{forfeited}{protected}{open_}"


def _criterion(step: CriterionStep) -> str:
    place = f"place {step.round}, " if step.round not in (None, 1) else ""
    if step.unknown:
        return f"{place}{step.criterion}: not known of {_listed(step.unknown)}, so it cannot decide"
    if not step.dropped:
        return f"{place}{step.criterion}: keeps all ({_values(step, step.kept)})"
    kept, dropped = _values(step, step.kept), _values(step, step.dropped)
    return f"{place}{step.criterion}: keeps {kept}, drops {dropped}"


def _priority(step: PriorityStep) -> str:
    first = step.claim or "nobody"
    if step.decided_by is None:
        return f"one contender: {first}"
    if step.decided_by == "tie":
        return f"{step.contenders} contenders, and no criterion tells the first ones apart"
    return f"{step.contenders} contenders: {first} is first, decided by {step.decided_by}"


def _protection(step: ProtectionStep) -> str:
    if step.kept:
        return f"{step.claim} keeps the protection that is running, until {step.protected_until}"
    if step.undetermined:
        return f"{step.claim}: how long it is protected depends on {_listed(step.undetermined)}"
    if step.window is None:
        return f"{step.claim}: no protection is granted"
    extend = f", extendable by {length(step.extend, 'en')}" if step.extend else ", no extension"
    row = f" ({step.rule})" if step.rule else ""
    return f"{step.claim} is protected for {length(step.window, 'en')}, until {step.protected_until}{extend}{row}"


def _scores(step: ScoresStep) -> str:
    return "scores: " + _pairs(step.scores, unknown="not known")


def _fallback(step: FallbackStep) -> str:
    return f"no candidate is left: {step.fallback} takes over" if step.fallback else "no candidate is left"


def _split(step: SplitStep) -> str:
    if step.undetermined:
        return f"the split depends on {_listed(step.undetermined)}"
    if step.shares is None:
        return "no row gives a split"
    row = f" ({step.rule})" if step.rule else ""
    if step.amounts is None:
        return f"split: {_pairs({name: brief(share) for name, share in step.shares.items()})}{row}"
    return f"split of {step.base}: {_pairs(step.amounts)}{row}"


def _asks(step: RegistrationAsksStep | AllocationAsksStep) -> str:
    rest = f"; still possible: {', '.join([OUTCOMES[name] for name in step.outcomes])}"
    return f"cannot be decided without {_listed(step.fields)}{rest if step.outcomes else ''}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _value(value: Shown) -> str:
    """Write a contender's value at a criterion."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else value if isinstance(value, str) else _listed(value)


def _values(step: CriterionStep, names: Sequence[str]) -> str:
    values = brief_values(step.values)
    return ", ".join([f"{name} ({_value(values.get(name))})" for name in names])


def _pairs(pairs: Mapping[str, str | None], *, unknown: str = "none") -> str:
    return ", ".join([f"{name} {unknown if value is None else value}" for name, value in pairs.items()])


def step_text(step: AnyStep) -> str:
    """Return a step's sentence."""
    match step:
        case AuthorityStep():
            return _authority(step)
        case HighestLineStep():
            return _highest_line(step)
        case AtLeastStep():
            return f"{_whose(step)}{step.rule} asks for at least {step.level}"
        case RaiseStep():
            return _raise(step)
        case ChainStep():
            return f"from {step.submitter} (the submitter) up to {step.level}"
        case AuditStep():
            return _audit(step)
        case ClaimEligibilityStep():
            return _claim(step)
        case CandidateEligibilityStep():
            return _candidates(step)
        case CriterionStep():
            return _criterion(step)
        case ClaimTieStep():
            return f"a tie between {_listed(step.claims)}"
        case CandidateTieStep():
            return f"a tie between {_listed(step.partners)}, broken by partner id: {_listed(step.chosen)}"
        case PriorityStep():
            return _priority(step)
        case ContestStep():
            return f"contested: {_listed(step.rules)}"
        case HeldWinnerStep():
            return f"{step.claim} cannot be awarded before it is released ({_listed(step.rules)})"
        case ProtectionStep():
            return _protection(step)
        case RecommendationOpenStep():
            return f"who would be recommended is open: {_listed(step.claims)}"
        case ScoresStep():
            return _scores(step)
        case ChosenStep():
            return f"chosen: {_listed(step.partners)}"
        case FallbackStep():
            return _fallback(step)
        case AcceptanceStep():
            return f"to be accepted within {length(step.within, 'en')}, by {step.accept_by}"
        case SplitStep():
            return _split(step)
        case RegistrationAsksStep() | AllocationAsksStep():
            return _asks(step)
        case PriceOutcomeStep() | OrderOutcomeStep() | RegistrationOutcomeStep() | AllocationOutcomeStep():
            return f"outcome: {OUTCOMES[step.outcome]}"
        case MissingDidNotMatterStep():
            return f"not given, and it did not matter: {_listed(step.fields)}"
        case _:
            assert_never(step)
