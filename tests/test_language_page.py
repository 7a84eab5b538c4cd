"""The page on the language says what the language is: its tables are made from it, and each row has been tried.

`pytest --update-golden` writes the tables that stand between `<!-- generated: NAME -->` and `<!-- end -->`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from types import ModuleType

import pytest

from rules.grammar.literals import PARSERS, Refused
from rules.grammar.subjects import CHOICE, DERIVED, PRIORITY, Place
from rules.ir import Preference, Subject
from rules.load import LATER, REQUIRED, load_text
from rules.reports import codes
from rules.schema import policy_schema
from rules.sections import deal_registration, partner_allocation, price_approval, special_orders
from rules.sections.criteria import PREFERENCES
from rules.sections.derive import HITS
from rules.sections.rule_lists import RuleList
from rules.types import Scalar
from rules.vocabulary import BUILT_IN_TERMS
from tests.deciding import ROOT, Data, decided, program_of

PAGE = ROOT / "docs" / "language.md"
GENERATED = re.compile(r"(?P<start><!-- generated: (?P<name>\w+) -->\n)(?P<body>(?:.*\n)*?)(?P<end><!-- end -->)")
HEAD = 'policy: page\nversion: "1"\ncurrency: CNY\ntimezone: Asia/Shanghai\n'

# For each type: literals that are good, and ones that are refused.
LITERALS = {
    Scalar.MONEY: (("4400.00", "1_200_000", "-5"), ("1,200", "¥5", "1e3")),
    Scalar.RATE: (("15%", "-2.5%"), ("15", "0.15")),
    Scalar.INTEGER: (("12", "1_000"), ("12.0",)),
    Scalar.NUMBER: (("12", "0.75"), (".75", "3/4")),
    Scalar.BOOLEAN: (("true", "false"), ("yes", "no", "True")),
    Scalar.TEXT: (("anything",), ()),
    Scalar.DATE: (("2026-11-21",), ("21.11.2026", "2026-02-30")),
    Scalar.TIMESTAMP: (("2026-11-21T09:00:00+08:00", "2026-11-21 09:00Z"), ("2026-11-21T09:00:00",)),
    Scalar.DURATION: (("30d", "48h", "15m", "1d12h"), ("30 days", "1mo", "4wh")),
}
ABOUT = {
    Scalar.MONEY: "an amount in the policy's currency",
    Scalar.RATE: "a share",
    Scalar.INTEGER: "a whole number",
    Scalar.NUMBER: "any number",
    Scalar.BOOLEAN: "nothing else: not `yes`, not `1`",
    Scalar.TEXT: "compared exactly",
    Scalar.DATE: "a day of the calendar, 1900 to 2999",
    Scalar.TIMESTAMP: "a moment",
    Scalar.DURATION: "a measured length of time: days of 24 hours, hours and minutes, in this order; at most 100 years",
}

# A test as it stands beside a field, the field's type, what it says, and values for which it holds and does not.
UNARY: Sequence[tuple[str, str, str, tuple[Data, ...], tuple[Data, ...]]] = (
    ("R", "letter", "equals it", ("R",), ("D", None)),
    ('"= R"', "letter", "the same, written out", ("R",), ("D", None)),
    ("[R, D]", "letter", "is one of them", ("R", "D"), ("A", None)),
    ('"!= R"', "letter", "is not it", ("D", None), ("R",)),
    ('"not [A, P]"', "letter", "is none of them", ("R", None), ("A",)),
    ('"> 15%"', "rate", "is above", ("15.01%",), ("15%", None)),
    ('">= 15%"', "rate", "is at least", ("15%",), ("14.99%", None)),
    ('"< 200_000"', "money", "is below", ("199999.99",), ("200000", None)),
    ('"<= 200_000"', "money", "is at most", ("200000",), ("200000.01", None)),
    (
        '"[8%..12%)"',
        "rate",
        "lies between; `[` and `]` include the end, `(` and `)` do not",
        ("8%", "11.99%"),
        ("12%", None),
    ),
    ('"(30..]"', "integer", "an end left out is open", (31, 10_000), (30, None)),
    (
        '"[2026-10-01..2026-12-31]"',
        "date",
        "the same of days, and of all that has an order",
        ("2026-12-31",),
        ("2027-01-01", None),
    ),
    (
        '"> deal.other_money"',
        "money",
        "compares so with another field (here of 100): `=` `!=` `<` `<=` `>` `>=`",
        ("101",),
        ("100", None),
    ),
    ("present", "money", "was given, and not as null", ("0",), (None,)),
    ("missing", "money", "was not given, or given as null", (None,), ("0",)),
    ('"has a"', "set of text", "a set: has it", (["a", "b"],), (["b"], [], None)),
    ('"has any [a, b]"', "set of text", "has at least one of them", (["b", "c"],), (["c"], None)),
    ('"has all [a, b]"', "set of text", "has each of them", (["a", "b", "c"],), (["a"], None)),
    ('"has none [a, b]"', "set of text", "has none of them", (["c"], [], None), (["a", "c"],)),
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def words(names: Iterable[object], between: str = " ") -> str:
    return between.join(f"`{name}`" for name in names)


def types() -> str:
    rows = [[f"`{of}`", words(good), words(bad), ABOUT[of]] for of, (good, bad) in LITERALS.items()]
    rows.append(
        ["a term's name", "one of its values", "", "declared under `terms`; a value that it does not have is an error"]
    )
    rows.append(["`set of text`, `set of` a term", "`[a, b]`", "", "order and repetition mean nothing"])
    return table(["type", "written", "refused", ""], rows)


def terms() -> str:
    return table(["term", "values"], [[f"`{name}`", words(values)] for name, values in BUILT_IN_TERMS.items()])


def unary() -> str:
    def given(value: Data) -> str:
        if value is None:
            return "null"
        return f"`[{', '.join(value)}]`" if isinstance(value, list) else f"`{value}`"

    rows = [
        [
            f"`{test}`",
            "a term" if of == "letter" else of,
            says,
            " ".join(map(given, holds)),
            " ".join(map(given, fails)),
        ]
        for test, of, says, holds, fails in UNARY
    ]
    return table(["written", "beside a field of type", "holds if the field", "so for", "but not for"], rows)


def hits() -> str:
    says = {
        "first": ("the value of the first row that matches", "every type"),
        "sum": ("the values of all rows that match, added up", "money, rates, numbers, durations"),
        "max": ("the largest of them", "whatever has an order: these, dates and timestamps"),
        "min": ("the smallest of them", "the same"),
    }
    return table(["`hit`", "gives", "for"], [[f"`{hit}`", *says[hit]] for hit in HITS])


def criteria() -> str:
    says = {
        "prefer": ("those for which the condition holds; if it holds for none, all stay", "a condition", ""),
        "highest": (
            "those with the highest value",
            "money, rates, numbers, durations",
            "a difference, such as `3` or `1%`",
        ),
        "lowest": ("those with the lowest", "the same", "the same"),
        "best": ("those with the earliest value in the term's order", "a term", ""),
        "earliest": ("those with the earliest", "dates, timestamps", "a duration, such as `24h`"),
        "latest": ("those with the latest", "the same", "the same"),
    }
    return table(["preference", "keeps", "of", "`within`"], [[f"`{name}`", *says[name]] for name in PREFERENCES])


def lists() -> str:
    rows = [
        [f"`{of.section}`", words(of.effects), judged(of.place, of.subject), objects(of.place), unknown(of.place)]
        for of in rule_lists()
    ]
    for name, place in (("deal_registration.priority", PRIORITY), ("partner_allocation.choose.by", CHOICE)):
        rows.append([f"`{name}`", "criteria", judged(place, None), objects(place), unknown(place)])
    for derived in dict.fromkeys(map(id, DERIVED.values())):
        alike = [name for name, one in DERIVED.items() if id(one) == derived]
        of = DERIVED[alike[0]]
        rows.append([f"`derive`, of {words(alike)}", "`value`", " or ".join(alike), objects(of), unknown(of)])
    return table(["list", "effects", "judged for each", "objects", "not known here"], rows)


def judged(place: Place, subject: Subject | None) -> str:
    if subject is not None:
        return subject.value
    return ", ".join(
        dict.fromkeys([*(one.value for name, one in place.subjects.items() if name in place.objects), "deal"])
    )


def objects(place: Place) -> str:
    return words(sorted(place.objects))


def unknown(place: Place) -> str:
    return words(sorted(place.unknown_here))


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as it is made where pages are shown."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def diagnostics() -> str:
    kinds = ((codes.MISTAKES, "error"), (codes.ANALYSIS, "warning or note"))
    rows = [
        [f"[{code}](#{anchor(f'{code} {title}')})", title, severity]
        for of, severity in kinds
        for code, title in of.items()
    ]
    return table(["code", "", ""], rows)


TABLES: dict[str, Callable[[], str]] = {
    made.__name__: made for made in (types, terms, unary, hits, criteria, lists, diagnostics)
}


def rule_lists() -> list[RuleList]:
    modules: tuple[ModuleType, ...] = (price_approval, special_orders, deal_registration, partner_allocation)
    return [found for module in modules for found in vars(module).values() if isinstance(found, RuleList)]


@pytest.mark.parametrize("name", ["language", "diagnostics"])
def test_the_tables_are_what_the_language_has(name: str, update_golden: bool) -> None:
    path = ROOT / "docs" / f"{name}.md"
    text = path.read_text("utf-8")
    made = GENERATED.sub(lambda found: found["start"] + TABLES[found["name"]]() + found["end"], text)
    assert GENERATED.search(text)
    if update_golden:
        path.write_text(made, "utf-8")
    assert path.read_text("utf-8") == made


def test_every_literal_is_read_or_refused_as_the_page_says() -> None:
    assert set(LITERALS) == set(PARSERS)
    for of, (good, bad) in LITERALS.items():
        assert [one for one in good if isinstance(PARSERS[of](one), Refused)] == []
        assert [one for one in bad if not isinstance(PARSERS[of](one), Refused)] == []


@pytest.mark.parametrize(("test", "of", "says", "holds", "fails"), UNARY, ids=[row[0] for row in UNARY])
def test_every_unary_test_holds_for_what_the_page_says(
    test: str, of: str, says: str, holds: tuple[Data, ...], fails: tuple[Data, ...]
) -> None:
    assert says
    program = program_of(
        f"""{HEAD}
terms: {{letter: [R, D, A, P]}}
facts: {{deal.tested: {{type: {of}}}, deal.other_money: {{type: money}}}}
price_approval:
  ladder: [{{level: anyone}}]
  authority: {{columns: [level, line.net_price], rows: [[anyone, present]]}}
  rules: [{{id: rule, when: {{deal.tested: {test}}}, then: {{hold: It holds}}}}]
"""
    )
    for value in (*holds, *fails):
        lines = [{"quantity": 1, "list_price": "1", "net_price": "1"}]
        deal = {"tested": value, "other_money": "100"}
        held = decided(program, "price_approval", {"deal": deal, "lines": lines})["outcome"] == "held"
        assert held == (value in holds), value


def test_every_form_of_test_is_on_the_page() -> None:
    shown = " ".join(row[0] for row in UNARY)
    for form in ("present", "missing", "has any", "has all", "has none", "not [", "!=", "<=", ">=", "..", "[R, D]"):
        assert form in shown


def test_every_key_effect_and_term_is_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    named = {*REQUIRED, *LATER, *PREFERENCES, *HITS, *map(str, Scalar), *BUILT_IN_TERMS}
    named |= {effect for of in rule_lists() for effect in of.effects} | {of.id for of in rule_lists()}
    named |= set(keys(policy_schema()))
    assert sorted(name for name in named if not re.search(rf"[`{{ ]{name}[`:}}, ]", page)) == []


def keys(schema: Data) -> Iterable[str]:
    """Yield every key that the schema of a policy names."""
    if isinstance(schema, dict):
        for key, value in schema.get("properties", {}).items():
            yield key
            yield from keys(value)
        for key, value in schema.items():
            if key != "properties":
                yield from keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keys(value)


def test_the_sections_of_the_page_are_numbered() -> None:
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", PAGE.read_text("utf-8"), re.MULTILINE)]
    assert numbers[0] == 1
    assert all(after == before + 1 for before, after in pairwise(numbers))


def test_every_preference_is_one_of_the_page() -> None:
    assert set(PREFERENCES) == {preference.value for preference in Preference}


def test_a_part_of_the_language_that_is_still_to_come_is_refused() -> None:
    assert [found.code for found in load_text(f"{HEAD}invariants: []\n").diagnostics] == ["D111"]
