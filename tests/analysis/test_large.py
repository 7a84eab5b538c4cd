"""A policy of 5,000 rows and rules is checked to the end, and a hole in its last corner is found."""

from engine.assure.check.check import analyse
from rules.load import load_text
from tests.analysis.analysed import TODAY, reproduces
from tests.analysis.large import large_policy
from tests.deciding import compiled


def test_thousands_of_rows_are_checked_and_nothing_is_left_open() -> None:
    program = compiled(load_text(large_policy(5_000)))
    assert program.policy.price_approval is not None
    assert len(program.policy.price_approval.authority) + len(program.policy.price_approval.rules) > 4_900
    codes = {finding.code for finding in analyse(program, today=TODAY).findings}
    assert not codes & {"D601", "D615"}


def test_the_one_hole_is_found() -> None:
    program = compiled(load_text(large_policy(5_000, hole=True)))
    holes = [finding for finding in analyse(program, today=TODAY).findings if finding.code == "D601"]
    assert holes
    assert all("line_61, customer class P, deal channel partner" in finding.message for finding in holes)
    assert all(reproduces(program, finding) for finding in holes)
