"""The figures' own arithmetic, and that a run goes on where it stopped."""

import json
from pathlib import Path

import pytest

from center.antiforgery.scramble.recovered import Strip
from tests.center.antiforgery.scramble.sheets import printed
from tests.modem import figures, section
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


def test_one_wrong_pixel_of_a_whole_page_is_seen() -> None:
    """The base image and the fine one; a strip that was told apart as rough must be the base's."""
    sheet = printed("sparse", figures.FIRST_SEED)
    base_dpi = sheet.block.dpi
    for dpi, strip in ((base_dpi, Strip.BASE), (2 * base_dpi, Strip.FINE)):
        strips = (strip,) * 16
        picture = sheet.truth(dpi)
        assert figures.is_exact(sheet, strips, picture, dpi)
        picture[-1, -1] ^= 255
        assert not figures.is_exact(sheet, strips, picture, dpi)
    rough = sheet.truth(base_dpi).repeat(2, axis=0).repeat(2, axis=1)
    assert figures.is_exact(sheet, (Strip.BASE,) * 16, rough, 2 * base_dpi)
    assert not figures.is_exact(sheet, (Strip.FINE,) * 16, rough, 2 * base_dpi)
    assert not figures.is_exact(sheet, (Strip.LOST,) * 16, rough, 2 * base_dpi)
    assert not figures.is_exact(sheet, (Strip.FINE,) * 16, None, base_dpi)


def _sheet(page: str, *, base: bool = True, has_fine: bool = False) -> figures.Case:
    return {
        "page": page, "condition": "heavy", "seed": 100_000, "commit": "abc", "header": True,
        "base": base, "fine": 16 if has_fine else 0, "has_fine": has_fine, "base_dpi": 120,
        "raw": 0.05, "cpu_s": 1.0,
    }  # fmt: skip


def test_a_sheet_that_failed_is_counted_as_one() -> None:
    """Two of three, and the bound of two of three: 13.5 % (binomial tables)."""
    lines = [_sheet("sparse", has_fine=True), _sheet("dense"), _sheet("dense", base=False)]
    said = section._conditions(lines)
    assert "<td>2/3</td><td>13.5 %</td>" in said
    assert "<td>1/2</td>" in said
    assert "no room" in said


def test_what_was_not_measured_is_said() -> None:
    for part in (section._conditions, section._sweeps, section._rivals, section._speed):
        assert "Not measured yet" in part([])


def test_a_sweep_says_its_seeds_and_leaves_no_hole_unsaid() -> None:
    lines = [
        {"what": "dpi", "value": value, "condition": name, "seed": seed, "raw": raw, "commit": "a"}
        for value, name, seed, raw in (
            (200, "nominal", 1, 0.1), (200, "nominal", 2, 0.3), (300, "nominal", 1, 0.0),
            (200, "aged", 1, 0.5),
        )
    ]  # fmt: skip
    said = section._sweeps(lines)
    assert "<td>nominal</td><td>20.000 %</td><td>0.000 %</td>" in said
    assert "<td>aged</td><td>50.000 %</td><td>not measured</td>" in said
    assert "2 seeds (1 to 2)" in said
    assert said.count("<svg") == 1


def test_rivals_are_counted_over_all_their_seeds() -> None:
    lines = [
        {"what": "QR v40-L", "condition": "aged", "seed": seed, "symbols": 36, "read": read,
         "sent_bytes": 36 * 2951, "read_bytes": read * 2951, "pages": pages, "commit": "a"}
        for seed, read, pages in ((1, 7, ["sparse"]), (2, 0, []))
    ]  # fmt: skip
    said = section._rivals(lines)
    assert "<td>7/72</td><td>106,236</td><td>10,328</td><td>1/2</td><td>0/2</td>" in said
    assert "2 seeds (1 to 2), the same ones for all" in said
    seeds = {case["seed"] for case in figures._rival_cases(300)}
    assert len(seeds) >= 10
