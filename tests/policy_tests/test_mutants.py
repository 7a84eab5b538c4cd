"""Mutants: which there are, that the short way to try them is the long way, and that offered cases do what they say."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from engine.assure.cases.case import Case
from engine.assure.cases.reading import read_cases
from engine.assure.cases.running import AS_OF, held_against
from engine.assure.mutants.making import mutants_of
from engine.assure.mutants.mutant import Mutant, NewCondition, with_rule
from engine.assure.mutants.offers import offer_for
from engine.assure.mutants.score import fewest, score, try_all
from engine.assure.mutants.trying import Recorded, noticed_by, record
from engine.core.decision import RefusedError
from engine.program import Program, compile_policy
from rules.ir import AllOf, AnyOf
from tests.case_files import all_cases, locked_cases
from tests.deciding import ENGINES, SHIPPED, program_at, program_of
from tests.policy_tests.texts import CASES, POLICY

INTERPRETER = ENGINES["interpreter"]
# No request is near that tells these apart: who may sign no higher, and ties that no case comes close to.
NOTHING_FOUND = {
    "late-credit: `raise: 1` becomes `2`",
    "sample: `deal.special_kinds: has deep` becomes `has none [deep]`",
    "tier: is left out",
    "tier: is asked after `first`",
    "first: `within: 15m` becomes `14m`",
    "first: `within: 15m` becomes `16m`",
}


@cache
def small() -> tuple[Recorded, tuple[Mutant, ...]]:
    program = program_of(POLICY)
    return record(program, read_cases(CASES.encode(), "cases.yaml").cases, now=AS_OF), tuple(mutants_of(program))


@cache
def shipped() -> tuple[Recorded, tuple[Mutant, ...]]:
    program = program_at(SHIPPED)
    cases = [case.test for case in (*all_cases(), *locked_cases()) if case.test.policy is None]
    return record(program, cases, now=AS_OF), tuple(mutants_of(program))


def whole(mutant: Mutant, program: Program) -> Program:
    """Compile the whole changed policy; a rule that is left out is one that never fires, so that it can be named."""
    if mutant.reach == NewCondition(None):
        never = AllOf((AnyOf(()),))
        return compile_policy(with_rule(program.policy, mutant.key, lambda rule: replace(rule, when=never)))
    return compile_policy(mutant.apply(program.policy))


def fails(case: Case, program: Program) -> bool:
    """Hold a case against the plain interpreter."""
    try:
        return bool(held_against(case, program, INTERPRETER, now=AS_OF))
    except RefusedError:
        return True


def the_long_way(mutant: Mutant, program: Program, cases: Sequence[Case]) -> set[str]:
    changed = whole(mutant, program)
    return {case.id for case in cases if fails(case, changed)}


def test_every_kind_of_step_is_taken() -> None:
    words = {f"{mutant.rule}: {mutant.words}" for mutant in small()[1]}
    assert {
        "A1: `line.discount: <= 10%` becomes `<= 9.99%`",
        "A1: `line.discount: <= 10%` becomes `<= 10.01%`",
        "A1: `line.discount: <= 10%` becomes `< 10%`",
        "A1: `manager` becomes `automatic`",
        "A1: `manager` becomes `director`",
        "A1: is left out",
        "long-credit: `deal.payment_days: (30..60]` becomes `(31..60]`",
        "free: `line.net_price: 0` becomes `0.01`",
        "free: `line.net_price: 0` becomes `!= 0`",
        "free: `reject` becomes `hold`",
        "late-credit: `raise: 1` becomes `2`",
        "late-credit: `also: finance` becomes `legal`",
        "late-credit: `raise` is left out",
        "letter: `document: letter` becomes `order`",
        "sample: `audit: 10%` becomes `9.99%`",
        "odd: `claim.evidence: has none [letter]` becomes `has any [letter]`",
        "derive.line.target_margin#1: `line.product_line: [desktop, notebook]` becomes `desktop`",
        "derive.line.target_margin#1: the value `12%` becomes `12.01%`",
        "derive.line.target_margin#1: is asked after `derive.line.target_margin#2`",
        "line.margin_gap: `-` becomes `+` in `line.margin - line.target_margin`",
        "first: `within: 15m` becomes `14m`",
        "first: `earliest` becomes `latest`",
        "tier: is asked after `first`",
        "deal_registration.protection#1: `protect: 60d` becomes `59d`",
        "chain: `stepwise` becomes `direct`",
        "validity: `30d` becomes `29d`",
    } <= words


def test_a_mutant_differs_from_its_policy_in_one_place() -> None:
    recorded, mutants = small()
    policy = recorded.program.policy
    for mutant in mutants:
        changed = mutant.apply(policy)
        assert changed != policy, mutant
        names = ("derive", "price_approval", "special_orders", "deal_registration", "partner_allocation")
        assert sum(getattr(changed, name) != getattr(policy, name) for name in names) == 1


def test_whole_numbers_have_no_mutant_twice() -> None:
    words = [mutant.words for mutant in small()[1] if mutant.rule == "late-credit" and "payment_days" in mutant.words]
    assert words == ["`deal.payment_days: > 60` becomes `> 59`", "`deal.payment_days: > 60` becomes `> 61`"]


@pytest.mark.parametrize("number", range(len(small()[1])), ids=lambda number: str(small()[1][number]))
def test_the_short_way_is_the_long_way(number: int) -> None:
    recorded, mutants = small()
    mutant = mutants[number]
    noticing = the_long_way(mutant, recorded.program, recorded.cases)
    found = noticed_by(mutant, recorded)
    assert (found is not None) == bool(noticing)
    assert found is None or recorded.cases[found].id in noticing


@pytest.mark.parametrize("start", range(8))
def test_so_it_is_for_the_shipped_policy(start: int) -> None:
    recorded, mutants = shipped()
    mutant = mutants[start * len(mutants) // 8 + 101]
    found = noticed_by(mutant, recorded)
    some = [case for case in recorded.cases if case.kind in mutant.kinds][start::12]
    cases = some if found is None else [*some, recorded.cases[found]]
    noticing = the_long_way(mutant, recorded.program, cases)
    assert (found is not None) == bool(noticing), mutant
    assert found is None or recorded.cases[found].id in noticing


@pytest.mark.parametrize("number", range(len(small()[1])), ids=lambda number: str(small()[1][number]))
def test_an_offered_case_passes_as_it_stands_and_fails_under_its_mutant(number: int) -> None:
    recorded, mutants = small()
    offer = offer_for(mutants[number], recorded)
    if offer is None:
        assert str(mutants[number]).partition(": ")[2] in NOTHING_FOUND
        return
    (pasted,) = read_cases(offer.text.encode(), "offered").cases
    assert not held_against(pasted, recorded.program, INTERPRETER, now=AS_OF)
    assert not held_against(pasted, recorded.program, ENGINES["index"], now=AS_OF)
    assert fails(pasted, whole(mutants[number], recorded.program))


def test_offered_cases_raise_the_score() -> None:
    recorded, mutants = small()
    tried = try_all(mutants, recorded, jobs=2, progress=lambda *_: None)
    alone = try_all(mutants, recorded, jobs=1, progress=lambda *_: None)
    assert [replace(one, mutant=mutants[0]) for one in tried] == [replace(one, mutant=mutants[0]) for one in alone]
    needed = fewest(tried, recorded)
    more = record(recorded.program, [*recorded.cases, *(offer.case for offer, _ in needed)], now=AS_OF)
    after = try_all(mutants, more, jobs=1, progress=lambda *_: None)
    assert score(tried) * 100 < 20
    assert score(after) * 100 > 92
    assert len(needed) < sum(one.offer is not None for one in tried)


def test_a_sample_of_the_shipped_policys_mutants_is_noticed() -> None:
    recorded, mutants = shipped()
    sample = mutants[7::29]
    living = [str(mutant) for mutant in sample if noticed_by(mutant, recorded) is None]
    assert len(living) * 100 <= len(sample) * 5, living


def test_the_guide_counts_the_shipped_policys_mutants() -> None:
    guide = (
        (Path(SHIPPED).parent / "docs" / "testing-policies.md").read_text("utf-8").partition("## The shipped policy")[2]
    )
    made = Counter(str(mutant.what) for mutant in shipped()[1])
    for what, number in [*made.items(), ("total", made.total())]:
        assert re.search(rf"^{what} +{number} ", guide, re.MULTILINE), (what, number)
