"""JSON from outside: what is taken exactly, and what is refused with its place."""

import itertools
import json
import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.body import MAX_DEPTH, read_exactly, read_json
from engine.core.decision import RefusedError

ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.decimals(-(10**9), 10**9, places=4)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=60,
)


def written(value: object) -> str:
    """Write JSON with exact decimals, which `json.dumps` cannot."""
    match value:
        case Decimal():
            return format(value, "f")
        case dict():
            return "{" + ",".join(f"{json.dumps(key)}:{written(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ",".join(map(written, value)) + "]"
        case _:
            return json.dumps(value)


def faults_of(raw: bytes) -> list[tuple[str, str]]:
    with pytest.raises(RefusedError) as refused:
        read_json(raw)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def message_of(raw: bytes) -> str:
    with pytest.raises(RefusedError) as refused:
        read_json(raw)
    return refused.value.faults[0].message


@given(ANY_JSON)
def test_a_value_comes_back_exactly(value: object) -> None:
    assert read_json(written(value).encode()) == value


def outcome(read: Callable[[bytes], object], raw: bytes) -> str:
    """Return a value with its types, or the faults."""
    try:
        return repr(read(raw))
    except RefusedError as refused:
        return str(refused.faults)


def spaced(text: str, spaces: list[str]) -> str:
    """Put spaces around braces, brackets, colons and commas, be they of a text or between values."""
    parts = re.split(r"([{}\[\]:,])", text)
    return "".join(part + space for part, space in zip(parts, itertools.cycle(spaces), strict=False))


# Members of objects as they may be written: keys that are the same by an escape, texts that look like members.
KEYS = ("a", "b", "\\u0061", 'a\\":', "a\\u0022:1", "中", "\\u4e2d", ":", "", "\\ud83d\\ude00", "😀")
VALUES = (
    '"a"',
    '":"',
    '"\\":1"',
    '"\\\\"',
    "1",
    "-0",
    "1.50",
    "1e3",
    "18446744073709551616",
    "9" * 65,
    "[]",
    "{}",
    "null",
)
MEMBERS = st.recursive(
    st.sampled_from(VALUES),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ",".join(items) + "]")
        | st.lists(st.tuples(st.sampled_from(KEYS), inner), max_size=3).map(
            lambda pairs: "{" + ",".join(f'"{key}":{item}' for key, item in pairs) + "}"
        )
    ),
    max_leaves=12,
)


@given(MEMBERS, st.lists(st.sampled_from(["", " ", "\n", " \t\r\n"]), min_size=1, max_size=7))
def test_the_quick_reading_and_the_exact_one_agree(text: str, spaces: list[str]) -> None:
    for raw in (text.encode(), spaced(text, spaces).encode()):
        assert outcome(read_json, raw) == outcome(read_exactly, raw)


@pytest.mark.parametrize("deep", [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1])
def test_they_agree_on_depth(deep: int) -> None:
    for inner in ("", "0", "{}", '{"a":1,"a":2}', "0.5"):
        raw = ("[" * deep + inner + "]" * deep).encode()
        assert outcome(read_json, raw) == outcome(read_exactly, raw)


@given(st.binary(max_size=60) | st.text('{}[]",:0123456789eE+-.\\u d8NaInfity', max_size=60).map(str.encode))
def test_any_bytes_are_a_value_or_a_refusal(raw: bytes) -> None:
    assert outcome(read_json, raw) == outcome(read_exactly, raw)
    with suppress(RefusedError):
        json.dumps(read_json(raw), default=str, ensure_ascii=False).encode()  # whatever is taken can be sent back


def test_numbers_keep_their_own_digits() -> None:
    assert read_json(b"[0.1, 1.50, 1E3, -0, 10000000000000000000000000]") == [
        Decimal("0.1"),
        Decimal("1.50"),
        Decimal("1E+3"),
        0,
        10**25,
    ]
    assert str(read_json(b"1.50")) == "1.50"


@pytest.mark.parametrize(
    ("raw", "faults"),
    [
        (b'{"lines":[{"net_price":NaN}]}', [("/lines/0/net_price", "not_a_number")]),
        (b"[Infinity,-Infinity]", [("/0", "not_a_number"), ("/1", "not_a_number")]),
        (b'{"a":1,"b":{"c/d":1,"c/d":2},"a":3}', [("/b/c~1d", "duplicate_key"), ("/a", "duplicate_key")]),
        (b"[" + b"9" * 65 + b"]", [("/0", "too_large")]),
        (b"[1e400, 1e-400, 1e99999999999999999999]", [("/0", "too_large"), ("/1", "too_large"), ("/2", "too_large")]),
        (b'{"a":"\\ud800"}', [("/a", "text")]),
        (b'{"a":"\\ud83d\\ude00", "\\udc00":1}', [("", "text")]),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), [("", "too_deep")]),
        (b'{"a":' * 100_000, [("", "too_deep")]),
        (b"\xff", [("", "encoding")]),
        (b'{"a":1}'.decode().encode("utf-16"), [("", "encoding")]),
    ],
)
def test_every_fault_is_named_with_its_place(raw: bytes, faults: list[tuple[str, str]]) -> None:
    assert faults_of(raw) == faults


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "the text is empty; expected a JSON object"),
        (b" \n", "the text is empty; expected a JSON object"),
        (b'{\n  "a": 1\n  "b": 2\n}', "not JSON: expecting ',' delimiter at line 3 column 3"),
        (b"{} {}", "not JSON: extra data at line 1 column 4"),
        (b'{"a":"\xe4\xb8', "the text is not UTF-8: byte 0xe4 at line 1 column 7"),
        (b"[01]", "not JSON: expecting ',' delimiter at line 1 column 3"),
        (b'["\n"]', "not JSON: invalid control character at line 1 column 3"),
    ],
)
def test_a_text_that_is_not_json_is_refused_at_its_line_and_column(raw: bytes, message: str) -> None:
    assert message_of(raw) == message


def test_depth_up_to_the_limit_is_taken() -> None:
    read_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


def test_brackets_in_texts_are_no_depth() -> None:
    assert read_json(json.dumps(["[{" * 500]).encode()) == ["[{" * 500]


def test_a_mark_before_the_text_is_passed_over() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    quotes = b'[{"a":1,"a":1}, "' + b'\\"' * 500_000
    assert faults_of(quotes) == [("", "malformed")]
    assert len(faults_of(b"[" + b"NaN," * 100_000 + b"0]")) == 1_000
