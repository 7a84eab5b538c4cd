"""Is a trace enough? The half of `sufficiency` that recomputes who wins a registration or an allocation.

The elimination is done again from the values that its steps list, by the preferences and tolerances of the basis.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, TypeAlias

from tests.sufficiency import ASKS, compare, effects, end, fired, length, number, read, shortest, undetermined

Data: TypeAlias = Any
HIGHER = frozenset({"highest", "latest", "prefer"})


class Elimination:
    """One elimination after another, from the values in a trace."""

    def __init__(self, decision: Mapping[str, Data], criteria: Sequence[Mapping[str, Data]]) -> None:
        self.criteria = criteria
        self.basis = decision["trace"]["basis"]
        self.values: dict[str, dict[str, Data]] = {}
        self.unknown: dict[str, set[str]] = {}
        for step in self.steps(decision):
            known = self.values.setdefault(step["criterion"], {})
            known |= step["values"] | {name: Fraction(exact) for name, exact in step.get("exact", {}).items()}
            self.unknown.setdefault(step["criterion"], set()).update(step["unknown"])

    @staticmethod
    def steps(decision: Mapping[str, Data]) -> list[Mapping[str, Data]]:
        """Return the rounds that the trace tells."""
        return [step for step in decision["trace"]["steps"] if step["step"] == "criterion"]

    def run(self, contenders: Sequence[str]) -> tuple[list[str], str | None, list[tuple[str, list[str]]]]:
        """Return who is left, the criterion that ended it (None if they ran out, or one was left), and the rounds.

        A criterion at which someone's value is unknown ends it with everyone who is in.
        """
        left = sorted(contenders)
        rounds: list[tuple[str, list[str]]] = []
        decided: str | None = None
        for criterion in self.criteria:
            name = criterion["criterion"]
            if len(left) < 2:
                break
            if self.unknown.get(name, set()) & set(left):
                rounds.append((name, left))
                return left, ASKS, rounds
            left = self._kept(criterion, left)
            rounds.append((name, left))
            decided = name if len(left) == 1 else None
        return left, decided, rounds

    def _kept(self, criterion: Mapping[str, Data], names: Sequence[str]) -> list[str]:
        values = {name: self._value(criterion, self.values[criterion["criterion"]][name]) for name in names}
        known = [value for value in values.values() if value is not None]
        if not known:
            return list(names)
        best = max(known) if criterion["preference"] in HIGHER else min(known)
        if isinstance(best, date) and "within" in criterion:
            far = [value for value in known if value == best or self._reaches(criterion["within"], value, best)]
            return [name for name in names if values[name] is not None and min(far) <= values[name] <= max(far)]
        return [name for name in names if values[name] is not None and self._near(criterion, values[name], best)]

    def _reaches(self, within: str, value: date, best: date) -> bool:
        """Return whether the time from the earlier one on ends no earlier than the later; days have no clocks."""
        early, late = sorted((value, best))
        basis = self.basis if isinstance(early, datetime) else {**self.basis, "timezone": "UTC"}
        last = late if isinstance(late, datetime) else datetime.combine(late, time(), UTC)
        begins = early.isoformat() if isinstance(early, datetime) else f"{early}T00:00:00+00:00"
        return bool(end(begins, within, basis).astimezone(UTC) >= last.astimezone(UTC))

    @staticmethod
    def _value(criterion: Mapping[str, Data], text: Data) -> Data:
        if criterion["preference"] == "best":
            return None if text is None else criterion["order"].index(text)
        return text if isinstance(text, Fraction) else read(text)

    @staticmethod
    def _near(criterion: Mapping[str, Data], value: Data, best: Data) -> bool:
        within = criterion.get("within")
        if within is None or value == best:
            return bool(value == best)
        distance = abs(value - best)
        return bool(distance <= (length(within) if isinstance(distance, timedelta) else number(within)))


def _about(rules: Sequence[Mapping[str, Data]], name: str, key: str, subject: str) -> list[str]:
    """Return the rules with an effect that speak of one claim or partner, or of all."""
    return [rule["rule"] for rule, _ in effects(rules, name) if rule.get(key, subject) == subject]


# --- registrations -------------------------------------------------------------------------------------------------


def registration(decision: Mapping[str, Data], explain: str) -> Iterator[str]:
    """Check a registration."""
    trace, result = decision["trace"], decision["result"]
    eligibility = fired(trace["rules"], "deal_registration.eligibility")
    contest = fired(trace["rules"], "deal_registration.contest")
    claims = sorted(entry["claim"] for entry in result["ranking"])
    rejected = [claim for claim in claims if _about(eligibility, "reject", "claim", claim)]
    held = [claim for claim in claims if claim not in rejected and _about(eligibility, "hold", "claim", claim)]
    elimination = Elimination(decision, trace["basis"]["priority"])
    if decision["outcome"] == ASKS:
        if not _has_reason(decision, ("eligibility", "contest"), elimination):
            yield "needs_information: nothing in the trace is undetermined or unknown"
        return
    left, decided, rounds = elimination.run([claim for claim in claims if claim not in rejected])
    if decided == ASKS:
        yield "the elimination reaches an unknown value, and the decision stands all the same"
        return
    recommended = left[0] if len(left) == 1 else None
    contested = len(left) > 1 or recommended in held or any(True for _ in effects(contest, "arbitrate"))
    outcome = "rejected" if not left else "contested" if contested else "awarded"
    winner = recommended if outcome == "awarded" else None
    yield from compare(
        decision,
        {"outcome": outcome, "winner": winner, "decided_by": "tie" if len(left) > 1 else decided if left else None},
    )
    told = [(step["criterion"], step["kept"]) for step in Elimination.steps(decision)]
    if told != rounds:
        yield f"criteria: the trace's values give {rounds}, its steps say {told}"
    if explain != "fired" or result["recommended"] is not None:
        open_ = undetermined(trace["rules"], "deal_registration.eligibility")
        if result["recommended"] != recommended and not open_:
            yield f"recommended: the trace gives {recommended}, the decision says {result['recommended']}"
    lost = dict(_lost(sorted(set(claims) - set(rejected)), rounds))
    for entry in result["ranking"]:
        claim = entry["claim"]
        status = (
            "rejected"
            if claim in rejected
            else "awarded"
            if claim == winner
            else "held"
            if claim in held
            else "eligible"
        )
        at = lost.get(claim, "tie" if len(left) > 1 and claim in left else None)
        if (entry["status"], entry["at"]) != (status, at):
            yield f"{claim}: the trace gives {status} at {at}, the decision says {entry}"
    if outcome == "awarded":
        yield from _protected(decision)


def _lost(contenders: Sequence[str], rounds: Sequence[tuple[str, list[str]]]) -> Iterator[tuple[str, str]]:
    """Yield at which criterion each claim lost."""
    before = list(contenders)
    for criterion, kept in rounds:
        yield from ((claim, criterion) for claim in before if claim not in kept)
        before = kept


def _protected(decision: Mapping[str, Data]) -> Iterator[str]:
    """Check the protection: by the first row that fires, unless an undetermined one might come first."""
    step = next((step for step in decision["trace"]["steps"] if step["step"] == "protection"), None)
    if step is None:
        yield "awarded, and no step tells the protection"
        return
    if step["undetermined"]:
        return
    if "kept" in step:
        yield from compare(decision, {"protected_until": _running_until(decision, step), "extend": None})
        return
    rows = fired(decision["trace"]["rules"], "deal_registration.protection")
    first = min(rows, key=lambda row: int(row["source"]["line"]), default=None)
    protect = next((then for then in first["then"] if "protect" in then), None) if first else None
    until = shortest(decision, [protect["protect"]]) if protect else None
    yield from compare(decision, {"protected_until": until, "extend": protect["extend"] if protect else None})


def _running_until(decision: Mapping[str, Data], step: Mapping[str, Data]) -> str | None:
    """Return until when the winner's protection runs: as the step says, and the facts where they are listed."""
    winner = decision["result"]["winner"]
    of_winner: dict[str, Data] = {
        fact["field"]: fact["value"] for fact in decision["trace"]["facts"] if fact.get("claim") == winner
    }
    until = datetime.fromisoformat(of_winner.get("claim.protected_until") or step["protected_until"])
    runs = until > datetime.fromisoformat(decision["as_of"]) and of_winner.get("claim.protected", True) is True
    same = until == datetime.fromisoformat(step["protected_until"])
    return step["protected_until"] if runs and same else None


def _has_reason(decision: Mapping[str, Data], sections: Sequence[str], elimination: Elimination) -> bool:
    """Return whether anything is undetermined or unknown, and the decision says which fields are missing."""
    rules = decision["trace"]["rules"]
    kind = {"deal_registration": "deal_registration", "partner_allocation": "partner_allocation"}[decision["kind"]]
    open_ = [rule for section in sections for rule in undetermined(rules, f"{kind}.{section}")]
    return bool(decision["missing"]) and bool(open_ or any(elimination.unknown.values()) or _without_points(rules))


def _without_points(rules: Sequence[Mapping[str, Data]]) -> bool:
    return any(then.get("known") is False for rule in rules for then in rule["then"])


# --- allocations ---------------------------------------------------------------------------------------------------


def allocation(decision: Mapping[str, Data], explain: str) -> Iterator[str]:
    """Check an allocation."""
    del explain  # it needs no more than what fired
    trace, result = decision["trace"], decision["result"]
    eligibility = fired(trace["rules"], "partner_allocation.eligibility")
    partners = sorted(one["partner"] for one in (*result["ranking"], *result["excluded"]))
    excluded = [partner for partner in partners if _about(eligibility, "exclude", "partner", partner)]
    if sorted(one["partner"] for one in result["excluded"]) != excluded:
        yield f"excluded: the trace gives {excluded}, the decision says {result['excluded']}"
    yield from _scores(decision)
    elimination = Elimination(decision, trace["basis"]["choose"])
    if decision["outcome"] == ASKS:
        if not _has_reason(decision, ("eligibility", "score"), elimination):
            yield "needs_information: nothing in the trace is undetermined or unknown"
        return
    chosen = _chosen(elimination, [one for one in partners if one not in excluded], trace["basis"]["take"])
    outcome = "allocated" if chosen else "fallback"
    accept = trace["basis"]["accept_within"]
    yield from compare(
        {**decision, "result": {**result, "chosen": sorted(result["chosen"])}},
        {
            "outcome": outcome,
            "chosen": sorted(chosen),
            "fallback": trace["basis"]["fallback"] if not chosen else None,
            "accept_by": shortest(decision, [accept]) if chosen else None,
        },
    )
    if chosen:
        yield from _split(decision)


def _chosen(elimination: Elimination, partners: Sequence[str], take: int) -> list[str]:
    """Choose by elimination on the rest, again and again; of those tied for the last places the first by id."""
    chosen: list[str] = []
    rest = list(partners)
    while rest and len(chosen) < take:
        if len(rest) <= take - len(chosen):
            return [*chosen, *rest]
        left, _, _ = elimination.run(rest)
        chosen += left[: take - len(chosen)]
        rest = [partner for partner in rest if partner not in left]
    return chosen


def _scores(decision: Mapping[str, Data]) -> Iterator[str]:
    """Check that the points of the rules that fire add up to each score."""
    rules = fired(decision["trace"]["rules"], "partner_allocation.score")
    exact: Mapping[str, str] = next(
        (step.get("exact", {}) for step in decision["trace"]["steps"] if step["step"] == "scores"), {}
    )
    for entry in decision["result"]["ranking"]:
        points = [
            then
            for rule in rules
            if rule.get("partner", entry["partner"]) == entry["partner"]
            for then in rule["then"]
            if "score" in then
        ]
        score: Fraction | None = None
        if all(then.get("known", True) for then in points):
            counted = [then for then in points if then["points"] is not None]
            if any("∞" in then["points"] for then in counted):
                continue
            score = sum((Fraction(then.get("exact", then["points"])) for then in counted), Fraction(0))
        said = exact.get(entry["partner"], entry["score"])
        if (Fraction(said) if said is not None else None) != score:
            yield f"{entry['partner']}: the points add up to {score}, the decision says {said}"


def _split(decision: Mapping[str, Data]) -> Iterator[str]:
    """Check the split: by the first row that fires, in whole cents by largest remainder."""
    step = next((step for step in decision["trace"]["steps"] if step["step"] == "split"), None)
    if step is None or step["undetermined"]:
        return
    rows = fired(decision["trace"]["rules"], "partner_allocation.split")
    first = min(rows, key=lambda row: int(row["source"]["line"]), default=None)
    shares = {name: number(text) for name, text in first["then"][0]["split"].items()} if first else {}
    said = {one["party"]: number(one["share"]) for one in decision["result"]["split"] or ()}
    if said != shares:
        yield f"split: the trace gives {shares}, the decision says {said}"
    if step["base"] is None or not shares:
        return
    cents = number(step["base"]) * 100
    parts = {name: int(abs(cents) * share) for name, share in shares.items()}
    rest = sorted(shares, key=lambda name: parts[name] - abs(cents) * shares[name])
    for name in rest[: int(abs(cents)) - sum(parts.values())]:
        parts[name] += 1
    amounts = {one["party"]: abs(number(one["amount"])) * 100 for one in decision["result"]["split"]}
    if cents.denominator == 1 and amounts != parts:
        yield f"split: the trace gives {parts} cents, the decision says {amounts}"
