"""JSON text from outside as a value: strict, bounded, exact, and every fault reported with its place.

Stricter than `json.loads`, because a deal desk must not guess: no NaN, no key twice (which price was meant?), no number
that needs more memory than it has digits, no half of a surrogate pair that no reply could carry. Non-integer numbers
become `Decimal` from their own digits.

There are three readings, each slower than the one before and needed less often. `orjson` reads what it can be trusted
with: texts without a number that it would round, in which no key can stand twice. The C scanner of `json` reads the
others, by hooks that stop at the first doubtful thing. Only then is the text read once more, by hooks that keep
everything, to name every fault with its JSON pointer.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from json import JSONDecodeError, JSONDecoder
from typing import NoReturn

import orjson

from engine.core.decision import Fault, RefusedError

MAX_DEPTH = 32
MAX_DIGITS = 64  # of one number; the engine's own bounds are far below
MAX_FAULTS = 1_000  # a body can hold more of them than anyone wants to read, or a reply to carry

# A string that nothing closes takes the rest of the text, so that no part of it is scanned twice.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_HALF_PAIR = re.compile(r"[\ud800-\udfff]")
# `\ud800` to `\udfff`: such an escape may be half of a pair, and nothing else can bring one in.
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89abcdefABCDEF]")


class _DoubtfulError(Exception):
    """Something that needs the slow reading."""


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A scalar that is refused, where it stood."""

    code: str
    message: str
    hint: str | None = None


class _Pairs(list[tuple[str, object]]):
    """An object with every key that was written, twice or not."""


def read_json(raw: bytes) -> object:
    """Return the value of a JSON text, or raise `RefusedError` with every fault."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return read_exactly(raw)
    return value if _is_sound(value, raw) else read_exactly(raw)


def read_exactly(raw: bytes) -> object:
    """Do what `read_json` does, for any text."""
    try:
        text = raw.decode("utf-8-sig")  # Windows tools put a mark before the text; RFC 8259 lets a reader ignore it
    except UnicodeDecodeError as error:
        place = _place(raw[: error.start].decode("utf-8", "replace"), error.start)
        raise _refused("encoding", f"the text is not UTF-8: byte 0x{raw[error.start]:02x} at {place}") from None
    try:
        value = _FAST.decode(text)
    except JSONDecodeError as error:
        raise _malformed(error) from None
    except (_DoubtfulError, ArithmeticError, RecursionError):
        _examine(text)
        raise
    if not _is_shallow(value, text) or ("\\u" in text and _SURROGATE_ESCAPE.search(text)):
        _examine(text)
    return value


def pointer(base: str, key: str | int) -> str:
    """Return the JSON pointer of a member (RFC 6901).

    >>> pointer("/lines/3", "a/b")
    '/lines/3/a~1b'
    """
    return f"{base}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _is_sound(value: object, raw: bytes) -> bool:
    """Return whether `orjson` read a text as `read_exactly` does; it rounds numbers, and forgets a key's first value.

    INVARIANT: what it rounds it makes a float of. Each key that was written has a quote and a colon after it; other
    quotes and colons come on top. So if there are no more of them than keys, no key was written twice.
    """
    keys = 0
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for outer in level:
            if type(outer) is dict:
                keys += len(outer)
                items: Iterable[object] = outer.values()
            elif type(outer) is list:
                items = outer
            else:
                return False  # the whole text is one scalar
            for item in items:
                kind = type(item)
                if kind is dict or kind is list:
                    inner.append(item)
                elif kind is float:
                    return False
        if not inner:
            return raw.translate(None, b" \t\r\n").count(b'":') == keys
        level = inner
    return False


def _refused(code: str, message: str, hint: str | None = None) -> RefusedError:
    return RefusedError((Fault("", code, message, hint),))


def _malformed(error: JSONDecodeError) -> RefusedError:
    what = (error.msg[:1].lower() + error.msg[1:]).removesuffix(" at")
    if not error.doc.strip():
        return _refused("malformed", "the text is empty; expected a JSON object")
    return _refused("malformed", f"not JSON: {what} at line {error.lineno} column {error.colno}")


def _place(text: str, position: int) -> str:
    before = text[:position]
    return f"line {before.count(chr(10)) + 1} column {len(before) - before.rfind(chr(10))}"


def _examine(text: str) -> None:
    """Read a doubtful text slowly and raise with every fault there is."""
    _check_depth(text)
    try:
        kept = _KEEP_ALL.decode(text)
    except JSONDecodeError as error:
        raise _malformed(error) from None
    if faults := tuple(islice(_faults(kept, ""), MAX_FAULTS)):
        raise RefusedError(faults)


def _is_shallow(value: object, text: str) -> bool:
    """Return whether a value nests within bounds; most texts have too few brackets to do otherwise."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return True
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            item
            for outer in level
            for item in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
            if type(item) is dict or type(item) is list
        ]
    return not level


def _check_depth(text: str) -> None:
    """Refuse a text that nests too deeply; scans tokens, so that depth costs no stack."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                place = _place(text, token.start())
                raise _refused("too_deep", f"objects and lists nest more than {MAX_DEPTH} deep at {place}")
        elif token[0] in "]}":
            depth -= 1


def _faults(value: object, at: str) -> Iterator[Fault]:
    """Yield the faults of a value as `_KEEP_ALL` reads it, in the text's own order."""
    match value:
        case _Wrong(code, message, hint):
            yield Fault(at, code, message, hint)
        case str() if _HALF_PAIR.search(value):
            yield Fault(at, "text", "has half of a surrogate pair, which is not a character")
        case _Pairs():
            seen: set[str] = set()
            for key, item in value:
                if _HALF_PAIR.search(key):
                    yield Fault(at, "text", "has a key with half of a surrogate pair, which is not a character")
                    continue
                if key in seen:
                    yield Fault(pointer(at, key), "duplicate_key", "is given twice", "which of the two is meant?")
                seen.add(key)
                yield from _faults(item, pointer(at, key))
        case list():
            for index, item in enumerate(value):
                yield from _faults(item, pointer(at, index))
        case _:
            pass


# --- hooks of the scanner ------------------------------------------------------------------------------------------


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _DoubtfulError
    return value


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _DoubtfulError
    return int(digits)


def _decimal(digits: str) -> Decimal:
    if len(digits) > MAX_DIGITS:
        raise _DoubtfulError
    number = Decimal(digits)
    # An exponent is cheap to write and dear to expand: 1e999999999 would fill the memory.
    if not -MAX_DIGITS <= number.adjusted() <= MAX_DIGITS:
        raise _DoubtfulError
    return number


def _constant(_name: str) -> NoReturn:
    raise _DoubtfulError


def _wrong_number(digits: str) -> _Wrong | None:
    try:
        if "." in digits or "e" in digits or "E" in digits:
            _decimal(digits)
        else:
            _integer(digits)
    except (_DoubtfulError, ArithmeticError):
        shown = digits if len(digits) <= 24 else f"{digits[:20]}… ({len(digits)} characters)"
        return _Wrong("too_large", f"is too large or too precise a number: {shown}")
    return None


def _wrong_constant(name: str) -> _Wrong:
    return _Wrong("not_a_number", f"{name} is not a JSON number", "leave the field out if it is not known")


_FAST = JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_constant)
_KEEP_ALL = JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_wrong_number, parse_float=_wrong_number, parse_constant=_wrong_constant
)
