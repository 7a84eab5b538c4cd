"""Every case in `cases/`, through every backend and at every level of explanation."""

from datetime import UTC

import pytest

from engine.assure.cases.case import Data, merged
from engine.assure.cases.expect import STATUSES, differences
from engine.assure.cases.running import AS_OF, decided, held_against
from engine.core.decision import Kind
from tests.case_files import Case, all_cases, locked_cases
from tests.deciding import BACKENDS, ENGINES, EXPLAIN, NOW, as_text, shown
from tests.deciding import decided as told

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    program = case.program()
    backends = [name for name in BACKENDS if name not in case.unsupported]
    decision = told(program, case.kind, case.request, engine=backends[0])
    for name in backends:
        wrong = held_against(case.test, program, ENGINES[name], now=NOW)
        assert not wrong, "\n".join([case.id, name, *map(str, wrong), "", shown(decision)])
    for explain in EXPLAIN:
        first, *others = [told(program, case.kind, case.request, engine=name, explain=explain) for name in backends]
        assert first["outcome"] == decision["outcome"]
        assert first["result"] == decision["result"]
        for name, other in zip(backends[1:], others, strict=True):
            assert as_text(other) == as_text(first), f"{name} differs from {backends[0]} at explain={explain}"
    # What a case asks of the rules is read off the ruling: the trace, when all of it is wanted, says the same.
    seen = decided(case.test, program, ENGINES[backends[0]], now=NOW)
    for status in STATUSES:
        assert seen.statuses[status] == {
            rule["rule"] for rule in decision["trace"]["rules"] if rule["status"] == status
        }


@pytest.mark.parametrize("case", locked_cases(), ids=lambda case: case.id)
def test_locked_case(case: Case) -> None:
    for name in BACKENDS:
        assert not held_against(case.test, case.program(), ENGINES[name], now=NOW)


def test_cases_are_decided_as_of_the_day_of_all_tests() -> None:
    assert AS_OF.astimezone(UTC) == NOW


def test_every_kind_has_cases() -> None:
    assert {case.kind for case in CASES} == {kind.value for kind in Kind}


def test_names_tell_cases_apart() -> None:
    ids = [case.id for case in (*CASES, *locked_cases())]
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {}),
        ([1], [1, 1]),
        ([{"a": "1"}], [{"a": 1}]),
        ([], [1]),
        (None, False),
        (1, True),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3}]}}),
    ],
)
def test_an_expectation_can_fail(wanted: Data, found: object) -> None:
    assert list(differences(wanted, found, "it"))


def test_an_expectation_leaves_out_what_it_does_not_say() -> None:
    assert not list(differences({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}], "d": 3}, "it"))


def test_a_case_replaces_lists_and_adds_to_objects() -> None:
    assert merged({"deal": {"id": "1"}, "lines": [1, 2]}, {"deal": {"type": "x"}, "lines": [3]}) == {
        "deal": {"id": "1", "type": "x"},
        "lines": [3],
    }
