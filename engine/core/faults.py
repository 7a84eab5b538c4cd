"""What is wrong with a request: every fault at once, with its JSON pointer.

`engine/core/facts.py` reads requests, and stops at the first thing that it cannot take; only then is the request looked
through here, slowly, so that its author has everything to mend in one answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.core.decision import Fault, Kind
from engine.core.exact import has_places
from engine.core.hints import for_key
from engine.core.kits import faults_of as kit_faults
from engine.core.values import Value, WrongValueError, read_text, read_timestamp
from rules.kinds import SECTIONS
from rules.vocabulary import OWN_SALES

SPLIT_BASE = "deal.split_base"
PART = "part"  # a line that is included in another
HINTED = 100  # faults that get a hint

# A field's name within its object → its path and its reader.
Readers: TypeAlias = Mapping[str, tuple[str, Callable[[object], Value]]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a request may give under one policy: fields by object, their defaults, what is computed, the currency."""

    objects: Mapping[str, Readers]
    defaults: Mapping[str, Mapping[str, Value]]
    derived: frozenset[str]
    currency: str
    places: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which keys a request may have, which of them are objects, and how many entries the others take."""

    top_level: tuple[str, ...]
    shared: tuple[str, ...]
    entries: Mapping[str, int]
    labels: int


def faults_of(request: object, kind: Kind, vocabulary: Vocabulary, bounds: Bounds) -> tuple[Fault, ...]:
    """Return all faults of a request, in the order of its parts; none if it can be decided."""
    if not isinstance(request, dict):
        return (Fault("", "type", "a request is a JSON object"),)
    return tuple(_Examination(vocabulary, []).whole(request, kind, bounds))


@dataclass(frozen=True, slots=True)
class _Examination:
    """One request's faults so far. Rows have what could be read, as far as ids and the currency are compared."""

    vocabulary: Vocabulary
    faults: list[Fault]

    def whole(self, request: dict[str, object], kind: Kind, bounds: Bounds) -> list[Fault]:
        top_level = bounds.top_level
        for key in request:
            if key not in top_level:
                self._unknown_key("", key, top_level)
        self._moment(request.get("as_of"))
        shared: dict[str, Value] = {}
        for name in bounds.shared:
            if name in request:
                shared |= self._object(name, request[name], f"/{name}")
        lines = self._rows("lines", request, bounds, self._line)
        claims = self._rows("claims", request, bounds, self._claim)
        candidates = self._rows("candidates", request, bounds, self._candidate)
        self.faults.extend(kit_faults(lines))
        self._identities(claims, "claims", "claim.id")
        self._identities(candidates, "candidates", "partner.id")
        self._partners(claims)
        self._needs(kind, request, {"lines": lines, "claims": claims, "candidates": candidates})
        self._currency(shared.get("deal.currency"))
        self._split_base(shared.get(SPLIT_BASE))
        self._labels(request.get("labels"), most=bounds.labels)
        return self.faults

    def _moment(self, value: object) -> None:
        if value is None:
            return
        try:
            read_timestamp(value)
        except WrongValueError as wrong:
            self._wrong("/as_of", "`as_of`", wrong)

    def _object(self, name: str, value: object, pointer: str, *, reads: str = "") -> dict[str, Value]:
        if value is None:
            return {}
        row = dict(self.vocabulary.defaults[name])
        if not isinstance(value, dict):
            self.faults.append(Fault(pointer, "type", f"`{name}` must be an object or null"))
            return row
        readers = self.vocabulary.objects[reads or name]
        for key, given in value.items():
            if (known := readers.get(key)) is None:
                self._not_givable(name, pointer, key)
                continue
            path, read = known
            try:
                row[path] = None if given is None else read(given)
            except WrongValueError as wrong:
                self._wrong(f"{pointer}/{_escaped(key)}", f"`{path}`", wrong)
        return row

    def _wrong(self, place: str, name: str, wrong: WrongValueError) -> None:
        """Add a value that cannot be taken; looking for a hint takes time, and few people read a hundred."""
        hint = wrong.hint if len(self.faults) < HINTED else None
        self.faults.append(Fault(place, wrong.code, f"{name} {wrong.message}", hint))

    def _unknown_key(self, pointer: str, key: str, known: tuple[str, ...]) -> None:
        objects = {name: fields for name, fields in self.vocabulary.objects.items() if name != PART}
        hint = for_key(key, known, objects) if len(self.faults) < HINTED else None
        self.faults.append(Fault(f"{pointer}/{_escaped(key)}", "unknown_key", "nothing has this name", hint))

    def _not_givable(self, name: str, pointer: str, key: str) -> None:
        if f"{name}.{key}" in self.vocabulary.derived:
            place = f"{pointer}/{_escaped(key)}"
            self.faults.append(Fault(place, "derived", f"`{name}.{key}` is computed, not given", "leave it out"))
        else:
            self._unknown_key(pointer, key, tuple(self.vocabulary.objects[name]))

    def _rows(
        self,
        key: str,
        request: dict[str, object],
        bounds: Bounds,
        read: Callable[[object, str], dict[str, Value]],
    ) -> list[dict[str, Value]]:
        given = request.get(key)
        if given is None:
            return []
        most = bounds.entries[key]
        if not isinstance(given, list):
            self.faults.append(Fault(f"/{key}", "type", f"`{key}` must be a list"))
        elif len(given) > most:
            self.faults.append(Fault(f"/{key}", "too_many", f"`{key}` has {len(given)} entries; the limit is {most}"))
        else:
            return [read(one, f"/{key}/{n}") for n, one in enumerate(given)]
        return []

    def _line(self, value: object, pointer: str) -> dict[str, Value]:
        is_part = isinstance(value, dict) and value.get("included_in") is not None
        return self._object("line", value, pointer, reads=PART if is_part else "")

    def _candidate(self, value: object, pointer: str) -> dict[str, Value]:
        return self._object("partner", value, pointer)

    def _claim(self, value: object, pointer: str) -> dict[str, Value]:
        if not isinstance(value, dict) or "partner" not in value:
            return self._object("claim", value, pointer)
        own = {key: given for key, given in value.items() if key != "partner"}
        return {
            **self._object("partner", value["partner"], f"{pointer}/partner"),
            **self._object("claim", own, pointer),
        }

    def _identities(self, rows: list[dict[str, Value]], key: str, path: str) -> None:
        """A claim and a candidate are named in the answer: each needs an id of its own."""
        first: dict[Value, int] = {}
        name = path.partition(".")[2]
        for n, row in enumerate(rows):
            identity = row.get(path)
            place = f"/{key}/{n}/{name}"
            if identity is None:
                # An entry that has faults already may have lost its id to one of them.
                if not any(f"{fault.pointer}/".startswith(f"/{key}/{n}/") for fault in self.faults):
                    self.faults.append(Fault(place, "required", f"`{path}` is needed: the answer names it"))
            elif identity in first:
                self.faults.append(Fault(place, "duplicate", f"`{path}` is the same as in /{key}/{first[identity]}"))
            else:
                first[identity] = n

    def _partners(self, claims: list[dict[str, Value]]) -> None:
        """A partner's claim without the partner would pass every rule about partners."""
        refused = {"/".join(fault.pointer.split("/", 3)[:3]) for fault in self.faults}
        for n, claim in enumerate(claims):
            if is_nobodys(claim) and f"/claims/{n}" not in refused:
                hint = 'name the partner; a claim of the maker\'s own sales says `"by": "direct"`'
                place = f"/claims/{n}/partner/id"
                self.faults.append(Fault(place, "required", "a partner's claim needs the partner's id", hint))

    def _needs(self, kind: Kind, request: dict[str, object], rows: Mapping[str, Sequence[object]]) -> None:
        """Report that what a kind of decision cannot do without is not there."""
        section = SECTIONS[kind]
        key = section.rows
        if section.may_be_empty:
            if request.get(key) is None:
                self.faults.append(Fault(f"/{key}", "required", f"the {key} are needed; an empty list means none"))
        elif not rows[key] and f"/{key}" not in {fault.pointer for fault in self.faults}:
            self.faults.append(Fault(f"/{key}", "required", f"at least one {key.removesuffix('s')} is needed"))

    def _currency(self, currency: Value) -> None:
        ours = self.vocabulary.currency
        if currency is not None and currency != ours:
            message = f'is "{currency}"; this policy decides in {ours} only'
            self.faults.append(Fault("/deal/currency", "currency", message, "convert the amounts before you ask"))

    def _split_base(self, base: Value) -> None:
        if isinstance(base, tuple) and not has_places(base, self.vocabulary.places):
            places = self.vocabulary.places
            least = f"{10**-places:.{places}f}"
            message = f"`{SPLIT_BASE}` cannot be paid out: {least} is the smallest amount in {self.vocabulary.currency}"
            self.faults.append(Fault("/deal/split_base", "cents", message, "round it before you ask"))

    def _labels(self, value: object, *, most: int) -> None:
        if value is None:
            return
        if not isinstance(value, dict) or len(value) > most:
            self.faults.append(Fault("/labels", "type", f"`labels` must be an object of at most {most} texts"))
            return
        for key, given in value.items():
            try:
                read_text(key), read_text(given)
            except WrongValueError as wrong:
                self._wrong(f"/labels/{_escaped(key)}", "the label", wrong)


def is_nobodys(claim: Mapping[str, Value]) -> bool:
    """Return whether a claim is a partner's, as all are that do not say otherwise, and does not say which partner's."""
    return claim.get("claim.by") != OWN_SALES and not claim.get("partner.id")


def _escaped(key: str) -> str:
    """Escape a key for a JSON pointer; a caller's key may be anything, so it is shortened too."""
    short = key if len(key) <= 80 else key[:79] + "…"
    return short.encode("utf-8", "replace").decode().replace("~", "~0").replace("/", "~1")
