"""What is said in English."""

from collections.abc import Callable, Mapping

from engine.core.decision import Json

Data = Mapping[str, Json]

OUTCOMES = {
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


def _whose(data: Data) -> str:
    """Say what a step is about: `line 2: `, or nothing for the whole deal."""
    return f"line {data['line']}: " if "line" in data else ""


def _authority(data: Data) -> str:
    if data["level"] is None:
        return f"line {data['line']}: no level may sign it"
    if data["level"] == "automatic":
        return f"line {data['line']}: no one need sign it"
    return f"line {data['line']}: {data['level']} is the lowest level that may sign it"


def _highest_line(data: Data) -> str:
    if data["level"] is None:
        return "the highest level of the lines is not known, or nobody's"
    return f"the highest level of the lines is {data['level']}"


def _raise(data: Data) -> str:
    levels = "1 level" if data["levels"] == 1 else f"{data['levels']} levels"
    return f"{_whose(data)}{data['rule']} raises by {levels}"


def _audit(data: Data) -> str:
    drawn = "is in the sample" if data["sampled"] else "is not in the sample"
    return f"{_whose(data)}{data['control']} audits {data['rate']} of the orders: this one {drawn}"


def _eligibility(data: Data) -> str:
    if "candidates" in data:
        out = f"; excluded: {_listed(data['excluded'])}" if data["excluded"] else ""
        open_ = f"; not certain: {_listed(data['undetermined'])}" if data["undetermined"] else ""
        return f"in the running: {_listed(data['candidates']) or 'nobody'}{out}{open_}"
    said = f" ({_listed(data['rules'])})" if data["rules"] else ""
    status = {"rejected": "is rejected", "held": "is held", "eligible": "is eligible"}[str(data["status"])]
    forfeited = ", its protection is forfeited" if data["forfeited"] else ""
    protected = ", protected" if data["protected"] else ", protection not known" if data["protected"] is None else ""
    open_ = f"; not certain: {_listed(data['undetermined'])}" if data["undetermined"] else ""
    return f"{data['claim']} {status}{said}{forfeited}{protected}{open_}"


def _criterion(data: Data) -> str:
    place = f"place {data['round']}, " if data.get("round", 1) != 1 else ""
    if data["unknown"]:
        return f"{place}{data['criterion']}: not known of {_listed(data['unknown'])}, so it cannot decide"
    if not data["dropped"]:
        return f"{place}{data['criterion']}: keeps all ({_values(data, data['kept'])})"
    kept, dropped = _values(data, data["kept"]), _values(data, data["dropped"])
    return f"{place}{data['criterion']}: keeps {kept}, drops {dropped}"


def _tie(data: Data) -> str:
    if "claims" in data:
        return f"a tie between {_listed(data['claims'])}"
    return f"a tie between {_listed(data['partners'])}, broken by partner id: {_listed(data['chosen'])}"


def _priority(data: Data) -> str:
    first = data["claim"] or "nobody"
    if data["decided_by"] is None:
        return f"one contender: {first}"
    if data["decided_by"] == "tie":
        return f"{data['contenders']} contenders, and no criterion tells the first ones apart"
    return f"{data['contenders']} contenders: {first} is first, decided by {data['decided_by']}"


def _protection(data: Data) -> str:
    if data.get("kept"):
        return f"{data['claim']} keeps the protection that is running, until {data['protected_until']}"
    if data["undetermined"]:
        return f"{data['claim']}: how long it is protected depends on {_listed(data['undetermined'])}"
    if data["window"] is None:
        return f"{data['claim']}: no protection is granted"
    extend = f", extendable by {data['extend']}" if data["extend"] else ", no extension"
    row = f" ({data['rule']})" if data["rule"] else ""
    return f"{data['claim']} is protected for {data['window']}, until {data['protected_until']}{extend}{row}"


def _scores(data: Data) -> str:
    return "scores: " + _pairs(data["scores"], unknown="not known")


def _fallback(data: Data) -> str:
    return f"no candidate is left: {data['fallback']} takes over" if data["fallback"] else "no candidate is left"


def _split(data: Data) -> str:
    if data["undetermined"]:
        return f"the split depends on {_listed(data['undetermined'])}"
    if data["shares"] is None:
        return "no row gives a split"
    row = f" ({data['rule']})" if data["rule"] else ""
    if data["amounts"] is None:
        return f"split: {_pairs(data['shares'])}{row}"
    return f"split of {data['base']}: {_pairs(data['amounts'])}{row}"


def _asks(data: Data) -> str:
    rest = f"; still possible: {', '.join([OUTCOMES[name] for name in _names(data['outcomes'])])}"
    return f"cannot be decided without {_listed(data['fields'])}{rest if data['outcomes'] else ''}"


def _names(names: Json) -> list[str]:
    return [str(name) for name in names] if isinstance(names, list) else []


def _listed(names: Json) -> str:
    return ", ".join(_names(names))


def _value(value: Json) -> str:
    """Write a contender's value at a criterion."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else _listed(value) if isinstance(value, list) else str(value)


def _values(data: Data, names: Json) -> str:
    values = data["values"]
    assert isinstance(values, dict)
    return ", ".join([f"{name} ({_value(values.get(name))})" for name in _names(names)])


def _pairs(pairs: Json, *, unknown: str = "none") -> str:
    assert isinstance(pairs, dict)
    return ", ".join([f"{name} {unknown if value is None else value}" for name, value in pairs.items()])


STEPS: dict[str, Callable[[Data], str]] = {
    "authority": _authority,
    "highest_line": _highest_line,
    "at_least": lambda data: f"{_whose(data)}{data['rule']} asks for at least {data['level']}",
    "raise": _raise,
    "chain": lambda data: f"from {data['submitter']} (the submitter) up to {data['level']}",
    "audit": _audit,
    "eligibility": _eligibility,
    "criterion": _criterion,
    "tie": _tie,
    "priority": _priority,
    "contest": lambda data: f"contested: {_listed(data['rules'])}",
    "held_winner": lambda data: f"{data['claim']} cannot be awarded before it is released ({_listed(data['rules'])})",
    "protection": _protection,
    "recommendation_open": lambda data: f"who would be recommended is open: {_listed(data['claims'])}",
    "scores": _scores,
    "chosen": lambda data: f"chosen: {_listed(data['partners'])}",
    "fallback": _fallback,
    "acceptance": lambda data: f"to be accepted within {data['within']}, by {data['accept_by']}",
    "split": _split,
    "needs_information": _asks,
    "outcome": lambda data: f"outcome: {OUTCOMES[str(data['outcome'])]}",
    "missing_did_not_matter": lambda data: f"not given, and it did not matter: {_listed(data['fields'])}",
}
