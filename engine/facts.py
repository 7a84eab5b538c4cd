"""A request as typed facts: read once, bounded, every fault at once with its JSON pointer.

A field is in its mapping if it is known: with a value, or with None when it is known to be absent. A field that is not
in its mapping is unknown. Past `read_facts` nobody looks at raw JSON again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date, datetime
from fractions import Fraction
from typing import TypeAlias
from zoneinfo import ZoneInfo

from engine.decision import Fault, Kind, RefusedError
from engine.values import Value, WrongValueError, read_text, read_timestamp, reader_of
from rules.ir import Origin, Policy
from rules.nearest import nearest

Row: TypeAlias = dict[str, Value]

# Objects that a request gives once, for all lines, claims and candidates.
SHARED_OBJECTS = ("deal", "customer", "partner", "registration", "submitter", "order")
TOP_LEVEL = ("as_of", *SHARED_OBJECTS, "lines", "claims", "candidates", "labels")
LABELS = 50


@dataclass(frozen=True, slots=True)
class Limits:
    """How many of each a request may have."""

    lines: int = 2_000
    claims: int = 200
    candidates: int = 2_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What a request says, typed. The mappings are this decision's own: derivation adds the derived fields to them.

    `lines`, `claims` and `candidates` are None where the request does not give them at all; a claim's row has its
    partner's fields too, a candidate's row has the fields of `partner`. `request` is what all this was read from: which
    keys it has tells a given value from a default, and nothing else is read from it.
    """

    as_of: datetime
    today: date
    shared: Row
    lines: list[Row] | None
    claims: list[Row] | None
    candidates: list[Row] | None
    labels: Mapping[str, str]
    request: Mapping[str, object] = member(default_factory=dict, repr=False)


class RequestReader:
    """Reads requests under one policy; built once, used from any thread."""

    def __init__(self, policy: Policy) -> None:
        """Prepare the readers of every field that a request may give."""
        self._zone = ZoneInfo(policy.timezone)
        self._currency = policy.currency
        objects = (*SHARED_OBJECTS, "line", "claim")
        givable = [field for field in policy.fields.values() if field.origin in (Origin.GIVEN, Origin.FACT)]
        self._readers: dict[str, dict[str, tuple[str, Callable[[object], Value]]]] = {
            name: {field.name: (field.path, reader_of(field)) for field in givable if field.object == name}
            for name in objects
        }
        self._derived = frozenset(field.path for field in policy.fields.values() if field not in givable)
        self._defaults: dict[str, Row] = {
            name: {
                field.path: default.as_integer_ratio() if isinstance(default, Fraction) else default
                for field in givable
                if field.object == name and (default := field.default) is not None
            }
            for name in objects
        }
        self._null: dict[str, Row] = {
            name: dict.fromkeys(field.path for field in policy.fields.values() if field.object == name)
            for name in objects
        }

    def read(self, request: object, kind: Kind, *, now: datetime, limits: Limits) -> Facts:
        """Return the request's facts.

        Args:
            request: a parsed JSON value, its non-integers as `Decimal`.
            kind: what is to be decided: a price approval and a special order need lines, a registration claims, an
                allocation candidates.
            now: what `as_of` is when the request does not say.
            limits: how many lines, claims and candidates are taken.

        Raises:
            RefusedError: with every fault of the request.
        """
        faults: list[Fault] = []
        if not isinstance(request, dict):
            raise RefusedError((Fault("", "type", "a request is a JSON object"),))
        faults += [_unknown_key("", key, TOP_LEVEL) for key in request if key not in _TOP_LEVEL_SET]
        as_of = self._moment(request.get("as_of"), now, faults)
        shared: Row = {}
        for name in SHARED_OBJECTS:
            if name in request:
                shared.update(self._object(name, request[name], f"/{name}", faults))
            else:
                shared.update(self._defaults[name])
        lines = self._rows("lines", request, limits.lines, self._line, faults)
        claims = self._rows("claims", request, limits.claims, self._claim, faults)
        candidates = self._rows("candidates", request, limits.candidates, self._candidate, faults)
        self._check_identity(claims, "claims", "claim.id", faults)
        self._check_identity(candidates, "candidates", "partner.id", faults)
        self._check_kind(kind, request, lines, claims, faults)
        currency = shared.get("deal.currency")
        if currency is not None and currency != self._currency:
            message = f'is "{currency}"; this policy decides in {self._currency} only'
            faults.append(Fault("/deal/currency", "currency", message, "convert the amounts before you ask"))
        labels = _labels(request.get("labels"), faults)
        if faults:
            raise RefusedError(tuple(faults))
        return Facts(as_of, as_of.date(), shared, lines, claims, candidates, labels, request)

    def _moment(self, value: object, now: datetime, faults: list[Fault]) -> datetime:
        if value is None:
            return now.astimezone(self._zone)
        try:
            return read_timestamp(value).astimezone(self._zone)
        except WrongValueError as wrong:
            faults.append(Fault("/as_of", wrong.code, f"`as_of` {wrong.message}", wrong.hint))
            return now

    def _object(self, name: str, value: object, pointer: str, faults: list[Fault]) -> Row:
        """Read an object's fields; null makes them all null, and a fact that is not given has its default."""
        if value is None:
            return dict(self._null[name])
        row = dict(self._defaults[name])
        if not isinstance(value, dict):
            faults.append(Fault(pointer, "type", f"`{name}` must be an object or null"))
            return row
        readers = self._readers[name]
        for key, given in value.items():
            if (known := readers.get(key)) is None:
                faults.append(self._not_givable(name, pointer, key))
            elif given is None:
                row[known[0]] = None
            else:
                try:
                    row[known[0]] = known[1](given)
                except WrongValueError as wrong:
                    place = f"{pointer}/{_escaped(key)}"
                    faults.append(Fault(place, wrong.code, f"`{known[0]}` {wrong.message}", wrong.hint))
        return row

    def _not_givable(self, name: str, pointer: str, key: str) -> Fault:
        if f"{name}.{key}" in self._derived:
            place = f"{pointer}/{_escaped(key)}"
            return Fault(place, "derived", f"`{name}.{key}` is computed, not given", "leave it out")
        return _unknown_key(pointer, key, self._readers[name])

    def _rows(
        self,
        key: str,
        request: dict[str, object],
        most: int,
        read: Callable[[object, str, list[Fault]], Row],
        faults: list[Fault],
    ) -> list[Row] | None:
        if key not in request:
            return None
        given = request[key]
        if given is None:
            return []
        if not isinstance(given, list):
            faults.append(Fault(f"/{key}", "type", f"`{key}` must be a list"))
            return None
        if len(given) > most:
            faults.append(Fault(f"/{key}", "too_many", f"`{key}` has {len(given)} entries; the limit is {most}"))
            return None
        return [read(one, f"/{key}/{n}", faults) for n, one in enumerate(given)]

    def _line(self, value: object, pointer: str, faults: list[Fault]) -> Row:
        return self._object("line", value, pointer, faults)

    def _candidate(self, value: object, pointer: str, faults: list[Fault]) -> Row:
        return self._object("partner", value, pointer, faults)

    def _claim(self, value: object, pointer: str, faults: list[Fault]) -> Row:
        if not isinstance(value, dict) or "partner" not in value:
            return {**self._object("claim", value, pointer, faults), **self._defaults["partner"]}
        own = {key: given for key, given in value.items() if key != "partner"}
        partner = self._object("partner", value["partner"], f"{pointer}/partner", faults)
        return {**self._object("claim", own, pointer, faults), **partner}

    @staticmethod
    def _check_identity(rows: list[Row] | None, key: str, path: str, faults: list[Fault]) -> None:
        """A claim and a candidate are named in the answer: each needs an id of its own."""
        first: dict[Value, int] = {}
        name = path.partition(".")[2]
        for n, row in enumerate(rows or ()):
            identity = row.get(path)
            place = f"/{key}/{n}/{name}"
            if identity is None:
                if not any(fault.pointer.startswith(f"/{key}/{n}") for fault in faults):
                    faults.append(Fault(place, "required", f"`{path}` is needed: the answer names it"))
            elif identity in first:
                faults.append(Fault(place, "duplicate", f"`{path}` is the same as in /{key}/{first[identity]}"))
            else:
                first[identity] = n

    @staticmethod
    def _check_kind(
        kind: Kind,
        request: dict[str, object],
        lines: list[Row] | None,
        claims: list[Row] | None,
        faults: list[Fault],
    ) -> None:
        """Say what a kind of decision cannot do without."""
        if kind in (Kind.PRICE_APPROVAL, Kind.SPECIAL_ORDER) and not lines and not _refused("/lines", faults):
            faults.append(Fault("/lines", "required", "at least one line is needed"))
        if kind is Kind.DEAL_REGISTRATION and not claims and not _refused("/claims", faults):
            faults.append(Fault("/claims", "required", "at least one claim is needed"))
        if kind is Kind.PARTNER_ALLOCATION and request.get("candidates") is None:
            faults.append(Fault("/candidates", "required", "the candidates are needed; an empty list means none"))


_TOP_LEVEL_SET = frozenset(TOP_LEVEL)


def _refused(pointer: str, faults: list[Fault]) -> bool:
    return any(fault.pointer == pointer for fault in faults)


def _unknown_key(pointer: str, key: str, known: Mapping[str, object] | tuple[str, ...]) -> Fault:
    meant = nearest(key, known)
    hint = f"did you mean `{meant}`?" if meant else "one of: " + ", ".join(known)
    return Fault(f"{pointer}/{_escaped(key)}", "unknown_key", "nothing has this name", hint)


def _escaped(key: str) -> str:
    """Escape a key for a JSON pointer; a caller's key may be anything, so it is shortened too."""
    short = key if len(key) <= 80 else key[:79] + "…"
    return short.encode("utf-8", "replace").decode().replace("~", "~0").replace("/", "~1")


def _labels(value: object, faults: list[Fault]) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > LABELS:
        faults.append(Fault("/labels", "type", f"`labels` must be an object of at most {LABELS} texts"))
        return {}
    return dict(_label_pairs(value, faults))


def _label_pairs(value: dict[str, object], faults: list[Fault]) -> Iterator[tuple[str, str]]:
    for key, given in value.items():
        try:
            yield read_text(key), read_text(given)
        except WrongValueError as wrong:
            faults.append(Fault(f"/labels/{_escaped(key)}", wrong.code, f"the label {wrong.message}", wrong.hint))
