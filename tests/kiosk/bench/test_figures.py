"""Figures, verdicts and the page they are written on."""

import pytest

from kiosk.bench.figures import PROMISES, Figure, Sizes, of
from kiosk.bench.machine import Machine, this_machine
from kiosk.bench.page import as_markdown, as_rows, as_text

MACHINE = Machine("a processor", 2, 7.6, "a system", "3.11", "abc1234")


def figure(name: str, p50: float, p95: float) -> Figure:
    return Figure(name, Sizes(20, p50, p95), 0.5)


def test_the_95th_percentile_is_a_sample_by_nearest_rank() -> None:
    assert of(range(1, 21)) == Sizes(20, 10.5, 19)
    assert of([7.0]) == Sizes(1, 7.0, 7.0)
    assert of(range(1, 101)).p95 == 95
    with pytest.raises(ValueError, match="nothing"):
        of([])


@pytest.mark.parametrize(
    ("p50", "p95", "verdict"),
    [(59.0, 60.0, "kept"), (60.0, 60.1, "median only"), (60.1, 61.0, "BROKEN")],
)
def test_a_promise_is_kept_by_95_of_100(p50: float, p95: float, verdict: str) -> None:
    assert figure("takeover", p50, p95).verdict == verdict


def test_what_only_stands_beside_has_no_verdict() -> None:
    assert figure("card.pyscard", 1e9, 1e9).verdict == ""


def test_every_promise_of_the_table_is_against_one_that_is_there() -> None:
    assert {promise.beside for promise in PROMISES.values() if promise.beside} <= PROMISES.keys()


def test_rows_stand_in_the_order_of_the_promises_with_ratios_of_the_same_run() -> None:
    figures = {
        "takeover": figure("takeover", 40, 55),
        "card": figure("card", 1.5, 2),
        "card.pyscard": figure("card.pyscard", 1.0, 2),
    }
    rows = list(as_rows(figures))
    assert [row[0].split()[0] for row in rows] == ["card", "the", "SIGKILL"]
    assert rows[0][1:] == (
        "≤ 5 ms", "1.5 ms", "2.0 ms", "20", "1.50 × card.pyscard", "0.5", "kept",
    )  # fmt: skip
    assert rows[2][5] == ""


def test_the_page_names_machine_commit_and_command() -> None:
    page = as_markdown({"idle": figure("idle", 0.05, 0.05)}, MACHINE, "bench --quick", "today")
    for words in ("a processor, 2 cores", "`abc1234`", "`bench --quick`", "today", "0.050 %"):
        assert words in page
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1


def test_columns_of_the_text_stand_below_one_another() -> None:
    head, row, _ = as_text({"memory": figure("memory", 146, 146)}).split("\n")
    assert head.index("promised") == row.index("≤ 220 MB")


def test_this_machine_says_what_it_is() -> None:
    here = this_machine()
    assert here.cores >= 1
    assert here.memory_gb > 0
    assert here.commit
