"""The calibration sheet, dot for dot, and what the centre makes of a choice."""

import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest

from center.__main__ import main
from center.antiforgery.calibrate import field, sheet
from center.antiforgery.front import TINT
from center.antiforgery.pantograph import COARSE_PITCHES, DEFAULT_CHOICE, tint
from center.antiforgery.reading import DeliveryContext
from tests.center.antiforgery.engraving import marks_of
from tests.center.antiforgery.renderers import pdfium


def test_five_fields_one_for_each_choice(tmp_path: Path) -> None:
    assert main(["calibrate", "--out", str(tmp_path / "sheet.pdf")]) == 0
    page = pdfium((tmp_path / "sheet.pdf").read_bytes(), 0) < 128
    assert len(COARSE_PITCHES) == 5
    for choice in range(1, 6):
        area = field(choice)
        cut = page[area.top : area.top + area.height, area.left : area.left + area.width]
        assert np.array_equal(cut, tint(area, choice))


def test_a_larger_choice_prints_a_lighter_word() -> None:
    inked = [tint(field(choice), choice).mean() for choice in range(1, 6)]
    assert inked == sorted(inked, reverse=True)


def test_the_sheet_is_one_page_of_a4_in_grey() -> None:
    with pikepdf.open(io.BytesIO(sheet())) as pdf:
        assert len(pdf.pages) == 1
        used = {str(one.operator) for one in pikepdf.parse_content_stream(pdf.pages[0])}
    assert "Do" in used
    assert not used & {"k", "K", "rg", "RG"}


@pytest.mark.parametrize(
    ("calibration", "choice"),
    [("", DEFAULT_CHOICE), ("1.0.rgb.00000000", DEFAULT_CHOICE), ("1.1.rgb.00000000", 1)],
)
def test_the_centre_composes_for_the_choice(calibration: str, choice: int) -> None:
    marks = marks_of(DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1, calibration))
    page = pdfium(marks, 0) < 128
    cut = page[TINT.top : TINT.top + TINT.height, TINT.left : TINT.left + TINT.width]
    assert np.array_equal(cut, tint(TINT, choice))
