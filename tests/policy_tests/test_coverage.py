"""Coverage counts what deciding asked, by the plain interpreter's word."""

from engine.assure.cases.coverage import SectionCoverage, cover, total
from engine.assure.cases.reading import read_cases
from engine.assure.cases.running import AS_OF, decided
from engine.core.decision import Kind
from tests.case_files import all_cases, locked_cases
from tests.deciding import ENGINES, SHIPPED, program_at, program_of
from tests.policy_tests.texts import CASES, POLICY

# Sections whose rules' ids no other section of that kind of decision uses, and which are asked whatever else is found.
NAMED = {
    "price_approval.authority": Kind.PRICE_APPROVAL,
    "price_approval.rules": Kind.PRICE_APPROVAL,
    "special_orders.controls": Kind.SPECIAL_ORDER,
    "deal_registration.eligibility": Kind.DEAL_REGISTRATION,
    "partner_allocation.eligibility": Kind.PARTNER_ALLOCATION,
}


def covered(cases: str = CASES) -> dict[str, SectionCoverage]:
    found = read_cases(cases.encode(), "cases.yaml").cases
    return {section.name: section for section in cover(program_of(POLICY), found, now=AS_OF)}


def never(found: SectionCoverage) -> dict[str, str]:
    return {f"{one.part.rule} {one.part.test}": one.never for one in found.parts if one.never}


def test_a_rule_and_its_tests_are_seen_true_and_false() -> None:
    assert never(covered()["price_approval.authority"]) == {
        "A0 None": "never true",
        "A0 0": "never true",
        "A0 1": "never false",
        "A1 1": "never false",
        "A2 None": "never false",
        "A2 0": "never false",
    }


def test_a_row_of_a_first_table_counts_where_it_is_asked() -> None:
    # The second row matches every line, but is asked only for the server; an order's control needs no target.
    second = covered()["derive.line.target_margin"].parts[2]
    assert (second.part.rule, second.wanted) == ("derive.line.target_margin#2", 1)
    assert second.sides.true == [1]


def test_a_criterion_is_true_where_it_separates() -> None:
    tier, first = covered()["deal_registration.priority"].parts
    assert (tier.sides.true, tier.sides.false) == ([], [3])
    assert (first.sides.true, first.sides.false) == ([3], [])


def test_what_counts_as_true_is_what_the_trace_says_fired() -> None:
    program = program_at(SHIPPED)
    cases = [case.test for case in all_cases() if case.test.policy is None]
    seen = [decided(case, program, ENGINES["index"], now=AS_OF) for case in cases]
    for section in cover(program, cases, now=AS_OF):
        if section.name in NAMED:
            for one in section.parts:
                if one.part.test is None:
                    kind = NAMED[section.name]
                    for status, side in (("fired", one.sides.true), ("blocked", one.sides.false)):
                        told = [
                            number
                            for number, case in enumerate(cases)
                            if case.kind is kind and one.part.rule in seen[number].statuses[status]
                        ]
                        assert side == told, f"{one.part.rule} {status}"


def test_no_cases_see_nothing() -> None:
    found = cover(program_of(POLICY), [], now=AS_OF)
    assert total(found) == 0
    assert {one.never for section in found for one in section.parts if not one.part.always} == {"never asked"}


def test_the_shipped_policy_is_covered() -> None:
    cases = [case.test for case in (*all_cases(), *locked_cases()) if case.test.policy is None]
    assert total(cover(program_at(SHIPPED), cases, now=AS_OF)) * 100 >= 95
