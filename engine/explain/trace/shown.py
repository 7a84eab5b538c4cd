"""The facts of one row as a trace lists them: what each field's value reads, and where it came from.

Fields that are shown again and again, as a policy's usual ones are for every line, are written out as a function: it
does what the loop over the fields does, in half the time. `tests/test_trace.py` holds the two together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.core.decision import Json
from engine.explain.trace import kept
from engine.explain.trace.kept import NOT_KNOWN
from engine.explain.trace.origins import Filled, Given, Named, Origin
from engine.explain.trace.traced_subject import TracedSubject
from engine.plan.generated import compile_function

Writer: TypeAlias = Callable[[Any], Json]
# Puts the texts of the known values into the traced's, and returns the entries.
Tell: TypeAlias = Callable[[TracedSubject], list[Json]]


# A field's path, what writes its values if they are no texts already, and where they come from.
_Field: TypeAlias = tuple[str, Writer | None, str | Origin]


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field as a trace shows it; where its values are texts already, nothing writes them."""

    path: str
    write: Writer | None
    origin: str | Origin


class Shown:
    """The fields of one row that a trace shows, in the vocabulary's order; `key` says whose row it is, if anyone's."""

    def __init__(self, fields: Sequence[ShownField], key: str | None) -> None:
        """Remember the fields."""
        self._fields = tuple([(field.path, field.write, field.origin) for field in fields])
        self._key = key
        self._told = 0
        self._unrolled: Tell | None = None

    def tell(self, traced: TracedSubject) -> list[Json]:
        """Put the texts of the known values into the traced's, and return the entries of all fields."""
        if traced.key == self._key:  # the one line of a request without lines has no number
            if self._unrolled is not None:
                return self._unrolled(traced)
            self._told += 1
            if self._told > kept.OFTEN:
                self._unrolled = _unrolled(self._fields, self._key)
        row, texts = traced.row, traced.texts
        for path, write, _ in self._fields:
            if path in row:
                value: Any = row[path]
                texts[path] = value if value is None or write is None else write(value)
        place = {} if traced.key is None else {traced.key: traced.name}
        listed: list[Json] = []
        for path, _, origin in self._fields:
            came = origin if isinstance(origin, str) else origin(traced)
            if path in texts:
                listed.append({"field": path, **place, "value": texts[path], "from": came})
            else:
                listed.append({"field": path, **place, "value": None, "known": False, "from": _unknown(came)})
        return listed


def _unknown(came: str) -> str:
    return "not given" if came == "request" else came


def _unrolled(fields: Sequence[_Field], key: str | None) -> Tell:
    """Write the loops out as a function: a field's value is `v` with its number, and the value's text `t`."""
    names: dict[str, Any] = {"NOT_KNOWN": NOT_KNOWN, "given_of": _given_of, "nothing": {}, "unknown": _unknown}
    lines = [
        "def tell(traced):",
        "    get, texts, shared, name = traced.row.get, traced.texts, traced.shared_texts, traced.name",
    ]
    given = {origin.of: origin.own for _, _, origin in fields if isinstance(origin, Given) and not origin.of_claim}
    for of, own in given.items():
        lines.append(f"    of_{of} = {'traced.given or nothing' if own else f'given_of(traced, {of!r})'}")
    numbers = {path: number for number, (path, _, _) in enumerate(fields)}
    texts = {path: f"t{number}" for path, number in numbers.items()}
    for path in [path for _, _, origin in fields if isinstance(origin, Filled) for path, _ in origin.fields]:
        if path not in texts:  # a shared one, in a line's formula
            texts[path] = f"s{len(texts)}"
            lines.append(f"    {texts[path]} = shared.get({path!r})")
    entries = []
    for number, (path, write, origin) in enumerate(fields):
        names |= {f"write{number}": write, f"origin{number}": origin}
        written = f"None if v{number} is None else write{number}(v{number})" if write else f"v{number}"
        statements = [
            f"if v{number} is NOT_KNOWN: t{number} = None",
            f"else: texts[{path!r}] = t{number} = {written}",
        ]
        entry = _entry(fields[number], number, "" if key is None else f"{key!r}: name, ", texts, names)
        if key is None and isinstance(origin, Given):
            # Nothing tells whose the entry is: with the default it is always the same, and made here.
            text = write(origin.default) if write and origin.default is not None else origin.default
            names |= {f"text{number}": text, f"usual{number}": {"field": path, "value": text, "from": "default"}}
            statements = [
                f"usual = {_is_default(origin, number)}",
                f"if usual: texts[{path!r}] = t{number} = text{number}",
                f"el{statements[0]}",
                statements[1],
                f"e{number} = usual and usual{number}",
            ]
            entry = f"e{number} or ({entry})"
        lines += [f"    v{number} = get({path!r}, NOT_KNOWN)", *[f"    {line}" for line in statements]]
        entries.append(f"        {entry},")
    made: Tell = compile_function("\n".join([*lines, "    return [", *entries, "    ]"]), "tell", names)
    return made


def _given_of(traced: TracedSubject, of: str) -> Mapping[str, object]:
    """Return what a request gives of an object that is shared."""
    given = traced.facts.request.get(of)
    return given if isinstance(given, dict) else {}


def _entry(field: _Field, number: int, place: str, texts: Mapping[str, str], names: dict[str, Any]) -> str:
    """Write a field's entry, known or not."""
    path, _, origin = field
    came, unknown = f"origin{number}(traced)", f"unknown(origin{number}(traced))"
    if isinstance(origin, str):
        came, unknown = f"origin{number}", f"unknown{number}"
        names[unknown] = _unknown(origin)
    elif isinstance(origin, Given) and not origin.of_claim:
        names[f"value{number}"] = origin.default
        came = f"('default' if {_is_default(origin, number)} else 'request')"
    elif isinstance(origin, Named):
        names[f"seen{number}"] = origin.seen
        values = [f"traced.{'row' if mine else 'shared'}.get({path!r}, NOT_KNOWN)" for path, mine in origin.tested]
        came = f"seen{number}.get((traced.engine, {', '.join(values)})) or {came}"
    elif isinstance(origin, Filled) and origin.fields:  # a formula of known values is filled in on the spot
        filled = [texts[path] for path, _ in origin.fields]
        all_known = " and ".join([f"{text} is not None" for text in dict.fromkeys(filled)])
        came = f"{_filled(origin.pattern, filled)} if {all_known} else {came}"
    return (
        f"{{'field': {path!r}, {place}'value': t{number}, 'from': {came}}} if v{number} is not NOT_KNOWN else "
        f"{{'field': {path!r}, {place}'value': None, 'known': False, 'from': {unknown}}}"
    )


def _filled(pattern: str, texts: Sequence[str]) -> str:
    """Write a formula with its values as one string, which takes half the time of `%`."""
    between = [part.replace("%%", "%").replace("{", "{{").replace("}", "}}") for part in pattern.split("%s")]
    return "f" + repr("".join([f"{part}{{{text}}}" for part, text in zip(between, texts, strict=False)]) + between[-1])


def _is_default(origin: Given, number: int) -> str:
    return f"v{number} == value{number} and {origin.name!r} not in of_{origin.of}"
