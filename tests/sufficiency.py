"""Is a trace enough? Recomputes what a decision says from its own JSON: no policy, no engine, no rule language.

Prices and special orders stand here, registrations and allocations in `sufficiency_of_choice`. What fired gives the
outcome; what is undetermined is tried both ways, every combination of it, and must explain why a decision stands or
asks for information.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from hashlib import sha256
from itertools import count as count_up
from itertools import islice, product
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

Data: TypeAlias = Any
Rules: TypeAlias = Sequence[Mapping[str, Data]]

ASKS = "needs_information"
MOST_UNDETERMINED = 10  # each is tried both ways


def wrong(decision: Mapping[str, Data], explain: str) -> list[str]:
    """Return in words what a decision says that does not follow from its trace."""
    from tests.sufficiency_of_choice import allocation, registration  # noqa: PLC0415 - they build on this module

    by_kind = {
        "price_approval": price_approval,
        "special_order": special_order,
        "deal_registration": registration,
        "partner_allocation": allocation,
    }
    try:
        return [*by_kind[decision["kind"]](decision, explain), *kits(decision)]
    except LookupError as error:
        return [f"the trace lacks what it takes: {error!r}"]


def kits(decision: Mapping[str, Data]) -> Iterator[str]:
    """Yield each price of a kit that is not what its parts add up to: `900.00 + 25.00 * 2 / 1, with line 3`."""
    for fact in decision["trace"]["facts"]:
        terms, parts, numbers = fact["from"].partition(", with line")
        if not parts:
            continue
        own, *added = terms.split(" + ")
        if len(added) != len(numbers.removeprefix("s").split(",")):
            yield f"{fact}: another number of parts"
        if "?" in terms or "null" in terms:
            if fact["value"] is not None:
                yield f"{fact}: known, though one of its parts is not"
            continue
        pieces = [[number(one) for one in re.split(r" [*/] ", term)] for term in added]
        total = number(own) + sum(price * count / quantity for price, count, quantity in pieces)
        if abs(number(fact["value"]) - total) > Fraction(1, 10_000):
            yield f"{fact}: its parts add up to {total}"


def compare(decision: Mapping[str, Data], expected: Mapping[str, Data]) -> Iterator[str]:
    """Yield each expected value that the decision's outcome or result does not have."""
    found = {"outcome": decision["outcome"], **decision["result"]}
    for key, value in expected.items():
        if found[key] != value:
            yield f"{key}: the trace gives {value!r}, the decision says {found[key]!r}"


def fired(rules: Rules, section: str) -> Rules:
    """Return a section's rules that fired."""
    return [rule for rule in rules if rule["status"] == "fired" and rule["section"] == section]


def undetermined(rules: Rules, section: str) -> Rules:
    """Return a section's undetermined rules."""
    return [rule for rule in rules if rule["status"] == "undetermined" and rule["section"] == section]


def effects(rules: Rules, name: str) -> Iterator[tuple[Mapping[str, Data], Data]]:
    """Yield each rule that has an effect of this name, with what it says."""
    for rule in rules:
        for then in rule["then"]:
            if name in then:
                yield rule, then[name]


def combinations(rules: Rules) -> Iterator[Rules]:
    """Yield every subset."""
    for chosen in product((False, True), repeat=len(rules)):
        yield [rule for rule, fires in zip(rules, chosen, strict=True) if fires]


def length(text: str) -> timedelta:
    """Read a measured length of time."""
    units = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
    return int(text[:-1]) * units[text[-1]]


def number(text: str) -> Fraction:
    """Read an amount, a number or a rate."""
    value = Fraction(text.removesuffix("%"))
    return value / 100 if text.endswith("%") else value


def shortest(decision: Mapping[str, Data], lengths: Iterable[str | None]) -> str | None:
    """Return until when a decision is valid."""
    basis = decision["trace"]["basis"]
    found = [end(decision["as_of"], one, basis) for one in lengths if one is not None]
    return min(found, key=lambda moment: moment.astimezone(UTC)).isoformat() if found else None


def end(begins: str, duration: str, basis: Mapping[str, Data]) -> datetime:
    """Return when a duration ends, by what the trace says of the policy's zone and calendar."""
    zone = ZoneInfo(basis["timezone"])
    moment = datetime.fromisoformat(begins).astimezone(zone)
    for count, unit in re.findall(r"(\d+)(mo|wd|wh|d|h|m)", duration):
        moment = PASSED[unit](moment, int(count), basis).astimezone(zone)
    return moment


def _months(moment: datetime, count: int, _: Mapping[str, Data]) -> datetime:
    for day in range(moment.day, 0, -1):
        months = moment.year * 12 + moment.month - 1 + count
        with suppress(ValueError):
            return _on(date(months // 12, months % 12 + 1, day), moment)
    raise AssertionError


def _on(day: date, moment: datetime) -> datetime:
    """Return the hour of a moment on another day; in UTC, so that an hour that is left out is another one."""
    return datetime.combine(day, moment.time().replace(fold=0), moment.tzinfo).astimezone(UTC)


def _workdays(first: date, calendar: Mapping[str, Data]) -> Iterator[date]:
    """Yield the days of work from a day on."""
    for day in (first + timedelta(days=n) for n in count_up()):
        assert day.isoformat() <= calendar["through"]
        off = f"{day:%a}".lower() not in calendar["weekdays"] or day.isoformat() in calendar["holidays"]
        if not off or day.isoformat() in calendar["workdays"]:
            yield day


def _working_days(moment: datetime, count: int, basis: Mapping[str, Data]) -> datetime:
    days = _workdays(moment.date() + timedelta(days=1), basis["calendar"])
    return _on(next(islice(days, count - 1, None)), moment)


def _working_hours(moment: datetime, count: int, basis: Mapping[str, Data]) -> datetime:
    left = timedelta(hours=count)
    for day in _workdays(moment.date(), basis["calendar"]):
        for span in basis["calendar"]["hours"]:
            opens, closes = (
                _on(day, datetime.combine(day, time.fromisoformat(hour), moment.tzinfo)) for hour in span.split("-")
            )
            opens = max(opens, moment.astimezone(UTC))
            if opens + left <= closes:
                return opens + left
            left -= max(closes - opens, timedelta())
    raise AssertionError


Passing: TypeAlias = Callable[[datetime, int, Mapping[str, Data]], datetime]
PASSED: Mapping[str, Passing] = {
    "mo": _months,
    "d": lambda moment, count, _: _on(moment.date() + timedelta(days=count), moment),
    "h": lambda moment, count, _: moment.astimezone(UTC) + timedelta(hours=count),
    "m": lambda moment, count, _: moment.astimezone(UTC) + timedelta(minutes=count),
    "wd": _working_days,
    "wh": _working_hours,
}


# --- prices --------------------------------------------------------------------------------------------------------


class _Price:
    """What follows from the rules that fire, for one combination of those that are undetermined."""

    def __init__(self, decision: Mapping[str, Data], more: Rules = ()) -> None:
        basis = decision["trace"]["basis"]
        rules = decision["trace"]["rules"]
        self.levels: list[str] = basis["levels"]
        self.nobody = len(self.levels)
        self.rows = [
            *fired(rules, "price_approval.authority"),
            *(rule for rule in more if rule["section"] == "price_approval.authority"),
        ]
        self.rules = [
            *fired(rules, "price_approval.rules"),
            *(rule for rule in more if rule["section"] == "price_approval.rules"),
        ]
        numbers = [line["line"] for line in decision["result"]["lines"]]  # parts of lines are not judged
        self.lines = [self._of_line(number) for number in numbers]
        self.rank = self._pushed(max(self.lines), None)
        self.submitter = self.levels.index(basis["submitter"])
        self.direct = basis["chain"] == "direct"
        self.rejections = [(rule["rule"], rule.get("line")) for rule, _ in effects(self.rules, "reject")]
        self.rejections += [
            (None, number) for number, rank in zip(numbers, self.lines, strict=True) if rank == self.nobody
        ]
        self.holds = [(rule["rule"], rule.get("line")) for rule, _ in effects(self.rules, "hold")]

    def authority(self, line: int) -> int:
        ranks = [self.levels.index(level) for row, level in effects(self.rows, "sign") if row["line"] == line]
        return min(ranks, default=self.nobody)

    def _of_line(self, line: int) -> int:
        return self._pushed(self.authority(line), line)

    def _pushed(self, rank: int, line: int | None) -> int:
        """Apply `at_least`, then `raise`, of the rules of a line or of the deal."""
        if rank == self.nobody:
            return rank
        own = [rule for rule in self.rules if rule.get("line") == line]
        floor = max((self.levels.index(level) for _, level in effects(own, "at_least")), default=0)
        raised: int = sum(levels for _, levels in effects(own, "raise"))
        return min(self.nobody - 1, max(rank, floor) + raised)

    @property
    def chain(self) -> list[list[str]]:
        """Return the roles that sign, step by step."""
        needed = range(self.submitter + 1, self.rank + 1)
        steps = [[self.levels[rank]] for rank in (needed[-1:] if self.direct else needed)]
        signing = {role for step in steps for role in step}
        also = [role for _, role in effects(self.rules, "also")]
        others = [role for role in dict.fromkeys(also) if role not in signing]
        if others:
            steps[-1:] = [[*(steps[-1] if steps else []), *others]]
        return steps

    @property
    def outcome(self) -> str:
        if self.rejections:
            return "rejected"
        if self.holds:
            return "held"
        return "requires_approval" if self.chain else "auto_approved"

    @property
    def binding(self) -> Data:
        """Return what binds; of a rule that holds or rejects for several lines one instance is as good as all."""
        rejections = frozenset(rule or line for rule, line in self.rejections)
        if rejections:
            return "rejected", rejections
        chain = tuple(frozenset(step) for step in self.chain)
        return self.outcome, self.rank, chain, frozenset(rule for rule, _ in self.holds)


def highest_rank(decision: Mapping[str, Data], line: int) -> int:
    """Return the highest rank that a line may come to need, of a decision explained in full.

    No row that is undetermined is counted on, and every rule that might lift the level is.
    """
    rules = undetermined(decision["trace"]["rules"], "price_approval.rules")
    numbers = [one["line"] for one in decision["result"]["lines"]]
    return _Price(decision, rules).lines[numbers.index(line)]


def price_approval(decision: Mapping[str, Data], explain: str) -> Iterator[str]:
    """Check a price approval."""
    rules = decision["trace"]["rules"]
    open_ = [*undetermined(rules, "price_approval.authority"), *undetermined(rules, "price_approval.rules")]
    certain = _Price(decision)
    too_many = len(open_) > MOST_UNDETERMINED
    every = [certain] if too_many else [_Price(decision, more) for more in combinations(open_)]
    open_lines = {row["line"] for row in undetermined(rules, "price_approval.authority")}
    rejections = [(rule, line) for rule, line in certain.rejections if rule is not None or line not in open_lines]
    outcome = certain.outcome
    if rejections:
        outcome = "rejected"
    elif len({one.binding for one in every}) > 1:
        outcome = ASKS
        yield from _possible(decision, every)
    elif too_many:
        outcome = decision["outcome"]
    settled = outcome not in ("rejected", ASKS)
    expected: dict[str, Data] = {
        "outcome": outcome,
        "level": certain.levels[certain.rank] if settled else None,
        "valid_until": None,
    }
    if settled:
        lengths = [after for _, after in effects(certain.rules, "expire")]
        expected["valid_until"] = shortest(decision, [decision["trace"]["basis"]["validity"], *lengths])
    yield from compare(decision, expected)
    yield from _lists(decision, certain, rejections if explain != "fired" else None, settled=settled)
    if explain != "fired" and not too_many:
        yield from _lines(decision, certain, every)


def _possible(decision: Mapping[str, Data], every: Sequence[_Price]) -> Iterator[str]:
    """Check that whatever may come is among what is said to be possible."""
    possible = decision.get("possible") or {}
    outcomes = {one.outcome for one in every}
    levels = {one.levels[one.rank] for one in every if one.rank < one.nobody}
    if not outcomes <= set(possible.get("outcomes", ())):
        yield f"possible: the trace allows {sorted(outcomes)}, the decision says {possible}"
    if not levels <= set(possible.get("levels", ())):
        yield f"possible: the trace allows the levels {sorted(levels)}, the decision says {possible}"


def _lists(
    decision: Mapping[str, Data], certain: _Price, rejections: Sequence[Data] | None, *, settled: bool
) -> Iterator[str]:
    """Check the lists; which lines nobody may sign is not told where rows that are undetermined are left out."""
    result = decision["result"]
    said = [(one["rule"], one.get("line")) for one in result["rejections"]]
    if rejections is None:
        rejections = [one for one in certain.rejections if one[0] is not None or one in said]
    pairs = {
        "chain": (
            [[one["role"] for one in step["approvers"]] for step in result["chain"]],
            certain.chain if settled else [],
        ),
        "holds": ([(one["rule"], one.get("line")) for one in result["holds"]], certain.holds),
        "rejections": (
            sorted(map(str, said)),
            sorted(map(str, rejections)),
        ),
        "notify": (result["notify"], list(dict.fromkeys(role for _, role in effects(certain.rules, "notify")))),
    }
    for key, (told, follows) in pairs.items():
        if told != follows:
            yield f"{key}: the trace gives {follows}, the decision says {told}"


def _lines(decision: Mapping[str, Data], certain: _Price, every: Sequence[_Price]) -> Iterator[str]:
    """Check each line's level, and the row that grants it; both are open where missing facts leave them so."""
    for place, line in enumerate(decision["result"]["lines"]):
        ranks = {one.lines[place] for one in every}
        level = certain.levels[certain.lines[place]] if len(ranks) == 1 and certain.nobody not in ranks else None
        granting = {one.authority(line["line"]) for one in every}
        rows = [
            row["rule"]
            for row, to in effects(certain.rows, "sign")
            if row["line"] == line["line"] and certain.levels.index(to) in granting
        ]
        granted = rows[0] if len(granting) == 1 and rows else None
        if (line["level"], line["granted_by"]) != (level, granted):
            yield f"line {line['line']}: the trace gives {level} by {granted}, the decision says {line}"


# --- special orders ------------------------------------------------------------------------------------------------

# A control, what it asks for by name, and whether the order has it; None where nobody knows.
Obligation: TypeAlias = tuple[Mapping[str, Data], str, str, bool | None]
# What the order may have to show, and the field that shows it.
SHOWN_BY = {"document": "evidence", "approve": "approvals", "deposit": "deposit"}


def special_order(decision: Mapping[str, Data], explain: str) -> Iterator[str]:
    """Check a special order."""
    basis, rules = decision["trace"]["basis"], decision["trace"]["rules"]
    controls = fired(rules, "special_orders.controls")
    open_ = undetermined(rules, "special_orders.controls")
    blocks = [(rule["rule"], rule.get("line")) for rule, _ in effects(controls, "block")]
    certain = list(_obligations(controls, basis))
    outcome = "held" if any(met is False for *_, met in certain) else "clear"
    if blocks:
        outcome = "blocked"
    elif _is_open(controls, open_, basis):
        outcome = ASKS
    said = [
        (one["control"], one.get("line"), *next(iter(one["obligation"].items())), one["met"])
        for one in decision["result"]["controls"]
    ]
    found = [(rule["rule"], rule.get("line"), name, what, met) for rule, name, what, met in certain]
    if [_plain(one) for one in said] != [_plain(one) for one in found]:
        yield f"controls: the trace gives {found}, the decision says {said}"
    if [(one["control"], one.get("line")) for one in decision["result"]["blocks"]] != blocks:
        yield f"blocks: the trace gives {blocks}, the decision says {decision['result']['blocks']}"
    lengths = [after for _, after in effects(controls, "expire")]
    yield from compare(
        decision,
        {
            "outcome": outcome,
            "audit": list(_sampled(controls, basis["order"])),
            "valid_until": shortest(decision, lengths) if outcome != ASKS else None,
        },
    )
    kinds = {kind for _, kind in effects(fired(rules, "special_orders.kinds"), "kind")}
    if explain != "none" and set(decision["result"]["kinds"]) != kinds:
        yield f"kinds: the trace gives {sorted(kinds)}, the decision says {decision['result']['kinds']}"


def _plain(obligation: tuple[Data, ...]) -> tuple[Data, ...]:
    """Return an obligation with its rate as a number, however it is written."""
    *place, name, what, met = obligation
    return (*place, name, number(what) if name == "deposit" else what, met)


def _obligations(
    controls: Rules, basis: Mapping[str, Data]
) -> Iterator[tuple[Mapping[str, Data], str, str, bool | None]]:
    """Yield what each control asks for, and whether the order has it; None where nobody knows."""
    for rule in controls:
        for then in rule["then"]:
            for name, what in then.items():
                if name == "hold":
                    yield rule, name, what, False
                elif name in SHOWN_BY:
                    yield rule, name, what, _met(name, what, basis)


def _met(name: str, what: str, basis: Mapping[str, Data]) -> bool | None:
    has = basis[SHOWN_BY[name]]
    if f"order.{SHOWN_BY[name]}" in basis["unknown"]:
        return None
    if has is None:
        return False
    return number(has) >= number(what) if name == "deposit" else what in has


def _is_open(controls: Rules, open_: Rules, basis: Mapping[str, Data]) -> bool:
    """Return whether what an order still needs, or whether it is blocked, depends on what is not known."""
    if any(met is None for *_, met in _obligations(controls, basis)):
        return True
    known = {(rule["rule"], name, what) for rule, name, what, met in _obligations(controls, basis) if met is False}
    might = {(rule["rule"], name, what) for rule, name, what, met in _obligations(open_, basis) if met is not True}
    return bool(might - known) or any(True for _ in effects(open_, "block"))


def _sampled(controls: Rules, order: str | None) -> Iterator[str]:
    """Yield the controls whose sample has the order, each once: a fixed share of all orders by a hash of both names."""
    told = set()
    for rule, rate in effects(controls, "audit"):
        digest = sha256(f"{rule['rule']}\n{order}".encode()).digest()
        inside = Fraction(int.from_bytes(digest[:8], "big"), 2**64) < number(rate)
        if (inside or order is None) and rule["rule"] not in told:
            told.add(rule["rule"])
            yield rule["rule"]


# --- reading texts -------------------------------------------------------------------------------------------------

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}")
_LENGTH = re.compile(r"\d+[dhm]")


def read(text: Data) -> Data:
    """Read a value that an elimination compares: its form tells its type."""
    if not isinstance(text, str):
        return text
    if _MOMENT.match(text):
        return date.fromisoformat(text) if len(text) == len("2026-11-21") else datetime.fromisoformat(text)
    return length(text) if _LENGTH.fullmatch(text) else number(text)
