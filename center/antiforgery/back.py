"""The back of a sheet below its scramble image: emblem, notice, number and pantograph."""

import functools
from typing import Any

from reportlab.lib.units import mm

from center.antiforgery.dots import DPI, MM, Stencil, stencil
from center.antiforgery.emblem import RADIUS
from center.antiforgery.pantograph import Area, tint
from center.antiforgery.screen import screen
from center.paper.font import NAME, font
from center.paper.plain import HEIGHT_PT

INQUIRY_SITE = "https://inquiry.kiosk.example/"

BLOCK = "/Block"
"""The scramble image among a back's objects."""
BLOCK_AT = (260, 236)
"""Left and top of the scramble image in dots: 11 and 10 mm, whole cells of four dots."""
_BAND_TOP_MM = 225.0
_BAND_BOTTOM_MM = 287.0
TINT = Area(
    round(66 * MM),
    round(_BAND_TOP_MM * MM),
    round(134 * MM),
    round((_BAND_BOTTOM_MM - _BAND_TOP_MM) * MM),
)
EMBLEM_PT = (37.5 * mm, HEIGHT_PT - 256 * mm)
"""The emblem's middle."""

_TEXT_CMYK = (0.0, 0.0, 0.0, 1.0)
_LEFT_MM = 71.0
_LINES = (
    (232.5, 11.0, "この面の見方"),
    (239.5, 8.0, "上の模様は、おもて面を暗号にして記録したものです。"),
    (244.5, 8.0, "この面の全体を300dpi以上で読み取って問い合わせサイトに送ると、"),
    (249.5, 8.0, "交付されたときのおもて面が表示され、見比べることができます。"),
    (254.5, 8.0, "{latent}"),
)
_INFRARED = "原本かどうかは、左の桜を赤外線カメラで見て「証」の文字で確かめます。"
_LINES_ONLY = "左の桜に専用の線模様フィルムを重ねると「証」の文字が現れます。"
"""A line screen alone proves no original, and so it is not said to."""


@functools.lru_cache(maxsize=8)
def back_tint(choice: int) -> Stencil:
    """The pantograph of every back for one kind of engine; packed once."""
    return stencil(tint(TINT, choice), TINT.left, TINT.top)


@functools.cache
def emblem_screen() -> Stencil:
    """The line screen over the emblem, for printers that mix their own inks."""
    lines = screen()
    middle = (EMBLEM_PT[0] * DPI / 72, (HEIGHT_PT - EMBLEM_PT[1]) * DPI / 72)
    left, top = (round(at) - len(lines) // 2 for at in middle)
    return stencil(lines, left, top)


def draw_back(canvas: Any, document_id: str, sheet: tuple[int, int], *, infrared: bool) -> None:
    """The words on the back of sheet n of m."""
    number, count = sheet
    canvas.saveState()
    if infrared:
        canvas.setFillColorCMYK(*_TEXT_CMYK)
    else:
        canvas.setFillGray(0)
    latent = _INFRARED if infrared else _LINES_ONLY
    for y_mm, size_pt, text in _LINES:
        _line(canvas, y_mm, size_pt, text.format(latent=latent))
    _line(canvas, 263.5, 8, f"問い合わせサイト　{INQUIRY_SITE}")
    _line(canvas, 272, 14, document_id)
    _line(canvas, 279, 9.5, f"証明書の番号　　{count}枚中　{number}枚目")
    canvas.restoreState()


def emblem_room() -> tuple[float, float, float, float]:
    """The square around the emblem with its lace, in points: left, bottom, right, top."""
    reach = RADIUS + 9
    x, y = EMBLEM_PT
    return x - reach, y - reach, x + reach, y + reach


def _line(canvas: Any, y_mm: float, size_pt: float, text: str) -> None:
    canvas.setFont(NAME, size_pt)
    canvas.drawString(_LEFT_MM * mm, HEIGHT_PT - y_mm * mm, font().typeset(text))
