"""The benchmark runs, and what it says is what its result files say. Times are nobody's test."""

from dataclasses import asdict
from pathlib import Path
from typing import get_args

import pytest

from bench import budgets, page, results, tables
from bench.peers import dealdesk_decide, dealdesk_match, dealdesk_table
from bench.peers.peer import MakesPeer, Peer
from bench.peers.run import CONTESTS
from bench.plot import Panel, svg

OURS: tuple[MakesPeer, ...] = (dealdesk_match.Engine, dealdesk_table.Engine, dealdesk_decide.Engine)


def test_budgets_are_measured_and_become_a_page(tmp_path: Path) -> None:
    measured = budgets.run(budgets.TINY, say=lambda _: None)
    assert all(budget["measured"] > 0 for budget in measured["budgets"])
    assert {budget["unit"] for budget in measured["budgets"]} == {"µs", "×", "%", "MB", "ms"}
    results.save(tmp_path, "budgets", measured)
    (written,) = page.write(results.load(tmp_path), tmp_path)
    said = written.read_text(encoding="utf-8")
    assert all(budget["what"] in said for budget in measured["budgets"])


def test_the_page_says_what_the_result_files_say() -> None:
    written = (page.FOLDER / page.PAGE).read_text(encoding="utf-8")
    assert written == page.text(results.load(results.FOLDER)), "write it anew: make bench ARGS=page"


@pytest.mark.parametrize("make", OURS)
@pytest.mark.parametrize(("name", "hit"), CONTESTS)
def test_our_side_of_the_comparison_finds_the_rows_that_a_plain_reading_finds(
    make: MakesPeer, name: tables.TableName, hit: tables.Hit
) -> None:
    table = tables.table(name, 20)
    peer: Peer = make(table, hit)
    for request in tables.requests(table, 30):
        asked = peer.ask(request)
        for trace in (False, True):
            assert peer.rows(peer.decide(asked, trace=trace)) == tables.hits(table, request, hit)


def test_tables_and_requests_are_the_same_every_time() -> None:
    for name in get_args(tables.TableName):
        assert tables.table(name, 30) == tables.table(name, 30)
        assert tables.requests(tables.table(name, 30)) == tables.requests(tables.table(name, 30))
        assert any(tables.hits(tables.table(name, 30), one, "first") for one in tables.requests(tables.table(name, 30)))


def test_a_budget_knows_which_way_is_good() -> None:
    assert budgets.Budget("a time", "≤ 3", 3, 2.5, "ms").met
    assert not budgets.Budget("a share", "≥ 60%", 60, 59.9, "%", at_least=True).met
    assert asdict(budgets.TINY)["rounds"] == 1


def test_labels_of_a_plot_do_not_cover_each_other() -> None:
    drawn = svg([Panel("all alike", {f"engine {n}": [(20, 10.0), (200, 10.0)] for n in range(9)})])
    places = [float(part.split('y="')[1].split('"')[0]) for part in drawn.split("<text ") if ">engine " in part]
    assert len(places) == 9
    assert all(below - above >= 13.9 for above, below in zip(sorted(places), sorted(places)[1:], strict=False))
