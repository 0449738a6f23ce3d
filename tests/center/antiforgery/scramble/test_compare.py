"""Tampering with the front: one changed character is pointed at, wherever and whichever."""

import numpy as np
import pytest

from center.antiforgery.scramble.compare import SQUARE_MM, differences
from center.antiforgery.scramble.front import PdfFront, base_shape, ink
from center.paper.sheet import Sheets

pytestmark = pytest.mark.timeout(300)  # the first call compiles, on machines that are shared

TWINS = (
    "土士",
    "未末",
    "日曰",
    "己已",
    "已巳",
    "刀力",
    "人入",
    "千干",
    "王玉",
    "大犬",
    "０８",
    "１７",
    "一二",
    "ロ口",
    "戌戍",
)
"""Characters a forger would choose: as little ink as possible makes the other one."""
LINE = "架空県架空市架空町１丁目２番３号　架空太郎　昭和３０年１月２日"
PLACES = ((25.0, 40.0), (101.3, 140.7), (180.2, 260.1))


def front(character: str, place: tuple[float, float], size_pt: float) -> PdfFront:
    sheets = Sheets()
    for row in range(12):
        sheets.text(
            20, 30 + 20 * row, "架空県架空市架空町１丁目２番３号　架空太郎　昭和３０年１月２日", 9
        )
    sheets.text(*place, character, size_pt)
    sheets.next()
    return PdfFront(sheets.finish(), 0)


def page(of: PdfFront, dpi: int) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    return 255 - 255 * ink(of, dpi, base_shape(dpi))


@pytest.mark.parametrize("dpi", [100, 240])
@pytest.mark.parametrize("twins", TWINS)
def test_a_character_changed_into_its_twin_is_pointed_at(twins: str, dpi: int) -> None:
    """At the coarsest resolution a dense page gets, and at the finest."""
    place = PLACES[TWINS.index(twins) % len(PLACES)]
    issued, changed = (front(one, place, 9) for one in twins)
    found = differences(page(issued, dpi), changed.grey(dpi), dpi)
    assert found
    for one in found:
        assert -SQUARE_MM <= one.x_mm - place[0] <= 4 + SQUARE_MM
        assert abs(one.y_mm - place[1]) <= 2 + SQUARE_MM
    assert differences(page(issued, dpi), issued.grey(dpi), dpi) == ()


def test_what_was_not_recovered_is_no_difference() -> None:
    issued = front("土", PLACES[0], 9)
    shown = page(issued, 100)
    shown[100:300] = 168
    assert differences(shown, front("士", PLACES[0], 9).grey(100), 100) == ()
