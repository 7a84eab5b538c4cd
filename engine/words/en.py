"""What is said in English."""

from collections.abc import Callable, Mapping

from engine.decision import Json

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


STEPS: dict[str, Callable[[Data], str]] = {
    "authority": _authority,
    "highest_line": _highest_line,
    "at_least": lambda data: f"{_whose(data)}{data['rule']} asks for at least {data['level']}",
    "raise": _raise,
    "chain": lambda data: f"from {data['submitter']} (the submitter) up to {data['level']}",
    "audit": _audit,
    "outcome": lambda data: f"outcome: {OUTCOMES[str(data['outcome'])]}",
    "missing_did_not_matter": lambda data: f"not given, and it did not matter: {_listed(data['fields'])}",
}


def _listed(names: Json) -> str:
    return ", ".join([str(name) for name in names]) if isinstance(names, list) else ""
