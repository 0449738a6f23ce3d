"""Sizes in millimetres, and the contrast of whatever is drawn beside text."""

import pytest

from tests.ui.geometry import PANELS
from ui.model import Size, Theme
from ui.theme import PALETTES, SCALES, Panel, contrast


@pytest.mark.parametrize(("panel", "px_per_mm"), [("17 inch", 3.80), ("15 inch", 3.36)])
def test_pixels_of_a_millimetre(panel: str, px_per_mm: float) -> None:
    assert PANELS[panel].px_per_mm == pytest.approx(px_per_mm, abs=0.005)


def test_lengths_are_rounded_up() -> None:
    panel = Panel(100, 100, 3.8)
    assert [panel.px(mm) for mm in (0, 1, 10, 15)] == [0, 4, 38, 57]


def test_contrast_as_wcag_defines_it() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21.0)
    assert contrast((255, 255, 255), (0x00, 0x50, 0x8F)) == pytest.approx(8.3, abs=0.05)


@pytest.mark.parametrize("size", Size)
def test_no_text_is_smaller_than_the_least(size: Size) -> None:
    scale = SCALES[size]
    assert min(scale.step, scale.brand, scale.note, scale.lead, scale.label) >= scale.least


MARKS = [
    ("brand", "ground"), ("brand", "surface"), ("focus", "ground"), ("focus", "surface"),
    ("end", "surface"), ("secondary", "surface"), ("on_coin", "art_gold"),
    ("on_coin", "art_silver"), ("on_coin", "art_bronze"), ("brand", "track"),
    ("on_disabled", "disabled"), ("chosen_mark", "chosen"), ("on_sign", "sign"),
]  # fmt: skip


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(("mark", "paper"), MARKS)
def test_marks_and_edges_stand_out(theme: Theme, mark: str, paper: str) -> None:
    """Borders, icons and the focus: at least 3:1 (WCAG 2.1, 1.4.11)."""
    palette = PALETTES[theme]
    assert contrast(getattr(palette, mark), getattr(palette, paper)) >= 3
