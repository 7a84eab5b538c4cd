"""Words: a sentence in both languages for whatever can happen, summaries with their driver, and texts to read."""

import re
from itertools import product
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from engine import texts
from engine.answers.decisions import AnyStep
from engine.core.decision import Kind, Language, RefusedError
from engine.core.parts import Step
from engine.decide import decide
from engine.explain import words
from engine.explain.words import en, zh
from engine.explain.words.decision_reader import OUTCOMES
from engine.explain.words.effects import SENTENCES
from engine.explain.words.labels import LABELS
from engine.explain.words.layout import width
from engine.explain.words.phrases import PHRASES
from rules.vocabulary import AS_OF, Names, built_in_fields
from tests.agreement import pairs
from tests.case_files import Case, all_cases
from tests.deciding import EXPLAIN, INDEX, NOW, ROOT, Data, decided, program_of, shown
from tests.golden_cases import CASES, FOLDER, QUOTE, line, policy, quote

LANGUAGES: tuple[Language, ...] = ("en", "zh")


# --- nothing without words -----------------------------------------------------------------------------------------


def test_every_step_is_one_that_has_a_sentence() -> None:
    """A language that leaves out a step of the union is a type error; here it is that the union has all of them."""
    ours = {step for step in Step.__subclasses__() if step.__module__.startswith("engine.")}
    assert ours == {*get_args(AnyStep)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_without_a_sentence_is_not_passed_over(language: Language) -> None:
    class Prayer(Step, frozen=True, tag="prayer"):
        """A step of no union."""

    unheard: Data = Prayer()
    with pytest.raises(AssertionError):
        words.step_text(unheard, language)


def test_every_outcome_has_words() -> None:
    assert en.OUTCOMES.keys() == zh.OUTCOMES.keys()


@pytest.mark.parametrize("table", [PHRASES, SENTENCES], ids=["phrases", "effects"])
def test_both_languages_put_in_the_same_values(table: dict[str, tuple[str, str]]) -> None:
    for name, sentences in table.items():
        english, chinese = ({part[1] for part in Formatter().parse(one)} - {None} for one in sentences)
        assert english == chinese, name


def test_every_phrase_is_used() -> None:
    engine = ROOT / "engine"
    speaking = [
        *(engine / "explain" / "words").glob("*.py"),
        *(engine / "kinds").rglob("summary.py"),
        *(engine / "kinds").rglob("text.py"),
    ]
    source = "".join([file.read_text("utf-8") for file in sorted(speaking)])
    composed = re.compile(r"obligation_|status_")
    unused = [name for name in PHRASES if source.count(f'"{name}"') < 2 and not composed.match(name)]
    assert unused == []


def test_labels_name_built_in_fields() -> None:
    assert LABELS.keys() <= built_in_fields(Names({})).keys() | {AS_OF.path}


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_every_case_can_be_told_in_both_languages(case: Case) -> None:
    for language in LANGUAGES:
        decision = decide(case.program(), Kind(case.kind), dict(case.request), now=NOW, engine=INDEX, language=language)
        text = texts.as_text(decision, language)
        assert text.startswith(OUTCOMES[language][decision.outcome].upper())
        assert decision.summary.endswith("。" if language == "zh" else ".")
        for said in (text, decision.summary):
            assert "None" not in said
            assert "{" not in said


@pytest.mark.parametrize("seed", range(300, 308))
def test_whatever_is_decided_can_be_told(seed: int) -> None:
    for pair in pairs(seed, 16):
        for explain, language in product(EXPLAIN, LANGUAGES):
            try:
                decision = decide(
                    pair.program, pair.kind, pair.request, now=NOW, engine=INDEX, explain=explain, language=language
                )
            except RefusedError:
                continue
            assert "None" not in texts.as_text(decision, language)
            assert "{" not in decision.summary


# --- summaries -----------------------------------------------------------------------------------------------------

SUMMARIES = {
    "price-needs-a-director": (
        (
            "Regional director and finance controller must approve: line 2 (notebook) is 22.00% off list; "
            "the district manager's limit is 18%."
        ),
        "须由大区总监与财务总监审批：第2行（notebook）折扣为 22.00%，分区经理的上限为 18%。",
    ),
    "price-approved": (
        "Approved: within the submitter's own authority (Account manager).",
        "批准：在提交人权限之内（客户经理）。",
    ),
    "price-rejected": (
        "Rejected: line 1: Selling below cost (below-cost), line 1: No level may sign this line.",
        "驳回：第1行：低于成本（below-cost）、第1行：任何级别均无权签批此行。",
    ),
    "price-held": (
        "Held: Registration conflict is open (contested).",
        "暂停：报备冲突未决（contested）。",
    ),
    "price-asks": (
        "More information is needed: customer.class; still possible: requires approval.",
        "需要补充信息：customer.class；仍可能的结论：需要审批。",
    ),
    "order-clear": ("Clear at quotation: nothing is open.", "放行（quotation 环节）：无未完成事项。"),
    "claims-tied": (
        "Contested: no criterion tells C-1, C-2 apart.",
        "存在争议：各项规则无法在 C-1、C-2 之间分出先后。",
    ),
    "claims-awarded": (
        "Awarded to C-2: decided by tier, platinum against gold (C-1).",
        "判定归 C-2：由 tier 决定，platinum 对 gold（C-1）。",
    ),
    "lead-allocated": (
        "Allocated to P-3 (36.6667 points), decided by behind-share.",
        "分配给 P-3（36.6667 分），由 behind-share 决定。",
    ),
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_summary_names_what_drove_the_decision(name: str) -> None:
    kind, request = CASES[name]
    told = tuple(decided(policy(), kind, request, explain="none", language=one)["summary"] for one in LANGUAGES)
    assert told == SUMMARIES[name]


@pytest.mark.parametrize(
    ("request_", "driver"),
    [
        (quote(deal={"payment_days": 85, "margin_alert": "red"}, lines=[line("desktop", "4990.00")]), "alert"),
        (
            quote(lines=[line("server", "48500.00", quantity=9)]),
            "margin is 7.22%; the district manager needs at least 10%",
        ),
        (quote(lines=[line("server", "50000.00")]), "deal is 6,000,000.00; the district manager's limit is 5,000,000"),
        (quote(lines=[line("server", "48000.00")], customer={"class": "D"}), "no lower level may sign such a line"),
        (quote(lines=[line("desktop", "4939.99")]), "line 1 (desktop) is 5.0002% off list"),
    ],
)
def test_the_driver_is_the_rule_or_the_limit_that_made_the_level(request_: Data, driver: str) -> None:
    assert driver in decided(policy(), "price_approval", request_, explain="none")["summary"]


# --- texts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_a_text_reads_as_it_is_kept(name: str, language: Language, *, update_golden: bool) -> None:
    kind, request = CASES[name]
    decision = decided(policy(), kind, request, explain="near", language=language)
    hold_against(FOLDER / f"{name}.{language}.txt", texts.as_text(decision, language), update=update_golden)


def hold_against(file: Path, text: str, *, update: bool) -> None:
    if update:
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8"), f"{file.name}: run pytest --update-golden and read the difference"


def test_no_text_is_kept_that_nothing_makes() -> None:
    made = {f"{name}.{language}.txt" for name in CASES for language in LANGUAGES}
    assert {file.name for file in FOLDER.glob("*.txt")} == made


@pytest.mark.parametrize("explain", ["none", "fired", "all"])
@pytest.mark.parametrize("name", CASES)
def test_whatever_was_explained_can_be_told(name: str, explain: Data) -> None:
    kind, request = CASES[name]
    decision = decided(policy(), kind, request, explain=explain)
    text = texts.as_text(decision, "en")
    assert (decision["summary"] in text) is (explain == "none"), shown(decision)


def test_a_stored_decision_reads_as_the_decision_itself() -> None:
    decision = decide(policy(), Kind.PRICE_APPROVAL, dict(QUOTE), now=NOW, engine=INDEX)
    assert texts.as_text({"id": "d-1", **decision.to_json()}, "en") == texts.as_text(decision, "en")


def test_a_group_of_tests_that_no_price_passes_is_named_by_its_fields() -> None:
    source = policy().policy.sources[0].text
    start = source.index("authority:")
    rows = """authority:
    - {id: AM, when: {any: [{customer.class: D}, {deal.margin_alert: red}]}, then: {level: account_manager}}
    - {id: DM, then: {level: district_manager}}
"""
    program = program_of(source[:start] + rows + source[source.index("  rules:\n", start) :])
    decision = decided(program, "price_approval", quote(customer={"class": "R"}), explain="near")
    told = "at no net price up to list could the account_manager sign: customer class, margin alert"
    assert told in texts.as_text(decision, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_are_aligned_by_what_a_terminal_shows(language: Language) -> None:
    decision = decided(policy(), "price_approval", QUOTE, language=language)
    lines = texts.as_text(decision, language).split("\n")
    granted = [one for one in lines if "  AM-2  " in one or "  RD-1  " in one]
    rules = [one.partition("  AM-2 ")[0].partition("  RD-1 ")[0] for one in granted]
    places = {(width(rule), width(one.partition("policies")[0])) for rule, one in zip(rules, granted, strict=True)}
    assert len(granted) == 2
    assert len(places) == 1


def test_many_lines_are_cut_short() -> None:
    decision = decided(policy(), "price_approval", quote(lines=QUOTE["lines"] * 60), explain="near")
    text = texts.as_text(decision, "en")
    assert "and 20 more lines" in text
    assert "line 101" not in text


def test_texts_of_the_policy_stand_in_the_language_that_was_decided_in() -> None:
    plain = policy().policy.sources[0].text.replace("{en: Selling below cost, zh: 低于成本}", "Selling below cost")
    decision = decided(program_of(plain), *CASES["price-rejected"], language="zh")
    assert "Selling below cost" in texts.as_text(decision, "zh")
