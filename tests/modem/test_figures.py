"""The figures' own arithmetic, and that a run goes on where it stopped."""

import json
from pathlib import Path

import pytest

from tests.modem import figures
from tests.modem.plot import plot
from tests.modem.section import least_share


@pytest.mark.parametrize(
    ("right", "runs", "bound"),
    [(300, 300, 0.9901), (299, 300, 0.9843), (20, 20, 0.8609), (0, 9, 0)],
)
def test_the_lower_bound(right: int, runs: int, bound: float) -> None:
    """300 of 300: 0.05 ** (1 / 300); the others from tables of the binomial distribution."""
    assert least_share(right, runs) == pytest.approx(bound, abs=2e-4)


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    out = tmp_path / "lines.jsonl"
    with out.open("w", encoding="utf-8") as file:
        for case in figures._conditions(1):
            file.write(json.dumps({**case, "commit": "x"}) + "\n")
    before = out.read_bytes()
    assert figures.main(["conditions", "--seeds", "1", "--out", str(out)]) == 0
    assert out.read_bytes() == before


def test_no_minute_means_no_run(tmp_path: Path) -> None:
    out = tmp_path / "none.jsonl"
    assert figures.main(["conditions", "--out", str(out), "--minutes", "-1"]) == 0
    assert figures.read(out) == []


def test_a_plot_holds_every_curve() -> None:
    drawn = plot("jitter", {"nominal": [(0.5, 1e-4), (1.0, 0.02)], "<heavy>": [(0.5, 0.0)]})
    assert drawn.count("<polyline") == 2
    assert "&lt;heavy&gt;" in drawn


def test_a_plot_s_shares_lie_between_its_lines() -> None:
    """All errors on the uppermost line, none on the lowest, and what is between in between."""
    drawn = plot("dpi", {"all": [(200, 1.0), (300, 1e-9)]})
    first, second = drawn.split('points="')[1].split('"')[0].split()
    lines = [float(part.split("H")[0].split()[1]) for part in drawn.split('d="M')[1:]]
    assert float(first.split(",")[1]) == min(lines)
    assert float(second.split(",")[1]) == pytest.approx(max(lines), abs=0.1)
