"""A request as typed facts, read once and bounded; one that cannot be taken is refused with every fault at once.

A field is in its mapping if it is known: with a value, or with None when it is known to be absent. A field that is not
in its mapping is unknown. Past `RequestReader` nobody looks at raw JSON again.

Nearly all requests are good, and reading them is a large part of what a small decision costs. So reading stops at the
first doubtful thing and remembers no places; only then does `faults.py` look through the request once more, to name all
that is wrong with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from engine.core.decision import Fault, Kind, RefusedError
from engine.core.exact import has_places
from engine.core.faults import PART, SPLIT_BASE, Bounds, Readers, Vocabulary, faults_of, is_nobodys
from engine.core.kits import PART_OF, Kits, assembled, has_kits
from engine.core.kits import faults_of as kit_faults
from engine.core.values import Value, WrongValueError, read_text, read_timestamp, reader_of
from rules.ir import Field, Policy
from rules.kinds import SECTIONS

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


class Facts(NamedTuple):
    """What a request says, typed. The mappings are this decision's own: derivation adds the derived fields to them.

    `lines`, `claims` and `candidates` are None where the request does not give them at all; a claim's row has its
    partner's fields too, a candidate's row has the fields of `partner`. `request` is what all this was read from: which
    keys it has tells a given value from a default, and nothing else is read from it. `judged` has the rows of every
    derived table that fired and that were undetermined, as bits, by field and the number of the row that it stands in
    (None for the shared facts): deriving notes them, so that a trace can name them. `lines` are those that are judged:
    where some are parts of others, `kits` says which.

    A named tuple, because facts are made for each request and for each price that is tried: a frozen dataclass of nine
    fields takes four times as long to make.
    """

    as_of: datetime
    today: date
    shared: Row
    lines: list[Row] | None
    claims: list[Row] | None
    candidates: list[Row] | None
    labels: Mapping[str, str]
    request: Mapping[str, object]
    judged: dict[tuple[str, int | None], tuple[int, int]]
    kits: Kits | None = None

    def line_number(self, place: int) -> int:
        """Return the number that a judged line has in the request, from 1."""
        return place + 1 if self.kits is None else self.kits.numbers[place]

    def what_if(
        self,
        shared: Row,
        *,
        lines: list[Row] | None,
        claims: list[Row] | None = None,
        candidates: list[Row] | None = None,
    ) -> "Facts":
        """Return other facts as of the same moment: to see what would follow from them."""
        return Facts(self.as_of, self.today, shared, lines, claims, candidates, {}, {}, {}, self.kits)


class RequestReader:
    """Reads requests under one policy; built once, used from any thread."""

    def __init__(self, policy: Policy) -> None:
        """Prepare the readers of every field that a request may give."""
        self._zone = ZoneInfo(policy.timezone)
        self._currency = policy.currency
        objects = (*SHARED_OBJECTS, "line", "claim")
        givable = [field for field in policy.fields.values() if field.givable]
        self._readers: dict[str, Readers] = {
            name: {field.name: (field.path, reader_of(field)) for field in givable if field.object == name}
            for name in objects
        }
        # A part has no price of its own, and may be free on the list too.
        of_part = [part_field(field) for field in givable if field.object == "line"]
        self._readers[PART] = {field.name: (field.path, reader_of(field)) for field in of_part}
        self._defaults: dict[str, Row] = {
            name: {
                field.path: default.as_integer_ratio() if isinstance(default, Fraction) else default
                for field in givable
                if field.object == name and (default := field.default) is not None
            }
            for name in objects
        }
        if PART_OF in policy.fields:
            self._defaults["line"][PART_OF] = None  # who says nothing of it has a line of its own
        self._defaults[PART] = self._defaults["line"]
        self._shared_defaults: Row = {
            path: default for name in SHARED_OBJECTS for path, default in self._defaults[name].items()
        }
        self._nulls: dict[str, Row] = {
            name: dict.fromkeys(field.path for field in policy.fields.values() if field.object == name)
            for name in objects
        }
        self._nulls[PART] = self._nulls["line"]
        derived = frozenset(field.path for field in policy.fields.values() if field not in givable)
        self._vocabulary = Vocabulary(self._readers, self._defaults, derived, policy.currency, policy.places)

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
        try:
            return self._read(request, kind, now, limits)
        except (_DoubtfulError, WrongValueError, KeyError):
            if faults := self.faults(request, kind, limits=limits):
                raise RefusedError(faults) from None
            raise  # INVARIANT: what is doubtful has a fault. If not, one of the two readings is wrong: our mistake.

    def faults(self, request: object, kind: Kind, *, limits: Limits) -> tuple[Fault, ...]:
        """Return every fault of a request: none if it can be read."""
        entries = {"lines": limits.lines, "claims": limits.claims, "candidates": limits.candidates}
        return faults_of(request, kind, self._vocabulary, Bounds(TOP_LEVEL, SHARED_OBJECTS, entries, LABELS))

    def _read(self, request: object, kind: Kind, now: datetime, limits: Limits) -> Facts:
        """Return the facts of a request that has no fault; raise one thing or another if it has."""
        if not isinstance(request, dict) or not request.keys() <= _TOP_LEVEL_SET:
            raise _DoubtfulError
        shared = dict(self._shared_defaults)
        for name, value in request.items():
            if name in _SHARED_SET:
                self._fill(shared, name, value)
        given = request.get("as_of")
        as_of = (now if given is None else read_timestamp(given)).astimezone(self._zone)
        lines = claims = candidates = kits = None
        if "lines" in request:
            lines = [self._row(_line_or_part(one), one) for one in _entries(request["lines"], limits.lines)]
            if has_kits(lines):
                if any(kit_faults(lines)):
                    raise _DoubtfulError
                lines, kits = assembled(lines)
        if "claims" in request:
            claims = [self._claim(one) for one in _entries(request["claims"], limits.claims)]
            _check_ids(claims, "claim.id")
            if any(is_nobodys(claim) for claim in claims):
                raise _DoubtfulError
        if "candidates" in request:
            candidates = [self._row("partner", one) for one in _entries(request["candidates"], limits.candidates)]
            _check_ids(candidates, "partner.id")
        if shared.get("deal.currency", self._currency) not in (None, self._currency) or not _has_enough(request, kind):
            raise _DoubtfulError
        base = shared.get(SPLIT_BASE)
        if isinstance(base, tuple) and not has_places(base, self._vocabulary.places):
            raise _DoubtfulError
        labels = _labels(request["labels"]) if "labels" in request else {}
        return Facts(as_of, as_of.date(), shared, lines, claims, candidates, labels, request, {}, kits)

    def _row(self, name: str, value: object) -> Row:
        row = dict(self._defaults[name])
        self._fill(row, name, value)
        return row

    def _fill(self, row: Row, name: str, value: object) -> None:
        """Read an object's fields over its defaults; null makes them all null."""
        if value is None:
            row.update(self._nulls[name])
            return
        if not isinstance(value, dict):
            raise _DoubtfulError
        readers = self._readers[name]
        for key, given in value.items():
            path, read = readers[key]
            row[path] = None if given is None else read(given)

    def _claim(self, value: object) -> Row:
        """Read a claim, whose partner's fields stand in the same row."""
        if not isinstance(value, dict) or "partner" not in value:
            return {**self._row("claim", value), **self._defaults["partner"]}
        own = {key: given for key, given in value.items() if key != "partner"}
        return {**self._row("claim", own), **self._row("partner", value["partner"])}


def part_field(field: Field) -> Field:
    """Return a line's field with the bounds that it has on a part."""
    if field.path == "line.list_price":
        return replace(field, above=None, at_least=Fraction(0))
    return replace(field, at_most=Fraction(0)) if field.path == "line.net_price" else field


def _line_or_part(value: object) -> str:
    return PART if isinstance(value, dict) and value.get("included_in") is not None else "line"


class _DoubtfulError(Exception):
    """Something in a request that its faults are to be looked for."""


_TOP_LEVEL_SET = frozenset(TOP_LEVEL)
_SHARED_SET = frozenset(SHARED_OBJECTS)


def _entries(given: object, most: int) -> list[object]:
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > most:
        raise _DoubtfulError
    return given


def _check_ids(rows: list[Row], path: str) -> None:
    """A claim and a candidate are named in the answer: each needs an id of its own."""
    ids = {row.get(path) for row in rows}
    if len(ids) < len(rows) or None in ids:
        raise _DoubtfulError


def _has_enough(request: dict[str, object], kind: Kind) -> bool:
    """Return whether a request has what its kind of decision cannot do without."""
    section = SECTIONS[kind]
    rows = request.get(section.rows)
    return rows is not None if section.may_be_empty else bool(rows)


def _labels(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > LABELS:
        raise _DoubtfulError
    return {read_text(key): read_text(given) for key, given in value.items()}
