"""The request schema and the reader agree: what one takes the other takes, and what one refuses the other refuses."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from engine.core.decision import Fault, Kind, RefusedError
from engine.core.facts import SHARED_OBJECTS, Limits, RequestReader
from engine.core.request_schema import request_schema
from rules.ir import Origin, Policy
from rules.load import load

LIMITS = Limits(lines=5, claims=4, candidates=4)
NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)
FORMATS = FormatChecker(["date"])


@FORMATS.checks("date-time", raises=ValueError)
def is_moment(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


@cache
def policy() -> Policy:
    loaded = load(Path(__file__).parent / "policy.yaml")
    assert loaded.policy is not None, loaded.diagnostics
    return loaded.policy


@cache
def validator(kind: Kind) -> Draft202012Validator:
    schema = request_schema(policy(), kind, limits=LIMITS)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FORMATS)


def as_any_reader_sees_it(value: object) -> object:
    """Return a value as JSON Schema sees it, which knows no difference between 12 and 12.0."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dict():
            return {key: as_any_reader_sees_it(item) for key, item in value.items()}
        case list():
            return [as_any_reader_sees_it(item) for item in value]
        case _:
            return value


SCALARS: tuple[object, ...] = (
    *(None, True, False, 0, 1, -1, 12, 10**15 - 1, 10**15, -(10**15), 10**40),
    *(Decimal("0.5"), Decimal("12.0"), Decimal("-0.125"), Decimal("1E+14"), Decimal("1E+15"), Decimal("1E-12")),
    *("", "x", "0", "-0", "-0.00", "12", "12.0", "4400.00", "-2.5", "1e3", "1_000", " 1", "1.", ".5"),
    *("٣", "0.0000000000001"),
    *("9" * 15, "9" * 16, "12.5%", "-2.5%", "15", "%", "1e1%", "100.00%"),
    *("2026-11-21", "2026-02-29", "1899-12-31", "2200-12-31", "2201-01-01", "2026-W47-6", "20261121"),
    *("2026-11-21T09:00:00+08:00", "2026-11-21T09:00:00Z"),
    *("2026-11-21T09:00:00", "2026-11-21T25:00:00Z", "2026-02-30T09:00:00Z"),
    *("30d", "48h", "1w", "-3d"),
    *("CNY", "USD", "notebook", "Notebook", "north", "gold", "automatic", "manager", "bid_notice", "customer_letter"),
    *("x" * 2000, "x" * 2001, [], ["bid_notice"], ["bid_notice", "nothing"], [1], [None], {}, {"a": 1}),
)  # fmt: skip


def objects(name: str, ids: st.SearchStrategy[object] | None = None) -> st.SearchStrategy[object]:
    """Return objects whose fields are given, derived, or of no object at all, with values of every type."""
    # Which line is a part of which no schema can say, nor that ids of lines differ: see below.
    aside = ("line.id", "line.included_in")
    names = [field.name for field in policy().fields.values() if field.object == name and field.path not in aside]
    fields = st.dictionaries(st.sampled_from([*names, "nonsense"]), st.sampled_from(SCALARS), max_size=4)
    if ids is None:
        return st.none() | fields
    return st.builds(lambda row, one: {**row, "id": one}, fields, ids)


@st.composite
def requests(draw: st.DrawFn) -> object:
    ids = st.integers(0, 9).map(str)
    request: dict[str, object] = {
        name: draw(objects(name)) for name in draw(st.sets(st.sampled_from(SHARED_OBJECTS), max_size=3))
    }
    parts: dict[str, st.SearchStrategy[object]] = {
        "lines": st.none() | st.lists(objects("line"), max_size=6),
        "claims": st.none() | st.lists(objects("claim", ids), max_size=5, unique_by=lambda claim: claim["id"]),  # type: ignore[index]
        "candidates": st.none() | st.lists(objects("partner", ids), max_size=5, unique_by=lambda one: one["id"]),  # type: ignore[index]
        "as_of": st.sampled_from(SCALARS),
        "labels": st.none()
        | st.dictionaries(st.text("ab"), st.sampled_from(SCALARS), max_size=2)
        | st.sampled_from(SCALARS),
        "nonsense": st.none(),
    }
    for name in draw(st.sets(st.sampled_from(sorted(parts)), max_size=3)):
        request[name] = draw(parts[name])
    return request


def agrees(request: object, kind: Kind) -> None:
    schema_says = [error.message for error in validator(kind).iter_errors(as_any_reader_sees_it(request))]
    # What a currency can pay out is no matter of form: no schema says it.
    reader_says = [fault for fault in faults_of(request, kind) if fault.code != "cents"]
    assert bool(schema_says) == bool(reader_says), (schema_says, reader_says)


def faults_of(request: object, kind: Kind) -> tuple[Fault, ...]:
    """Return what the slow reading finds, held to what the quick one says."""
    reader = RequestReader(policy())
    try:
        reader.read(request, kind, now=NOW, limits=LIMITS)
    except RefusedError as refused:
        found = refused.faults
    else:
        found = ()
    assert found == reader.faults(request, kind, limits=LIMITS)
    return found


ANY_ID = st.sampled_from(["1", "2", "", 3, None])


@given(
    kind=st.sampled_from(Kind),
    key=st.sampled_from(["claims", "candidates"]),
    rows=st.lists(st.none() | st.dictionaries(st.just("id"), ANY_ID), max_size=5),
    partner=st.sampled_from([None, {}, {"id": "1"}, {"id": 1}, {"partner": {}}, []]),
)
def test_the_quick_reading_and_the_slow_one_agree_on_ids(
    kind: Kind, key: str, rows: list[dict[str, object] | None], partner: object
) -> None:
    faults_of({key: rows}, kind)
    faults_of({"lines": [None], key: [row if row is None else {**row, "partner": partner} for row in rows]}, kind)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(Kind), requests() | st.sampled_from(SCALARS))
def test_the_schema_and_the_reader_agree(kind: Kind, request: object) -> None:
    agrees(request, kind)


@given(
    st.dictionaries(st.sampled_from(["list_price", "net_price", "quantity", "unit_cost"]), st.sampled_from(SCALARS)),
    st.sampled_from(["kit", None]),
)
def test_they_agree_on_the_prices_of_parts(row: dict[str, object], included_in: str | None) -> None:
    agrees({"lines": [{**row, "included_in": included_in}, {"id": "kit"}]}, Kind.PRICE_APPROVAL)


WHOLE: dict[str, Callable[[object], object]] = {
    "line": lambda row: {"lines": [row]},
    "claim": lambda row: {"lines": [{}], "claims": [row]},
    **{name: lambda row, name=name: {"lines": [{}], name: row} for name in SHARED_OBJECTS},  # type: ignore[misc]
}


@pytest.mark.parametrize("path", sorted(policy().fields))
def test_they_agree_on_every_field_and_every_kind_of_value(path: str) -> None:
    field = policy().fields[path]
    for value in SCALARS:
        identity = {"id": "c", "partner": {"id": "P"}} if field.object == "claim" else {}
        request = WHOLE[field.object]({**identity, field.name: value})
        if path == "line.included_in":
            request = {"lines": [{field.name: value}, {"id": value}]}
        agrees(request, Kind.PRICE_APPROVAL)


def test_every_field_that_may_be_given_is_described() -> None:
    described = request_schema(policy(), Kind.PRICE_APPROVAL)["$defs"]
    assert isinstance(described, dict)
    for field in policy().fields.values():
        properties = described[field.object]["properties"]  # type: ignore[index,call-overload]
        assert (field.name in properties) == (field.origin in (Origin.GIVEN, Origin.FACT))  # type: ignore[operator]


def test_what_the_policy_adds_is_said() -> None:
    described = request_schema(policy(), Kind.PRICE_APPROVAL)["$defs"]
    assert isinstance(described, dict)
    deal = described["deal"]["properties"]  # type: ignore[index,call-overload]
    assert deal["margin_alert"] == {  # type: ignore[index,call-overload]
        "$ref": "#/$defs/term.margin_alert",
        "description": "Margin early warning",
        "default": "green",
    }
    assert deal["buffer"]["default"] == "-2.5%"  # type: ignore[index,call-overload]
    assert described["term.margin_alert"] == {"enum": ["green", "amber", "red", None]}
