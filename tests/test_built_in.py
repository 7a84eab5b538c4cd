"""The built-in fields are described once: what the engine computes, what texts say and docs/fields.md follow from it.

`pytest --update-golden` writes the page anew.
"""

import re
from collections.abc import Iterator
from itertools import groupby

import pytest

from engine.explain.trace.formulas import template
from engine.explain.words.labels import LABELS, NOT_YET_NAMED
from engine.plan.derive import built_in as engine
from rules.built_in import (
    BY_PATH,
    FIELDS,
    FOUND,
    FUNCTION_INPUTS,
    FUNCTIONS,
    BuiltIn,
    Found,
    Function,
    Margin,
    OfKinds,
)
from rules.ir import Origin
from rules.vocabulary import BUILT_IN_TERMS, OBJECTS, Names, built_in_fields
from tests.deciding import ROOT

PAGE = ROOT / "docs" / "fields.md"
HEAD = """# The built-in fields

Every policy has these fields; it may add others under `facts` and `derive`. Written from
[`rules/built_in.py`](../rules/built_in.py) by `pytest --update-golden tests/test_built_in.py`.

A type in `<…>` is the term of that name: plain text unless the policy declares it under `terms` (of `level`, `role`,
`gate` and `kind` the values are those of the sections). Requests give what has no formula; money is in the policy's
currency, rates are fractions of 100%, days are full days of 24 hours.
"""


def shown_type(field: BuiltIn) -> str:
    kind = field.type.replace("{", "set of ").replace("}", "")
    term = re.search(r"<(\w+)>", kind)
    values = BUILT_IN_TERMS.get(term[1]) if term else None
    sign = "%" if field.type == "rate" else ""
    bounds = {"> ": field.above, "≥ ": field.at_least, "≤ ": field.at_most}
    shown = [f"{word}{bound * (100 if sign else 1)}{sign}" for word, bound in bounds.items() if bound is not None]
    return " ".join([f"`{kind}`", *shown]) + (f" ({', '.join(values)})" if values else "")


def shown_source(field: BuiltIn) -> str:
    match field.source:
        case None:
            return "given"
        case Margin(formula, cost):
            formula_text = template(formula, plain_rates=True).with_names()
            return f"`{formula_text}`; of what is free: below every limit if `{cost}` is above zero, else 0%"
        case Function(inputs, written):
            return written.format(*[f"`{path}`" for path in inputs])
        case OfKinds():
            return "the kinds of `special_orders.kinds` whose conditions hold"
        case Found(_, by):
            section = "partner_allocation" if field.path == "partner.score" else "deal_registration"
            return f"found by `{section}.{by}`"
        case formula:
            return f"`{template(formula, plain_rates=True).with_names()}`"


def page() -> Iterator[str]:
    yield HEAD
    for owner, fields in groupby(FIELDS, lambda field: field.path.partition(".")[0]):
        yield f"## `{owner}`\n"
        yield "| field | type | English | Chinese | where it comes from |\n| --- | --- | --- | --- | --- |"
        for field in fields:
            yield f"| `{field.path}` | {shown_type(field)} | {field.en} | {field.zh} | {shown_source(field)} |"
        yield ""


def test_the_reference_is_written_from_the_table(*, update_golden: bool) -> None:
    text = "\n".join(page())
    if update_golden:
        PAGE.write_text(text, "utf-8")
    assert PAGE.read_text("utf-8") == text, "run pytest --update-golden tests/test_built_in.py"


def test_every_path_is_an_objects_field_and_described_once() -> None:
    paths = [field.path for field in FIELDS]
    assert len(paths) == len(set(paths))
    owners = [owner for owner, _ in groupby(paths, lambda path: path.partition(".")[0])]
    assert sorted(owners) == sorted(OBJECTS)


def test_every_function_is_there_and_reads_fields_that_are() -> None:
    assert engine.FUNCTIONS.keys() == FUNCTIONS.keys()
    for path, inputs in FUNCTION_INPUTS.items():
        assert set(inputs) <= BY_PATH.keys(), path
    assert FOUND.keys() <= BY_PATH.keys()
    for path, function in FUNCTIONS.items():
        assert function.written.count("{}") == len(function.inputs), path


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_a_field_has_a_type_bounds_that_are_read_and_names_of_its_own(field: BuiltIn) -> None:
    known = built_in_fields(Names({}))[field.path]
    assert (known.origin is Origin.GIVEN) == (field.source is None)
    assert field.at_least is None or field.above is None
    assert field.en.islower()
    assert not field.zh.isascii()
    assert (field.path in LABELS) != (field.path in NOT_YET_NAMED)
    for other in FIELDS:
        alike = other.path != field.path and other.path.partition(".")[0] == field.path.partition(".")[0]
        assert not (alike and {other.en, other.zh} & {field.en, field.zh})
