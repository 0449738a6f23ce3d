"""What of a forged sheet is shown: characters changed on the front, blocks of another sheet."""

import numpy as np
from PIL import Image, ImageDraw

from center.antiforgery.channel.conditions import condition
from center.antiforgery.channel.scanning import Scanner, scan
from center.antiforgery.scramble.block import Sheet
from center.antiforgery.scramble.compare import SQUARE_MM, differences
from center.antiforgery.scramble.decode import Expected
from tests.center.antiforgery.scramble.sheets import DOCUMENT, PLACE, back, printed, read
from tests.center.antiforgery.scramble.test_compare import PLACES, TWINS, front, page

RESOLUTIONS = (100, 120, 240)
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 1.0)
_SIZE_PT = 9.0
_SHOWN_DPI = 240
_PART_MM = (15.0, 30.0, 75.0, 46.0)
_OTHER = Sheet("WXYZ-WXYZ-WXYZ-WXYZ", 1, 1, 1_795_000_001, "131016")


def characters() -> list[tuple[int, int, int]]:
    """By resolution: characters changed into their nearest twin, how many were pointed at."""
    made = []
    for dpi in RESOLUTIONS:
        seen = 0
        for number, twins in enumerate(TWINS):
            place = PLACES[number % len(PLACES)]
            issued, changed = (front(one, place, _SIZE_PT) for one in twins)
            seen += bool(differences(page(issued, dpi), changed.grey(dpi), dpi))
        made.append((dpi, len(TWINS), seen))
    return made


def pointed_at() -> Image.Image:
    """A changed front with the squares that differ, as a part of the page."""
    issued, changed = (front(one, PLACES[0], _SIZE_PT) for one in "日曰")
    grey = changed.grey(_SHOWN_DPI)
    picture = Image.fromarray(grey).convert("RGB")
    draw = ImageDraw.Draw(picture)
    scale = _SHOWN_DPI / 25.4
    for one in differences(page(issued, _SHOWN_DPI), grey, _SHOWN_DPI):
        box = (one.x_mm, one.y_mm, one.x_mm + SQUARE_MM, one.y_mm + SQUARE_MM)
        draw.rectangle([round(side * scale) for side in box], outline="red", width=3)
    return picture.crop(tuple(round(side * scale) for side in _PART_MM))  # type: ignore[arg-type]


def transplants(seed: int) -> list[tuple[str, str, str, str]]:
    """Rows of another sheet's block in the place of one's own, printed and scanned (nominal).

    By share: what was said, whether all that was shown is what was issued, and what is said to
    somebody who typed the number that stands on the front.
    """
    one, other = printed("sparse", seed), printed("dense", seed + 1, _OTHER)
    made = []
    for share in SHARES:
        dots, alien = back(one.block.cells), back(other.block.cells)
        rows = slice(PLACE[0], PLACE[0] + round(share * PLACE[2]))
        dots[rows] = alien[rows]
        upload = scan(dots, PLACE, condition("nominal"), Scanner(), seed)
        found, asked = read(upload), read(upload, Expected(DOCUMENT))
        shown = "nothing shown"
        if found.picture is not None:
            own = one if found.header and found.header.outside.document == DOCUMENT else other
            same = np.array_equal(found.picture, own.truth(found.dpi))
            shown = f"{'every' if same else 'NOT every'} pixel as issued"
        made.append((f"{100 * share:.0f} %", found.verdict.value, shown, asked.verdict.value))
    return made
