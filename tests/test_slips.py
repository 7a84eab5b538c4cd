"""Slips of the hand at every place of a good policy: what is said of them stands there, and names the cause.

The words of a policy are found by plain patterns, and each in turn is mistyped as an input method, a word processor or
a tired hand does it. What a hint offers in the place of the words is then put there, and the policy loads.
"""

import re
from collections.abc import Iterator

import pytest

from rules.load import load_text
from rules.reports.diagnostics import Diagnostic
from tests.small_policies import LANGUAGE, with_test

LINES = LANGUAGE.split("\n")
DIGEST = loaded.digest if (loaded := load_text(LANGUAGE).policy) else ""
NO_BREAK, IDEOGRAPHIC, THIN = "\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}", "\N{THIN SPACE}"


def places(pattern: str) -> list[int]:
    """Return where a pattern's group `at` stands in the good policy, outside comments."""
    comments = [found.span() for found in re.finditer(r"(?:^|\s)#.*$", LANGUAGE, re.MULTILINE)]
    starts = (found.start("at") for found in re.finditer(pattern, LANGUAGE, re.MULTILINE))
    return [start for start in starts if not any(low <= start < high for low, high in comments)]


def position(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def findings(text: str) -> tuple[Diagnostic, ...]:
    loaded = load_text(text)
    assert loaded.policy is None
    return loaded.diagnostics


def mistyped(start: int, end: int, instead: str) -> str:
    return LANGUAGE[:start] + instead + LANGUAGE[end:]


def followed(text: str, diagnostic: Diagnostic) -> str:
    """Return a text with what the hint offers."""
    assert diagnostic.instead is not None
    span = diagnostic.span
    lines = text.split("\n")
    line = lines[span.line - 1]
    lines[span.line - 1] = line[: span.column - 1] + diagnostic.instead + line[span.end_column - 1 :]
    return "\n".join(lines)


def check_look_alike(start: int, end: int, instead: str) -> None:
    """A look-alike is shown where it stands and nothing else is said; what is offered mends it."""
    text = mistyped(start, end, instead)
    found = findings(text)
    shown = [(one.code, one.span.line, one.span.column) for one in found]
    line, column = position(text, start)
    assert shown == [("D225", line, column)], (LINES[line - 1], instead)
    assert f"U+{ord(instead[0]):04X}" in found[0].message
    assert load_text(followed(text, found[0])).policy is not None


COLON = r"(?:^|[\[{,]|- ) *[a-z_.]+(?P<at>:)(?= |$)"


@pytest.mark.parametrize("start", places(COLON))
def test_a_colon_of_another_script(start: int) -> None:
    check_look_alike(start, start + 1, "：")


@pytest.mark.parametrize("start", places(COLON))
def test_a_colon_of_another_script_without_a_blank(start: int) -> None:
    if LANGUAGE[start + 1] == " ":
        text = mistyped(start, start + 2, "：")
        found = findings(text)
        assert [(one.code, one.span.line, one.span.column) for one in found] == [("D225", *position(text, start))]
        assert load_text(followed(text, found[0])).policy is not None


@pytest.mark.parametrize("start", places(r"^[^#\n]*?[\[{][^\"\n]*?(?:\"[^\"\n]*\"[^\"\n]*?)*?(?P<at>,) "))
def test_a_comma_of_another_script(start: int) -> None:
    check_look_alike(start, start + 1, "，、"[start % 2])


@pytest.mark.parametrize("start", places(r"[0-9](?P<at>%)"))
def test_a_percent_sign_of_another_script(start: int) -> None:
    check_look_alike(start, start + 1, "％")


@pytest.mark.parametrize("start", places(r"(?:<=|>=|[<>]) (?P<at>[0-9])"))
def test_a_digit_of_another_script(start: int) -> None:
    check_look_alike(start, start + 1, chr(ord(LANGUAGE[start]) + 0xFEE0))


@pytest.mark.parametrize("start", places(r"(?:[a-z_]:|^ +-|,)(?P<at> )(?=[a-z\"])"))
def test_a_space_that_is_no_blank(start: int) -> None:
    instead = (NO_BREAK, IDEOGRAPHIC, THIN)[start % 3]
    policy = load_text(mistyped(start, start + 1, instead)).policy
    if policy is None:
        check_look_alike(start, start + 1, instead)
    else:
        assert policy.digest == DIGEST  # within a quoted test, any space parts the words


@pytest.mark.parametrize("start", places(r"^(?P<at>  )"))
def test_an_indent_that_is_no_blank(start: int) -> None:
    check_look_alike(start, start + 2, NO_BREAK * 2)


VERSION = places(r"version: (?P<at>\")")
QUOTED = [found.span() for found in re.finditer(r'"[^"\n]*"', LANGUAGE) if found.start() not in VERSION]


@pytest.mark.parametrize(("start", "end"), QUOTED)
def test_quotes_of_another_script(start: int, end: int) -> None:
    opening, closing = ("“”", "＂＂", "「」", "„“")[start % 4]
    text = mistyped(start, end, f"{opening}{LANGUAGE[start + 1 : end - 1]}{closing}")
    found = findings(text)
    line, column = position(text, start)
    assert [(one.code, one.span.line, one.span.column) for one in found] == [
        ("D225", line, column),
        ("D225", line, column + end - start - 1),
    ]
    mended = followed(followed(text, found[1]), found[0])
    assert load_text(mended).policy is not None


def indented(number: int, by: int) -> str:
    line = LINES[number]
    moved = " " * (len(line) - len(line.lstrip(" ")) + by) + line.lstrip(" ")
    return "\n".join([*LINES[:number], moved, *LINES[number + 1 :]])


def lines_with_words() -> Iterator[int]:
    """Yield the numbers of lines, from 0, that begin a key or an item."""
    for number, line in enumerate(LINES):
        if re.match(r" *(?:- |[a-z_.]+:)", line):
            yield number


@pytest.mark.parametrize("number", list(lines_with_words()))
@pytest.mark.parametrize("by", [1, -1])
def test_a_wrong_indent(number: int, by: int) -> None:
    indent = len(LINES[number]) - len(LINES[number].lstrip(" "))
    if indent + by < 0 or (by < 0 and indent == 0):
        return
    text = indented(number, by)
    loaded = load_text(text)
    if loaded.policy is not None:
        return  # the last key of its mapping stands alone in it: any indent will do
    found = [one for one in loaded.diagnostics if one.code == "D226"]
    assert [(one.span.line, one.span.column) for one in found] == [(number + 1, indent + by + 1)]
    assert f"by {indent + by} blank" in found[0].message
    assert re.search(rf"\b{indent} blank|\b{indent} or|the start of the line", found[0].hint or "")


@pytest.mark.parametrize("number", [number for number in lines_with_words() if LINES[number].startswith(" ")][::2])
def test_a_tab(number: int) -> None:
    line = LINES[number].lstrip(" ")
    text = "\n".join([*LINES[:number], "\t" + line, *LINES[number + 1 :]])
    found = findings(text)
    assert (found[0].code, found[0].span.line, found[0].span.column) == ("D208", number + 1, 1)


ROW = re.compile(r"      - \[.*\]$")


def cells_of(line: str) -> list[str]:
    return re.findall(r"\s*((?:\"[^\"]*\"|\[[^\]]*\]|\{[^}]*\}|[^,\[\]{}])+)(?:,|$)", line.strip()[3:-1])


@pytest.mark.parametrize("number", [number for number, line in enumerate(LINES) if ROW.match(line)])
def test_a_missing_cell(number: int) -> None:
    header = next(LINES[above] for above in range(number, 0, -1) if LINES[above].strip().startswith("columns:"))
    columns = [name.strip() for name in header.partition("[")[2].rstrip("]").split(",")]
    cells = cells_of(LINES[number])
    assert len(cells) == len(columns)
    for left_out, name in enumerate(columns):
        row = f"      - [{', '.join(cells[:left_out] + cells[left_out + 1 :])}]"
        found = findings("\n".join([*LINES[:number], row, *LINES[number + 1 :]]))
        assert [(one.code, one.span.line) for one in found] == [("D401", number + 1)], row
        assert f"nothing stands under `{columns[-1]}`" in (found[0].hint or "")
        probably = (found[0].hint or "").partition("probably")[2] or f"`{columns[-1]}`"
        assert f"`{name}`" in probably or '"-"' in row, (row, found[0].hint)


# What is written for a field of a type, the code, where the finding begins in it, and what its hint offers.
SLIPS = [
    ("deal.net_total", "<= RMB 200000", "D301", 3, ["200_000"]),
    ("deal.net_total", "<= ¥200_000", "D301", 3, ["200_000"]),
    ("deal.net_total", "<= ￥200,000.50", "D301", 3, ["200_000.50"]),
    ("deal.net_total", "<= 200000元", "D301", 3, ["200_000"]),
    ("deal.net_total", "<= 200_000 CNY", "D301", 3, ["200_000"]),
    ("deal.net_total", "<= $200,000", "D301", 3, ["200_000"]),
    ("deal.net_total", "<= 200万", "D301", 3, ["2_000_000"]),
    ("deal.net_total", "<= 1.5亿", "D301", 3, ["150_000_000"]),
    ("deal.net_total", "<= 200k", "D301", 3, ["200_000"]),
    ("deal.net_total", "<= 2m", "D301", 3, ["2_000_000"]),
    ("deal.net_total", "<= 1,000,000", "D301", 3, ["1_000_000"]),
    ("deal.net_total", "<= 1.000,00", "D301", 3, ["1_000.00"]),
    ("deal.net_total", "<= 1 000 000", "D301", 3, ["1_000_000"]),
    ("deal.net_total", "100-200", "D308", 0, ["[100..200]"]),
    ("deal.discount", "<= 15", "D302", 3, ["15%"]),
    ("deal.discount", "<= 0.15", "D302", 3, ["15%", "0.15%"]),
    ("deal.discount", "<= 1", "D302", 3, ["1%", "100%"]),
    ("deal.discount", "<= 12,5%", "D301", 3, ["12.5%"]),
    ("deal.discount", "<= 1,500%", "D301", 3, ["1.500%", "1500%"]),
    ("deal.discount", "<= 15 percent", "D302", 3, ["15%"]),
    ("deal.discount", "< = 10%", "D308", 0, ["<= 10%"]),
    ("deal.discount", "=> 5%", "D308", 0, [">= 5%"]),
    ("deal.discount", "≤ 10%", "D308", 0, ["<= 10%"]),
    ("deal.discount", "≥10%", "D308", 0, [">= 10%"]),
    ("deal.discount", "at most 10%", "D308", 0, ["<= 10%"]),
    ("deal.discount", "不超过10%", "D308", 0, ["<= 10%"]),
    ("deal.discount", "5%-10%", "D308", 0, ["[5%..10%]"]),
    ("deal.discount", "5-10%", "D308", 0, ["[5%..10%]"]),
    ("deal.discount", "5%~10%", "D308", 0, ["[5%..10%]"]),
    ("deal.discount", "5%～10%", "D308", 0, ["[5%..10%]"]),
    ("deal.discount", "5% – 10%", "D308", 0, ["[5%..10%]"]),
    ("deal.discount", "5% to 10%", "D308", 0, ["[5%..10%]"]),
    ("deal.discount", "5%...10%", "D308", 0, ["[5%..10%]"]),
    ("deal.discount", "> 5%, <= 10%", "D308", 0, ["(5%..10%]"]),
    ("deal.discount", ">= 5% and < 10%", "D308", 0, ["[5%..10%)"]),
    ("deal.discount", "5% < x <= 10%", "D308", 0, ["(5%..10%]"]),
    ("deal.discount", "(5%, 10%]", "D308", 0, ["(5%..10%]"]),
    ("deal.discount", "]5%..10%]", "D308", 0, ["(5%..10%]"]),
    ("deal.discount", "[5%..10%", "D308", 0, ["[5%..10%]"]),
    ("deal.payment_days", "> 30 days", "D301", 2, ["30"]),
    ("deal.payment_days", "> 60.0", "D301", 2, ["60"]),
    ("customer.strategic", "Yes", "D301", 0, ["true"]),
    ("customer.strategic", "TRUE", "D301", 0, ["true"]),
    ("customer.strategic", "否", "D301", 0, ["false"]),
    ("deal.bid_date", "> 2026/11/21", "D301", 2, ["2026-11-21"]),
    ("deal.bid_date", "> 21.11.2026", "D301", 2, ["2026-11-21"]),
    ("deal.bid_date", "> 2026年11月1日", "D301", 2, ["2026-11-01"]),
    ("deal.bid_date", "> 05/06/2026", "D301", 2, ["2026-05-06", "2026-06-05"]),
    ("customer.class", "r", "D104", 0, ["R"]),
    ("customer.class", "R, D", "D104", 0, ["[R, D]"]),
]


@pytest.mark.parametrize(("field", "written", "code", "offset", "offers"), SLIPS)
def test_a_slip_in_a_literal(field: str, written: str, code: str, offset: int, offers: list[str]) -> None:
    (found,) = with_test(field, f'"{written}"').diagnostics
    line = next(line for line in with_test(field, f'"{written}"').sources[0].text.split("\n") if f'"{written}"' in line)
    start = line.index(f'"{written}"') + 2
    assert found.code == code
    assert found.span.column in (start + offset, start - 1 if offset == 0 else -1)  # a whole test has its quotes
    assert all(offer in (found.hint or "") for offer in offers), found.hint
    for offer in offers:
        instead = offer if offer[0] in "[(" or offset == 0 else f"{written[:offset]}{offer}"
        assert with_test(field, instead if instead == "[R, D]" else f'"{instead}"').policy is not None
    assert (found.instead is None) == (len(offers) > 1 or offers == ["[R, D]"])
    if found.instead is not None:
        assert load_text(followed(with_test(field, f'"{written}"').sources[0].text, found)).policy is not None


@pytest.mark.parametrize(
    ("written", "offers"),
    [
        ("30 days", ["30d"]),
        ("2 weeks", ["14d"]),
        ("30天", ["30d"]),
        ("48 hours", ["48h"]),
        ("PT48H", ["48h"]),
        ("30", ["30d", "30h"]),
    ],
)
def test_a_slip_in_a_length_of_time(written: str, offers: list[str]) -> None:
    (found,) = findings(LANGUAGE.replace("validity: 30d", f"validity: {written}"))
    assert found.code == "D301"
    assert all(f"`{offer}`" in (found.hint or "") for offer in offers)
    for offer in offers:
        assert load_text(LANGUAGE.replace("validity: 30d", f"validity: {offer}")).policy is not None


@pytest.mark.parametrize(
    ("words", "others", "code", "at", "hint"),
    [
        ("because: {en: Year-end prices, zh: 年末价格}", "because: See #12 first", "D227", "#12", '"See #12 first"'),
        ("{reject: Selling below cost}", "{reject: Selling #1 below}", "D227", "#1", '"Selling #1 below"'),
        ("{reject: Selling below cost}", "{reject: Selling: below}", "D219", ": below", '"Selling: below"'),
        ('"<= 2%"', '"<= 2%', "D228", '"<= 2%', "close the quotes"),
        ('"<= 2%"', '<= 2%"', "D228", '<= 2%"', 'write "<= 2%"'),
        ("also: finance_controller", "also: cfo", "D105", "cfo", "`finance_controller`, `market_order`"),
        ("at: order,", "at: delivery,", "D105", "delivery", "one of `quotation`, `order`, `shipment`, `rebate`"),
        ("currency: CNY", "currency: RMB", "D310", "RMB", "`CNY`"),
        ("timezone: Asia/Shanghai", "timezone: Beijing", "D311", "Beijing", "`Asia/Shanghai`"),
        ('"<= 1_000_000"', "1,000,000", "D401", "1,000,000", "1_000_000"),
        ("desktop, notebook]", "desk\u200btop, notebook]", "D206", "\u200b", "remove it"),
    ],
)
def test_a_slip_in_a_line(words: str, others: str, code: str, at: str, hint: str) -> None:
    assert words in LANGUAGE
    text = LANGUAGE.replace(words, others, 1)
    start = LANGUAGE.index(words)
    found = findings(text)
    assert (found[0].code, found[0].span.line, found[0].span.column) == (
        code,
        *position(text, text.index(at, start)),
    )
    assert hint in (found[0].hint or "")


def test_what_each_look_alike_hides_is_found_too() -> None:
    text = LANGUAGE.replace("policy: language", "policy：language").replace("also: finance", "also: finanse")
    found = findings(text)
    assert found[0].span.line == text.count("\n", 0, text.index("policy：")) + 1
    assert [one.code for one in found] == ["D225", "D105"]


def test_many_look_alikes_are_found_in_a_few_readings() -> None:
    text = re.sub(r"^( *[a-z_.]+):", r"\1：", LANGUAGE, flags=re.MULTILINE)
    found = findings(text)
    assert {one.code for one in found} == {"D225"}
    assert len(found) == len(re.findall(r"^ *[a-z_.]+:", LANGUAGE, flags=re.MULTILINE))


def test_words_for_people_may_have_any_characters() -> None:
    text = LANGUAGE.replace("reject: Selling below cost", "reject: “低于成本”，不可（见第１条）：停")
    assert load_text(text).policy is not None
