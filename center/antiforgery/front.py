"""The front overlay: the pantograph, and a frame of fine print around it. Black only."""

import functools
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics

from center.antiforgery.dots import MM, PAGE_DOTS, Stencil, stencil
from center.antiforgery.pantograph import Area, tint
from center.paper.font import NAME, font
from center.paper.plain import HEIGHT_PT, WIDTH_PT

_INSET_PT = 8 * mm
_PRINT_PT = 2.6
_GRAY = 0.25
_LINE_PT = 0.25
_TINT_INSET = round(10 * MM)

TINT = Area(
    _TINT_INSET, _TINT_INSET, PAGE_DOTS[0] - 2 * _TINT_INSET, PAGE_DOTS[1] - 2 * _TINT_INSET
)


@functools.lru_cache(maxsize=8)
def front_tint(choice: int) -> Stencil:
    """The pantograph of every front for one kind of engine; packed once (half a second)."""
    return stencil(tint(TINT, choice), TINT.left, TINT.top)


def draw_front(canvas: Any, document_id: str) -> None:
    """The document's number in fine print along all four edges, between two hair lines."""
    canvas.saveState()
    canvas.setStrokeGray(_GRAY)
    canvas.setFillGray(_GRAY)
    canvas.setLineWidth(_LINE_PT)
    for inset in (_INSET_PT - 1.2, _INSET_PT + _PRINT_PT + 0.6):
        canvas.rect(inset, inset, WIDTH_PT - 2 * inset, HEIGHT_PT - 2 * inset)
    unit = font().typeset(f"{document_id}　証明書交付サービス　")
    canvas.setFont(NAME, _PRINT_PT)
    for angle, (x, y), length in (
        (0, (_INSET_PT, _INSET_PT), WIDTH_PT),
        (90, (WIDTH_PT - _INSET_PT, _INSET_PT), HEIGHT_PT),
        (180, (WIDTH_PT - _INSET_PT, HEIGHT_PT - _INSET_PT), WIDTH_PT),
        (270, (_INSET_PT, HEIGHT_PT - _INSET_PT), HEIGHT_PT),
    ):
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(angle)
        canvas.drawString(0, 0.4, _filled(unit, length - 2 * _INSET_PT))
        canvas.restoreState()
    canvas.restoreState()


def _filled(unit: str, room_pt: float) -> str:
    """As many whole units as fit into `room_pt`."""
    width = pdfmetrics.stringWidth(unit, NAME, _PRINT_PT)
    return unit * int(room_pt // width)
